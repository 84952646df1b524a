import type { Bilingual } from '../services.js';

/** What SCIM is called among the sources of the roster; imports have other names. */
export const SCIM_SOURCE = 'scim';

/** Kinds of units students and staff belong to. */
export const UNIT_KINDS = {
  school: { zh: '学校', en: 'School' },
  college: { zh: '学院', en: 'College' },
  academy: { zh: '书院', en: 'Academy' },
  department: { zh: '职能部门', en: 'Department' },
  major: { zh: '专业', en: 'Major' },
  grade: { zh: '年级', en: 'Grade' },
  class: { zh: '行政班', en: 'Class' },
  course_class: { zh: '教学班', en: 'Course class' },
  grid: { zh: '网格', en: 'Grid' },
} as const satisfies Record<string, Bilingual>;

/** Kinds of places, from the campus down to the bed. */
export const PLACE_KINDS = {
  campus: { zh: '校区', en: 'Campus' },
  building: { zh: '楼栋', en: 'Building' },
  floor: { zh: '楼层', en: 'Floor' },
  room: { zh: '寝室', en: 'Room' },
  bed: { zh: '床位', en: 'Bed' },
} as const satisfies Record<string, Bilingual>;

export type UnitKind = keyof typeof UNIT_KINDS | keyof typeof PLACE_KINDS;

/** GB/T 2261.1 codes of sex. */
export const SEX = {
  '0': { zh: '未知', en: 'unknown' },
  '1': { zh: '男', en: 'male' },
  '2': { zh: '女', en: 'female' },
  '9': { zh: '未说明', en: 'not stated' },
} as const satisfies Record<string, Bilingual>;
