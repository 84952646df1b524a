import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
  'early-warning:metric:read': { zh: '查看指标', en: 'See metrics' },
  'early-warning:metric:write': { zh: '维护指标', en: 'Maintain metrics' },
  'early-warning:source:read': { zh: '查看数据源及其中断', en: 'See sources and their silences' },
  'early-warning:source:write': { zh: '维护数据源', en: 'Maintain sources' },
  'early-warning:observation:write': { zh: '上传观测', en: 'Deliver observations' },
  'early-warning:rule:read': { zh: '查看预警规则', en: 'See rules' },
  'early-warning:rule:write': { zh: '起草与发布预警规则', en: 'Draft and publish rules' },
  'early-warning:run:write': { zh: '发起预警运算', en: 'Run the rules' },
  'early-warning:warning:read': { zh: '查看预警', en: 'See warnings' },
  'early-warning:explanation:read': {
    zh: '查看规则对学生为何成立或不成立',
    en: 'Ask why a rule holds for a student, or why not',
  },
  'early-warning:risk:read': {
    zh: '查看学生风险分数的各部分',
    en: "See the parts of a student's risk score",
  },
  'early-warning:risk:write': { zh: '训练与启用风险模型', en: 'Train risk models and put them in use' },
  'early-warning:warning:triage': { zh: '研判与关闭预警', en: 'Triage and close warnings' },
  'early-warning:archive:read': { zh: '查看成长档案', en: 'See growth archives' },
  'early-warning:archive:write': {
    zh: '本人记录成长档案、决定谁可见',
    en: 'Record in one’s own growth archive, and say who sees it',
  },
  'early-warning:archive:verify': { zh: '核实学生自己的记录', en: 'Verify what students record themselves' },
  'early-warning:book:read': { zh: '查看毕业纪念册', en: 'See graduation books' },
  'early-warning:book:make': { zh: '制作毕业纪念册', en: 'Make graduation books' },
  'early-warning:book:revoke': { zh: '撤销毕业纪念册', en: 'Revoke graduation books' },
  'early-warning:referral:send': { zh: '反映学生情况', en: 'Tell of students who may need help, or praise' },
  'early-warning:referral:handle': { zh: '办理对所负责学生的反映', en: 'Handle referrals of students in one’s charge' },
  'early-warning:case:read': { zh: '查看所负责学生的帮扶个案', en: 'See care cases of students in one’s charge' },
  'early-warning:case:take-part': {
    zh: '办理本人负责或参与的帮扶个案',
    en: 'Work on care cases that one owns or is in the team of',
  },
  'early-warning:case:write': { zh: '立案并办理帮扶个案', en: 'Open care cases and work on them' },
  'early-warning:case:decide': {
    zh: '确认定级与结案、督办',
    en: 'Confirm levels and closures of care cases, supervise them',
  },
  'early-warning:psychology:read': {
    zh: '查看与登记仅心理教师可见的记录（须说明事由）',
    en: 'Read and write entries for psychologists alone (with a reason)',
  },
} as const satisfies Record<string, Bilingual>;

/** Who answers for students sees their archives and verifies what they record. */
const ARCHIVE = ['early-warning:archive:read', 'early-warning:archive:verify', 'early-warning:book:read'] as const;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: [
    'early-warning:metric:read',
    'early-warning:rule:read',
    'early-warning:warning:read',
    'early-warning:explanation:read',
    'early-warning:risk:read',
    'early-warning:warning:triage',
    ...ARCHIVE,
    'early-warning:book:make',
    'early-warning:referral:send',
    'early-warning:referral:handle',
    'early-warning:case:read',
    'early-warning:case:take-part',
    'early-warning:case:write',
  ],
  class_advisor: [
    'early-warning:warning:read',
    'early-warning:explanation:read',
    ...ARCHIVE,
    'early-warning:case:take-part',
    'early-warning:referral:send',
  ],
  mentor: ['early-warning:case:take-part', 'early-warning:referral:send'],
  building_head: ['early-warning:case:take-part', 'early-warning:referral:send'],
  grid_head: ['early-warning:case:take-part', 'early-warning:referral:send'],
  party_organizer: ['early-warning:case:take-part', 'early-warning:referral:send'],
  psychologist: ['early-warning:case:take-part', 'early-warning:psychology:read', 'early-warning:referral:send'],
  student_affairs_officer: [
    'early-warning:metric:read',
    'early-warning:metric:write',
    'early-warning:source:read',
    'early-warning:source:write',
    'early-warning:rule:read',
    'early-warning:rule:write',
    'early-warning:run:write',
    'early-warning:warning:read',
    'early-warning:explanation:read',
    'early-warning:risk:read',
    'early-warning:risk:write',
    'early-warning:warning:triage',
    ...ARCHIVE,
    'early-warning:book:make',
    'early-warning:book:revoke',
    'early-warning:referral:send',
    'early-warning:referral:handle',
    'early-warning:case:read',
    'early-warning:case:take-part',
    'early-warning:case:write',
    'early-warning:case:decide',
  ],
  student: [
    'early-warning:referral:send',
    'early-warning:explanation:read',
    'early-warning:risk:read',
    ...(['early-warning:archive:read', 'early-warning:archive:write'] as const),
    ...(['early-warning:book:read', 'early-warning:book:make', 'early-warning:book:revoke'] as const),
  ],
};
