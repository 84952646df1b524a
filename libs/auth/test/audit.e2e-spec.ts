import { randomUUID } from 'node:crypto';
import { Actor, audit, AUDIT_RIGHTS, authMigrations, sealAudit, verifyAuditChain } from '#auth';
import { connect, Database, migrate, query, raw, sql } from '#database';
import { campus, cloneDatabase, emptyDatabase } from '#testing';

const ACTOR = Actor.person('portal', { id: campus.staff.psychologist, student: false, posts: [] }, []);

describe('the audit chain', () => {
  let database: Database;
  let url: string;
  let drop: () => Promise<void>;
  const today = () => new Date().toISOString().slice(0, 10);
  const run = (statement: ReturnType<typeof sql>) => query<Record<string, string>>(database.connection, statement);

  beforeAll(async () => {
    ({ url, drop } = await cloneDatabase());
    database = new Database(await connect({ url, entities: [], poolSize: 8, applicationName: 'test' }));
  });
  afterAll(async () => {
    await database?.dataSource.destroy();
    await drop?.();
  });
  beforeEach(async () => {
    await run(sql`TRUNCATE platform.audit_unsealed, platform.audit_entry, platform.audit_day`);
    for (let i = 0; i < 5; i++) await database.transaction(null, (tx) => read(tx, `s${i}`));
    await sealAudit(database.connection);
  });

  const verify = (day = today()) => verifyAuditChain(database.connection, day);
  const read = (tx: Parameters<typeof audit>[0], id: string) =>
    audit(tx, ACTOR, {
      action: 'safety.screening.read',
      subject: { kind: 'screening', id },
      reason: '危机干预 "1", {2}',
    });

  it('holds who, what and why, and is whole', async () => {
    const chain = await verify();
    expect(chain).toEqual({
      entries: 5,
      head: expect.stringMatching(/^[0-9a-f]{64}$/) as never,
      unsealed: 0,
      droppedAt: null,
    });
    const [entry] = await run(sql`SELECT * FROM platform.audit_entry WHERE seq = 1`);
    expect(entry).toMatchObject({
      app: 'portal',
      person_id: campus.staff.psychologist,
      action: 'safety.screening.read',
      subject_id: 's0',
      reason: '危机干预 "1", {2}',
    });
    expect(await verify('2001-01-01')).toEqual({ entries: 0, head: null, unsealed: 0, droppedAt: null });
  });

  it('stays one chain when many write at once, and forgets what was rolled back', async () => {
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        database
          .transaction(null, async (tx) => {
            await read(tx, `p${i}`);
            if (i % 4 === 0) throw new Error('rolled back');
          })
          .catch(() => undefined),
      ),
    );
    expect(await verify()).toMatchObject({ entries: 5, unsealed: 30 });
    expect(await sealAudit(database.connection)).toBe(30);
    expect(await verify()).toMatchObject({ entries: 35, unsealed: 0 });
    expect((await verify()).broken).toBeUndefined();
  });

  /** A transaction that has written its entry and is kept open until it is told to end. */
  async function open(id: string): Promise<{ commit: () => Promise<void> }> {
    let end: () => void = () => undefined;
    let done: Promise<void> = Promise.resolve();
    await new Promise<void>((written, failed) => {
      done = database.transaction(null, async (tx) => {
        await read(tx, id);
        written();
        await new Promise<void>((resolve) => (end = resolve));
      });
      done.catch(failed);
    });
    return {
      commit: () => {
        end();
        return done;
      },
    };
  }

  it('keeps nobody waiting for another, and passes over nothing that commits late', async () => {
    const slow = await open('slow');
    await database.transaction(null, (tx) => read(tx, 'quick'));
    expect(await sealAudit(database.connection)).toBe(1);
    expect(await verify()).toMatchObject({ entries: 6, unsealed: 0 });
    await slow.commit();
    expect(await verify()).toMatchObject({ entries: 6, unsealed: 1 });
    expect(await sealAudit(database.connection)).toBe(1);
    const last = await run(sql`SELECT subject_id FROM platform.audit WHERE seq > 5 ORDER BY seq`);
    expect(last).toEqual([{ subject_id: 'quick' }, { subject_id: 'slow' }]);
    expect((await verify()).broken).toBeUndefined();
  });

  it('shows each entry once, before it is sealed and afterwards', async () => {
    await database.transaction(null, (tx) => read(tx, 'seen'));
    const seen = () => run(sql`SELECT seq FROM platform.audit WHERE subject_id = 'seen'`);
    expect(await seen()).toEqual([{ seq: null }]);
    await sealAudit(database.connection);
    expect(await seen()).toEqual([{ seq: '6' }]);
  });

  it('is sealed by one at a time, and each entry once, when several do so at once', async () => {
    for (let i = 0; i < 200; i++) await read(database.connection, `m${i}`);
    const first = database.transaction(null, async (tx) => {
      const sealed = await sealAudit(tx);
      expect(await Promise.all([1, 2].map(() => sealAudit(database.connection)))).toEqual([0, 0]);
      return sealed;
    });
    expect(await first).toBe(200);
    for (let i = 0; i < 200; i++) await read(database.connection, `n${i}`);
    const sealed = await Promise.all(Array.from({ length: 4 }, () => sealAudit(database.connection)));
    expect(sealed.reduce((a, b) => a + b)).toBe(200);
    expect(await verify()).toMatchObject({ entries: 405, unsealed: 0 });
    expect((await verify()).broken).toBeUndefined();
  });

  it('can be checked while it is sealed', async () => {
    let sealing = true;
    const writer = (async () => {
      for (let i = 0; i < 40; i++) {
        await Promise.all(Array.from({ length: 5 }, () => read(database.connection, 'w')));
        await sealAudit(database.connection);
      }
    })().finally(() => (sealing = false));
    while (sealing) expect((await verify()).broken).toBeUndefined();
    await writer;
    expect(await verify()).toMatchObject({ entries: 205 });
  });

  it('names an entry put in, and two that changed places', async () => {
    await run(sql`INSERT INTO platform.audit_entry SELECT gen_random_uuid(), day, 6, occurred_at, app, person_id, request_id, action,
      subject_kind, subject_id, reason, hash, 'x' FROM platform.audit_entry WHERE seq = 5`);
    expect((await verify()).broken).toMatchObject({ seq: 6, problem: 'changed' });
    await run(sql`UPDATE platform.audit_entry e SET hash = platform.audit_hash(e) WHERE seq = 6`);
    expect((await verify()).broken).toMatchObject({ seq: 6, problem: 'changed' });
    await run(sql`DELETE FROM platform.audit_entry WHERE seq = 6`);
    expect((await verify()).broken).toBeUndefined();
    const moves: [number, number][] = [
      [2, 99],
      [3, 2],
      [99, 3],
    ];
    for (const [from, to] of moves) await run(sql`UPDATE platform.audit_entry SET seq = ${to} WHERE seq = ${from}`);
    expect((await verify()).broken).toMatchObject({ seq: 2, problem: 'changed' });
  });

  it.each(['reason', 'app', 'subject_id', 'action', 'request_id', 'subject_kind'])(
    'names the row whose %s was edited',
    async (column) => {
      const [row] = await run(sql`UPDATE platform.audit_entry SET ${raw(column)} = 'x' WHERE seq = 3 RETURNING id`);
      expect((await verify()).broken).toEqual({
        seq: 3,
        id: row?.id,
        problem: 'changed',
      });
    },
  );

  it('names the row that was edited and hashed again', async () => {
    await run(sql`UPDATE platform.audit_entry SET person_id = ${randomUUID()}, occurred_at = now() WHERE seq = 3`);
    await run(sql`UPDATE platform.audit_entry e SET hash = platform.audit_hash(e) WHERE seq = 3`);
    expect((await verify()).broken).toMatchObject({ seq: 4, problem: 'changed' });
  });

  it('names a deleted row: in the middle, the last, all', async () => {
    await run(sql`DELETE FROM platform.audit_entry WHERE seq = 2`);
    expect((await verify()).broken).toEqual({ seq: 2, problem: 'missing' });
    await run(sql`UPDATE platform.audit_entry SET seq = 2 WHERE seq = 3`);
    expect((await verify()).broken).toMatchObject({ seq: 2, problem: 'changed' });
    await run(sql`DELETE FROM platform.audit_entry WHERE seq > 1`);
    expect((await verify()).broken).toEqual({ seq: 2, problem: 'missing' });
    await run(sql`DELETE FROM platform.audit_entry`);
    expect((await verify()).broken).toEqual({ seq: 1, problem: 'missing' });
  });

  it('lets a service append and nothing else', async () => {
    const role = `audit_${randomUUID().replace(/-/g, '')}`;
    await run(raw(`CREATE ROLE ${role} LOGIN PASSWORD 'test'`) as never);
    try {
      await run(sql`GRANT USAGE ON SCHEMA platform TO ${raw(role)}`);
      await run(sql`GRANT ${raw(AUDIT_RIGHTS)} TO ${raw(role)}`);
      await database.transaction(null, async (tx) => {
        await query(tx, sql`SET LOCAL ROLE ${raw(role)}`);
        await read(tx, 'by the service');
        expect(await sealAudit(tx)).toBe(1);
      });
      expect(await verify()).toMatchObject({ entries: 6 });
      for (const statement of [
        sql`UPDATE platform.audit_entry SET reason = 'x'`,
        sql`UPDATE platform.audit_unsealed SET reason = 'x'`,
        sql`DELETE FROM platform.audit_unsealed`,
        sql`DELETE FROM platform.audit_entry`,
        sql`INSERT INTO platform.audit_day VALUES ('2001-01-01', 0, '')`,
        sql`SELECT * FROM platform.audit_entry`,
      ]) {
        const forbidden = database.transaction(null, async (tx) => {
          await query(tx, sql`SET LOCAL ROLE ${raw(role)}`);
          await query(tx, statement);
        });
        await expect(forbidden).rejects.toMatchObject({ driverError: { code: '42501' } });
      }
    } finally {
      await run(sql`DROP OWNED BY ${raw(role)}`);
      await run(sql`DROP ROLE ${raw(role)}`);
    }
  });
});

it('keeps the chains from before entries were sealed afterwards, and goes on with the one of today', async () => {
  const { url, drop } = await emptyDatabase();
  try {
    await migrate(url, [{ schema: 'platform', migrations: authMigrations.slice(0, 1) }]);
    const database = new Database(await connect({ url, entities: [], poolSize: 2, applicationName: 'test' }));
    try {
      const write = (id: string) => audit(database.connection, ACTOR, { action: 'a.b.c', subject: { kind: 'k', id } });
      await write('before 1');
      await write('before 2');
      const [{ day }] = (await query<{ day: string }>(
        database.connection,
        sql`SELECT day::text AS day FROM platform.audit_day`,
      )) as [{ day: string }];
      await migrate(url, [{ schema: 'platform', migrations: authMigrations }]);
      const before = await verifyAuditChain(database.connection, day);
      expect(before).toEqual({ entries: 2, head: expect.any(String) as never, unsealed: 0, droppedAt: null });
      await write('after');
      await sealAudit(database.connection);
      // Midnight (UTC) may have passed meanwhile: then the entry begins the next chain.
      const chains = await query<{ day: string; entries: string }>(
        database.connection,
        sql`SELECT day::text AS day, entries FROM platform.audit_day`,
      );
      for (const chain of chains)
        expect((await verifyAuditChain(database.connection, chain.day)).broken).toBeUndefined();
      expect(chains.reduce((sum, { entries }) => sum + Number(entries), 0)).toBe(3);
      await query(database.connection, sql`UPDATE platform.audit_entry SET app = 'x' WHERE subject_id = 'before 2'`);
      expect((await verifyAuditChain(database.connection, day)).broken).toMatchObject({ seq: 2, problem: 'changed' });
    } finally {
      await database.dataSource.destroy();
    }
  } finally {
    await drop();
  }
});
