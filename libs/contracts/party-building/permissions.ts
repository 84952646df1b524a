import type { Grants } from '../roles.js';
import type { PermissionText } from '../services.js';

export const PERMISSIONS = {
  'party-building:organization:read': { zh: '查看党组织', en: 'See party organizations' },
  'party-building:organization:write': { zh: '维护党组织与网格', en: 'Maintain party organizations and grids' },
  'party-building:admission:read': { zh: '查看发展党员', en: 'See admissions' },
  'party-building:admission:write': { zh: '办理发展党员', en: 'Carry admissions forward' },
  'party-building:admission:apply': { zh: '本人提交入党申请', en: 'Apply for admission oneself' },
} as const satisfies Record<string, PermissionText>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: ['party-building:organization:read', 'party-building:admission:read'],
  party_organizer: [
    'party-building:organization:read',
    'party-building:organization:write',
    'party-building:admission:read',
    'party-building:admission:write',
  ],
  student: ['party-building:admission:apply', 'party-building:admission:read'],
};
