/** The services of the house; the name is the path prefix (`/party-building/v1`) and, with `_`, the schema. */
export const SERVICES = {
  directory: { zh: '基础目录', en: 'People, units, places and the calendar' },
  staffing: { zh: '队伍入驻', en: 'Who answers for whom' },
  affairs: { zh: '服务事务', en: 'Student affairs' },
  safety: { zh: '平安社区', en: 'Gate passes, curfew and the night check' },
  'early-warning': { zh: '预警帮扶', en: 'Metrics, rules, warnings' },
  'party-building': { zh: '党建引领', en: 'Party organizations and admission' },
  integration: { zh: '系统对接', en: 'Integration' },
} as const;

export type ServiceName = keyof typeof SERVICES;

export const SERVICE_NAMES = Object.keys(SERVICES) as ServiceName[];

/** Addresses that a standard prescribes, by how they begin, and whose they are. */
const STANDARD_PATHS: Readonly<Record<string, ServiceName>> = {
  '/ims/oneroster/': 'integration',
  '/scim/v2/': 'integration',
};

/** The service whose address it is; undefined when it is nobody's. */
export function serviceOfPath(path: string): ServiceName | undefined {
  const standard = Object.entries(STANDARD_PATHS).find(([start]) => path.startsWith(start));
  return standard?.[1] ?? SERVICE_NAMES.find((service) => path.startsWith(`/${service}/v1`));
}

/** PostgreSQL schema of a service. */
export function schemaOf(service: ServiceName): string {
  return service.replace(/-/g, '_');
}

/** PostgreSQL role a service's process connects as. */
export function roleOf(service: ServiceName): string {
  return `yizhan_${schemaOf(service)}`;
}

/** A text for people, in both languages of the API. */
export interface Bilingual {
  zh: string;
  en: string;
}

/** What a permission is called; of a sensitive one its class: 3 sensitive personal data, 4 psychological, biometric, hardship. */
export interface PermissionText extends Bilingual {
  class?: 3 | 4;
}
