import type { Bilingual } from '#contracts';
import { openTable, RowErrors, type RowError, type TableFormat, type TableRow } from '#exchange';
import { CODE_SETS } from './code-sets.js';
import { allNames, CODES, type Known, NO_FIELD, recognise, TAKEN, UNKNOWN } from './known-columns.js';
import { MappedFile, type MappedRow, type Reading } from './map-file.js';
import { DATE_ORDERS, errorsOf, type FieldMapping, mapCell, type Mapping, type Step } from './mapping.js';
import { type Brings, checkOf } from './sheets.js';

/** Rows that a proposal looks at, and that it shows. */
const LOOKED_AT = 200;
const SHOWN = 10;

/** What is proposed of one column of the file; `why`: why it is not read. */
export interface ProposedColumn {
  column: string;
  field: string | null;
  /** Percent. */
  confidence: number;
  why: Bilingual | null;
}

export interface Proposal {
  format: TableFormat | { type: 'view' };
  columns: ProposedColumn[];
  mapping: Mapping;
  /** The first rows as they would read, and what is wrong with those that were looked at. */
  rows: MappedRow[];
  problems: RowError[];
}

interface Candidate {
  column: string;
  known: Known & { certain: boolean };
  mapping: FieldMapping;
  confidence: number;
}

/** How a school's own file may be meant: by the names of its columns, and by what stands in them. Throws Refused for what cannot be read. */
export async function propose(path: string, brings: Brings, timeZone: string): Promise<Proposal> {
  const { format, header, lines } = await openTable(path, allNames(brings));
  const sample: string[][] = [];
  for await (const part of lines) {
    sample.push(...part.filter(({ broken }) => !broken).map(({ cells }) => cells.map((cell) => cell.trim())));
    if (sample.length >= LOOKED_AT) break;
  }
  const names = header.cells.map((cell) => cell.trim());
  const open = (reading: Reading, errors: RowErrors): Promise<MappedFile> => MappedFile.open(path, reading, errors);
  return { format, ...(await proposeFor(names, sample.slice(0, LOOKED_AT), { brings, timeZone }, open)) };
}

/** How a view may be meant, of which `rows` were read: every column, as text. */
export async function proposeView(
  names: readonly string[],
  rows: readonly TableRow<string>[],
  how: Omit<Reading, 'mapping'>,
): Promise<Proposal> {
  const format = { type: 'view' } as const;
  const sample = rows.map(({ cells }) => names.map((name) => cells[name] ?? ''));
  async function* all(): AsyncGenerator<TableRow<string>[]> {
    yield [...rows];
  }
  const source = { file: 'view', format, headerLine: 1, rows: all };
  const open = (reading: Reading, errors: RowErrors): Promise<MappedFile> =>
    Promise.resolve(new MappedFile(reading, source, errors));
  return { format, ...(await proposeFor(names, sample, how, open)) };
}

type Open = (reading: Reading, errors: RowErrors) => Promise<MappedFile>;

async function proposeFor(
  names: readonly string[],
  sample: readonly (readonly string[])[],
  { brings, timeZone }: Omit<Reading, 'mapping'>,
  open: Open,
): Promise<Omit<Proposal, 'format'>> {
  const read = names.map((column, i) => {
    const values = sample.flatMap((cells) => (cells[i] ? [cells[i]] : []));
    return candidateOf(column, values, brings);
  });
  const best = bestOf(read);
  const mapping = { fields: [...[...best.values()].map((one) => one.mapping), ...impliedBy(best)] };
  const columns = names.flatMap((column, i) => (column === '' ? [] : [proposed(column, read[i], best, brings)]));
  return { columns, mapping, ...(await tried({ mapping, brings, timeZone }, open)) };
}

/** The best candidate for each field. A row has either a time or a day: the time says more. */
function bestOf(candidates: readonly (Candidate | undefined)[]): Map<string, Candidate> {
  const best = new Map<string, Candidate>();
  for (const one of candidates) {
    if (!one || one.confidence === 0) continue;
    const { field } = one.mapping;
    if (one.confidence > (best.get(field)?.confidence ?? 0)) best.set(field, one);
  }
  if (best.has('at')) best.delete('day');
  return best;
}

/** Of a feed, the metric that its columns are about; where each row is one of it, no column says how much. */
function impliedBy(best: ReadonlyMap<string, Candidate>): FieldMapping[] {
  const metricOf = (field: string): string | undefined => best.get(field)?.known.metric;
  const metric = metricOf('value') ?? (best.has('value') ? undefined : metricOf('at'));
  if (metric === undefined || best.has('metric')) return [];
  const value: FieldMapping[] = best.has('value') ? [] : [{ field: 'value', constant: '1', steps: [] }];
  return [{ field: 'metric', constant: metric, steps: [] }, ...value];
}

function candidateOf(column: string, values: readonly string[], brings: Brings): Candidate | undefined {
  const known = recognise(column, brings);
  if (!known?.field) return undefined;
  const { field } = known;
  const steps = stepsFor(known, values, brings);
  const mapping: FieldMapping = { field, column, steps: steps ?? [] };
  if (!steps) return { column, known, mapping, confidence: 0 };
  const right = values.filter((value) => 'value' in mapCell(mapping, value, brings)).length;
  const ofName = known.certain ? 100 : 90;
  return {
    column,
    known,
    mapping,
    confidence: Math.round(values.length === 0 ? ofName / 2 : (ofName * right) / values.length),
  };
}

/** What makes the field of a column's cells; undefined: codes, of which it is not known what they mean. */
function stepsFor({ field, code, times }: Known, values: readonly string[], brings: Brings): Step[] | undefined {
  const { words } = CODE_SETS['gbt-2261.1'];
  if (field === 'sex' && values.length > 0 && values.every((value) => Object.hasOwn(words, value)))
    return [{ do: 'lookup', set: 'gbt-2261.1', otherwise: 'refuse' }];
  if (code) return undefined;
  if (times !== undefined) return [{ do: 'times', by: times }];
  const check = field && checkOf(brings, field);
  if ((field === 'birth_date' || field === 'from' || field === 'day') && values.some((value) => check!(value))) {
    const order = DATE_ORDERS.find((one) =>
      values.every((value) => 'value' in mapCell({ field, steps: [{ do: 'date', order: one }] }, value)),
    );
    if (order) return [{ do: 'date', order }];
  }
  return [];
}

function proposed(
  column: string,
  candidate: Candidate | undefined,
  best: ReadonlyMap<string, Candidate>,
  brings: Brings,
): ProposedColumn {
  if (!candidate)
    return { column, field: null, confidence: 0, why: recognise(column, brings) ? NO_FIELD[brings] : UNKNOWN };
  const { field } = candidate.mapping;
  const { confidence } = candidate;
  if (best.get(field) === candidate) return { column, field, confidence, why: null };
  return { column, field: null, confidence: 0, why: best.has(field) ? TAKEN : CODES };
}

async function tried(reading: Reading, open: Open): Promise<Pick<Proposal, 'rows' | 'problems'>> {
  const errors = new RowErrors();
  const rows: MappedRow[] = [];
  if (reading.mapping.fields.length === 0 || !whole(reading)) return { rows, problems: [] };
  const file = await open(reading, errors);
  for await (const part of file.rows()) {
    rows.push(...part);
    if (file.rowsRead >= LOOKED_AT) break;
  }
  return { rows: rows.slice(0, SHOWN), problems: errors.list.slice(0, SHOWN) };
}

/** A feed whose metric or time no column says reads no rows. */
function whole({ mapping, brings }: Reading): boolean {
  return brings === 'roster' || errorsOf(mapping, brings).length === 0;
}
