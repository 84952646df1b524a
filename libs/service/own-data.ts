import { Injectable, Module, type Type } from '@nestjs/common';
import {
  type Bilingual,
  OwnExportPartMadeV1,
  OwnExportRequestedV1,
  PersonRowsAskedV1,
  PersonRowsCountedV1,
  schemaOf,
  SERVICE_NAMES,
  type ServiceName,
} from '#contracts';
import { empty, join, query, queryOne, raw, sql, type Sql, type Tx } from '#database';
import { Events, OnEvent, type Received } from '#events';
import { CampusClock } from '#time';
import { sealedTables, type Stored, StudentKeys } from '#vault';

/** `follows`: its rows are remade from others, move with a record or are soon gone; a record of a person can be given up with them. */
export type WithheldTable = Bilingual & { follows?: true };

/** A table of which a student gets their own rows. */
export type GivenTable = WithheldTable &
  (
    | {
        /** The column with the student's id. */
        of: string;
        /** Columns that are left out beside those that always are, such as what staff wrote of others. */
        without?: readonly string[];
        /** SQL predicate over the table as `t`: rows that the student may see already. */
        where?: Sql;
      }
    /** SQL: what is given in the place of the table's rows, as JSON in `row`; where looking through the table would take too long. */
    | { rows: (studentId: string) => Sql }
  );

/** What a service has of students: each table with a column that names one is given, or withheld for a reason that is told. */
export interface OwnData {
  given: Readonly<Record<string, GivenTable>>;
  withheld: Readonly<Record<string, WithheldTable>>;
}

/** The rows of a student in a table. `more`: there are others beyond the limit. */
export interface GivenRows extends Bilingual {
  table: string;
  rows: Record<string, unknown>[];
  more: boolean;
}

/** What a service has of a student, as the directory puts it together. */
export interface OwnDataPart {
  tables: GivenRows[];
  withheld: (Bilingual & { table: string })[];
}

/** Rows of one table in one copy. */
const MOST = 50_000;
/** Who else did something, by which app, and what only the house itself reads. */
const OTHERS = /(^|_)by(_app|_person)?$|^(app|version|involved|own_matter_of|candidates|sealed_key|hwm)$/;
const NOTHING: OwnData = { given: {}, withheld: {} };

/** Where a part lies, which it is sealed to. */
export function placeOfPart(exportId: string, service: ServiceName): string {
  return `platform.own_export_part ${exportId} ${service}`;
}

/** What a service has because of what it keeps of students: the handler that gives them their own. */
export function ownDataModulesOf(
  services: readonly { name: ServiceName; ownData?: OwnData }[],
): { name: ServiceName; module: Type }[] {
  // A service of a test's own is asked for nothing.
  const asked = services.filter(({ name }) => SERVICE_NAMES.includes(name));
  return asked.map(({ name, ownData = NOTHING }) => {
    @Injectable()
    class OwnExportPart {
      constructor(
        private readonly events: Events,
        private readonly keys: StudentKeys,
        private readonly clock: CampusClock,
      ) {}

      /** Writes what this service has of the student, and says so. */
      @OnEvent(OwnExportRequestedV1)
      async whenOwnExportRequested(tx: Tx, { data }: Received<OwnExportRequestedV1>): Promise<void> {
        const { exportId, studentId } = data;
        const part = await partOf(tx, this.keys, name, ownData, studentId);
        const text = { studentId, place: placeOfPart(exportId, name), text: JSON.stringify(part) };
        const [sealed] = await this.keys.seal(tx, [text]);
        await query(
          tx,
          sql`INSERT INTO platform.own_export_part (export_id, service, student_id, part, made_at)
              VALUES (${exportId}, ${name}, ${studentId}, ${sealed}, ${this.clock.now()}) ON CONFLICT DO NOTHING`,
        );
        await this.events.publish(tx, new OwnExportPartMadeV1({ exportId, service: name }));
      }

      /** Says how many rows this service has of somebody, for a merge of two records. */
      @OnEvent(PersonRowsAskedV1)
      async whenPersonRowsAsked(tx: Tx, { data }: Received<PersonRowsAskedV1>): Promise<void> {
        const { mergeId, round, personId } = data;
        const rows = await countOf(tx, name, ownData, personId);
        await this.events.publish(tx, new PersonRowsCountedV1({ mergeId, round, service: name, rows }));
      }
    }
    class OwnDataModule {}
    Module({ providers: [OwnExportPart] })(OwnDataModule);
    return { name, module: OwnDataModule };
  });
}

/** Rows of a person in a service's tables, but for those that follow from others. */
async function countOf(tx: Tx, service: ServiceName, { given, withheld }: OwnData, personId: string): Promise<number> {
  const tables = Object.entries<WithheldTable>({ ...given, ...withheld }).filter(([, { follows }]) => !follows);
  const naming = await query<{ table: string; columns: string[] }>(
    tx,
    sql`SELECT table_name AS "table", array_agg(column_name::text) AS columns FROM information_schema.columns
         WHERE table_schema = ${schemaOf(service)} AND table_name = ANY(${tables.map(([table]) => table)}::text[])
           AND data_type = 'uuid' AND column_name ~ '(^|_)(student|person)(_id)?$' GROUP BY table_name`,
  );
  const inTables = naming.map(({ table, columns }) => {
    const named = columns.map((column) => sql`t.${raw(column)} = ${personId}`);
    return sql`SELECT FROM ${raw(`${schemaOf(service)}.${table}`)} t WHERE ${join(named, ' OR ')}`;
  });
  const byQuery = Object.values(given).flatMap((one) => ('rows' in one && !one.follows ? [one.rows(personId)] : []));
  const counts = [...inTables, ...byQuery].map((rows) => sql`(SELECT count(*) FROM (${rows}) counted)`);
  if (counts.length === 0) return 0;
  return (await queryOne<{ n: number }>(tx, sql`SELECT (${join(counts, ' + ')})::int AS n`))!.n;
}

async function partOf(
  tx: Tx,
  keys: StudentKeys,
  service: ServiceName,
  { given, withheld }: OwnData,
  studentId: string,
): Promise<OwnDataPart> {
  const columns = await columnsOf(tx, service, Object.keys(given));
  const tables: GivenRows[] = [];
  for (const [table, how] of Object.entries(given))
    tables.push(await rowsOf(tx, keys, `${schemaOf(service)}.${table}`, columns.get(table) ?? [], how, studentId));
  return { tables, withheld: Object.entries(withheld).map(([table, { zh, en }]) => ({ table, zh, en })) };
}

interface TableColumn {
  name: string;
  binary: boolean;
}

async function columnsOf(tx: Tx, service: ServiceName, tables: readonly string[]): Promise<Map<string, TableColumn[]>> {
  const rows = await query<TableColumn & { table: string }>(
    tx,
    sql`SELECT table_name AS "table", column_name AS name, data_type = 'bytea' AS binary FROM information_schema.columns
         WHERE table_schema = ${schemaOf(service)} AND table_name = ANY(${tables}::text[]) ORDER BY ordinal_position`,
  );
  const found = new Map<string, TableColumn[]>();
  for (const { table, ...column } of rows) found.set(table, [...(found.get(table) ?? []), column]);
  return found;
}

async function rowsOf(
  tx: Tx,
  keys: StudentKeys,
  table: string,
  columns: readonly TableColumn[],
  given: GivenTable,
  studentId: string,
): Promise<GivenRows> {
  const { zh, en } = given;
  if ('rows' in given) {
    const found = await query<{ row: Record<string, unknown> }>(
      tx,
      sql`SELECT g.row FROM (${given.rows(studentId)}) g LIMIT ${MOST + 1}`,
    );
    return { table, zh, en, rows: found.slice(0, MOST).map(({ row }) => row), more: found.length > MOST };
  }
  const { of, without = [], where = sql`TRUE` } = given;
  const sealed = sealedTables(tx.dataSource).find((one) => one.table === table)?.columns ?? [];
  const shown = columns.filter(
    ({ name, binary }) => !without.includes(name) && !OTHERS.test(name) && (!binary || sealed.includes(name)),
  );
  const texts = shown.filter(({ binary }) => binary);
  const plain = shown.filter(({ binary }) => !binary);
  const found = await query<{ id: string | null; row: Record<string, unknown>; texts: (Buffer | null)[] }>(
    tx,
    sql`SELECT to_jsonb(t) ->> 'id' AS id, jsonb_build_object(${listOf(plain.map(({ name }) => sql`${name}::text, t.${raw(name)}`))}) AS row,
               ARRAY[${listOf(texts.map(({ name }) => sql`t.${raw(name)}`))}]::bytea[] AS texts
          FROM ${raw(table)} t WHERE t.${raw(of)} = ${studentId} AND ${where} LIMIT ${MOST + 1}`,
  );
  const rows = found.slice(0, MOST);
  const stored = rows.flatMap((row) =>
    texts.map(({ name }, i): Stored => ({
      studentId,
      place: `${table} ${row.id} ${name}`,
      sealed: row.texts[i] ?? null,
    })),
  );
  const opened = (await keys.open(tx, stored)).values();
  for (const { row } of rows) for (const { name } of texts) row[name] = opened.next().value ?? null;
  return { table, zh, en, rows: rows.map(({ row }) => row), more: found.length > MOST };
}

function listOf(parts: readonly Sql[]): Sql {
  return parts.length === 0 ? empty : join([...parts]);
}
