import type { Grants } from '../roles.js';
import type { PermissionText } from '../services.js';

export const PERMISSIONS = {
  'platform:policy:read': { zh: '查看本校政策', en: "See the school's policies" },
  'platform:policy:write': { zh: '修订本校政策', en: "Revise the school's policies" },
  'platform:operations:read': { zh: '查看运行状态', en: 'See operations' },
  'platform:operations:write': { zh: '重放事件、处置运行问题', en: 'Replay deliveries, handle operations' },
  'platform:audit:read': { zh: '查看审计', en: 'See the audit', class: 3 },
} as const satisfies Record<string, PermissionText>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  student_affairs_officer: ['platform:policy:read', 'platform:policy:write'],
};
