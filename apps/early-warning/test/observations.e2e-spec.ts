import { createHash } from 'node:crypto';
import {
  LeaveApprovedV1,
  LeaveCancelledV1,
  LeaveChangedV1,
  PassesRecordedV1,
  PassesRetractedV1,
  PassFact,
  RosterChangedV1,
} from '#contracts';
import { newId, sql } from '#database';
import { campus, type Client, studentNumbers, TestApp } from '#testing';
import { addDays } from '#time';
import { foldDirty, rebuildVectors } from '../src/engine/folding.js';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, observe, publish, run, simpleRule, tell } from './kit.js';
import { valuesOf } from './vectors.js';

const nothing = { accepted: 0, duplicateBatch: false, rejectedCount: 0, rejected: [] };
const DAY = daysAgo(46);
const BATCHES = '/early-warning/v1/observations/batches';

describe('observations', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  const row = (student: number, value: number, more: object = {}) => ({
    ...{ studentNumber: studentNumbers[student], metric: 'library_visits', day: DAY, value, ...more },
  });
  const send = (batchKey: string, observations: unknown[], source = 'library') =>
    app.post(BATCHES, { source, batchKey, observations });
  const count = async () =>
    (await test.query<{ n: number }>(sql`SELECT count(*)::int AS n FROM early_warning.observation`))[0]!.n;
  const vector = (metric: string, day = DAY) => valuesOf(test, metric, day);

  it('takes a batch once: the same again is acknowledged, other content under its key is refused', async () => {
    const rows = [row(0, 2), row(0, 1), row(3, 0)];
    expect((await send('b1', rows).expect(200)).body).toEqual({ ...nothing, accepted: 3 });
    const before = await count();
    expect((await send('b1', rows).expect(200)).body).toEqual({ ...nothing, accepted: 3, duplicateBatch: true });
    const refused = await send('b1', [...rows, row(1, 1)]).expect(409);
    expect(refused.body).toMatchObject({ code: 'early-warning/batch-key-reused', errors: [{ pointer: '#/batchKey' }] });
    await send('b1', [row(1, 5)], 'elsewhere').expect(200);
    expect(await count()).toBe(before + 1);
    expect(await vector('library_visits')).toEqual({ '2024000001': 3, '2024000002': 5, '2024000004': 0 });
  });

  it('takes a batch once when it arrives twice at the same time', async () => {
    const rows = [row(7, 1, { metric: 'book_loans' })];
    const answers = await Promise.all([1, 2, 3, 4].map(() => send('twice', rows)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    expect(answers.filter((answer) => !answer.body.duplicateBatch)).toHaveLength(1);
    expect(await vector('book_loans')).toEqual({ '2024000008': 1 });
  });

  it('reports bad rows and takes the rest', async () => {
    const answer = await send('b2', [
      row(2, 1),
      row(2, 1, { studentNumber: '9999999999' }),
      row(2, 1, { metric: 'nonsense' }),
      row(2, -1),
      row(2, 1.5),
      row(2, 1, { day: 'yesterday' }),
      'text',
      row(2, 4),
    ]).expect(200);
    expect(answer.body).toMatchObject({ accepted: 2, duplicateBatch: false, rejectedCount: 6 });
    expect(answer.body.rejected.map((one: { pointer: string; code: string }) => [one.pointer, one.code])).toEqual([
      ['#/observations/1/studentNumber', 'unknown_student'],
      ['#/observations/2/metric', 'unknown_metric'],
      ['#/observations/3/value', 'bad_value'],
      ['#/observations/4/value', 'bad_value'],
      ['#/observations/5/day', 'bad_time'],
      ['#/observations/6', 'malformed'],
    ]);
    expect(JSON.stringify(answer.body)).not.toContain('9999999999');
    expect((await send('b2', [row(2, 1)])).status).toBe(409);
  });

  it('refuses what is no batch', async () => {
    await send('b3', []).expect(400);
    const rows = Array.from({ length: 10_001 }, () => 0);
    expect((await send('b3', rows).expect(400)).body.errors[0].pointer).toBe('#/observations');
    expect(
      (await app.post(BATCHES, { source: 'Library!', batchKey: 'x', observations: [1] }).expect(400)).body.errors[0]
        .pointer,
    ).toBe('#/source');
    const reader = await test.client('early-warning:metric:read');
    await reader.post(BATCHES, { source: 'library', batchKey: 'x', observations: [row(0, 1)] }).expect(403);
  });

  it('lets a later batch replace a record by its key, also when it is folded in between', async () => {
    await send('k1', [
      row(0, 9, { key: 'v1', metric: 'sport_min' }),
      row(0, 1, { key: 'v2', metric: 'sport_min' }),
    ]).expect(200);
    expect(await vector('sport_min')).toEqual({ '2024000001': 10 });
    await send('k2', [row(0, 4, { key: 'v1', metric: 'sport_min' })]).expect(200);
    expect(await vector('sport_min')).toEqual({ '2024000001': 5 });
    await send('k3', [row(0, 7, { key: 'v1', metric: 'sport_min' })], 'other-source').expect(200);
    expect(await vector('sport_min')).toEqual({ '2024000001': 12 });
  });

  it('keeps the latest of a day for metrics that fold to the last', async () => {
    const credits = (value: number, at: string) => ({
      studentNumber: studentNumbers[0],
      metric: 'failed_credits',
      at,
      value,
    });
    await send('c1', [credits(12.5, `${DAY}T18:00:00+08:00`), credits(3, `${DAY}T09:00:00+08:00`)]).expect(200);
    expect(await vector('failed_credits')).toEqual({ '2024000001': 1250 });
  });

  it('counts a gate pass once however often it is told', async () => {
    const pass = (student: number, direction: 'in' | 'out', at: string, passId = newId()) =>
      Object.assign(new PassFact(), {
        passId,
        studentId: campus.students[student],
        buildingId: campus.places.building1,
        direction,
        at,
      });
    const first = pass(0, 'in', `${DAY}T15:59:00.000Z`);
    const nextDay = pass(0, 'in', `${DAY}T16:01:00.000Z`);
    const stranger = Object.assign(pass(0, 'in', `${DAY}T10:00:00.000Z`), { studentId: newId() });
    await tell(test, [
      new PassesRecordedV1([first, pass(0, 'out', `${DAY}T12:00:00.000Z`), stranger]),
      new PassesRecordedV1([nextDay, first]),
    ]);
    expect(await vector('gate_passes')).toEqual({ '2024000001': 2 });
    expect(await vector('dorm_gate_in')).toEqual({ '2024000001': 1 });
    expect(await vector('dorm_gate_in', addDays(DAY, 1))).toEqual({ '2024000001': 1 });

    // Taken back; told again, it stays so. What was taken back before it was told of never counts.
    await tell(test, [new PassesRetractedV1([first])]);
    expect(await vector('gate_passes')).toEqual({ '2024000001': 1 });
    expect(await vector('dorm_gate_in')).toEqual({});
    const never = pass(1, 'in', `${DAY}T11:00:00.000Z`);
    await tell(test, [new PassesRetractedV1([never]), new PassesRecordedV1([first, never])]);
    expect(await vector('gate_passes')).toEqual({ '2024000001': 1 });
    expect(await vector('dorm_gate_in')).toEqual({});
  });

  it('masks leave by day, and a late or repeated word of it changes nothing', async () => {
    const leaveId = newId();
    const leave = {
      leaveId,
      studentId: campus.students[6] as string,
      startsAt: `${DAY}T00:00:00Z`,
      endsAt: `${addDays(DAY, 1)}T16:00:00Z`,
    };
    const days = async () =>
      (
        await test.query(
          sql`SELECT first_day::text AS first, last_day::text AS last FROM early_warning.leave_mask WHERE leave_id = ${leaveId}`,
        )
      )[0];
    const say = (event: object, version: number) => tell(test, [event], { id: leaveId, version });
    await say(new LeaveApprovedV1(leave), 1);
    expect(await days()).toEqual({ first: DAY, last: addDays(DAY, 1) });
    await say(new LeaveChangedV1({ ...leave, endsAt: `${addDays(DAY, 3)}T01:00:00Z` }), 3);
    await say(new LeaveApprovedV1(leave), 1);
    expect(await days()).toEqual({ first: DAY, last: addDays(DAY, 3) });
    await say(new LeaveCancelledV1(leaveId, leave.studentId), 4);
    await say(new LeaveChangedV1(leave), 2);
    expect(await days()).toEqual({ first: null, last: null });
  });

  it('does not count days on leave where a rule says so', async () => {
    await publish(
      test,
      simpleRule(
        'test.leave',
        { metric: 'absent_class', agg: 'sum', window: '7d', calendar: { exclude: ['leave'] } },
        { ge: [{ f: 'x' }, 3] },
      ),
    );
    await observe(app, [
      [8, 'absent_class', daysAgo(1), 4],
      [9, 'absent_class', daysAgo(1), 4],
    ]);
    const startsAt = new Date(test.clock.now().getTime() - 36 * 3_600_000).toISOString();
    const leave = {
      leaveId: newId(),
      studentId: campus.students[8] as string,
      startsAt,
      endsAt: test.clock.now().toISOString(),
    };
    await tell(test, [new LeaveApprovedV1(leave)], { id: leave.leaveId, version: 1 });
    await run(test, app, { rules: ['test.leave'] });
    const warned = await test.query(sql`SELECT student_id FROM early_warning.warning WHERE rule_code = 'test.leave'`);
    expect(warned).toEqual([{ student_id: campus.students[9] }]);
  });

  it('gives a student who comes later a lane of their own, and leaves the others theirs', async () => {
    const lanes = () =>
      test.query<{ ordinal: number; student_id: string }>(
        sql`SELECT ordinal, student_id FROM early_warning.student_ordinal ORDER BY ordinal`,
      );
    const before = await lanes();
    expect(before.map((one) => one.student_id)).toEqual(campus.students);
    const id = newId();
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${id}, 'student', '2026999999', '新生')`,
    );
    await tell(test, [new RosterChangedV1(newId())]);
    expect(await lanes()).toEqual([...before, { ordinal: 12, student_id: id }]);
    await send('new', [row(0, 1, { studentNumber: '2026999999', metric: 'awards' })]).expect(200);
    expect(await vector('awards')).toEqual({ '2026999999': 1 });
  });

  it('rebuilds every vector from the observations, bit for bit', async () => {
    const digest = async () => {
      const rows = await test.query(
        sql`SELECT metric, day::text, block, n, first, width, encode(v, 'hex') AS v FROM early_warning.day_vector ORDER BY 1, 2, 3`,
      );
      return { n: rows.length, sha: createHash('sha256').update(JSON.stringify(rows)).digest('hex') };
    };
    await test.database.transaction(null, foldDirty);
    const before = await digest();
    expect(before.n).toBeGreaterThan(8);
    await test.database.transaction(null, rebuildVectors);
    expect(await digest()).toEqual(before);
  });
});
