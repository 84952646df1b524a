import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
  'integration:webhook:manage': {
    zh: '登记与查看本应用的事件推送',
    en: 'Register and see the webhooks of the app itself',
  },
} as const satisfies Record<string, Bilingual>;

/** What roles may do here: webhooks are of apps, not of people. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {};
