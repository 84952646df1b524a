import { NightCheckedV1, type NightFinding, NightResult } from '#contracts';
import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, run, tell } from './kit.js';
import { stored } from './vectors.js';

const WARNINGS = '/early-warning/v1/warnings';

function result(student: number, finding: NightFinding, minutesLate?: number): NightResult {
  return Object.assign(new NightResult(), {
    studentId: campus.students[student],
    finding,
    ...(minutesLate && { minutesLate }),
  });
}

describe('nights become warnings', () => {
  let test: TestApp;
  let app: Client;
  let counselor: Client;
  let stranger: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
    counselor = await test.person(campus.staff.counselorCs);
    stranger = await test.person(campus.staff.counselorFl);
  });
  afterAll(() => test.close());

  it('raises for the third late return in seven days, not for the second, and tells who answers for the student', async () => {
    const late = (n: number) => new NightCheckedV1(daysAgo(n), 1, [result(0, 'late', 42), result(1, 'clear')]);
    await tell(test, [late(5), late(3)]);
    await run(test, app);
    expect((await counselor.get(WARNINGS).expect(200)).body.data).toEqual([]);

    await tell(test, [late(1)]);
    expect(await run(test, app)).toMatchObject({ raised: 1, students: 12 });
    const list = await counselor.get(`${WARNINGS}?status=open`).expect(200);
    expect(list.body.data).toHaveLength(1);
    expect(list.body.data[0]).toMatchObject({
      level: 'yellow',
      status: 'open',
      hits: 1,
      rule: { code: 'dorm.late', number: 1, title: { zh: '多次晚归' } },
      student: { id: campus.students[0], number: '2024000001', name: '学生1' },
      reason: { zh: '7 天内晚归 3 次（黄色）', en: '3 late returns within 7 days (yellow)' },
    });

    const { id } = list.body.data[0];
    const detail = await counselor.get(`${WARNINGS}/${id}`).expect(200);
    expect(detail.headers['etag']).toBe('"1"');
    expect(detail.body.assignees).toEqual([
      { personId: campus.staff.counselorCs, kind: 'counselor', name: '教师1' },
      { personId: campus.staff.classAdvisorSe2401, kind: 'class_advisor', name: '教师8' },
    ]);
    expect(detail.body.evidence).toMatchObject({
      rule: 'dorm.late',
      number: 1,
      asOf: daysAgo(0),
      level: 'yellow',
      threshold: 3,
      conditions: [{ pointer: '/when/ge', op: 'ge', left: 3, right: 3, holds: true }],
      parameters: { version: 0, values: {} },
      features: {
        late: {
          metric: 'late_return',
          agg: 'sum',
          unit: 'count',
          value: 3,
          window: { from: daysAgo(6), to: daysAgo(0) },
          days: [5, 3, 1].map((n) => ({ day: daysAgo(n), value: 1 })),
          coverage: '3/7',
        },
        absent: { value: 0, days: [], coverage: '0/7' },
        attend: { value: null, coverage: '0/7', baseline: { mean: null, n: 0 } },
      },
      sources: [
        { source: 'event:safety.night-checked.v1', metrics: expect.arrayContaining(['late_return']), batches: 3 },
      ],
    });
    const [audited] = await test.query(sql`SELECT action FROM platform.audit WHERE subject_id = ${id}`);
    expect(audited).toEqual({ action: 'early-warning.warning.read' });

    await stranger.get(`${WARNINGS}/${id}`).expect(404);
    expect((await stranger.get(WARNINGS).expect(200)).body.data).toEqual([]);
    const [event] = await test.query(
      sql`SELECT aggregate_id, aggregate_version, payload FROM events.event WHERE name = 'early-warning.warning-raised.v1'`,
    );
    expect(event).toEqual({
      aggregate_id: id,
      aggregate_version: 1,
      payload: { warningId: id, studentId: campus.students[0], level: 'yellow', asOf: daysAgo(0) },
    });
  });

  it('keeps one warning while the rule goes on holding', async () => {
    expect(await run(test, app)).toMatchObject({ raised: 0, standing: 1 });
    expect((await counselor.get(WARNINGS).expect(200)).body.data).toHaveLength(1);
  });

  it('withdraws an untriaged warning when a night is corrected, and says why', async () => {
    await tell(test, [new NightCheckedV1(daysAgo(3), 2, [result(0, 'clear')])]);
    expect(await run(test, app)).toMatchObject({ corrected: 1 });
    expect((await counselor.get(WARNINGS).expect(200)).body.data).toEqual([]);
    const withdrawn = await counselor.get(`${WARNINGS}?status=withdrawn`).expect(200);
    expect(withdrawn.body.data).toHaveLength(1);
    const detail = await counselor.get(`${WARNINGS}/${withdrawn.body.data[0].id}`).expect(200);
    expect(detail.body.history.map((entry: { what: string }) => entry.what)).toEqual(['raised', 'withdrawn']);
    expect(detail.body.history[1].note).toContain('the data it rested on was corrected');
    const [settled] = await test.query(
      sql`SELECT payload FROM events.event WHERE name = 'early-warning.warning-settled.v1'`,
    );
    expect(settled).toMatchObject({ payload: { outcome: 'withdrawn' } });
  });

  it('reopens the same warning when the correction is itself corrected', async () => {
    await tell(test, [new NightCheckedV1(daysAgo(3), 3, [result(0, 'late', 5)])]);
    expect(await run(test, app)).toMatchObject({ reopened: 1, raised: 0 });
    const { data } = (await counselor.get(WARNINGS).expect(200)).body;
    expect(data).toMatchObject([{ status: 'open', version: 3 }]);
  });

  it('reaches the same state in whatever order and however often the results of a night arrive', async () => {
    const nights = [
      new NightCheckedV1(daysAgo(2), 1, [result(4, 'not_returned'), result(5, 'late', 20)]),
      new NightCheckedV1(daysAgo(2), 2, [result(4, 'late', 90)]),
      new NightCheckedV1(daysAgo(2), 3, [result(4, 'clear'), result(5, 'not_returned')]),
    ];
    const [a, b, c] = nights as [NightCheckedV1, NightCheckedV1, NightCheckedV1];
    for (const order of [
      [c, a, b],
      [b, c, a, a],
      [a, b, c, b],
    ]) {
      const fresh = await TestApp.create([earlyWarning]);
      await holdSchedules(fresh);
      try {
        await tell(fresh, order);
        await run(fresh, await fresh.client());
        const open = await fresh.query(
          sql`SELECT student_id, rule_code, level FROM early_warning.warning WHERE status = 'open' ORDER BY student_id`,
        );
        expect(open).toEqual([{ student_id: campus.students[5], rule_code: 'dorm.not-returned', level: 'orange' }]);
        const vectors = await fresh.query<{ code: string; width: number; v: Buffer }>(
          sql`SELECT m.code, v.width, v.v FROM early_warning.day_vector v JOIN early_warning.metric m ON m.number = v.metric ORDER BY code`,
        );
        expect(vectors.map((vector) => [vector.code, stored(vector)])).toEqual([
          ['late_minutes', [0, 0]],
          ['late_return', [0, 0]],
          ['not_returned', [0, 1]],
        ]);
      } finally {
        await fresh.close();
      }
    }
  });

  it('answers 404 to a counselor who was moved to another class', async () => {
    const { data } = (await counselor.get(WARNINGS).expect(200)).body;
    await counselor.get(`${WARNINGS}/${data[0].id}`).expect(200);
    const [post] = await test.query<{ id: string }>(
      sql`SELECT id FROM staffing.appointment WHERE person_id = ${campus.staff.counselorCs} ORDER BY id LIMIT 1`,
    );
    await test.query(sql`UPDATE staffing.appointment SET unit_id = ${campus.classes.en2401} WHERE id = ${post!.id}`);
    await counselor.get(`${WARNINGS}/${data[0].id}`).expect(404);
    expect((await counselor.get(WARNINGS).expect(200)).body.data).toEqual([]);
  });
});
