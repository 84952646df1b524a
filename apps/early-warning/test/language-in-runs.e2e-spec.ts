import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule } from './kit.js';

const WARNINGS = '/early-warning/v1/warnings';
const SPECIAL_DAYS = '/early-warning/v1/policies/early-warning.special-days/versions';

describe('what rules can say, as runs carry it out', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  const atLeast = (n: number) => ({ ge: [{ f: 'x' }, n] });
  /** Publishes a rule: five or more of the metric within the day, unless told. */
  const published = (id: string, metric: string, more: object = {}, feature: object = {}) =>
    publish(test, simpleRule(id, { metric, agg: 'sum', window: '1d', default: 0, ...feature }, atLeast(5), more));
  /** What a run of some rules as of so many days ago came to: raised, standing. */
  const ran = async (ago: number, ...rules: string[]) => {
    const { raised, standing } = await run(test, app, { asOf: daysAgo(ago), rules });
    return [raised, standing];
  };
  const warnings = async (rule: string): Promise<{ id: string; student: { number: string } }[]> =>
    (await app.get(`${WARNINGS}?rule=${rule}`).expect(200)).body.data;
  /** Places of the students with a warning. */
  const warned = async (rule: string) =>
    (await warnings(rule)).map(({ student }) => Number(student.number.slice(-2)) - 1).sort((a, b) => a - b);

  describe('clearWhen', () => {
    const dismissAll = async (rule: string) => {
      for (const { id } of await warnings(rule))
        await app.post(`${WARNINGS}/${id}/dismiss`, { reason: 'not_relevant' }).set('If-Match', '"1"').expect(200);
    };

    it('makes a rule go on holding where it did until that is true, and only then can it fire anew', async () => {
      await published('clear.without', 'library_visits');
      await published('clear.with', 'library_visits', { clearWhen: { lt: [{ f: 'x' }, 3] } });
      await observe(app, [
        [0, 'library_visits', daysAgo(6), 5],
        [0, 'library_visits', daysAgo(5), 4],
        [0, 'library_visits', daysAgo(4), 5],
        [0, 'library_visits', daysAgo(3), 2],
        [0, 'library_visits', daysAgo(2), 5],
        [1, 'library_visits', daysAgo(5), 4],
      ]);
      for (const [rule, after] of [
        ['clear.without', { 5: [0, 0], 4: [1, 0], 3: [0, 0], 2: [0, 1] }],
        ['clear.with', { 5: [0, 1], 4: [0, 1], 3: [0, 0], 2: [1, 0] }],
      ] as const) {
        expect(await ran(6, rule)).toEqual([1, 0]);
        await dismissAll(rule);
        const found = { 5: await ran(5, rule), 4: await ran(4, rule), 3: await ran(3, rule), 2: await ran(2, rule) };
        expect({ rule, ...found }).toEqual({ rule, ...after });
        expect(await warned(rule)).toEqual([0, 0]);
      }
    });
  });

  it('for: only what held on so many days in a row', async () => {
    await published('for.two', 'book_loans', { for: '2d' });
    await observe(app, [
      [1, 'book_loans', daysAgo(6), 5],
      [1, 'book_loans', daysAgo(5), 6],
      [2, 'book_loans', daysAgo(6), 9],
      [2, 'book_loans', daysAgo(5), 4],
      [2, 'book_loans', daysAgo(4), 9],
    ]);
    expect([await ran(6, 'for.two'), await ran(5, 'for.two'), await ran(4, 'for.two')]).toEqual([
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
    expect(await warned('for.two')).toEqual([1]);
  });

  it('held: also at the end of the terms before', async () => {
    await test.query(
      sql`UPDATE directory.term SET starts_on = ${daysAgo(20)}, ends_on = ${daysAgo(-60)} WHERE id = ${campus.term}`,
    );
    await test.query(
      sql`INSERT INTO directory.term (id, code, name, kind, school_year, starts_on, ends_on)
          SELECT gen_random_uuid(), 'before', 'before', 'term', 2026, ${daysAgo(60)}, ${daysAgo(30)}`,
    );
    const held = { held: { when: atLeast(5), each: 'term', times: 2 } };
    await published('held.terms', 'volunteer_hours', { when: held }, { window: 'term' });
    await observe(app, [
      [3, 'volunteer_hours', daysAgo(59), 3],
      [3, 'volunteer_hours', daysAgo(31), 2],
      [3, 'volunteer_hours', daysAgo(20), 5],
      [4, 'volunteer_hours', daysAgo(30), 5],
      [4, 'volunteer_hours', daysAgo(10), 9],
      [5, 'volunteer_hours', daysAgo(40), 9],
      [5, 'volunteer_hours', daysAgo(21), 9],
      [5, 'volunteer_hours', daysAgo(2), 4],
    ]);
    expect(await ran(1, 'held.terms')).toEqual([1, 0]);
    expect(await warned('held.terms')).toEqual([3]);
  });

  it('leaves and holidays years ago: as far back as the rule looks', async () => {
    const long = [1001, 1000].map(daysAgo) as [string, string];
    await test.query(
      sql`INSERT INTO directory.calendar_day (id, day, workday, name)
          VALUES (gen_random_uuid(), ${long[0]}, FALSE, '校庆'), (gen_random_uuid(), ${long[1]}, TRUE, '补课')`,
    );
    await test.query(
      sql`INSERT INTO early_warning.leave_mask (leave_id, student_id, first_day, last_day, revision, hwm)
          VALUES (gen_random_uuid(), ${campus.students[1]}, ${long[1]}, ${long[1]}, 1, 1)`,
    );
    const calendar = { exclude: ['leave', 'holiday'] };
    await published('long.ago', 'failed_courses', {}, { window: 'all', calendar });
    await observe(app, [
      [0, 'failed_courses', long[1], 5],
      [1, 'failed_courses', long[1], 5],
      [2, 'failed_courses', long[0], 5],
    ]);
    expect(await ran(1, 'long.ago')).toEqual([1, 0]);
    expect(await warned('long.ago')).toEqual([0]);
  });

  it('students: of some grades, of some units on the day, of a sex', async () => {
    await test.query(
      sql`UPDATE directory.person SET grade = '2023' WHERE id IN (${campus.students[6]}, ${campus.students[9]})`,
    );
    await test.query(
      sql`UPDATE directory.membership SET valid_to = ${daysAgo(3)} WHERE person_id = ${campus.students[8]} AND unit_id = ${campus.classes.en2401}`,
    );
    const units = [campus.classes.en2401];
    await published('of.grade', 'awards', { students: { grades: [2023] } });
    await published('of.unit', 'awards', { students: { units } });
    await published('of.all', 'awards', { students: { units, grades: [2024], sex: 'female' } });
    const everybody = campus.students.map((_, i) => i);
    await observe(
      app,
      [4, 2].flatMap((ago) => everybody.map((i): [number, string, string, number] => [i, 'awards', daysAgo(ago), 5])),
    );
    expect(await ran(4, 'of.grade', 'of.unit', 'of.all')).toEqual([2 + 4 + 1, 0]);
    expect(await warned('of.grade')).toEqual([6, 9]);
    expect(await warned('of.unit')).toEqual([8, 9, 10, 11]);
    expect(await warned('of.all')).toEqual([11]);
    // The ninth has left the class.
    expect(await ran(2, 'of.unit')).toEqual([0, 3]);
  });

  it('effective: on these days alone', async () => {
    await published('in.force', 'sport_min', { effective: { from: daysAgo(5), to: daysAgo(4) } }, { window: '30d' });
    await observe(app, [[7, 'sport_min', daysAgo(9), 60]]);
    const days = [
      await ran(6, 'in.force'),
      await ran(5, 'in.force'),
      await ran(4, 'in.force'),
      await ran(3, 'in.force'),
    ];
    expect(days).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  describe('exam weeks and internships of the policy', () => {
    const put = (periods: object[]) =>
      app.post(SPECIAL_DAYS, { effectiveFrom: daysAgo(60), value: { periods }, source: '校历' });

    it('are days that do not count, for everybody or for the students of units', async () => {
      await put([
        { kind: 'exam', from: daysAgo(9), to: daysAgo(8) },
        { kind: 'internship', from: daysAgo(6), to: daysAgo(5), units: [campus.classes.se2401] },
      ]).expect(201);
      const calendar = { exclude: ['exam', 'internship'] };
      await published('not.counted', 'work_study_hours', {}, { window: '14d', calendar });
      await published('not.then', 'work_study_hours', {
        when: { all: [atLeast(5), { not: { calendar: 'internship' } }] },
      });
      await observe(app, [
        [0, 'work_study_hours', daysAgo(8), 5],
        [5, 'work_study_hours', daysAgo(9), 5],
        [6, 'work_study_hours', daysAgo(7), 5],
        [2, 'work_study_hours', daysAgo(6), 9],
        [7, 'work_study_hours', daysAgo(6), 9],
        [3, 'work_study_hours', daysAgo(5), 4],
        [3, 'work_study_hours', daysAgo(4), 4],
      ]);
      expect(await ran(1, 'not.counted')).toEqual([2, 0]);
      expect(await warned('not.counted')).toEqual([6, 7]);
      expect(await ran(6, 'not.then')).toEqual([1, 0]);
      expect(await warned('not.then')).toEqual([7]);
    });

    it('are refused when they make no sense', async () => {
      const wrong = async (period: object) => (await put([period]).expect(400)).body.errors[0].pointer;
      const days = { from: daysAgo(2), to: daysAgo(1) };
      expect(await wrong({ kind: 'party', ...days })).toBe('#/value/periods/0/kind');
      expect(await wrong({ kind: 'exam', ...days, to: '2026-02-30' })).toBe('#/value/periods/0/to');
      expect(await wrong({ kind: 'exam', ...days, units: ['CS'] })).toMatch(/^#\/value\/periods\/0\/units/);
    });
  });
});
