import type { Grants } from '../roles.js';
import type { PermissionText } from '../services.js';

export const PERMISSIONS = {
  'directory:person:read': { zh: '查看人员与学籍', en: 'See people' },
  'directory:student:erase': { zh: '删除离校学生的个人信息', en: 'Erase the personal data of students who have left' },
  'directory:person:merge': { zh: '合并重复的人员档案', en: 'Merge two records of one person' },
  'directory:staff:write': {
    zh: '逐个登记、修改教职工',
    en: 'Record and change members of staff, one by one',
  },
  'directory:unit:read': { zh: '查看单位、场所与校历', en: 'See units, places and the calendar' },
  'directory:calendar:write': { zh: '维护学期与工作日历', en: 'Maintain terms and the workday calendar' },
  'directory:import:write': { zh: '导入名册与场所', en: 'Import rosters and places' },
  'directory:client:read': { zh: '查看接入应用', en: 'See client applications' },
  'directory:client:write': { zh: '管理接入应用与密钥', en: 'Manage client applications and keys' },
  'directory:client:approve': { zh: '批准应用的敏感权限', en: 'Approve sensitive permissions of apps' },
  'directory:own-data:export': { zh: '取得本人的个人信息副本', en: 'Get a copy of one’s own data' },
  'directory:consent:own': { zh: '查看与撤回本人对应用的授权', en: "See and withdraw one's consents to apps" },
} as const satisfies Record<string, PermissionText>;

const SEES_PEOPLE = ['directory:consent:own', 'directory:person:read', 'directory:unit:read'] as const;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: SEES_PEOPLE,
  class_advisor: SEES_PEOPLE,
  mentor: SEES_PEOPLE,
  building_head: SEES_PEOPLE,
  grid_head: SEES_PEOPLE,
  psychologist: SEES_PEOPLE,
  student_affairs_officer: [
    ...SEES_PEOPLE,
    'directory:calendar:write',
    'directory:client:approve',
    'directory:person:merge',
  ],
  party_organizer: SEES_PEOPLE,
  student: ['directory:consent:own', 'directory:own-data:export'],
};
