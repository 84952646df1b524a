import { Column } from 'typeorm';
import type { Tx } from '#database';
import type { SealedTable } from './sealing-texts.js';

/** A field marked `@Sealed`: a new text, or what the database has. */
export type SealedText = string | Buffer;

/** A row of a student's; its fields are sealed with that student's key. */
export interface OfStudent {
  id: string;
  studentId: string;
}

/** Names of the sealed fields of an entity. */
type SealedNames<T> = { [K in keyof T]: SealedText extends T[K] ? K : never }[keyof T];

/** The texts of an entity's sealed fields; null: there is none, or the student was erased. */
export type Opened<T> = { [K in SealedNames<T>]: string | null };

const fields = new Map<object, string[]>();

/**
 * A text that the database has sealed with the key of the row's student (column `bytea`). `StudentKeys.sealFields` before it is written,
 * `openFields` to read it: an entity never holds an opened text, and one that is not sealed is not written.
 */
export function Sealed({ nullable = false } = {}): PropertyDecorator {
  return (target, property) => {
    Column({ type: 'bytea', nullable, transformer: { to: written, from: (value: unknown) => value } })(
      target,
      property,
    );
    fields.set(target, [...(fields.get(target) ?? []), String(property)]);
  };
}

function written(value: unknown): unknown {
  if (typeof value === 'string') throw new Error('A text is written that must be sealed first: StudentKeys.sealFields');
  return value;
}

/** The sealed fields of an entity and where each lies. */
export function sealedFieldsOf(tx: Tx, entity: OfStudent): { name: string; place: string }[] {
  const { tablePath, columns } = tx.dataSource.getMetadata(entity.constructor);
  const sealed = fields.get(Object.getPrototypeOf(entity) as object) ?? [];
  return columns
    .filter(({ propertyName }) => sealed.includes(propertyName))
    .map(({ propertyName, databaseName }) => ({
      name: propertyName,
      place: `${tablePath} ${entity.id} ${databaseName}`,
    }));
}

/** The table of an entity, and its sealed columns. */
export function sealedTableOf(tx: Tx, entity: new () => OfStudent): SealedTable {
  const { tablePath } = tx.dataSource.getMetadata(entity);
  return sealedTables(tx.dataSource).find(({ table }) => table === tablePath)!;
}

/** The tables of entities that have sealed fields, and the columns of these. */
export function sealedTables(source: Tx['dataSource']): SealedTable[] {
  return source.entityMetadatas.flatMap(({ tablePath, target, columns }) => {
    const sealed = typeof target === 'function' ? fields.get(target.prototype as object) : undefined;
    if (!sealed) return [];
    const names = columns.filter(({ propertyName }) => sealed.includes(propertyName));
    return [{ table: tablePath, columns: names.map(({ databaseName }) => databaseName) }];
  });
}
