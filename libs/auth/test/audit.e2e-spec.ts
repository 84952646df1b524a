import { randomUUID } from 'node:crypto';
import { Actor, audit, AUDIT_RIGHTS, verifyAuditChain } from '#auth';
import { connect, Database, query, raw, sql } from '#database';
import { campus, cloneDatabase } from '#testing';

const ACTOR = Actor.person('portal', { id: campus.staff.psychologist, student: false, posts: [] }, []);

describe('the audit chain', () => {
  let database: Database;
  let url: string;
  let drop: () => Promise<void>;
  const today = () => new Date().toISOString().slice(0, 10);
  const run = (statement: ReturnType<typeof sql>) => query<Record<string, string>>(database.reader, statement);

  beforeAll(async () => {
    ({ url, drop } = await cloneDatabase());
    database = new Database(await connect({ url, entities: [], poolSize: 8, applicationName: 'test' }));
  });
  afterAll(async () => {
    await database?.dataSource.destroy();
    await drop?.();
  });
  beforeEach(async () => {
    await run(sql`TRUNCATE platform.audit_entry, platform.audit_day`);
    for (let i = 0; i < 5; i++) await database.transaction(null, (tx) => read(tx, `s${i}`));
  });

  const read = (tx: Parameters<typeof audit>[0], id: string) =>
    audit(tx, ACTOR, {
      action: 'safety.screening.read',
      subject: { kind: 'screening', id },
      reason: '危机干预 "1", {2}',
    });

  it('holds who, what and why, and is whole', async () => {
    const chain = await verifyAuditChain(database.reader, today());
    expect(chain).toEqual({ entries: 5, head: expect.stringMatching(/^[0-9a-f]{64}$/) as never });
    const [entry] = await run(sql`SELECT * FROM platform.audit_entry WHERE seq = 1`);
    expect(entry).toMatchObject({
      app: 'portal',
      person_id: campus.staff.psychologist,
      action: 'safety.screening.read',
      subject_id: 's0',
      reason: '危机干预 "1", {2}',
    });
    expect(await verifyAuditChain(database.reader, '2001-01-01')).toEqual({ entries: 0, head: null });
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
    expect(await verifyAuditChain(database.reader, today())).toMatchObject({ entries: 35 });
    expect((await verifyAuditChain(database.reader, today())).broken).toBeUndefined();
  });

  it.each(['reason', 'app', 'subject_id', 'action', 'request_id', 'subject_kind'])(
    'names the row whose %s was edited',
    async (column) => {
      const [row] = await run(sql`UPDATE platform.audit_entry SET ${raw(column)} = 'x' WHERE seq = 3 RETURNING id`);
      expect((await verifyAuditChain(database.reader, today())).broken).toEqual({
        seq: 3,
        id: row?.id,
        problem: 'changed',
      });
    },
  );

  it('names the row that was edited and hashed again', async () => {
    await run(sql`UPDATE platform.audit_entry SET person_id = ${randomUUID()}, occurred_at = now() WHERE seq = 3`);
    await run(sql`UPDATE platform.audit_entry e SET hash = platform.audit_hash(e) WHERE seq = 3`);
    expect((await verifyAuditChain(database.reader, today())).broken).toMatchObject({ seq: 4, problem: 'changed' });
  });

  it('names a deleted row: in the middle, the last, all', async () => {
    await run(sql`DELETE FROM platform.audit_entry WHERE seq = 2`);
    expect((await verifyAuditChain(database.reader, today())).broken).toEqual({ seq: 2, problem: 'missing' });
    await run(sql`UPDATE platform.audit_entry SET seq = 2 WHERE seq = 3`);
    expect((await verifyAuditChain(database.reader, today())).broken).toMatchObject({ seq: 2, problem: 'changed' });
    await run(sql`DELETE FROM platform.audit_entry WHERE seq > 1`);
    expect((await verifyAuditChain(database.reader, today())).broken).toEqual({ seq: 2, problem: 'missing' });
    await run(sql`DELETE FROM platform.audit_entry`);
    expect((await verifyAuditChain(database.reader, today())).broken).toEqual({ seq: 1, problem: 'missing' });
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
      });
      expect(await verifyAuditChain(database.reader, today())).toMatchObject({ entries: 6 });
      for (const statement of [
        sql`UPDATE platform.audit_entry SET reason = 'x'`,
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
