import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
  'affairs:leave:submit': { zh: '本人请假', en: 'Ask for leave oneself' },
  'affairs:leave:read': { zh: '查看请假', en: 'See leaves' },
  'affairs:leave:decide': { zh: '审批请假', en: 'Decide on leaves' },
  'affairs:absence:record': { zh: '登记本人离岗及代办人', en: 'Record one’s absences, and who stands in' },
  'affairs:absence:manage': { zh: '登记所辖人员离岗', en: 'Record absences of staff in one’s charge' },
  'affairs:item:read': { zh: '查看服务事项', en: 'See the service catalogue' },
  'affairs:item:draft': { zh: '起草服务事项', en: 'Draft items of the service catalogue' },
  'affairs:item:publish': { zh: '发布与停办服务事项', en: 'Publish and retire items of the service catalogue' },
} as const satisfies Record<string, Bilingual>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: ['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record', 'affairs:item:read'],
  class_advisor: ['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record', 'affairs:item:read'],
  student_affairs_officer: [
    ...(['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record', 'affairs:absence:manage'] as const),
    ...(['affairs:item:read', 'affairs:item:draft', 'affairs:item:publish'] as const),
  ],
  mentor: ['affairs:item:read'],
  building_head: ['affairs:item:read'],
  grid_head: ['affairs:item:read'],
  psychologist: ['affairs:item:read'],
  party_organizer: ['affairs:item:read'],
  student: ['affairs:leave:submit', 'affairs:leave:read', 'affairs:item:read'],
};
