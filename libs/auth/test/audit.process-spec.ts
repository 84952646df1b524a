import { Actor, audit, sealAudit, verifyAuditChain } from '#auth';
import { connect, Database, queryOne, sql } from '#database';
import { ChildProcess, cloneDatabase, eventually } from '#testing';

it('seals every entry once though the process that seals is killed before its commit', async () => {
  const { url, drop } = await cloneDatabase();
  const database = new Database(await connect({ url, entities: [], poolSize: 2, applicationName: 'test' }));
  let child: ChildProcess | undefined;
  try {
    const actor = Actor.system('safety');
    for (let i = 0; i < 50; i++)
      await audit(database.connection, actor, { action: 'a.b.c', subject: { kind: 'k', id: `s${i}` } });
    child = await ChildProcess.start('libs/auth/test/seal-child.ts', { DATABASE_URL: url });
    // It holds the turn: nobody else seals beside it.
    expect(await sealAudit(database.connection)).toBe(0);
    await child.end('SIGKILL');
    await eventually(async () => expect(await sealAudit(database.connection)).toBe(50));
    const day = await queryOne<{ day: string }>(
      database.connection,
      sql`SELECT day::text AS day FROM platform.audit_day`,
    );
    const chain = await verifyAuditChain(database.connection, day!.day);
    expect(chain).toEqual({ entries: 50, unsealed: 0, head: expect.any(String) as never, droppedAt: null });
  } finally {
    await child?.end('SIGKILL');
    await database.dataSource.destroy();
    await drop();
  }
});
