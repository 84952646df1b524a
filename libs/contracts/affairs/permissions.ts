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
  'affairs:booking:read': { zh: '查看可预约资源与预约', en: 'See what can be booked, and bookings' },
  'affairs:booking:book': { zh: '本人预约', en: 'Book for oneself' },
  'affairs:booking:manage': {
    zh: '开放预约、登记到场与爽约',
    en: 'Open places and hours for booking, record who came',
  },
  'affairs:certificate:issue': { zh: '开具证明', en: 'Issue certificates' },
  'affairs:certificate:read': { zh: '查看证明', en: 'See certificates' },
  'affairs:certificate:revoke': { zh: '撤销证明', en: 'Revoke certificates' },
  'affairs:certificate-key:rotate': { zh: '更换证明的签名密钥', en: 'Replace the key that signs certificates' },
  'affairs:item:read': { zh: '查看服务事项', en: 'See the service catalogue' },
  'affairs:item:draft': { zh: '起草服务事项', en: 'Draft items of the service catalogue' },
  'affairs:item:publish': { zh: '发布与停办服务事项', en: 'Publish and retire items of the service catalogue' },
  'affairs:activity:read': { zh: '查看活动', en: 'See activities' },
  'affairs:activity:enrol': { zh: '本人报名与签到', en: 'Enrol in activities and sign in, oneself' },
  'affairs:activity:manage': { zh: '举办活动、核定名单', en: 'Hold activities, and confirm who took part' },
  'affairs:participation:read': {
    zh: '查看参与记录、第二课堂成绩单与志愿时长',
    en: 'See who took part in what, second-classroom transcripts and hours of volunteering',
  },
  'affairs:second-classroom:claim': { zh: '本人申报第二课堂', en: 'Claim credits of the second classroom, oneself' },
  'affairs:second-classroom:review': { zh: '学院审核第二课堂申报', en: 'Review claims of students in one’s charge' },
  'affairs:second-classroom:confirm': {
    zh: '公示后确认第二课堂申报',
    en: 'Confirm claims of the whole school after their public notice',
  },
  'affairs:volunteering:apply': { zh: '本人申请星级志愿者', en: 'Apply for volunteer stars, oneself' },
  'affairs:volunteering:decide': {
    zh: '答复星级志愿者公示的异议',
    en: 'Answer objections to volunteer stars',
  },
} as const satisfies Record<string, Bilingual>;

/** What a post signs, it sees and decides; nothing of the students it is over beyond that. */
const SIGNS = ['affairs:item:read', 'affairs:application:decide', 'affairs:absence:record'] as const;
/** Posts that answer for students see all of their leaves and applications. */
const ANSWERS = ['affairs:leave:read', 'affairs:leave:decide', 'affairs:application:read', ...SIGNS] as const;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: [
    ...(['affairs:activity:read', 'affairs:activity:manage', 'affairs:participation:read'] as const),
    ...([...ANSWERS, 'affairs:indicator:read', 'affairs:certificate:issue', 'affairs:certificate:read'] as const),
    ...(['affairs:booking:read', 'affairs:booking:manage'] as const),
  ],
  class_advisor: [...ANSWERS, 'affairs:certificate:read', 'affairs:activity:read', 'affairs:participation:read'],
  student_affairs_officer: [
    ...(['affairs:activity:read', 'affairs:activity:manage', 'affairs:participation:read'] as const),
    ...(['affairs:second-classroom:review', 'affairs:second-classroom:confirm'] as const),
    'affairs:volunteering:decide',
    ...([...ANSWERS, 'affairs:indicator:read', 'affairs:application:replay', 'affairs:absence:manage'] as const),
    ...(['affairs:item:draft', 'affairs:item:publish', 'affairs:booking:read', 'affairs:booking:manage'] as const),
    ...(['affairs:certificate:issue', 'affairs:certificate:read', 'affairs:certificate:revoke'] as const),
  ],
  department_clerk: [
    ...([...SIGNS, 'affairs:activity:read', 'affairs:activity:manage'] as const),
    ...(['affairs:second-classroom:confirm', 'affairs:volunteering:decide'] as const),
  ],
  mentor: SIGNS,
  building_head: [...SIGNS, 'affairs:booking:read', 'affairs:booking:manage'],
  grid_head: SIGNS,
  psychologist: SIGNS,
  party_organizer: SIGNS,
  student: [
    ...(['affairs:activity:read', 'affairs:activity:enrol', 'affairs:participation:read'] as const),
    ...(['affairs:second-classroom:claim', 'affairs:volunteering:apply'] as const),
    ...(['affairs:leave:submit', 'affairs:leave:read', 'affairs:item:read'] as const),
    ...(['affairs:application:submit', 'affairs:application:read'] as const),
    ...(['affairs:booking:book', 'affairs:booking:read'] as const),
    ...(['affairs:certificate:issue', 'affairs:certificate:read'] as const),
  ],
};
