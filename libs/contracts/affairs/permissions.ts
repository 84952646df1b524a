import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
  'affairs:leave:submit': { zh: '本人请假', en: 'Ask for leave oneself' },
  'affairs:leave:read': { zh: '查看请假', en: 'See leaves' },
  'affairs:leave:decide': { zh: '审批请假', en: 'Decide on leaves' },
} as const satisfies Record<string, Bilingual>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: ['affairs:leave:read', 'affairs:leave:decide'],
  class_advisor: ['affairs:leave:read', 'affairs:leave:decide'],
  student_affairs_officer: ['affairs:leave:read', 'affairs:leave:decide'],
  student: ['affairs:leave:submit', 'affairs:leave:read'],
};
