import { sql } from '#database';
import { type Client, TestApp } from '#testing';
import { addDays } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { holdSchedules, observe } from './kit.js';

/** A Wednesday in the term of the small campus, far from holidays. */
const AS_OF = '2026-11-18';
type Rows = [student: number, metric: string, day: string, value: number][];

describe('the rules that ship with the house, at their boundaries', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
    // One cohort of twelve: percentiles want ten.
    await test.query(sql`UPDATE directory.person SET sex = '1'`);
  });
  afterAll(() => test.close());

  const back = (n: number) => addDays(AS_OF, -n);
  const days = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => back(from - i));
  const each = (student: number, metric: string, on: string[], value: number): Rows =>
    on.map((day) => [student, metric, day, value]);

  /** Numbers of flagged students by level; the reasons of the first. */
  async function judge(
    code: string,
    asOf = AS_OF,
  ): Promise<{ flagged: Record<string, string>; reason: string | undefined }> {
    const { data } = (await app.get(`/early-warning/v1/rules?state=published&code=${code}`).expect(200)).body;
    const rule = data[0].definition as { reason: object };
    const answer = await app.post('/early-warning/v1/evaluations', { rule, asOf, evidence: true }).expect(200);
    const found = answer.body.evidence as {
      student: string;
      evidence: { level: string; features: Record<string, { value: number }> };
    }[];
    return {
      flagged: Object.fromEntries(
        found.map(({ student, evidence }) => [Number(student.slice(-2)) - 1, evidence.level]),
      ),
      reason: JSON.stringify(found[0]?.evidence.features),
    };
  }

  it('dorm.late: three in seven days; orange with two absences, or when attendance drops far below the own norm', async () => {
    await observe(app, [
      ...each(0, 'late_return', days(6, 4), 1),
      ...each(1, 'late_return', days(7, 5), 1),
      ...each(2, 'late_return', days(2, 0), 1),
      [2, 'absent_class', back(3), 2],
      ...each(3, 'late_return', days(2, 0), 1),
      ...days(34, 7).map((day, i): Rows[number] => [3, 'class_attend', day, 3 + (i % 2) * 2]),
      [3, 'class_attend', back(1), 1],
    ]);
    expect((await judge('dorm.late')).flagged).toEqual({ 0: 'yellow', 2: 'orange', 3: 'orange' });
  });

  it('dorm.not-returned: one night', async () => {
    await observe(app, [
      [4, 'not_returned', back(6), 1],
      [5, 'not_returned', back(7), 1],
      [6, 'not_returned', back(1), 0],
    ]);
    expect((await judge('dorm.not-returned')).flagged).toEqual({ 4: 'orange' });
  });

  it('dorm.absent: three days without an entry while others come and go; leave and holidays do not count', async () => {
    await observe(app, [
      [0, 'dorm_gate_in', back(3), 2],
      [1, 'dorm_gate_in', back(2), 2],
      [2, 'dorm_gate_in', back(3), 1],
      ...each(3, 'dorm_gate_in', days(3, 0), 2),
    ]);
    await test.query(
      sql`INSERT INTO early_warning.leave_mask (leave_id, student_id, first_day, last_day, revision, hwm)
          SELECT gen_random_uuid(), student_id, ${back(2)}, ${back(1)}, 1, 1 FROM early_warning.student_ordinal WHERE ordinal = 2`,
    );
    expect((await judge('dorm.absent')).flagged).toEqual({ 0: 'red' });
    // Nobody has been heard of since: the gates are silent, not the students; and after some days nothing is said of anybody.
    expect((await judge('dorm.absent', addDays(AS_OF, 1))).flagged).toEqual({ 0: 'red' });
    expect((await judge('dorm.absent', addDays(AS_OF, 5))).flagged).toEqual({});
    expect((await judge('dorm.absent', back(1))).flagged).toEqual({});
  });

  it('class.absent-week: three periods from Monday on', async () => {
    await observe(app, [
      [7, 'absent_class', back(2), 2],
      [7, 'absent_class', back(0), 1],
      [8, 'absent_class', back(3), 9],
      [8, 'absent_class', back(1), 2],
    ]);
    expect((await judge('class.absent-week')).flagged).toEqual({ 7: 'yellow' });
  });

  it('net.night: seven nights of 300 minutes in a row', async () => {
    await observe(app, [
      ...each(0, 'night_net_min', days(6, 0), 300),
      ...each(1, 'night_net_min', days(5, 0), 400),
      [1, 'night_net_min', back(6), 299],
      ...each(2, 'night_net_min', days(9, 1), 400),
    ]);
    expect((await judge('net.night')).flagged).toEqual({ 0: 'yellow' });
  });

  it('study.failed-credits: 10, 15 and 25', async () => {
    const credits = [9.5, 10, 14.5, 15, 24.5, 25];
    await observe(
      app,
      credits.map((value, student) => [student, 'failed_credits', back(100), value]),
    );
    expect((await judge('study.failed-credits')).flagged).toEqual({
      1: 'yellow',
      2: 'yellow',
      3: 'orange',
      4: 'orange',
      5: 'red',
    });
    await observe(app, [[5, 'failed_credits', back(1), 0]]);
    expect((await judge('study.failed-credits')).flagged).not.toHaveProperty('5');
  });

  it('canteen.silence: five days without a meal after a month of eating there', async () => {
    await observe(app, [
      ...each(0, 'canteen_meals', days(32, 5), 2),
      ...each(1, 'canteen_meals', days(32, 4), 2),
      ...each(2, 'canteen_meals', days(23, 5), 2),
      ...each(3, 'canteen_meals', days(32, 0), 2),
    ]);
    expect((await judge('canteen.silence')).flagged).toEqual({ 0: 'blue' });
  });

  it('aid.hidden-hardship: spends less than half of before and less than nearly all, but eats on campus', async () => {
    await test.query(
      sql`DELETE FROM early_warning.observation WHERE metric = (SELECT number FROM early_warning.metric WHERE code = 'canteen_meals')`,
    );
    await test.query(
      sql`DELETE FROM early_warning.day_vector WHERE metric = (SELECT number FROM early_warning.metric WHERE code = 'canteen_meals')`,
    );
    await observe(app, [
      ...Array.from({ length: 12 }, (_, student) =>
        each(student, 'canteen_spend', days(34, 7), student < 2 ? 900 : 1000),
      ).flat(),
      ...Array.from({ length: 10 }, (_, i) => each(i + 2, 'canteen_spend', days(6, 0), 1000)).flat(),
      ...each(0, 'canteen_spend', days(6, 0), 449),
      ...each(1, 'canteen_spend', days(6, 0), 450),
      ...each(0, 'canteen_meals', days(4, 0), 3),
      ...each(1, 'canteen_meals', days(4, 0), 3),
    ]);
    const { flagged, reason } = await judge('aid.hidden-hardship');
    expect(flagged).toEqual({ 0: 'blue' });
    expect(JSON.parse(reason!)).toMatchObject({
      week: { value: 449, coverage: '7/7' },
      before: { value: 900, window: { from: back(34), to: back(7) } },
      place: { value: 0, cohort: { name: 'campus+sex', n: 12, place: 0, value: 449 * 7 + 900 * 23 } },
      meals: { value: 15 },
    });
  });
});
