import { LeaveApprovedV1, RosterChangedV1 } from '#contracts';
import { newId, sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { instantOf } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule, tell } from './kit.js';

const DRY_RUNS = '/early-warning/v1/dry-runs';
const ZONE = 'Asia/Shanghai';

interface DryRunDay {
  day: string;
  firing: number;
  new: number;
  noData: number;
}

describe('a dry run comes to what runs of the same days come to', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
  });
  afterAll(() => test.close());

  const atLeast = (n: unknown) => ({ ge: [{ f: 'x' }, n] });
  const holding = async (rule: string) =>
    new Set(
      (
        await test.query<{ student: string }>(
          sql`SELECT student_id AS student FROM early_warning.warning WHERE rule_code = ${rule} AND holds`,
        )
      ).map(({ student }) => campus.students.indexOf(student)),
    );
  /**
   * Publishes the rule, runs it day by day, and expects of its dry run the same students by day: for how many it held, and for how
   * many it began to; nothing may hold before. Returns the dry run, and who held after each of the days.
   */
  const agree = async (rule: { id: string }, from: number, to: number) => {
    const { id } = await publish(test, rule);
    const range = { from: daysAgo(from), to: daysAgo(to) };
    const dry = (await officer.post(DRY_RUNS, { ruleId: id, ...range }).expect(200)).body;
    const days = (dry.days as DryRunDay[]).map((one) => [one.day, one.firing, one.new]);
    const found: unknown[][] = [];
    const held: number[][] = [];
    let before = new Set<number>();
    for (let ago = from; ago >= to; ago--) {
      const result = await run(test, app, { asOf: daysAgo(ago), rules: [rule.id] });
      const now = await holding(rule.id);
      const firing = result['raised']! + result['escalated']! + result['reopened']! + result['standing']!;
      found.push([daysAgo(ago), firing, [...now].filter((student) => !before.has(student)).length]);
      held.push([...now].sort((a, b) => a - b));
      before = now;
    }
    expect(days).toEqual(found);
    return { dry, held };
  };
  const rosterChanged = () => tell(test, [new RosterChangedV1(newId())]);
  const firing = (dry: { days: DryRunDay[] }) => dry.days.map((day) => day.firing);
  const fresh = (dry: { days: DryRunDay[] }) => dry.days.map((day) => day.new);

  it('with a condition for clearing, also over days without data', async () => {
    await observe(app, [
      [0, 'library_visits', daysAgo(6), 5],
      [0, 'library_visits', daysAgo(5), 4],
      [0, 'library_visits', daysAgo(3), 4],
      [0, 'library_visits', daysAgo(2), 2],
      [0, 'library_visits', daysAgo(1), 5],
      [1, 'library_visits', daysAgo(6), 4],
      [1, 'library_visits', daysAgo(5), 6],
      [1, 'library_visits', daysAgo(3), 6],
    ]);
    const feature = { metric: 'library_visits', agg: 'sum', window: '1d' };
    const rule = simpleRule('clear.with', feature, atLeast(5), { clearWhen: { lt: [{ f: 'x' }, 3] } });
    const { dry, held } = await agree(rule, 6, 1);
    expect(held).toEqual([[0], [0, 1], [0, 1], [0, 1], [1], [0, 1]]);
    expect([firing(dry), fresh(dry)]).toEqual([
      [1, 2, 0, 2, 0, 1],
      [1, 1, 0, 0, 0, 1],
    ]);
    const without = await agree(simpleRule('clear.without', feature, atLeast(5)), 6, 1);
    expect(fresh(without.dry)).toEqual([1, 1, 0, 0, 0, 1]);
  });

  it('with a condition for clearing, once the rule is no longer in force', async () => {
    await observe(app, [
      [2, 'volunteer_hours', daysAgo(6), 5],
      [2, 'volunteer_hours', daysAgo(5), 4],
      [2, 'volunteer_hours', daysAgo(4), 4],
    ]);
    const rule = simpleRule('clear.effective', { metric: 'volunteer_hours', agg: 'sum', window: '1d' }, atLeast(5), {
      clearWhen: { lt: [{ f: 'x' }, 3] },
      effective: { to: daysAgo(5) },
    });
    const { dry, held } = await agree(rule, 6, 4);
    expect(held).toEqual([[2], [2], []]);
    expect(firing(dry)).toEqual([1, 1, 0]);
  });

  it('for students of a unit, of whom one leaves, and of their number', async () => {
    const unit = campus.classes.se2401;
    await test.query(
      sql`UPDATE directory.membership SET valid_to = ${daysAgo(4)} WHERE person_id = ${campus.students[3]} AND unit_id = ${unit}`,
    );
    await rosterChanged();
    await observe(app, [
      [3, 'work_study_hours', daysAgo(6), 5],
      [3, 'work_study_hours', daysAgo(5), 4],
      [3, 'work_study_hours', daysAgo(4), 4],
      [0, 'work_study_hours', daysAgo(5), 9],
      [0, 'work_study_hours', daysAgo(4), 9],
      [7, 'work_study_hours', daysAgo(5), 9],
    ]);
    const feature = { metric: 'work_study_hours', agg: 'sum', window: '1d' };
    const rule = simpleRule('of.unit', feature, atLeast(5), {
      clearWhen: { lt: [{ f: 'x' }, 3] },
      students: { units: [unit] },
    });
    const { dry, held } = await agree(rule, 6, 4);
    expect(held).toEqual([[3], [0, 3], [0]]);
    expect(dry).toMatchObject({ students: 4, fired: 2, share: 0.5 });
    expect(firing(dry)).toEqual([1, 2, 1]);
    const day = await officer.post(DRY_RUNS, { rule, from: daysAgo(4), to: daysAgo(4) }).expect(200);
    expect(day.body).toMatchObject({ students: 3, fired: 1 });
  });

  it('with a place in the class, for a student who changes the class', async () => {
    const { se2401, se2402 } = campus.classes;
    const mover = campus.students[5];
    await test.query(
      sql`UPDATE directory.membership SET valid_to = ${daysAgo(4)} WHERE person_id = ${mover} AND unit_id = ${se2402}`,
    );
    await test.query(
      sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from) VALUES (${newId()}, ${mover}, ${se2401}, ${daysAgo(4)})`,
    );
    await rosterChanged();
    // Lowest of the class it comes from, highest of the one it goes to.
    const values: [number, number][] = [
      ...[0, 1, 2].map((student): [number, number] => [student, student + 1]),
      ...[4, 6, 7].map((student): [number, number] => [student, 20 + student]),
      [5, 10],
    ];
    await observe(
      app,
      values.map(([student, value]): [number, string, string, number] => [student, 'awards', daysAgo(6), value]),
    );
    const feature = { metric: 'awards', agg: 'sum', window: '30d', rank: { cohort: 'class', minCohort: 2 } };
    const { dry, held } = await agree(simpleRule('rank.class', feature, atLeast(100)), 6, 3);
    expect(held.map((students) => students.includes(5))).toEqual([false, false, true, true]);
    expect(firing(dry)).toEqual(held.map((students) => students.length));
    expect(fresh(dry)[2]).toBeGreaterThan(0);
  });

  it('with numbers of the school that change', async () => {
    const put = (number: number, from: string, books: number) =>
      test.query(
        sql`INSERT INTO platform.policy_version (id, key, number, effective_from, value, source, created_by)
            VALUES (${newId()}, 'early-warning.rule-parameters', ${number}, ${from}, ${JSON.stringify({ values: { books } })}::jsonb, 'test', 'test')`,
      );
    await put(1, daysAgo(20), 5);
    await put(2, daysAgo(4), 8);
    await observe(app, [
      [0, 'book_loans', daysAgo(6), 6],
      [1, 'book_loans', daysAgo(6), 9],
    ]);
    const feature = { metric: 'book_loans', agg: 'sum', window: '30d' };
    const rule = simpleRule('school.numbers', feature, atLeast({ $p: 'books', default: 1 }));
    const { dry } = await agree(rule, 6, 3);
    expect(firing(dry)).toEqual([2, 2, 1, 1]);
    const other = await officer
      .post(DRY_RUNS, { rule, from: daysAgo(6), to: daysAgo(3), parameters: { books: 7 } })
      .expect(200);
    expect(firing(other.body)).toEqual([1, 1, 1, 1]);
    expect(other.body.sample[0].evidence).toMatchObject({ threshold: 7, parameters: { values: { books: 7 } } });
  });

  it('without the days of a leave', async () => {
    const leave = {
      leaveId: newId(),
      studentId: campus.students[6]!,
      startsAt: instantOf(daysAgo(5), '00:00', ZONE).toISOString(),
      endsAt: instantOf(daysAgo(4), '23:00', ZONE).toISOString(),
    };
    await tell(test, [new LeaveApprovedV1(leave)], { id: leave.leaveId, version: 1 });
    await observe(
      app,
      [6, 5, 4, 3].flatMap((ago) =>
        [6, 7].map((student): [number, string, string, number] => [student, 'absent_class', daysAgo(ago), 5]),
      ),
    );
    const feature = { metric: 'absent_class', agg: 'sum', window: '1d', default: 0, calendar: { exclude: ['leave'] } };
    const { dry, held } = await agree(simpleRule('not.on.leave', feature, atLeast(5)), 6, 3);
    expect(held).toEqual([[6, 7], [7], [7], [6, 7]]);
    expect([firing(dry), fresh(dry)]).toEqual([
      [2, 1, 1, 2],
      [2, 0, 0, 1],
    ]);
  });

  it('while a source is silent', async () => {
    await app
      .post('/early-warning/v1/sources', {
        ...{
          code: 'well',
          zh: '井',
          en: 'well',
          metrics: ['sport_min'],
          rhythmHours: 24,
          minPresence: 0,
          active: true,
        },
      })
      .expect(201);
    await test.query(
      sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '90 days' WHERE code = 'well'`,
    );
    await observe(app, [
      [8, 'sport_min', daysAgo(8), 60],
      [8, 'sport_min', daysAgo(3), 60],
      [9, 'sport_min', daysAgo(3), 60],
    ]);
    const feature = { metric: 'sport_min', agg: 'sum', window: '30d' };
    const { dry, held } = await agree(simpleRule('of.source', feature, atLeast(60)), 8, 1);
    // Data of a day says that the source lived until its end: two days later it is missed.
    expect(dry.days.map((day: DryRunDay) => day.noData)).toEqual([11, 11, 11, 12, 12, 10, 10, 10]);
    expect([firing(dry), fresh(dry)]).toEqual([
      [1, 1, 1, 0, 0, 2, 2, 2],
      [1, 0, 0, 0, 0, 1, 0, 0],
    ]);
    expect(held.at(-1)).toEqual([8, 9]);
  });
});
