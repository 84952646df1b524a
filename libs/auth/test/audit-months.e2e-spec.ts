import { Actor, audit, AUDIT_MONTHS, authMigrations, sealAudit, verifyAuditChain } from '#auth';
import { connect, Database, keepMonths, migrate, query, queryOne, sql } from '#database';
import { cloneDatabase, emptyDatabase } from '#testing';

const ACTOR = Actor.app('gate', []);

/** Seals `count` entries as those of a day, with the chain that sealing would have made. */
async function sealedOn(database: Database, day: string, count: number): Promise<void> {
  await query(database.connection, sql`INSERT INTO platform.audit_day VALUES (${day}, ${count}, '')`);
  for (let seq = 1; seq <= count; seq++) {
    await query(
      database.connection,
      sql`INSERT INTO platform.audit_entry
          SELECT gen_random_uuid(), d.day, ${seq}::bigint, d.day + interval '10 hours', 'gate', NULL, 'r', 'a.b.c', 'k', ${`${day} ${seq}`}, NULL, d.head, ''
            FROM platform.audit_day d WHERE d.day = ${day}`,
    );
    await query(
      database.connection,
      sql`WITH hashed AS (
            UPDATE platform.audit_entry e SET hash = platform.audit_hash(e) WHERE day = ${day} AND seq = ${seq} RETURNING hash)
          UPDATE platform.audit_day SET head = hashed.hash FROM hashed WHERE day = ${day}`,
    );
  }
}

const partitions = async (database: Database): Promise<string[]> => {
  const rows = await query<{ name: string }>(
    database.connection,
    sql`SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = 'platform.audit_entry'::regclass ORDER BY 1`,
  );
  return rows.map(({ name }) => name.replace('platform.audit_entry_', ''));
};

describe('months of the audit', () => {
  let database: Database;
  let drop: () => Promise<void>;
  beforeEach(async () => {
    const clone = await cloneDatabase();
    drop = clone.drop;
    database = new Database(await connect({ url: clone.url, entities: [], poolSize: 4, applicationName: 'test' }));
  });
  afterEach(async () => {
    await database?.dataSource.destroy();
    await drop?.();
  });

  const keep = (now: string, months = 6) =>
    database.transaction(null, (tx) => keepMonths(tx, AUDIT_MONTHS, { now: new Date(now), months }));
  const verify = (day: string) => verifyAuditChain(database.connection, day);
  const listed = async () => {
    const rows = await query<{ id: string }>(
      database.connection,
      sql`SELECT subject_id AS id FROM platform.audit ORDER BY day, seq`,
    );
    return rows.map(({ id }) => id);
  };

  it('are made ahead over the end of a year, and what lay in no month is moved into its own', async () => {
    await sealedOn(database, '2019-11-30', 2);
    await sealedOn(database, '2019-12-31', 2);
    await sealedOn(database, '2020-01-01', 1);
    await sealedOn(database, '2020-08-01', 1);
    const before = await listed();
    expect(before).toHaveLength(6);
    expect(await keep('2019-12-31T23:59:59Z')).toEqual({ dropped: [], outside: 1 });
    expect((await partitions(database)).filter((name) => name < '2021')).toEqual([
      ...['2019_11', '2019_12', '2020_01', '2020_02', '2020_03'],
    ]);
    expect(await listed()).toEqual(before);
    const [{ month }] = (await query(
      database.connection,
      sql`SELECT tableoid::regclass::text AS month FROM platform.audit_entry WHERE day = '2019-12-31'`,
    )) as [{ month: string }];
    expect(month).toBe('platform.audit_entry_2019_12');
    for (const day of ['2019-11-30', '2019-12-31', '2020-01-01', '2020-08-01'])
      expect(await verify(day)).toMatchObject({ droppedAt: null, head: expect.any(String) as never });
    expect((await verify('2019-12-31')).broken).toBeUndefined();
    // Eight months on the last one has its month too, and a second time nothing is left to do.
    expect(await keep('2020-05-01T00:00:00Z', 12)).toEqual({ dropped: [], outside: 0 });
    expect(await keep('2020-05-01T00:00:00Z', 12)).toEqual({ dropped: [], outside: 0 });
    expect(await listed()).toEqual(before);
  });

  it('are dropped whole when their time is over: number and hash of each day stay, and it is said that it is kept no longer', async () => {
    await sealedOn(database, '2019-11-30', 3);
    await sealedOn(database, '2019-12-01', 2);
    await keep('2019-12-15T00:00:00Z');
    const { head } = await verify('2019-11-30');
    expect(await keep('2020-05-31T23:59:59Z')).toMatchObject({ dropped: [] });
    expect(await listed()).toHaveLength(5);
    expect(await keep('2020-06-01T00:00:00Z')).toMatchObject({ dropped: ['2019-11-01'] });
    expect(await listed()).toEqual(['2019-12-01 1', '2019-12-01 2']);
    expect(await verify('2019-11-30')).toEqual({ entries: 3, head, unsealed: 0, droppedAt: expect.any(Date) as never });
    expect(await verify('2019-12-01')).toMatchObject({ entries: 2, droppedAt: null });
    expect((await verify('2019-12-01')).broken).toBeUndefined();
    // What somebody puts there afterwards is not taken for what was.
    await query(
      database.connection,
      sql`INSERT INTO platform.audit_entry SELECT id, '2019-11-30', 1, occurred_at, app, person_id, request_id, action, subject_kind,
            subject_id, reason, '', hash FROM platform.audit_entry WHERE day = '2019-12-01' AND seq = 1`,
    );
    expect((await verify('2019-11-30')).broken).toMatchObject({ seq: 1, problem: 'changed' });
  });

  it('of which a row was deleted are broken, not kept no longer', async () => {
    await sealedOn(database, '2019-11-30', 1);
    await query(database.connection, sql`DELETE FROM platform.audit_entry WHERE day = '2019-11-30'`);
    expect(await verify('2019-11-30')).toMatchObject({ droppedAt: null, broken: { seq: 1, problem: 'missing' } });
  });

  it('stay six months whoever asks, by the clock of the database', async () => {
    const recent = new Date();
    recent.setUTCDate(1);
    recent.setUTCMonth(recent.getUTCMonth() - 5);
    const day = recent.toISOString().slice(0, 10);
    await sealedOn(database, day, 1);
    await keep(new Date().toISOString());
    await expect(keep(new Date().toISOString(), 2)).rejects.toThrow('6 months at least');
    expect(await listed()).toEqual([`${day} 1`]);
  });

  it('that are read stay until the next time', async () => {
    await sealedOn(database, '2019-10-30', 1);
    await keep('2019-11-15T00:00:00Z');
    const reader = database.dataSource.createQueryRunner();
    await reader.startTransaction();
    await reader.query("SELECT FROM platform.audit_entry WHERE day = '2019-10-30'");
    try {
      expect(await keep('2020-11-01T00:00:00Z')).toEqual({ dropped: [], busy: '2019-10-01', outside: 0 });
    } finally {
      await reader.rollbackTransaction();
      await reader.release();
    }
    expect(await listed()).toHaveLength(1);
    expect((await keep('2020-11-01T00:00:00Z')).dropped[0]).toBe('2019-10-01');
    expect(await listed()).toEqual([]);
  });
});

it('keeps what was sealed before there were months, byte for byte, in one partition that is dropped with its last month', async () => {
  const { url, drop } = await emptyDatabase();
  try {
    await migrate(url, [{ schema: 'platform', migrations: authMigrations.slice(0, 2) }]);
    const database = new Database(await connect({ url, entities: [], poolSize: 2, applicationName: 'test' }));
    try {
      await sealedOn(database, '2019-11-30', 40);
      await sealedOn(database, '2020-02-29', 3);
      const write = (id: string) => audit(database.connection, ACTOR, { action: 'a.b.c', subject: { kind: 'k', id } });
      await write('sealed before');
      await sealAudit(database.connection);
      await write('unsealed');
      const rows = () => query(database.connection, sql`SELECT * FROM platform.audit_entry ORDER BY day, seq`);
      const before = await rows();
      const file = () =>
        queryOne(
          database.connection,
          sql`SELECT pg_relation_filenode(tableoid) AS file FROM platform.audit_entry LIMIT 1`,
        );
      const copied = await file();
      await migrate(url, [{ schema: 'platform', migrations: authMigrations }]);
      expect(await rows()).toEqual(before);
      // It is the same file: nothing was written anew.
      expect(await file()).toEqual(copied);
      await sealAudit(database.connection);
      expect(await rows()).toHaveLength(before.length + 1);
      const days = await query<{ day: string }>(
        database.connection,
        sql`SELECT day::text AS day FROM platform.audit_day`,
      );
      expect(days.length).toBeGreaterThanOrEqual(3);
      for (const { day } of days) expect((await verifyAuditChain(database.connection, day)).broken).toBeUndefined();
      await query(
        database.connection,
        sql`UPDATE platform.audit_entry SET app = 'x' WHERE day = '2019-11-30' AND seq = 7`,
      );
      expect((await verifyAuditChain(database.connection, '2019-11-30')).broken).toMatchObject({
        seq: 7,
        problem: 'changed',
      });
      // Months before the first partition's end are in it, so that none is made.
      const kept = await database.transaction(null, (tx) =>
        keepMonths(tx, AUDIT_MONTHS, { now: new Date('2020-03-15T00:00:00Z'), months: 6 }),
      );
      expect(kept).toEqual({ dropped: [], outside: 0 });
      const names = await partitions(database);
      expect(names).toHaveLength(5);
      expect(names.at(-1)).toBe('default');
    } finally {
      await database.dataSource.destroy();
    }
  } finally {
    await drop();
  }
});
