import { Column, CreateDateColumn, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';
import { v7 } from 'uuid';
import { change, join, query, raw, sql, type Sql } from './sql.js';
import type { Tx } from './transaction.js';

/** A new time-ordered id (UUIDv7, RFC 9562). */
export function newId(): string {
  return v7();
}

/** The lowest id that `newId` could have made at an instant: ids made before it are lower. */
export function firstIdOf(instant: Date): string {
  const ms = instant.getTime().toString(16).padStart(12, '0');
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-000000000000`;
}

/** What every row of a service has: UUIDv7 key, instants of creation and change, and the version for ETag / If-Match. */
export abstract class BaseEntity {
  @PrimaryColumn('uuid')
  id: string = newId();

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt: Date;

  @Column('int')
  version = 1;
}

/** Raised when a row was changed by somebody else since it was read. The HTTP layer answers 412. */
export class StaleVersionError extends Error {
  constructor() {
    super('The row was changed since it was read');
  }
}

/** Inserts a new entity. Never overwrites: a taken id is an error. */
export async function insert<T extends BaseEntity>(tx: Tx, entity: T): Promise<T> {
  await insertAll(tx, [entity]);
  return entity;
}

/** Rows that one statement writes: PostgreSQL takes 65,535 values at most. */
const ROWS = 500;

/** Inserts new entities of one class, up to 500 with one statement. */
export async function insertAll<T extends BaseEntity>(tx: Tx, entities: readonly T[]): Promise<void> {
  const [first] = entities;
  if (!first) return;
  const now = new Date();
  for (const entity of entities) {
    entity.updatedAt = now;
    entity.createdAt ??= now;
  }
  const { columns, tablePath } = tx.dataSource.getMetadata(first.constructor);
  for (let i = 0; i < entities.length; i += ROWS) {
    const rows = entities.slice(i, i + ROWS);
    const names = columns.map(nameOf);
    const values = rows.map(
      (row) =>
        sql`(${join(columns.map((column) => (column.isInsert ? valueOf(tx, row, column) : undefined) ?? DEFAULT))})`,
    );
    await query(tx, sql`INSERT INTO ${raw(tablePath)} (${raw(names.join(', '))}) VALUES ${join(values)}`);
  }
}

const DEFAULT = raw('DEFAULT');

function nameOf({ databaseName }: ColumnMetadata): string {
  return `"${databaseName}"`;
}

/** A field as the driver takes it; undefined where it was never set. */
function valueOf(tx: Tx, entity: object, column: ColumnMetadata): Sql | undefined {
  const value: unknown = column.getEntityValue(entity);
  return value === undefined ? undefined : sql`${tx.dataSource.driver.preparePersistentValue(value, column)}`;
}

/**
 * Writes a changed entity when nobody else has since it was read, and raises its version.
 * `expected` is the version the client saw (If-Match); without it the version that was read.
 */
export async function update<T extends BaseEntity>(tx: Tx, entity: T, expected = entity.version): Promise<T> {
  if (expected !== entity.version) throw new StaleVersionError();
  const { columns, tablePath } = tx.dataSource.getMetadata(entity.constructor);
  const after = { ...entity, updatedAt: new Date(), version: expected + 1 };
  const written = columns.flatMap((column) => {
    const value = FIXED.has(column.propertyName) || !column.isUpdate ? undefined : valueOf(tx, after, column);
    return value ? [sql`${raw(nameOf(column))} = ${value}`] : [];
  });
  const changed = await change(
    tx,
    sql`UPDATE ${raw(tablePath)} SET ${join(written)} WHERE id = ${entity.id} AND version = ${expected}`,
  );
  if (changed !== 1) throw new StaleVersionError();
  entity.version = expected + 1;
  return entity;
}

/** What an update never writes. */
const FIXED = new Set(['id', 'createdAt']);
