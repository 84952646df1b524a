import { type Client, eventually, TestApp } from '#testing';
import { safety } from '../src/safety.module.js';
import { keepAll } from './gates.js';

const NIGHTS = ['2025-03-10', '2025-03-11', '2025-03-12', '2025-03-13', '2025-03-14', '2025-03-17'];

/** A check shows its progress through a second connection, while its transaction holds the first. */
describe('checks of several nights at once with two connections', () => {
  let test: TestApp;
  let app: Client;
  beforeAll(async () => {
    test = await TestApp.create([safety], { poolSize: 2, databaseWaitSeconds: 60 });
    await keepAll(test);
    app = await test.client();
  });
  afterAll(() => test?.close());

  it('all come to their end, though each waits for a connection', async () => {
    const begun = performance.now();
    const jobs = await Promise.all(
      NIGHTS.map(
        async (night) => (await app.post('/safety/v1/night-checks', { night }).expect(202)).body as { id: string },
      ),
    );
    for (const { id } of jobs)
      await eventually(async () => {
        const { body } = await app.get(`/safety/v1/jobs/${id}`).expect(200);
        expect(body).toMatchObject({ status: 'succeeded' });
      });
    expect(performance.now() - begun).toBeLessThan(30_000);
  }, 90_000);
});
