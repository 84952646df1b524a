import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
  'integration:connector:publish': {
    zh: '发布对接映射，放行被拦下的名册运行',
    en: 'Publish the mappings of connectors, and release runs that are held',
  },
  'integration:connector:read': { zh: '查看与现有系统的对接', en: 'See the connectors to existing systems' },
  'integration:connector:write': { zh: '配置、试运行与运行对接', en: 'Set up, try and run connectors' },
  'integration:webhook:manage': {
    zh: '登记与查看本应用的事件推送',
    en: 'Register and see the webhooks of the app itself',
  },
} as const satisfies Record<string, Bilingual>;

/** What roles may do here: webhooks and connectors are of apps, not of people. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {};
