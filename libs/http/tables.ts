import { buffer } from 'node:stream/consumers';
import { type Cell, CSV_TYPE, PLAIN_CSV, writeTable, XLSX_TYPE } from '#exchange';

type Cls = abstract new (...args: never[]) => object;
/** Where @nestjs/swagger keeps the fields of a class. */
const FIELDS = 'swagger/apiModelPropertiesArray';
const FIELD = 'swagger/apiModelProperties';

interface FieldMetadata {
  type?: unknown;
  isArray?: boolean;
}

/** What a page may be had as besides JSON. */
export const TABLE_TYPES: readonly string[] = [CSV_TYPE, XLSX_TYPE];

/**
 * A page as a table for spreadsheets, CSV or .xlsx: a header of field paths (`student.number`), which stay the same whatever the rows are.
 * Lists are written as JSON.
 */
export function tableOf(dto: Cls, rows: readonly object[], type: string): Promise<Buffer> {
  const columns = columnsOf(dto);
  async function* lines(): AsyncGenerator<Cell[]> {
    yield columns.map((path) => path.join('.'));
    for (const row of rows) yield columns.map((path) => cellOf(valueAt(row, path)));
  }
  return buffer(writeTable(lines(), type === XLSX_TYPE ? { type: 'xlsx' } : PLAIN_CSV));
}

/** Paths of the plain fields of a class, those of nested classes included. */
function columnsOf(dto: Cls, seen: readonly Cls[] = []): string[][] {
  const names = (Reflect.getMetadata(FIELDS, dto.prototype) ?? []) as string[];
  return names.flatMap((entry) => {
    const name = entry.slice(1);
    const field = Reflect.getMetadata(FIELD, dto.prototype, name) as FieldMetadata;
    const nested = classOf(field);
    if (!nested || seen.includes(nested)) return [[name]];
    return columnsOf(nested, [...seen, dto]).map((path) => [name, ...path]);
  });
}

/** The class of a nested object; undefined for plain values and lists. */
function classOf({ type, isArray }: FieldMetadata): Cls | undefined {
  if (isArray || typeof type !== 'function' || type.name !== 'type') return undefined;
  const named = (type as () => unknown)();
  return typeof named === 'function' ? (named as Cls) : undefined;
}

function valueAt(row: object, path: readonly string[]): unknown {
  let value: unknown = row;
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value;
}

function cellOf(value: unknown): Cell {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return value;
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | boolean);
}
