import supertest from 'supertest';
import { query, sql, type Sql } from '#database';
import { deleteOldIdempotencyKeys } from '#http';
import { type Fixture, startFixture } from './fixture.js';

const PATH = '/safety/v1/notes';
const UUID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
let fixture: Fixture;
const agent = () => supertest(fixture.url);

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

async function countNotes(title: string): Promise<number> {
  const [row] = await query<{ n: number }>(
    fixture.database.connection,
    sql`SELECT count(*)::int AS n FROM fixture.note WHERE title = ${title}`,
  );
  return row!.n;
}

describe('Idempotency-Key', () => {
  const post = (key: string, body: object, headers: Record<string, string> = {}) =>
    agent().post(PATH).set('Idempotency-Key', key).set(headers).send(body);

  it('has one effect for 50 parallel requests (race-1)', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => post('"race-1"', { title: 'slow', weight: 1 })));
    expect(await countNotes('slow')).toBe(1);
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ text }) => text)).size).toBe(1);
    for (const { status, body } of answers)
      if (status !== 201) expect([status, body.code]).toEqual([409, 'http/idempotency-in-progress']);
  });

  it('answers a retry with the same bytes and headers', async () => {
    const first = await post('"retry"', { title: 'retry', weight: 1 }).expect(201);
    const again = await post('retry', { weight: 1, title: 'retry' }).expect(201);
    expect(again.text).toBe(first.text);
    expect(again.headers).toMatchObject({
      location: first.headers['location'],
      etag: '"1"',
      'idempotent-replayed': 'true',
    });
    expect(again.headers['content-type']).toBe(first.headers['content-type']);
    expect(first.headers['idempotent-replayed']).toBeUndefined();
    expect(await countNotes('retry')).toBe(1);
  });

  it('keeps an answer sealed, good for its own row only', async () => {
    const secret = '去医院复诊';
    for (const key of ['seal-1', 'seal-2']) await post(key, { title: secret, weight: 1 }).expect(201);
    const run = (statement: Sql) => query<{ row: string }>(fixture.database.connection, statement);
    const rows = await run(sql`SELECT k::text AS row FROM platform.idempotency_key k`);
    const dump = JSON.stringify(rows);
    expect(dump).toContain('seal-1');
    for (const shown of [secret, Buffer.from(secret).toString('hex'), 'title', Buffer.from('title').toString('hex')])
      expect(dump).not.toContain(shown);
    await run(sql`UPDATE platform.idempotency_key SET answer = (SELECT answer FROM platform.idempotency_key WHERE key = 'seal-2')
                   WHERE key = 'seal-1'`);
    await post('seal-1', { title: secret, weight: 1 }).expect(500);
    expect(await countNotes(secret)).toBe(2);
  });

  it('says that an answer cannot be given again, and has no second effect', async () => {
    await post('lost', { title: 'lost', weight: 1 }).expect(201);
    await query(fixture.database.connection, sql`UPDATE platform.idempotency_key SET answer = NULL WHERE key = 'lost'`);
    const again = await post('lost', { title: 'lost', weight: 1 }).expect(409);
    expect(again.body).toMatchObject({
      code: 'http/idempotency-answer-lost',
      errors: [{ pointer: 'Idempotency-Key' }],
    });
    expect(await countNotes('lost')).toBe(1);
  });

  it('belongs to a client, a person and a route (race-2)', async () => {
    await post('mine', { title: 'mine', weight: 1 }).expect(201);
    expect((await post('mine', { title: 'mine', weight: 2 }).expect(422)).body.code).toBe(
      'http/idempotency-key-reused',
    );
    await post('mine', { title: 'mine', weight: 2 }, { 'X-Test-App': 'other' }).expect(201);
    await post('mine', { title: 'mine', weight: 2 }, { 'X-Test-Person': UUID }).expect(201);
    await agent()
      .post(`${PATH}/must-have-key`)
      .set('Idempotency-Key', 'mine')
      .send({ title: 'mine', weight: 9 })
      .expect(201);
    expect(await countNotes('mine')).toBe(4);
  });

  it('is not used up by what fails', async () => {
    await post('fails', { title: 'after', weight: 999 }).expect(400);
    await post('fails', { title: 'locked', weight: 1 }).expect(409);
    await post('fails', { title: 'after', weight: 1 }).expect(201);
    expect(await countNotes('locked')).toBe(0);
  });

  it('may be required, and must be well-formed', async () => {
    const missing = await agent().post(`${PATH}/must-have-key`).send({ title: 'a', weight: 1 }).expect(400);
    expect(missing.body.errors[0].pointer).toBe('Idempotency-Key');
    for (const key of ['', '""', 'a b', 'x'.repeat(256), '"a"b"'])
      await post(key, { title: 'a', weight: 1 }).expect(400);
    await post('x'.repeat(255), { title: 'a', weight: 1 }).expect(201);
  });

  it('tells a developer whose handler answers something else', async () => {
    await agent().post(`${PATH}/other-answer`).send({ title: 'a', weight: 1 }).expect(201);
    await agent()
      .post(`${PATH}/other-answer`)
      .set('Idempotency-Key', 'else')
      .send({ title: 'a', weight: 1 })
      .expect(500);
  });

  it('works for PATCH, and old keys are deleted', async () => {
    const { body } = await agent().post(PATH).send({ title: 'p', weight: 1 });
    const patch = () =>
      agent().patch(`${PATH}/${body.id}`).set({ 'If-Match': '"1"', 'Idempotency-Key': 'patch' }).send({ title: 'q' });
    await patch().expect(200);
    expect((await patch().expect(200)).body.version).toBe(2);
    const kept = await query(fixture.database.connection, sql`SELECT 1 FROM platform.idempotency_key`);
    expect(
      await fixture.database.transaction(null, (tx) => deleteOldIdempotencyKeys(tx, new Date(Date.now() - 86_400_000))),
    ).toBe(0);
    expect(
      await fixture.database.transaction(null, (tx) => deleteOldIdempotencyKeys(tx, new Date(Date.now() + 1000))),
    ).toBe(kept.length);
  });
});
