import { LeaveApprovedV1 } from '#contracts';
import { newId, sql } from '#database';
import { campus, type Client, studentNumbers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, publish, retireShipped, run, simpleRule, tell } from './kit.js';

describe('late data', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    // Judged at the day's end, so as of yesterday.
    await publish(
      test,
      simpleRule(
        'a.few',
        { metric: 'library_visits', agg: 'sum', window: '7d' },
        { lt: [{ f: 'x' }, 5] },
        { on: 'day_end' },
      ),
    );
  });
  afterAll(() => test.close());

  let batches = 0;
  const send = (student: number, back: number, value: number | null, key?: string, metric = 'library_visits') =>
    app
      .post('/early-warning/v1/observations/batches', {
        ...{ source: 'test', batchKey: `late-${++batches}` },
        observations: [
          {
            studentNumber: studentNumbers[student],
            metric,
            day: daysAgo(back),
            value,
            ...(key && { key }),
          },
        ],
      })
      .expect(200);
  const warning = async (student: number, rule = 'a.few') =>
    (
      await test.query<{ status: string; holds: boolean; corrected: boolean }>(
        sql`SELECT status, holds, corrected_at IS NOT NULL AS corrected FROM early_warning.warning
             WHERE rule_code = ${rule} AND student_id = ${campus.students[student]}`,
      )
    )[0];

  it('lands in its own day and changes later verdicts only; a correction takes back what rested on it', async () => {
    await send(0, 2, 4);
    await send(1, 2, 4, 'k-1');
    expect(await run(test, app)).toMatchObject({ raised: 2, corrected: 0 });
    // As of yesterday neither would have been warned of, had this been known.
    await send(0, 3, 10);
    await send(1, 2, 14, 'k-1');
    expect(await run(test, app)).toMatchObject({ raised: 0, corrected: 1 });
    expect(await warning(0)).toEqual({ status: 'open', holds: false, corrected: false });
    expect(await warning(1)).toEqual({ status: 'withdrawn', holds: false, corrected: true });
    const values = await test.query(
      sql`SELECT day::text AS day, n FROM early_warning.day_vector WHERE n > 0 ORDER BY day`,
    );
    expect(values).toEqual([
      { day: daysAgo(3), n: 1 },
      { day: daysAgo(2), n: 2 },
    ]);
  });

  it('lets whoever confirmed a warning dismiss it after all, when it is a correction; the digest names it', async () => {
    const counselor = await test.person(campus.staff.counselorCs);
    const WARNINGS = '/early-warning/v1/warnings';
    for (const student of [6, 7]) await send(student, 2, 4, `k-${student}`);
    expect(await run(test, app)).toMatchObject({ raised: 2 });
    const seen = async (query: string) => {
      const { data } = (await counselor.get(`${WARNINGS}?${query}`).expect(200)).body;
      return data as { id: string; version: number; student: { id: string }; correctedAt: string | null }[];
    };
    const act = (id: string, verb: string, version: number, body: object = {}) =>
      counselor.post(`${WARNINGS}/${id}/${verb}`, body).set('If-Match', `"${version}"`);
    const reason = { reason: 'data_error' };
    for (const { id, version } of await seen('status=open')) {
      const { body } = await act(id, 'confirm', version).expect(200);
      expect(body).toMatchObject({ status: 'confirmed', correctedAt: null });
      expect((await act(id, 'dismiss', body.version as number, reason).expect(409)).body.code).toBe(
        'early-warning/warning-not-open',
      );
    }
    await send(6, 2, 14, 'k-6');
    expect(await run(test, app)).toMatchObject({ corrected: 1 });
    const [one, ...others] = await seen('status=confirmed&corrected=true');
    expect([one!.student.id, others]).toEqual([campus.students[6], []]);
    const told = await test.query(
      sql`SELECT payload FROM events.event WHERE name = 'early-warning.warning-corrected.v1'`,
    );
    expect(told).toEqual([{ payload: { warningId: one!.id, personIds: [campus.staff.counselorCs] } }]);
    const digest = async () => (await counselor.get('/early-warning/v1/digest').expect(200)).body.corrected as object;
    expect(await digest()).toMatchObject({ count: 1, items: [{ kind: 'warning', id: one!.id }] });
    const { body } = await act(one!.id, 'dismiss', one!.version, reason).expect(200);
    expect(body).toMatchObject({ status: 'dismissed', correctedAt: expect.any(String) as string });
    expect(await digest()).toMatchObject({ count: 0 });
  });

  it('is not taken for a correction where only another metric, or a later day, was corrected', async () => {
    await send(2, 2, 4);
    await send(3, 2, 4);
    await send(2, 2, 1, 'k-2', 'book_loans');
    await send(3, 0, 1, 'k-3');
    expect(await run(test, app)).toMatchObject({ raised: 2 });
    for (const student of [2, 3]) await send(student, 3, 10);
    await send(2, 2, 2, 'k-2', 'book_loans');
    await send(3, 0, 2, 'k-3');
    expect(await run(test, app)).toMatchObject({ raised: 0, corrected: 0 });
    for (const student of [2, 3])
      expect(await warning(student)).toEqual({ status: 'open', holds: false, corrected: false });
  });

  it('on a leave takes back what rested on the days of it', async () => {
    const absent = { metric: 'absent_class', agg: 'sum', window: '7d', default: 0, calendar: { exclude: ['leave'] } };
    await publish(test, simpleRule('b.absent', absent, { ge: [{ f: 'x' }, 3] }));
    for (const student of [4, 5]) await send(student, 1, 3, undefined, 'absent_class');
    expect(await run(test, app, { rules: ['b.absent'] })).toMatchObject({ raised: 2 });
    const day = (back: number) => `${daysAgo(back)}T04:00:00Z`;
    const leave = { leaveId: newId(), studentId: campus.students[4]!, startsAt: day(2), endsAt: day(0) };
    await tell(test, [new LeaveApprovedV1(leave)], { id: leave.leaveId, version: 1 });
    expect(await run(test, app, { rules: ['b.absent'] })).toMatchObject({ corrected: 1, standing: 1 });
    expect(await warning(4, 'b.absent')).toEqual({ status: 'withdrawn', holds: false, corrected: true });
    expect(await warning(5, 'b.absent')).toEqual({ status: 'open', holds: true, corrected: false });
  });
});
