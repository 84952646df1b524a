import type { Bilingual } from '#contracts';
import { type CellCheck, type Columns, ROSTER_SHEET, type RosterColumn } from '#exchange';
import { OBSERVATION_COLUMNS, type ObservationColumn } from './observation-sheet.js';

/** What a connector brings, and to whom. */
export const BRINGS = {
  roster: { zh: '名册（人员、单位、住宿）', en: 'the roster: people, units, homes' },
  observations: { zh: '预警用的观测（成绩、考勤、消费、上网、图书馆等）', en: 'observations for early warning' },
} as const satisfies Record<string, Bilingual>;
export type Brings = keyof typeof BRINGS;

/** A field that a column may become. */
export type Field = RosterColumn | ObservationColumn;

/** The fields of what is brought; those of `required` must be mapped. */
export interface Sheet {
  columns: Columns<string>;
  required: readonly Field[];
}

export const SHEETS: Record<Brings, Sheet> = {
  roster: ROSTER_SHEET,
  observations: { columns: OBSERVATION_COLUMNS, required: ['number', 'metric', 'value'] },
};

export function checkOf(brings: Brings, field: Field): CellCheck | undefined {
  return SHEETS[brings].columns[field]?.check;
}
