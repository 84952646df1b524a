import { Column, type EntityMetadata } from 'typeorm';
import type { Tx } from '#database';

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
  const { tablePath, columns } = sealedOf(tx.dataSource.getMetadata(entity.constructor));
  return columns.map(({ propertyName, databaseName }) => ({
    name: propertyName,
    place: `${tablePath} ${entity.id} ${databaseName}`,
  }));
}

/** A table (`schema.name`) with the columns of it that are sealed with the keys of students; it has the columns of a BaseEntity, and `student_id`. */
export interface SealedTable {
  table: string;
  columns: readonly string[];
}

/** The table of an entity, and its sealed columns. */
export function sealedTableOf(tx: Tx, entity: new () => OfStudent): SealedTable {
  return tableOf(tx.dataSource.getMetadata(entity));
}

/** The tables of entities that have sealed fields, and the columns of these. */
export function sealedTables(source: Tx['dataSource']): SealedTable[] {
  return source.entityMetadatas.map(tableOf).filter(({ columns }) => columns.length > 0);
}

function tableOf(metadata: EntityMetadata): SealedTable {
  const { tablePath, columns } = sealedOf(metadata);
  return { table: tablePath, columns: columns.map(({ databaseName }) => databaseName) };
}

const known = new WeakMap<EntityMetadata, Pick<EntityMetadata, 'tablePath' | 'columns'>>();

/** Asked for each row of a list. */
function sealedOf(metadata: EntityMetadata): Pick<EntityMetadata, 'tablePath' | 'columns'> {
  let of = known.get(metadata);
  if (!of) {
    const { tablePath, target } = metadata;
    const names = (typeof target === 'function' && fields.get(target.prototype as object)) || [];
    of = { tablePath, columns: metadata.columns.filter(({ propertyName }) => names.includes(propertyName)) };
    known.set(metadata, of);
  }
  return of;
}
