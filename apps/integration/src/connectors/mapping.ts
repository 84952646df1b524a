import type { Bilingual } from '#contracts';
import type { Encoding } from '#exchange';
import type { FieldError } from '#problems';
import { type CodeSetName, wordIn } from './code-sets.js';
import { type Brings, checkOf, type Field, SHEETS } from './sheets.js';

export const STEPS = {
  upper: { zh: '转为大写', en: 'to upper case' },
  part: { zh: '按分隔符拆开，取其一段', en: 'one part of what a separator divides' },
  date: { zh: '按给定的年月日次序读作日期', en: 'a date, its parts in the order that is given' },
  times: { zh: '乘以给定的整数（元转为分：100）', en: 'a number, times another one (yuan to fen: 100)' },
  lookup: {
    zh: '按代码表或学校自己的对照表换成文字',
    en: "a word instead of a code, by a code set or the school's own pairs",
  },
} as const satisfies Record<string, Bilingual>;
export const DATE_ORDERS = ['ymd', 'dmy', 'mdy'] as const;
export const OTHERWISE = {
  refuse: { zh: '该行出错', en: 'the row is an error' },
  keep: { zh: '照原样保留', en: 'it stays as it is' },
  blank: { zh: '留空', en: 'it is left blank' },
} as const satisfies Record<string, Bilingual>;

/** What is done with a cell; blank cells stay blank. */
export interface Step {
  do: keyof typeof STEPS;
  /** date */
  order?: (typeof DATE_ORDERS)[number];
  /** part: from 1; from the end: −1. */
  separator?: string;
  part?: number;
  /** times */
  by?: number;
  /** lookup: the school's own pairs come before the code set. */
  set?: CodeSetName;
  values?: readonly { from: string; to: string }[];
  otherwise?: keyof typeof OTHERWISE;
}

/** How a field is had: from a column of the school's file, or the same in every row. */
export interface FieldMapping {
  field: Field;
  column?: string;
  constant?: string;
  steps: readonly Step[];
}

/** How a school's own file becomes what its connector brings. */
export interface Mapping {
  encoding?: Encoding;
  sheet?: string;
  fields: readonly FieldMapping[];
}

/** What became of a cell; `unmapped`: it is in none of the tables it was looked up in. */
export type Mapped = { value: string } | { problem: Bilingual; unmapped?: true };

const NO_DATE: Bilingual = { zh: '不是该次序的日期', en: 'is no date in this order' };
const NO_NUMBER: Bilingual = { zh: '不是数', en: 'is no number' };
const NO_PART: Bilingual = { zh: '没有这一段', en: 'has no such part' };
const UNMAPPED: Bilingual = { zh: '对照表中没有这个值', en: 'is in none of the tables that it was looked up in' };

/** A cell, trimmed, as it is to be brought. */
export function mapCell({ steps, field }: FieldMapping, cell: string, brings: Brings = 'roster'): Mapped {
  let value = cell;
  for (const step of steps) {
    if (value === '') break;
    const next = DO[step.do](step, value);
    if ('problem' in next) return next;
    value = next.value.trim();
  }
  const problem = checkOf(brings, field)?.(value);
  return problem ? { problem } : { value };
}

const DO: Record<Step['do'], (step: Step, value: string) => Mapped> = {
  upper: (_, value) => ({ value: value.toUpperCase() }),
  part({ separator, part }, value) {
    const found = value.split(separator!).at(part! > 0 ? part! - 1 : part!);
    return found === undefined ? { problem: NO_PART } : { value: found };
  },
  date({ order }, value) {
    const found = dateOf(value, order!);
    return found ? { value: found } : { problem: NO_DATE };
  },
  times({ by }, value) {
    const found = timesOf(value, by!);
    return found === undefined ? { problem: NO_NUMBER } : { value: found };
  },
  lookup({ set, values = [], otherwise = 'refuse' }, value) {
    const found = values.find(({ from }) => from === value)?.to ?? (set && wordIn(set, value));
    if (found !== undefined) return { value: found };
    if (otherwise === 'refuse') return { problem: UNMAPPED, unmapped: true };
    return { value: otherwise === 'keep' ? value : '' };
  },
};

/** A decimal number times a whole one, exactly. */
function timesOf(text: string, by: number): string | undefined {
  const [, whole, decimals = ''] = /^(\d{1,15})(?:\.(\d{1,10}))?$/.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const digits = (BigInt(whole + decimals) * BigInt(by)).toString().padStart(decimals.length + 1, '0');
  const at = digits.length - decimals.length;
  const rest = digits.slice(at).replace(/0+$/, '');
  return digits.slice(0, at) + (rest && `.${rest}`);
}

const DATES = {
  ymd: /^(?<y>\d{4})\D*(?<m>\d{1,2})\D+(?<d>\d{1,2})\D*(?:[T ]\d{1,2}:\d{2}.*)?$|^(?<y2>\d{4})(?<m2>\d{2})(?<d2>\d{2})$/,
  dmy: /^(?<d>\d{1,2})\D+(?<m>\d{1,2})\D+(?<y>\d{4})\D*(?:[T ]\d{1,2}:\d{2}.*)?$|^(?<d2>\d{2})(?<m2>\d{2})(?<y2>\d{4})$/,
  mdy: /^(?<m>\d{1,2})\D+(?<d>\d{1,2})\D+(?<y>\d{4})\D*(?:[T ]\d{1,2}:\d{2}.*)?$|^(?<m2>\d{2})(?<d2>\d{2})(?<y2>\d{4})$/,
} as const;

/** `31.12.2006`, `12/31/2006`, `2006年12月31日`, and eight digits, as an ISO date; undefined when it is none that exists. */
export function dateOf(text: string, order: (typeof DATE_ORDERS)[number]): string | undefined {
  const found = DATES[order].exec(text)?.groups;
  if (!found) return undefined;
  const { y = found['y2'], m = found['m2'], d = found['d2'] } = found as Record<'y' | 'm' | 'd', string | undefined>;
  const iso = `${y}-${m!.padStart(2, '0')}-${d!.padStart(2, '0')}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}

/** What is wrong with a mapping beyond its shape. */
export function errorsOf({ fields }: Mapping, brings: Brings): FieldError[] {
  const errors: FieldError[] = [];
  const add = (pointer: string, zh: string, en: string): void => void errors.push({ pointer: `#/${pointer}`, zh, en });
  const seen = new Set<string>();
  for (const [i, { field, column, constant, steps }] of fields.entries()) {
    const at = `fields/${i}`;
    if (!(field in SHEETS[brings].columns))
      add(`${at}/field`, '该对接没有此项', 'is nothing that this connector brings');
    if (seen.has(field)) add(`${at}/field`, '同一项不能由两列而来', 'is mapped twice');
    seen.add(field);
    if ((column === undefined) === (constant === undefined))
      add(at, '须有 column 或 constant 之一', 'must have either a column or a constant');
    if (constant !== undefined && steps.length === 0) {
      const problem = checkOf(brings, field)?.(constant);
      if (problem) add(`${at}/constant`, problem.zh, problem.en);
    }
    for (const [j, step] of steps.entries()) checkStep(step, (name, zh, en) => add(`${at}/steps/${j}/${name}`, zh, en));
  }
  const { columns, required } = SHEETS[brings];
  for (const field of required) {
    if (!seen.has(field)) {
      const { zh } = columns[field]!;
      add('fields', `缺少「${zh}」（${field}）`, `${field} (${zh}) is not mapped`);
    }
  }
  if (brings === 'observations' && seen.has('day') === seen.has('at'))
    add('fields', '日期（day）与时间（at）应有其一', 'either day or at must be mapped');
  return errors;
}

function checkStep(step: Step, add: (name: string, zh: string, en: string) => void): void {
  if (step.do === 'date' && !step.order) add('order', '不能缺少', 'is needed');
  if (step.do === 'part' && !step.separator) add('separator', '不能缺少', 'is needed');
  if (step.do === 'part' && !step.part) add('part', '不能缺少，也不能为 0', 'is needed, and not 0');
  if (step.do === 'times' && !step.by) add('by', '不能缺少', 'is needed');
  if (step.do !== 'lookup') return;
  if (!step.set && !step.values?.length) add('values', '须有代码表或对照表', 'or a code set is needed');
  const seen = new Set<string>();
  for (const [i, { from }] of (step.values ?? []).entries()) {
    if (seen.has(from)) add(`values/${i}/from`, '重复', 'is there twice');
    seen.add(from);
  }
}
