import type { Bilingual } from '../services.js';

/** Kinds of leave (事假, 病假, 公假). */
export const LEAVE_KINDS = {
  personal: { zh: '事假', en: 'personal' },
  sick: { zh: '病假', en: 'sick' },
  official: { zh: '公假', en: 'official' },
} as const satisfies Record<string, Bilingual>;

export type LeaveKind = keyof typeof LEAVE_KINDS;
