import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify/sync';
import yazl from 'yazl';
import { query, queryOne, sql, type Tx } from '#database';
import type { Vault } from '#vault';
import type { Page } from './oneroster.client.js';
import { FILES, ORDER, type OneRosterObject, type Resource, rolesOf, rowsOf } from './oneroster-rows.js';

/** A page of a resource, how many objects are before it, and the sourcedId of the last of them. */
export interface PageAt {
  resource: Resource;
  page: number;
  offset: number;
  after?: string | undefined;
}

/** The 21 files of a OneRoster set. */
const ALL_FILES = (
  'academicSessions categories classes classResources courses courseResources demographics enrollments lineItemLearningObjectiveIds ' +
  'lineItems lineItemScoreScales orgs resources resultLearningObjectiveIds results resultScoreScales roles scoreScales userProfiles ' +
  'userResources users'
).split(' ');

const placeOf = (runId: string, { resource, page }: Omit<PageAt, 'offset'>): string =>
  `integration.connector_page ${runId} ${resource} ${page}`;

/** The page that a run is to ask for next; undefined when it has all. */
export async function nextPage(tx: Tx, vault: Vault, runId: string): Promise<PageAt | undefined> {
  const newest = await queryOne<PageAt & { last: boolean }>(
    tx,
    sql`SELECT resource, page, last, (sum(rows) OVER (PARTITION BY resource))::int AS "offset" FROM integration.connector_page WHERE run_id = ${runId}
         ORDER BY array_position(${ORDER}::text[], resource) DESC, page DESC LIMIT 1`,
  );
  if (!newest) return { resource: ORDER[0]!, page: 0, offset: 0 };
  const next = following(newest, newest.last);
  if (!next || next.resource !== newest.resource) return next;
  const objects = (await fetchPage(tx, vault, runId, newest))!;
  // Of a source that gives one at a time, the last one again would be all it gives.
  return objects.length > 1 ? { ...next, after: objects.at(-1)!.sourcedId } : next;
}

/** Forgets what a run has of a resource, and answers how many objects that was. */
export async function dropPages(tx: Tx, runId: string, resource: Resource): Promise<number> {
  const dropped = await query<{ rows: number }>(
    tx,
    sql`DELETE FROM integration.connector_page WHERE run_id = ${runId} AND resource = ${resource} RETURNING rows`,
  );
  return dropped.reduce((sum, { rows }) => sum + rows, 0);
}

/** What comes after a page, with the objects there are until then. */
function following({ resource, page, offset }: PageAt, last: boolean): PageAt | undefined {
  if (!last) return { resource, page: page + 1, offset };
  const next = ORDER[ORDER.indexOf(resource) + 1];
  return next && { resource: next, page: 0, offset: 0 };
}

/** Answers whether it was the last page of all. */
export async function storePage(
  tx: Tx,
  vault: Vault,
  runId: string,
  at: PageAt,
  { objects, last }: Page,
): Promise<boolean> {
  const sealed = vault.seal(placeOf(runId, at), JSON.stringify(objects));
  await query(
    tx,
    sql`INSERT INTO integration.connector_page (run_id, resource, page, rows, last, sealed)
        VALUES (${runId}, ${at.resource}, ${at.page}, ${objects.length}, ${last}, ${sealed})`,
  );
  return following(at, last) === undefined;
}

/** Writes what a run has pulled as a OneRoster CSV 1.2 bulk set. */
export async function writeSet(tx: Tx, vault: Vault, runId: string, path: string): Promise<void> {
  const zip = new yazl.ZipFile();
  zip.on('error', (error: Error) => (zip.outputStream as Readable).destroy(error));
  const add = (name: string, lines: AsyncIterable<string>): void =>
    zip.addReadStream(Readable.from(lines), `${name}.csv`);
  const header = (name: Resource | 'roles'): string => `sourcedId,status,dateLastModified,${FILES[name]}\n`;
  async function* file(name: Resource | 'roles'): AsyncGenerator<string> {
    yield header(name);
    const resource = name === 'roles' ? 'users' : name;
    for (let page = 0; ; page++) {
      const objects = await fetchPage(tx, vault, runId, { resource, page });
      if (!objects) return;
      yield stringify(name === 'roles' ? rolesOf(objects) : rowsOf(resource, objects));
    }
  }
  const manifest = [
    ['propertyName', 'value'],
    ['manifest.version', '1.0'],
    ['oneroster.version', '1.2'],
    ...ALL_FILES.map((name) => [`file.${name}`, name in FILES ? 'bulk' : 'absent']),
  ];
  zip.addBuffer(Buffer.from(stringify(manifest)), 'manifest.csv');
  for (const name of Object.keys(FILES) as (Resource | 'roles')[]) add(name, file(name));
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path, { mode: 0o600 }));
}

async function fetchPage(
  tx: Tx,
  vault: Vault,
  runId: string,
  at: Omit<PageAt, 'offset'>,
): Promise<OneRosterObject[] | undefined> {
  const row = await queryOne<{ sealed: Buffer }>(
    tx,
    sql`SELECT sealed FROM integration.connector_page WHERE run_id = ${runId} AND resource = ${at.resource} AND page = ${at.page}`,
  );
  return row && (JSON.parse(vault.open(placeOf(runId, at), row.sealed)) as OneRosterObject[]);
}
