import { sql } from '#database';
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

  it('are cancelled by nobody but who asked for them', async () => {
    const { id } = await check('2025-03-10', '2025-03-10');
    await test.query(sql`UPDATE platform.job SET created_by_app = 'other-app' WHERE id = ${id}`);
    await cancel(id).expect(404);
    await app.get(`/safety/v1/jobs/${id}/progress`).expect(404);
    await drainEvents(test);
    expect(await test.query(sql`SELECT status FROM platform.job WHERE id = ${id}`)).toEqual([{ status: 'succeeded' }]);
  });
});
