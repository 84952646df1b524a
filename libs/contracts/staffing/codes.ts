import type { Bilingual } from '../services.js';

/** Posts a person can be appointed to (staffing), by glossary. */
export const APPOINTMENT_KINDS = {
  counselor: { zh: '辅导员', en: 'Counselor' },
  class_advisor: { zh: '班主任', en: 'Class advisor' },
  mentor: { zh: '学业导师', en: 'Academic mentor' },
  building_head: { zh: '楼长', en: 'Building head' },
  grid_head: { zh: '网格长', en: 'Grid head' },
  psychologist: { zh: '心理教师', en: 'Psychologist' },
  student_affairs_officer: { zh: '学生工作干部', en: 'Student-affairs officer' },
  party_organizer: { zh: '组织员', en: 'Party organizer' },
  department_clerk: { zh: '部门经办人', en: 'Department clerk' },
} as const satisfies Record<string, Bilingual>;

export type AppointmentKind = keyof typeof APPOINTMENT_KINDS;
