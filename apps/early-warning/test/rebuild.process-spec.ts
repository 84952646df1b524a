import pg from 'pg';
import { ChildProcess, cloneDatabase, eventually, studentNumbers } from '#testing';
import { stored } from './vectors.js';

const CHILD = 'apps/early-warning/test/rebuild-child.ts';

/** Additions, a record that corrects one of the batch before, and a metric that folds to the last value. */
function rowsOf(batch: number): object[] {
  const row = (student: number, metric: string, value: number, more: object = {}) => ({
    ...{ studentNumber: studentNumbers[student], metric, day: '2026-11-18', value, ...more },
  });
  return [
    ...Array.from({ length: 200 }, (_, i) => row(i % 12, 'library_visits', 1 + (i % 3))),
    row(0, 'sport_min', 10 * batch, { key: 'same' }),
    row(1, 'sport_min', 5, { key: `new-${batch}` }),
    row(2, 'failed_credits', batch),
  ];
}

describe('a writer that is killed', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let db: pg.Client;
  const children: ChildProcess[] = [];
  /** Nobody kills it: it takes and folds what the killed one did not, and compares. */
  let survivor: ChildProcess;
  let batch = 0;

  beforeAll(async () => {
    clone = await cloneDatabase();
    db = new pg.Client({ connectionString: clone.url });
    await db.connect();
    survivor = await ChildProcess.start(CHILD, environment());
    await take(survivor);
    await said(survivor, 'fold', 'folded');
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await child.end('SIGKILL');
  });
  afterAll(async () => {
    await survivor.end('SIGKILL');
    await db.end();
    await clone.drop();
  });

  const environment = () => ({ DATABASE_URL: clone.url, REDIS_URL: process.env['YIZHAN_TEST_REDIS'] as string });
  async function start(): Promise<ChildProcess> {
    const child = await ChildProcess.start(CHILD, environment());
    children.push(child);
    return child;
  }
  async function said(child: ChildProcess, order: string, answer: string, more: object = {}): Promise<unknown> {
    child.send({ order, ...more });
    return (await child.until(answer))[answer];
  }
  const take = (child: ChildProcess, number = ++batch) =>
    said(child, 'take', 'took', { batchKey: `b${number}`, rows: rowsOf(number) });

  /** Kills the child while it waits for `table`, which nobody may write to meanwhile. */
  async function killAt(child: ChildProcess, table: string, order: object): Promise<void> {
    await db.query('BEGIN');
    await db.query(`LOCK TABLE early_warning.${table} IN EXCLUSIVE MODE`);
    child.send(order);
    await eventually(async () => {
      const { rows } = await db.query(`SELECT 1 FROM pg_locks WHERE NOT granted AND relation = $1::regclass`, [
        `early_warning.${table}`,
      ]);
      expect(rows).toHaveLength(1);
    });
    await child.end('SIGKILL');
    await db.query('ROLLBACK');
  }

  /** The sender sends again what was not acknowledged; then everything is there, once. */
  async function expectAllOnce(resend: boolean): Promise<void> {
    const child = survivor;
    if (resend) expect(await take(child, batch)).toEqual({ accepted: 203, duplicateBatch: false });
    expect(await take(child, batch)).toEqual({ accepted: 203, duplicateBatch: true });
    await said(child, 'fold', 'folded');
    const { before, after, kept, fresh } = (await said(child, 'compare', 'compared')) as Record<string, object[]>;
    expect(before).toHaveLength(3);
    expect(after).toEqual(before);
    // What a process has kept in memory since before the kill says the same as one that has read nothing yet.
    expect(kept).toEqual(fresh);
    expect(new Set(kept!.flat()).size).toBeGreaterThan(1);
    const { rows } = await db.query<{ code: string; width: number; v: Buffer }>(
      `SELECT m.code, v.width, v.v FROM early_warning.day_vector v JOIN early_warning.metric m ON m.number = v.metric ORDER BY code`,
    );
    const values = rows.map((row) => [row.code, stored(row)]);
    const visits = Array.from({ length: 12 }, (_, student) =>
      rowsOf(1).reduce((sum, row) => {
        const {
          studentNumber: number,
          metric,
          value,
        } = row as { studentNumber: string; metric: string; value: number };
        return metric === 'library_visits' && number === studentNumbers[student] ? sum + value : sum;
      }, 0),
    );
    expect(values).toEqual([
      ['failed_credits', [100 * batch]],
      ['library_visits', visits.map((value) => value * batch)],
      ['sport_min', [10 * batch, 5 * batch]],
    ]);
  }

  const takeNext = () => ({ order: 'take', batchKey: `b${++batch}`, rows: rowsOf(batch) });

  it.each([
    ['after the ledger, before the observations', 'observation'],
    ['after the observations, before the records', 'keyed_observation'],
    ['after the records, before the queue', 'unfolded_batch'],
    ['after the queue, before the marks', 'dirty_day'],
    ['after everything was written, before the commit', 'run_wanted'],
  ])('%s has taken nothing', async (_, table) => {
    await killAt(await start(), table, takeNext());
    await expectAllOnce(true);
  });

  it('after the commit, before the folding has taken the batch', async () => {
    const child = await start();
    await take(child);
    await child.end('SIGKILL');
    await expectAllOnce(false);
  });

  it.each([
    ['before it took the marks', 'dirty_day'],
    ['before it took the batches', 'unfolded_batch'],
    ['before it wrote the vectors', 'day_vector'],
  ])('while folding, %s, has folded nothing', async (_, table) => {
    const child = await start();
    await take(child);
    await killAt(child, table, { order: 'fold' });
    await expectAllOnce(false);
  });

  it('after it wrote the vectors, before the commit, has folded nothing', async () => {
    const child = await start();
    await take(child);
    await said(child, 'foldAndWait', 'waiting');
    await child.end('SIGKILL');
    await expectAllOnce(false);
  });
});
