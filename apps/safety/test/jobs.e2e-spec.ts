import { sql } from '#database';
import { Unwanted } from '#events';
import { Jobs } from '#service';
import { type Client, drainEvents, eventually, TestApp } from '#testing';
import { safety } from '../src/safety.module.js';
import { keepAll } from './gates.js';

interface Job {
  id: string;
  status: string;
  version: number;
  progress: { done: number; total: number };
}

describe('jobs', () => {
  let test: TestApp;
  let app: Client;
  beforeAll(async () => {
    test = await TestApp.create([safety], { maxRequests: 2 });
    await keepAll(test);
    app = await test.client();
  });
  afterAll(() => test?.close());

  const check = async (night: string, to: string): Promise<Job> =>
    (await app.post('/safety/v1/night-checks', { night, to }).expect(202)).body as Job;
  const cancel = (id: string): ReturnType<Client['post']> => app.post(`/safety/v1/jobs/${id}/cancel`);
  const jobOf = async (id: string): Promise<Job> => (await app.get(`/safety/v1/jobs/${id}`).expect(200)).body as Job;
  const nights = async (): Promise<unknown[]> => test.query(sql`SELECT night FROM safety.night`);

  it('are cancelled while they run: what they had done is undone', async () => {
    const before = await nights();
    const { id } = await test.database.transaction(null, async (tx) => {
      // The check stands still at the first night it writes.
      await tx.query('LOCK TABLE safety.night IN SHARE MODE');
      const job = await check('2025-03-10', '2025-03-20');
      await eventually(async () => expect(await jobOf(job.id)).toMatchObject({ status: 'running' }));
      const { body } = await cancel(job.id).expect(200);
      expect(body).toMatchObject({ status: 'cancelling', version: 2 });
      expect((await cancel(job.id).expect(200)).body).toEqual(body);
      return job;
    });
    await eventually(async () =>
      expect(await jobOf(id)).toMatchObject({ status: 'cancelled', progress: { total: 11 } }),
    );
    expect(await nights()).toEqual(before);
    const { text } = await app.get(`/safety/v1/jobs/${id}/errors`).expect(200);
    expect(text).toContain('cancelled as asked; nothing was written');
    expect((await cancel(id).expect(409)).body.code).toBe('platform/job-ended');
    const open = await test.query(
      sql`SELECT FROM events.delivery WHERE handled_at IS NULL OR (dead_at IS NOT NULL AND last_problem <> 'no longer wanted')`,
    );
    expect(open).toEqual([]);
  });

  it('are followed as events until they end', async () => {
    const { id, told } = await test.database.transaction(null, async (tx) => {
      await tx.query('LOCK TABLE safety.night IN SHARE MODE');
      const job = await check('2025-03-10', '2025-03-12');
      await eventually(async () => expect(await jobOf(job.id)).toMatchObject({ status: 'running' }));
      const follow = (): Promise<Response> =>
        fetch(`${test.url}/safety/v1/jobs/${job.id}/progress`, {
          headers: { authorization: `Bearer ${app.token}` },
        });
      // More than may be under way at once: what only waits to be told is none of those.
      for (let n = 0; n < 3; n++) void (await follow()).text();
      return { id: job.id, told: await follow() };
    });
    expect(told.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const events = (await told.text()).split('\n\n').filter((one) => one.startsWith('event: job\n'));
    const jobs = events.map((one) => JSON.parse(one.split('data: ')[1]!) as Job);
    expect(jobs[0]).toMatchObject({ id, status: 'running', progress: { done: 0, total: 3 } });
    expect(jobs.at(-1)).toEqual(await jobOf(id));
    expect(jobs.at(-1)).toMatchObject({ status: 'succeeded', progress: { done: 3, total: 3 } });
  });

  it('are followed by so many at once and no more', async () => {
    await test.database.transaction(null, async (tx) => {
      await tx.query('LOCK TABLE safety.night IN SHARE MODE');
      const { id } = await check('2025-03-10', '2025-03-10');
      const enough = new AbortController();
      const follow = (): Promise<Response> =>
        fetch(`${test.url}/safety/v1/jobs/${id}/progress`, {
          headers: { authorization: `Bearer ${app.token}` },
          signal: enough.signal,
        });
      // Kept: the stream of an answer that nobody holds any more is closed when memory is cleared.
      const open: Response[] = [];
      for (let n = 0; n < 200; n++) open.push(await follow());
      expect(open.map(({ status }) => status)).toEqual(open.map(() => 200));
      const refused = await app.get(`/safety/v1/jobs/${id}/progress`).expect(503);
      expect(refused.headers['retry-after']).toBe('5');
      expect(open.every(({ body }) => body?.locked === false)).toBe(true);
      // Who hangs up leaves room.
      enough.abort();
      await eventually(async () => {
        const hung = new AbortController();
        const headers = { authorization: `Bearer ${app.token}` };
        const { status } = await fetch(`${test.url}/safety/v1/jobs/${id}/progress`, { headers, signal: hung.signal });
        hung.abort();
        expect(status).toBe(200);
      });
    });
    await drainEvents(test);
  });

  it('that have ended stay as they ended: what is still at work on one is not wanted', async () => {
    const jobs = test.app.get(Jobs);
    for (const status of ['cancelling', 'cancelled', 'failed', 'succeeded']) {
      const { id } = await check('2025-03-10', '2025-03-10');
      await drainEvents(test);
      await test.query(sql`UPDATE platform.job SET status = ${status}, result = NULL WHERE id = ${id}`);
      const late = test.database.transaction(null, (tx) => jobs.succeed(tx, id, { nights: 99 }));
      await expect(late).rejects.toThrow(Unwanted);
      const told = jobs.progress(id, 7, 9);
      if (status === 'cancelling') await expect(told).rejects.toThrow(Unwanted);
      else await told.catch(() => undefined);
      expect(await jobOf(id)).toMatchObject({ status, result: null });
    }
  });

  it('are cancelled by nobody but who asked for them', async () => {
    const { id } = await check('2025-03-10', '2025-03-10');
    await test.query(sql`UPDATE platform.job SET created_by_app = 'other-app' WHERE id = ${id}`);
    await cancel(id).expect(404);
    await app.get(`/safety/v1/jobs/${id}/progress`).expect(404);
    await drainEvents(test);
    expect(await test.query(sql`SELECT status FROM platform.job WHERE id = ${id}`)).toEqual([{ status: 'succeeded' }]);
  });
});
