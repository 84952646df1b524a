import type { Bilingual } from '../services.js';

/** Levels of a warning, mildest first. */
export const WARNING_LEVELS = {
  blue: { zh: '蓝色', en: 'blue' },
  yellow: { zh: '黄色', en: 'yellow' },
  orange: { zh: '橙色', en: 'orange' },
  red: { zh: '红色', en: 'red' },
} as const satisfies Record<string, Bilingual>;

export type WarningLevel = keyof typeof WARNING_LEVELS;
