import { newId, sql } from '#database';
import { campus, type Client, TestApp, wholeList } from '#testing';
import { directory } from '../src/directory.module.js';

interface Row {
  id: string;
  code: string;
  number: number;
}

describe('lists of the directory', () => {
  let test: TestApp;
  let client: Client;
  beforeAll(async () => {
    test = await TestApp.create([directory]);
    client = await test.client();
  });
  afterAll(() => test.close());

  const all = (path: string, filter?: string) => wholeList<Row>(client, `/directory/v1/${path}`, filter);
  const touch = (table: string, id: string) =>
    test.database.connection.query(
      `UPDATE directory.${table} SET updated_at = now() + interval '1 hour' WHERE id = $1`,
      [id],
    );
  const soon = () => encodeURIComponent(new Date(Date.now() + 1_800_000).toISOString());

  it('terms: by kinds, by change', async () => {
    const codes = async (filter: string) => (await all('terms', filter)).map(({ code }) => code);
    expect(await codes('sort=code')).toEqual(['2026-2027', '2026-2027-1']);
    expect(await codes('kind=term')).toEqual(['2026-2027-1']);
    expect(await codes('kind=term&kind=school_year&schoolYear=2027')).toHaveLength(2);
    expect(await codes('schoolYear=2028')).toEqual([]);
    const [year] = await all('terms', 'kind=school_year');
    await touch('term', year!.id);
    expect(await codes(`updatedSince=${soon()}`)).toEqual(['2026-2027']);
    expect(await codes('sort=-updatedAt')).toEqual(['2026-2027', '2026-2027-1']);
  });

  it('clients: by whether they are active', async () => {
    for (const clientId of ['a-portal', 'b-portal', 'c-portal'])
      await client
        .post('/directory/v1/clients', {
          clientId,
          name: clientId,
          grants: ['client_credentials'],
          permissions: ['directory:unit:read'],
        })
        .expect(201);
    const ids = async (filter?: string) =>
      (await wholeList<{ clientId: string }>(client, '/directory/v1/clients', filter)).map(({ clientId }) => clientId);
    expect(await ids('active=true')).toEqual(expect.arrayContaining(['a-portal', 'b-portal', 'c-portal']));
    expect(await ids('active=false')).toEqual([]);
  });

  it('units of a person, each once', async () => {
    const path = `people/${campus.students[0]}/memberships`;
    const units = await wholeList<{ unitId: string; code: string }>(client, `/directory/v1/${path}`);
    expect(units.length).toBeGreaterThan(3);
    expect(new Set(units.map(({ unitId }) => unitId)).size).toBe(units.length);
  });

  it('imports: newest first, by kinds, states and sources, by change', async () => {
    const made = [
      ['roster', 'sis', 'succeeded'],
      ['places', 'sis', 'failed'],
      ['roster', 'hr', 'requested'],
    ] as const;
    for (const [i, [kind, source, status]] of made.entries()) {
      await test.query(sql`INSERT INTO directory.import (id, number, kind, source, dry_run, allow_shrink, allow_identity_changes,
          file_name, bytes, sha256, job_id, requested_by, status)
        VALUES (${newId()}, ${i + 1}, ${kind}, ${source}, false, false, false, 'a.zip', 9, 'e3b0', ${newId()}, 'test', ${status})`);
    }
    const numbers = async (filter: string) => (await all('imports', filter)).map(({ number }) => number);
    expect(await numbers('')).toEqual([3, 2, 1]);
    expect(await numbers('kind=roster')).toEqual([3, 1]);
    expect(await numbers('kind=roster&kind=places')).toEqual([3, 2, 1]);
    expect(await numbers('status=failed&status=requested')).toEqual([3, 2]);
    expect(await numbers('source=sis')).toEqual([2, 1]);
    expect((await all('imports'))[2]).toMatchObject({ kind: 'roster', fileName: 'a.zip', bytes: 9, finishedAt: null });
    await touch('import', (await all('imports'))[2]!.id);
    expect(await numbers(`updatedSince=${soon()}`)).toEqual([1]);
    expect((await numbers('sort=-updatedAt'))[0]).toBe(1);
  });
});
