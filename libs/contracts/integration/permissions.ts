import type { Grants } from '../roles.js';
import type { PermissionText } from '../services.js';

export const PERMISSIONS = {
  'integration:channel:manage': {
    zh: '设置消息渠道与人员在各渠道的标识',
    en: 'Set up channels of messages, and who people are there',
  },
  'integration:connector:publish': {
    zh: '发布对接映射，放行被拦下的名册运行',
    en: 'Publish the mappings of connectors, and release runs that are held',
  },
  'integration:connector:read': { zh: '查看与现有系统的对接', en: 'See the connectors to existing systems' },
  'integration:connector:write': { zh: '配置、试运行与运行对接', en: 'Set up, try and run connectors' },
  'integration:delivery:manage': {
    zh: '查看消息的送达情况并重新发送',
    en: 'See what became of messages, and send them again',
  },
  'integration:message:own': {
    zh: '查看本人的消息与设置接收方式',
    en: 'See one’s own messages, and say how to be told',
  },
  'integration:scim:manage': {
    zh: 'SCIM：开通、修改、停用教职工账号',
    en: 'SCIM: provision, change and deactivate accounts of staff',
  },
  'integration:scim:read': { zh: 'SCIM：读取教职工账号与单位', en: 'SCIM: read accounts of staff, and groups' },
  'integration:template:write': { zh: '起草与发布消息模板', en: 'Draft and publish templates of messages' },
  'integration:unreached:handle': {
    zh: '处理转给自己的未送达紧急消息',
    en: 'Handle urgent messages that reached nobody and are up to oneself',
  },
  'integration:webhook:manage': {
    zh: '登记与查看本应用的事件推送',
    en: 'Register and see the webhooks of the app itself',
  },
  // The scopes are those that OneRoster 1.2 names; they are an app's alone.
  'https://purl.imsglobal.org/spec/or/v1p2/scope/roster-core.readonly': {
    zh: 'OneRoster：读取名册各集合与单个对象',
    en: 'OneRoster: read the collections and single objects of the roster',
  },
  'https://purl.imsglobal.org/spec/or/v1p2/scope/roster.readonly': {
    zh: 'OneRoster：读取名册，含按学校、班级、学期、人员查找',
    en: 'OneRoster: read the roster, also by school, class, term and person',
  },
  'https://purl.imsglobal.org/spec/or/v1p2/scope/roster-demographics.readonly': {
    zh: 'OneRoster：读取出生日期与性别',
    en: 'OneRoster: read dates of birth and sexes',
  },
  'https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook-core.readonly': {
    ...{
      zh: 'OneRoster：读取成绩册各集合与单个对象',
      en: 'OneRoster: read the collections and single objects of the gradebook',
    },
    class: 3,
  },
  'https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.readonly': {
    ...{
      zh: 'OneRoster：读取成绩册，含按班级、学生查找',
      en: 'OneRoster: read the gradebook, also by class and student',
    },
    class: 3,
  },
  'https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.createput': {
    ...{ zh: 'OneRoster：写入成绩册中的对象', en: 'OneRoster: write objects of the gradebook' },
    class: 3,
  },
  'https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.createpost': {
    ...{ zh: 'OneRoster：批量新建评分项与成绩', en: 'OneRoster: create line items and results, several at once' },
    class: 3,
  },
  'https://purl.imsglobal.org/spec/or/v1p2/scope/gradebook.delete': {
    ...{ zh: 'OneRoster：删除成绩册中的对象', en: 'OneRoster: delete objects of the gradebook' },
    class: 3,
  },
} as const satisfies Record<string, PermissionText>;

const STAFF = ['integration:message:own', 'integration:unreached:handle'] as const;

/** What roles may do here: webhooks, connectors, channels, receipts, OneRoster and SCIM are of apps, not of people. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: STAFF,
  class_advisor: STAFF,
  mentor: STAFF,
  building_head: STAFF,
  grid_head: STAFF,
  psychologist: STAFF,
  student_affairs_officer: [...STAFF, 'integration:template:write'],
  party_organizer: STAFF,
  department_clerk: STAFF,
  student: ['integration:message:own'],
};
