import type { Grants } from '../roles.js';
import type { Bilingual } from '../services.js';

export const PERMISSIONS = {
  'affairs:leave:submit': { zh: '本人请假', en: 'Ask for leave oneself' },
  'affairs:leave:read': { zh: '查看请假', en: 'See leaves' },
  'affairs:leave:decide': { zh: '审批请假', en: 'Decide on leaves' },
  'affairs:absence:record': { zh: '登记本人离岗及代办人', en: 'Record one’s absences, and who stands in' },
  'affairs:absence:manage': { zh: '登记所辖人员离岗', en: 'Record absences of staff in one’s charge' },
  'affairs:booking:read': { zh: '查看可预约资源与预约', en: 'See what can be booked, and bookings' },
  'affairs:booking:book': { zh: '本人预约', en: 'Book for oneself' },
  'affairs:booking:manage': {
    zh: '开放预约、登记到场与爽约',
    en: 'Open places and hours for booking, record who came',
  },
} as const satisfies Record<string, Bilingual>;

/** What roles may do here. */
export const GRANTS: Grants<keyof typeof PERMISSIONS> = {
  counselor: [
    ...(['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record'] as const),
    ...(['affairs:booking:read', 'affairs:booking:manage'] as const),
  ],
  building_head: ['affairs:booking:read', 'affairs:booking:manage'],
  class_advisor: ['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record'],
  student_affairs_officer: [
    ...(['affairs:leave:read', 'affairs:leave:decide', 'affairs:absence:record', 'affairs:absence:manage'] as const),
    ...(['affairs:booking:read', 'affairs:booking:manage'] as const),
  ],
  student: ['affairs:leave:submit', 'affairs:leave:read', 'affairs:booking:book', 'affairs:booking:read'],
};
