import { schemaOf } from '#contracts';
import { type Database, type Tx } from '#database';
import { FileKeys, purposesOf } from '#files';
import type { Service } from '#service';
import {
  countOld,
  countPlain,
  rewrap,
  type RootSealed,
  sealedTables,
  sealTexts,
  StudentKeys,
  type Vault,
} from '#vault';

/** What is sealed with root keys and kept. */
export const ROOT_SEALED: readonly RootSealed[] = [
  { table: 'platform.student_key', id: 'student_id::text', column: 'wrapped' },
  { table: 'directory.signing_key', id: 'kid', column: 'sealed_jwk' },
  { table: 'affairs.certificate_key', id: 'kid', column: 'sealed_jwk' },
  { table: 'integration.channel', id: 'id::text', column: 'sealed_secret' },
  { table: 'integration.channel_identity', id: 'id::text', column: 'sealed_address' },
  { table: 'integration.webhook', id: 'id::text', column: 'sealed_secrets' },
  { table: 'integration.connector', id: 'id::text', column: 'sealed_secret' },
  { table: 'integration.connector_page', id: "run_id::text || ' ' || resource || ' ' || page::text", column: 'sealed' },
  { table: 'integration.connector_run_part', id: "run_id::text || ' ' || part::text", column: 'sealed' },
  { table: 'safety.device', id: 'id::text', column: 'sealed_password' },
  { table: 'directory.oidc_state', id: `model || ' ' || id_hash`, column: 'payload' },
];

/** What is sealed with root keys and deleted before long. */
export const PASSING: readonly (Omit<RootSealed, 'id'> & { within: string })[] = [
  { table: 'integration.email_code', column: 'sealed_address', within: '48 hours' },
  { table: 'platform.idempotency_key', column: 'answer', within: '48 hours' },
];

/** Rows of a batch: short enough that nobody waits. */
const BATCH = 500;

/** The columns of `ROOT_SEALED`, and the keys of files of each service that has such. */
export function rootSealed(services: readonly Service[]): RootSealed[] {
  const withFiles = services.filter(({ name }) => purposesOf(name).length > 0);
  const files = withFiles.map(({ name }) => ({
    table: `${schemaOf(name)}.file`,
    id: 'id::text',
    column: 'sealed_key',
  }));
  return [...ROOT_SEALED, ...files];
}

export interface Left {
  /** `schema.table.column` */
  what: string;
  rows: number;
  /** By when they are gone by themselves. */
  within?: string;
}

/**
 * Seals anew, in batches of their own transactions, what an older root key is needed for, and with the keys of students what is from
 * before these. It may be stopped at any time and begun anew. Returns what an older root key is still needed for.
 */
export async function replaceRootKey(
  database: Database,
  vault: Vault,
  services: readonly Service[],
  tell: (line: string) => void,
): Promise<Left[]> {
  const keys = new StudentKeys(vault);
  const files = new FileKeys(vault, keys);
  for (const column of rootSealed(services))
    await inBatches(database, `${column.table}.${column.column}`, tell, (tx) => rewrap(tx, vault, column, BATCH));
  for (const table of sealedTables(database.dataSource))
    await inBatches(database, `${table.table} (texts)`, tell, (tx) => sealTexts(tx, keys, table, BATCH));
  for (const { name } of services.filter((service) => purposesOf(service.name).length > 0))
    await inBatches(database, `files of ${name}`, tell, (tx) => files.giveAttached(tx, name, BATCH));
  return neededFor(database.connection, vault, services);
}

/** What an older root key is still needed for; empty: for nothing. */
export async function neededFor(tx: Tx, vault: Vault, services: readonly Service[]): Promise<Left[]> {
  const left: Left[] = [];
  for (const column of [...rootSealed(services), ...PASSING]) {
    const what = `${column.table}.${column.column}`;
    const rows = await countOld(tx, vault, column);
    if (rows > 0) left.push({ what, rows, ...('within' in column && { within: column.within }) });
  }
  return left;
}

/** Texts that are not sealed yet, by table. */
export async function plainTexts(database: Database): Promise<Left[]> {
  const counted: Left[] = [];
  for (const table of sealedTables(database.dataSource))
    counted.push({ what: table.table, rows: await countPlain(database.connection, table) });
  return counted.filter(({ rows }) => rows > 0);
}

async function inBatches(
  database: Database,
  what: string,
  tell: (line: string) => void,
  batch: (tx: Tx) => Promise<number>,
): Promise<void> {
  let total = 0;
  for (let rows = BATCH; rows > 0;) {
    rows = await database.background(batch);
    total += rows;
    if (rows > 0) tell(`${what}: ${total}`);
  }
}
