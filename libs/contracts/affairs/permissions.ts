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
  'affairs:work-study:read': { zh: '查看勤工助学岗位', en: 'See posts of work-study' },
  'affairs:work-study:apply': { zh: '本人申请勤工助学与排班', en: 'Apply for work-study and book shifts, oneself' },
  'affairs:work-study:manage': { zh: '设岗、录用、核定工时', en: 'Offer work-study, give posts, confirm hours' },
  'affairs:work-study:pay': { zh: '计算与锁定工资单', en: 'Work payrolls of work-study out, and close them' },
  'affairs:work-study:prioritise': { zh: '登记优先录用的学生', en: 'Say which students come first in work-study' },
  'affairs:organisation:read': { zh: '查看学生组织', en: 'See organisations of students' },
  'affairs:organisation:manage': { zh: '管理所指导的学生组织', en: 'Manage organisations of students that one guides' },
  'affairs:honour:read': { zh: '查看荣誉', en: 'See honours' },
  'affairs:honour:record': { zh: '登记荣誉', en: 'Record honours' },
  'affairs:honour:verify': { zh: '核实荣誉', en: 'Verify honours' },
} as const satisfies Record<string, Bilingual>;

/** What a post signs, it sees and decides; nothing of the students it is over beyond that. */
const SIGNS = ['affairs:item:read', 'affairs:application:decide', 'affairs:absence:record'] as const;
/** Posts that answer for students see all of their leaves and applications. */
const ANSWERS = ['affairs:leave:read', 'affairs:leave:decide', 'affairs:application:read', ...SIGNS] as const;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: [
    ...(['affairs:activity:read', 'affairs:activity:manage', 'affairs:participation:read'] as const),
    ...(['affairs:organisation:read', 'affairs:honour:read', 'affairs:honour:record'] as const),
    ...([...ANSWERS, 'affairs:indicator:read', 'affairs:certificate:issue', 'affairs:certificate:read'] as const),
    ...(['affairs:booking:read', 'affairs:booking:manage'] as const),
  ],
  class_advisor: [...ANSWERS, 'affairs:certificate:read', 'affairs:activity:read', 'affairs:participation:read'],
  student_affairs_officer: [
    ...(['affairs:activity:read', 'affairs:activity:manage', 'affairs:participation:read'] as const),
    ...(['affairs:second-classroom:review', 'affairs:second-classroom:confirm'] as const),
    ...(['affairs:volunteering:decide', 'affairs:work-study:read', 'affairs:work-study:manage'] as const),
    ...(['affairs:work-study:pay', 'affairs:organisation:read', 'affairs:organisation:manage'] as const),
    ...(['affairs:honour:read', 'affairs:honour:record', 'affairs:honour:verify'] as const),
    ...([...ANSWERS, 'affairs:indicator:read', 'affairs:application:replay', 'affairs:absence:manage'] as const),
    ...(['affairs:item:draft', 'affairs:item:publish', 'affairs:booking:read', 'affairs:booking:manage'] as const),
    ...(['affairs:certificate:issue', 'affairs:certificate:read', 'affairs:certificate:revoke'] as const),
  ],
  department_clerk: [
    ...([...SIGNS, 'affairs:activity:read', 'affairs:activity:manage'] as const),
    ...(['affairs:second-classroom:confirm', 'affairs:volunteering:decide'] as const),
    ...(['affairs:work-study:read', 'affairs:work-study:manage', 'affairs:work-study:pay'] as const),
    ...(['affairs:organisation:read', 'affairs:organisation:manage'] as const),
    ...(['affairs:honour:read', 'affairs:honour:record', 'affairs:honour:verify'] as const),
  ],
  mentor: SIGNS,
  building_head: [...SIGNS, 'affairs:booking:read', 'affairs:booking:manage'],
  grid_head: SIGNS,
  psychologist: SIGNS,
  party_organizer: SIGNS,
  student: [
    ...(['affairs:activity:read', 'affairs:activity:enrol', 'affairs:participation:read'] as const),
    ...(['affairs:second-classroom:claim', 'affairs:volunteering:apply'] as const),
    ...(['affairs:work-study:read', 'affairs:work-study:apply'] as const),
    ...(['affairs:organisation:read', 'affairs:honour:read', 'affairs:honour:record'] as const),
    ...(['affairs:leave:submit', 'affairs:leave:read', 'affairs:item:read'] as const),
    ...(['affairs:application:submit', 'affairs:application:read'] as const),
    ...(['affairs:booking:book', 'affairs:booking:read'] as const),
    ...(['affairs:certificate:issue', 'affairs:certificate:read'] as const),
  ],
};
