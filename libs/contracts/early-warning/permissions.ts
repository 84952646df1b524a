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
} as const satisfies Record<string, Bilingual>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: [
    'early-warning:metric:read',
    'early-warning:rule:read',
    'early-warning:warning:read',
    'early-warning:explanation:read',
    'early-warning:risk:read',
    'early-warning:warning:triage',
  ],
  class_advisor: ['early-warning:warning:read', 'early-warning:explanation:read'],
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
  ],
  student: ['early-warning:explanation:read', 'early-warning:risk:read'],
};
