import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
  'affairs:leave:submit': { zh: '本人请假', en: 'Ask for leave oneself' },
  'affairs:leave:read': { zh: '查看请假', en: 'See leaves' },
  'affairs:leave:decide': { zh: '审批请假', en: 'Decide on leaves' },
  'affairs:application:submit': { zh: '本人办事', en: 'Apply for what the service hall offers, oneself' },
  'affairs:application:read': { zh: '查看办件', en: 'See applications' },
  'affairs:application:decide': { zh: '办理办件', en: 'Decide on applications' },
  'affairs:application:replay': { zh: '复核办件的每一步', en: 'Have every decision on an application worked out anew' },
  'affairs:indicator:read': { zh: '查看办事指标', en: 'See the indicators of the service hall' },
  'affairs:absence:record': { zh: '登记本人离岗及代办人', en: 'Record one’s absences, and who stands in' },
  'affairs:absence:manage': { zh: '登记所辖人员离岗', en: 'Record absences of staff in one’s charge' },
  'affairs:attendance:read': { zh: '查看考勤', en: 'See attendance' },
  'affairs:attendance:write': { zh: '上报考勤', en: 'Report attendance' },
  'affairs:booking:read': { zh: '查看可预约资源与预约', en: 'See what can be booked, and bookings' },
  'affairs:booking:book': { zh: '本人预约', en: 'Book for oneself' },
  'affairs:booking:manage': {
    zh: '开放预约、登记到场与爽约',
    en: 'Open places and hours for booking, record who came',
  },
  'affairs:ticket:report': { zh: '本人提交工单', en: 'Send tickets oneself: report, ask, complain' },
  'affairs:ticket:report-anonymously': {
    zh: '匿名提交与查看工单（仅限应用）',
    en: 'Send and open anonymous tickets (apps by themselves alone)',
  },
  'affairs:ticket:read': { zh: '查看工单', en: 'See tickets' },
  'affairs:ticket:handle': { zh: '办理工单', en: 'Deal with tickets' },
  'affairs:showcase:read': { zh: '查看风采展示与案例库', en: 'See the showcase and the case library' },
  'affairs:showcase:submit': { zh: '提交风采展示成果', en: 'Hand works of one’s units in to the showcase' },
  'affairs:showcase:manage': {
    zh: '组织风采展示、推荐与遴选',
    en: 'See to showcase campaigns: nominate, select, pack',
  },
  'affairs:certificate:issue': { zh: '开具证明', en: 'Issue certificates' },
  'affairs:certificate:read': { zh: '查看证明', en: 'See certificates' },
  'affairs:certificate:revoke': { zh: '撤销证明', en: 'Revoke certificates' },
  'affairs:certificate-key:rotate': { zh: '更换证明的签名密钥', en: 'Replace the key that signs certificates' },
  'affairs:round:read': { zh: '查看评选批次、公示与参评', en: 'See rounds, public notices and entries' },
  'affairs:round:enter': { zh: '本人参评、提出异议', en: 'Enter rounds oneself, and object' },
  'affairs:round:review': { zh: '推荐、民主评议、打分', en: 'Nominate, record opinions of classes, give marks' },
  'affairs:round:manage': { zh: '组织评选批次', en: 'Hold rounds: content, sheets, quota, list' },
  'affairs:round:decide': { zh: '审核名单、处理异议', en: 'Approve lists and decide on objections' },
  'affairs:round:export': { zh: '导出评选结果', en: 'Export results of rounds' },
  'affairs:sanction:read': { zh: '查看处分', en: 'See sanctions' },
  'affairs:sanction:record': { zh: '登记、解除与撤销处分', en: 'Record sanctions, lift and revoke them' },
  'affairs:sanction:appeal': { zh: '对本人的处分申诉', en: 'Appeal against sanctions of one’s own' },
  'affairs:sanction-appeal:decide': { zh: '决定对处分的申诉', en: 'Decide on appeals against sanctions' },
  'affairs:clearance-list:manage': { zh: '起草、开放与结束报到离校清单', en: 'Draft, open and close clearance lists' },
  'affairs:clearance:read': { zh: '查看报到离校办理情况', en: 'See clearances of students' },
  'affairs:clearance:answer': { zh: '本人提交材料、申请缓办', en: 'Hand in what one’s clearance asks for' },
  'affairs:clearance:sign': { zh: '办理本部门的报到离校事项', en: 'Sign off entries of one’s department' },
  'affairs:clearance:defer': { zh: '准予缓办', en: 'Grant deferrals of entries' },
  'affairs:clearance:report': { zh: '系统反馈自动事项的结果', en: 'Report results of automatic entries' },
  'affairs:item:read': { zh: '查看服务事项', en: 'See the service catalogue' },
  'affairs:item:draft': { zh: '起草服务事项', en: 'Draft items of the service catalogue' },
  'affairs:item:publish': { zh: '发布与停办服务事项', en: 'Publish and retire items of the service catalogue' },
} as const satisfies Record<string, Bilingual>;

/** What a post signs, it sees and decides; nothing of the students it is over beyond that. */
const SIGNS = ['affairs:item:read', 'affairs:application:decide', 'affairs:absence:record'] as const;
/** Posts that answer for students see all of their leaves and applications. */
const ANSWERS = [
  ...(['affairs:leave:read', 'affairs:leave:decide', 'affairs:application:read', 'affairs:attendance:read'] as const),
  ...SIGNS,
] as const;

/** Tickets in the queue of the unit that a post is over; who answers for the student who sent one sees none of it. */
const TICKETS = ['affairs:ticket:read', 'affairs:ticket:handle'] as const;

/** Who works with students shows what comes of it. */
const SHOWS = ['affairs:showcase:read', 'affairs:showcase:submit'] as const;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: [
    ...SHOWS,
    ...([...ANSWERS, 'affairs:indicator:read', 'affairs:certificate:issue', 'affairs:certificate:read'] as const),
    ...(['affairs:booking:read', 'affairs:booking:manage', 'affairs:sanction:read'] as const),
    ...(['affairs:clearance:read', 'affairs:round:read', 'affairs:round:review'] as const),
  ],
  class_advisor: [
    ...([...ANSWERS, 'affairs:certificate:read', 'affairs:clearance:read'] as const),
    ...(['affairs:round:read', 'affairs:round:review'] as const),
  ],
  class_advisor: [...ANSWERS, ...SHOWS, 'affairs:certificate:read'],
  student_affairs_officer: [
    ...([...TICKETS, ...SHOWS, 'affairs:showcase:manage'] as const),
    ...([...ANSWERS, 'affairs:indicator:read', 'affairs:application:replay', 'affairs:absence:manage'] as const),
    ...(['affairs:item:draft', 'affairs:item:publish', 'affairs:booking:read', 'affairs:booking:manage'] as const),
    ...(['affairs:certificate:issue', 'affairs:certificate:read', 'affairs:certificate:revoke'] as const),
    ...(['affairs:round:read', 'affairs:round:review', 'affairs:round:manage'] as const),
    ...(['affairs:round:decide', 'affairs:round:export'] as const),
    ...(['affairs:sanction:read', 'affairs:sanction:record', 'affairs:sanction-appeal:decide'] as const),
    ...(['affairs:clearance-list:manage', 'affairs:clearance:read', 'affairs:clearance:sign'] as const),
    ...(['affairs:clearance:defer'] as const),
  ],
  department_clerk: [...SIGNS, 'affairs:clearance:sign'],
  mentor: SIGNS,
  building_head: [...SIGNS, 'affairs:booking:read', 'affairs:booking:manage'],
  grid_head: SIGNS,
  psychologist: SIGNS,
  party_organizer: SIGNS,
  department_clerk: [...SIGNS, ...TICKETS, ...SHOWS],
  mentor: [...SIGNS, ...SHOWS],
  building_head: [...SIGNS, ...TICKETS, ...SHOWS, 'affairs:booking:read', 'affairs:booking:manage'],
  grid_head: [...SIGNS, ...SHOWS],
  psychologist: [...SIGNS, ...SHOWS],
  party_organizer: [...SIGNS, ...SHOWS],
  student: [
    ...(['affairs:leave:submit', 'affairs:leave:read', 'affairs:attendance:read', 'affairs:item:read'] as const),
    ...(['affairs:application:submit', 'affairs:application:read'] as const),
    ...(['affairs:booking:book', 'affairs:booking:read'] as const),
    ...(['affairs:ticket:report', 'affairs:ticket:read', 'affairs:showcase:read'] as const),
    ...(['affairs:certificate:issue', 'affairs:certificate:read'] as const),
    ...(['affairs:round:read', 'affairs:round:enter'] as const),
    ...(['affairs:sanction:read', 'affairs:sanction:appeal'] as const),
    ...(['affairs:clearance:read', 'affairs:clearance:answer'] as const),
  ],
};
