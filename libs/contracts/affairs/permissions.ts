import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
  'affairs:leave:submit': { zh: '本人请假', en: 'Ask for leave oneself' },
  'affairs:leave:read': { zh: '查看请假', en: 'See leaves' },
  'affairs:leave:decide': { zh: '审批请假', en: 'Decide on leaves' },
  'affairs:absence:record': { zh: '登记本人离岗及代办人', en: 'Record one’s absences, and who stands in' },
  'affairs:absence:manage': { zh: '登记所辖人员离岗', en: 'Record absences of staff in one’s charge' },
  'affairs:certificate:issue': { zh: '开具证明', en: 'Issue certificates' },
  'affairs:certificate:read': { zh: '查看证明', en: 'See certificates' },
  'affairs:certificate:revoke': { zh: '撤销证明', en: 'Revoke certificates' },
  'affairs:certificate-key:rotate': { zh: '更换证明的签名密钥', en: 'Replace the key that signs certificates' },
} as const satisfies Record<string, Bilingual>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: [
    ...(['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record'] as const),
    ...(['affairs:certificate:issue', 'affairs:certificate:read'] as const),
  ],
  class_advisor: [
    ...(['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record', 'affairs:certificate:read'] as const),
  ],
  student_affairs_officer: [
    ...(['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record', 'affairs:absence:manage'] as const),
    ...(['affairs:certificate:issue', 'affairs:certificate:read', 'affairs:certificate:revoke'] as const),
  ],
  student: ['affairs:leave:submit', 'affairs:leave:read', 'affairs:certificate:issue', 'affairs:certificate:read'],
};
