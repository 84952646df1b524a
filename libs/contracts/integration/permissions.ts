import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
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
} as const satisfies Record<string, Bilingual>;

/** What roles may do here: webhooks and OneRoster are of apps, not of people. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {};
