import type { Grants } from '../roles.js';
import type { PermissionText } from '../services.js';

export const PERMISSIONS = {
  'staffing:appointment:read': { zh: '查看任职', en: 'See appointments' },
  'staffing:appointment:write': { zh: '任免', en: 'Appoint and relieve' },
  'staffing:ratio:read': { zh: '查看师生比与负荷', en: 'See ratio and caseload' },
} as const satisfies Record<string, PermissionText>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: ['staffing:appointment:read', 'staffing:ratio:read'],
  class_advisor: ['staffing:appointment:read'],
  mentor: ['staffing:appointment:read'],
  building_head: ['staffing:appointment:read'],
  grid_head: ['staffing:appointment:read'],
  psychologist: ['staffing:appointment:read'],
  student_affairs_officer: ['staffing:appointment:read', 'staffing:appointment:write', 'staffing:ratio:read'],
  party_organizer: ['staffing:appointment:read'],
};
