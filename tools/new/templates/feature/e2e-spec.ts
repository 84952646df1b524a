import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { homeService } from '../src/home-service.module.js';

const ROOT = '/home-service/v1/sample-rows';
const [STUDENT] = campus.students;

describe('sample rows', () => {
  let test: TestApp;
  let counselor: Client;
  let foreign: Client;

  beforeAll(async () => {
    test = await TestApp.create([homeService]);
    counselor = await test.person(campus.staff.counselorCs);
    foreign = await test.person(campus.staff.counselorFl);
  });
  afterAll(() => test?.close());

  const register = (client: Client) => client.post(ROOT, { studentId: STUDENT, description: '说明' });
  const idsFor = async (client: Client): Promise<string[]> =>
    ((await client.get(ROOT).expect(200)).body.data as { id: string }[]).map(({ id }) => id);

  it('are registered, found, and closed once', async () => {
    const { body, headers } = await register(counselor).expect(201);
    expect(body).toMatchObject({ student: { id: STUDENT }, description: '说明', closedAt: null, version: 1 });
    const path = `${ROOT}/${body.id}`;
    expect(headers.location).toBe(path);
    expect(await idsFor(counselor)).toContain(body.id);
    await counselor.post(`${path}/close`).expect(428);
    await counselor.post(`${path}/close`).set('If-Match', '"7"').expect(412);
    const closed = await counselor.post(`${path}/close`).set('If-Match', '"1"').expect(200);
    expect(closed.body).toMatchObject({ closedAt: expect.any(String), version: 2 });
    const again = await counselor.post(`${path}/close`).set('If-Match', '"2"').expect(409);
    expect(again.body.code).toBe('home-service/sample-row-closed');
    expect((await counselor.get(`${ROOT}?closed=true&studentId=${STUDENT}`)).body.data).toEqual([closed.body]);
  });

  it('do not exist for who answers for other units', async () => {
    const { body } = await register(counselor).expect(201);
    expect(await idsFor(foreign)).toEqual([]);
    await foreign.get(`${ROOT}/${body.id}`).expect(404);
    await foreign.post(`${ROOT}/${body.id}/close`).set('If-Match', '"1"').expect(404);
    const refused = await register(foreign).expect(404);
    expect(refused.body.errors).toMatchObject([{ pointer: '#/studentId' }]);
  });

  it('are registered once under one Idempotency-Key', async () => {
    const key = crypto.randomUUID();
    const [first, second] = [
      await register(counselor).set('Idempotency-Key', key),
      await register(counselor).set('Idempotency-Key', key),
    ];
    expect(second.body).toEqual(first.body);
  });

  it('leave an audit row for each change', async () => {
    const { body } = await register(counselor).expect(201);
    await counselor.post(`${ROOT}/${body.id}/close`).set('If-Match', '"1"').expect(200);
    const rows = await test.query(
      sql`SELECT action FROM platform.audit WHERE subject_id = ${body.id} ORDER BY occurred_at`,
    );
    expect(rows).toEqual([{ action: 'home-service.sample-row.register' }, { action: 'home-service.sample-row.close' }]);
  });
});
