import { stringify } from 'csv-stringify/sync';

type Cls = abstract new (...args: never[]) => object;
/** Where @nestjs/swagger keeps the fields of a class. */
const FIELDS = 'swagger/apiModelPropertiesArray';
const FIELD = 'swagger/apiModelProperties';

interface FieldMetadata {
  type?: unknown;
  isArray?: boolean;
}

/**
 * A page as CSV for spreadsheets: a header of field paths (`student.number`), which stay the same whatever the rows are; UTF-8 with a byte
 * order mark, text that a spreadsheet would take for a formula escaped. Lists are written as JSON.
 */
export function toCsv(dto: Cls, rows: readonly object[]): string {
  const columns = columnsOf(dto);
  const records = rows.map((row) => columns.map((path) => cellOf(valueAt(row, path))));
  return stringify([columns.map((path) => path.join('.')), ...records], { bom: true, escape_formulas: true });
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

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value as string | number | boolean);
}
