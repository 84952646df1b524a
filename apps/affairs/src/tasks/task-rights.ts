/** Rights of which each may make something wait for somebody. */
export const ANYTHING = [
  ...(['affairs:leave:read', 'affairs:application:read', 'affairs:application:decide', 'affairs:ticket:read'] as const),
  ...(['affairs:round:review', 'affairs:round:decide', 'affairs:clearance:sign', 'affairs:clearance:defer'] as const),
  ...(['affairs:clearance:answer', 'affairs:second-classroom:claim', 'affairs:second-classroom:review'] as const),
  ...(['affairs:second-classroom:confirm', 'affairs:work-study:manage', 'affairs:volunteering:decide'] as const),
  ...(['affairs:sanction-appeal:decide', 'affairs:booking:manage', 'affairs:booking:book'] as const),
  ...(['affairs:holiday-registration:submit', 'affairs:holiday-registration:decide'] as const),
] as const;
