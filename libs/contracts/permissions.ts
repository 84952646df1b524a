import type { Bilingual } from './services.js';

/** Every permission of the house: `<service>:<subject>:<action>`. They are the OAuth2 scopes of the API. */
export const PERMISSIONS = {
  'directory:person:read': { zh: '查看人员与学籍', en: 'See people' },
  'directory:unit:read': { zh: '查看单位、场所与校历', en: 'See units, places and the calendar' },
  'directory:calendar:write': { zh: '维护学期与工作日历', en: 'Maintain terms and the workday calendar' },
  'directory:import:write': { zh: '导入名册与场所', en: 'Import rosters and places' },
  'directory:client:read': { zh: '查看接入应用', en: 'See client applications' },
  'directory:client:write': { zh: '管理接入应用与密钥', en: 'Manage client applications and keys' },
  'directory:consent:own': { zh: '查看与撤回本人对应用的授权', en: "See and withdraw one's consents to apps" },
  'staffing:appointment:read': { zh: '查看任职', en: 'See appointments' },
  'staffing:appointment:write': { zh: '任免', en: 'Appoint and relieve' },
  'staffing:ratio:read': { zh: '查看师生比与负荷', en: 'See ratio and caseload' },
  'affairs:leave:submit': { zh: '本人请假', en: 'Ask for leave oneself' },
  'affairs:leave:read': { zh: '查看请假', en: 'See leaves' },
  'affairs:leave:decide': { zh: '审批请假', en: 'Decide on leaves' },
  'safety:device:read': { zh: '查看门禁设备', en: 'See devices' },
  'safety:device:write': { zh: '审批与维护门禁设备', en: 'Approve and maintain devices' },
  'safety:pass:write': { zh: '上传通行记录', en: 'Deliver gate passes' },
  'safety:pass:read': { zh: '查看通行记录', en: 'See gate passes' },
  'safety:night-check:read': { zh: '查看晚归与未归', en: 'See late returns and not-returned' },
  'safety:night-check:write': { zh: '发起夜间核查、登记晚归报备', en: 'Run the night check, register late passes' },
  'early-warning:metric:read': { zh: '查看指标', en: 'See metrics' },
  'early-warning:metric:write': { zh: '维护指标', en: 'Maintain metrics' },
  'early-warning:source:read': { zh: '查看数据源及其中断', en: 'See sources and their silences' },
  'early-warning:source:write': { zh: '维护数据源', en: 'Maintain sources' },
  'early-warning:student:erase': { zh: '删除学生的预警数据', en: "Erase a student's warning data" },
  'early-warning:observation:write': { zh: '上传观测', en: 'Deliver observations' },
  'early-warning:rule:read': { zh: '查看预警规则', en: 'See rules' },
  'early-warning:rule:write': { zh: '起草与发布预警规则', en: 'Draft and publish rules' },
  'early-warning:run:write': { zh: '发起预警运算', en: 'Run the rules' },
  'early-warning:warning:read': { zh: '查看预警', en: 'See warnings' },
  'early-warning:explanation:read': {
    zh: '查看规则对学生为何成立或不成立',
    en: 'Ask why a rule holds for a student, or why not',
  },
  'early-warning:warning:triage': { zh: '研判与关闭预警', en: 'Triage and close warnings' },
  'party-building:organization:read': { zh: '查看党组织', en: 'See party organizations' },
  'party-building:organization:write': { zh: '维护党组织与网格', en: 'Maintain party organizations and grids' },
  'party-building:admission:read': { zh: '查看发展党员', en: 'See admissions' },
  'party-building:admission:write': { zh: '办理发展党员', en: 'Carry admissions forward' },
  'party-building:admission:apply': { zh: '本人提交入党申请', en: 'Apply for admission oneself' },
  'platform:policy:read': { zh: '查看本校政策', en: "See the school's policies" },
  'platform:policy:write': { zh: '修订本校政策', en: "Revise the school's policies" },
  'platform:operations:read': { zh: '查看运行状态', en: 'See operations' },
  'platform:operations:write': { zh: '重放事件、处置运行问题', en: 'Replay deliveries, handle operations' },
  'platform:audit:read': { zh: '查看审计', en: 'See the audit' },
} as const satisfies Record<string, Bilingual>;

export type Permission = keyof typeof PERMISSIONS;

/** Posts a person can be appointed to (staffing), by glossary. */
export const APPOINTMENT_KINDS = {
  counselor: { zh: '辅导员', en: 'Counselor' },
  class_advisor: { zh: '班主任', en: 'Class advisor' },
  mentor: { zh: '学业导师', en: 'Academic mentor' },
  building_head: { zh: '楼长', en: 'Building head' },
  grid_head: { zh: '网格长', en: 'Grid head' },
  psychologist: { zh: '心理教师', en: 'Psychologist' },
  student_affairs_officer: { zh: '学生工作干部', en: 'Student-affairs officer' },
  party_organizer: { zh: '组织员', en: 'Party organizer' },
} as const satisfies Record<string, Bilingual>;

export type AppointmentKind = keyof typeof APPOINTMENT_KINDS;

/** An appointment's kind, or `student` for an active student's rights over their own matters. */
export type Role = AppointmentKind | 'student';

const SEES_STUDENTS: Permission[] = [
  'directory:consent:own',
  'directory:person:read',
  'directory:unit:read',
  'staffing:appointment:read',
];

/** What a role may do, over the units of the appointment only (a student: over themselves). */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  counselor: [
    ...SEES_STUDENTS,
    'staffing:ratio:read',
    'affairs:leave:read',
    'affairs:leave:decide',
    'safety:pass:read',
    'safety:night-check:read',
    'safety:night-check:write',
    'early-warning:metric:read',
    'early-warning:rule:read',
    'early-warning:warning:read',
    'early-warning:explanation:read',
    'early-warning:warning:triage',
    'party-building:organization:read',
    'party-building:admission:read',
  ],
  class_advisor: [
    ...SEES_STUDENTS,
    'affairs:leave:read',
    'affairs:leave:decide',
    'early-warning:warning:read',
    'early-warning:explanation:read',
  ],
  mentor: SEES_STUDENTS,
  building_head: [
    ...SEES_STUDENTS,
    'safety:device:read',
    'safety:device:write',
    'safety:pass:read',
    'safety:night-check:read',
    'safety:night-check:write',
  ],
  grid_head: [...SEES_STUDENTS, 'safety:night-check:read'],
  psychologist: SEES_STUDENTS,
  student_affairs_officer: [
    ...SEES_STUDENTS,
    'directory:calendar:write',
    'staffing:appointment:write',
    'staffing:ratio:read',
    'affairs:leave:read',
    'affairs:leave:decide',
    'safety:device:read',
    'safety:device:write',
    'safety:pass:read',
    'safety:night-check:read',
    'safety:night-check:write',
    'early-warning:metric:read',
    'early-warning:metric:write',
    'early-warning:source:read',
    'early-warning:source:write',
    'early-warning:rule:read',
    'early-warning:rule:write',
    'early-warning:run:write',
    'early-warning:warning:read',
    'early-warning:explanation:read',
    'early-warning:warning:triage',
    'platform:policy:read',
    'platform:policy:write',
  ],
  party_organizer: [
    ...SEES_STUDENTS,
    'party-building:organization:read',
    'party-building:organization:write',
    'party-building:admission:read',
    'party-building:admission:write',
  ],
  student: [
    'directory:consent:own',
    'affairs:leave:submit',
    'affairs:leave:read',
    'early-warning:explanation:read',
    'party-building:admission:apply',
    'party-building:admission:read',
  ],
};
