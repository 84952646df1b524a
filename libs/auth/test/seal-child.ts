import { sealAudit } from '#auth';
import { connect, Database } from '#database';

/** Seals what waits, tells its parent so before the commit, and waits to be killed. */
const url = process.env['DATABASE_URL'] as string;
const database = new Database(await connect({ url, entities: [], poolSize: 1, applicationName: 'seal-child' }));
await database.transaction(null, async (tx) => {
  const sealed = await sealAudit(tx);
  process.send?.({ ready: true, sealed });
  await new Promise(() => setInterval(() => undefined, 60_000));
});
