import type { Grants } from '../roles.js';
import type { PermissionText } from '../services.js';

export const PERMISSIONS = {
  'safety:device:read': { zh: '查看门禁设备', en: 'See devices' },
  'safety:device:write': { zh: '审批与维护门禁设备', en: 'Approve and maintain devices' },
  'safety:pass:write': { zh: '上传通行记录', en: 'Deliver gate passes' },
  'safety:pass:read': { zh: '查看通行记录', en: 'See gate passes', class: 3 },
  'safety:night-check:read': { zh: '查看晚归与未归', en: 'See late returns and not-returned' },
  'safety:night-check:write': { zh: '发起夜间核查、登记晚归报备', en: 'Run the night check, register late passes' },
} as const satisfies Record<string, PermissionText>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: ['safety:pass:read', 'safety:night-check:read', 'safety:night-check:write'],
  building_head: [
    'safety:device:read',
    'safety:device:write',
    'safety:pass:read',
    'safety:night-check:read',
    'safety:night-check:write',
  ],
  grid_head: ['safety:night-check:read'],
  student_affairs_officer: [
    'safety:device:read',
    'safety:device:write',
    'safety:pass:read',
    'safety:night-check:read',
    'safety:night-check:write',
  ],
};
