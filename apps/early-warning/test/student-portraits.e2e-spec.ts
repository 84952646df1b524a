import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { addDays } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { holdSchedules } from './kit.js';
import { addStudents, daysOf, deliver, type Newcomer, publishWeek, weekBefore } from './portrait-kit.js';

const PORTRAITS = '/early-warning/v1/portraits';
const REASON = encodeURIComponent('每月例行了解');

interface Point {
  week: string;
  value: number | null;
  usual: { low: number; median: number; high: number } | null;
  group: { unit: { id: string }; students: number; mean: number } | null;
}

describe('the portrait of a student', () => {
  let test: TestApp;
  let student: Newcomer;
  let self: Client;
  let counselor: Client;
  const weeks = Array.from({ length: 8 }, (_, i) => weekBefore(8 - i));
  /** Of each week; the sixth is missing. */
  const meals = [10, 12, 14, 16, 18, null, 4, 0];

  const metricOf = (body: { metrics: { metric: string; points: Point[] }[] }, code: string): Point[] =>
    body.metrics.find(({ metric }) => metric === code)!.points;
  const range = `from=${weeks[0]}&to=${addDays(weeks[7]!, 6)}`;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    const app = await test.client();
    const others = await addStudents(test, campus.classes.en2401, 20);
    student = others[0]!;
    const rows: [string, string, string, number][] = [];
    for (const [i, week] of weeks.entries()) {
      const value = meals[i];
      // On two days, so that a week is a sum.
      if (value !== null && value !== undefined) {
        rows.push([student.number, 'canteen_meals', daysOf(week)[1]!, Math.floor(value / 2)]);
        rows.push([student.number, 'canteen_meals', daysOf(week)[4]!, Math.ceil(value / 2)]);
      }
      for (const [n, other] of others.slice(1).entries())
        rows.push([other.number, 'canteen_meals', daysOf(week)[2]!, 5 + ((n * 3) % 9)]);
    }
    rows.push(
      [student.number, 'gpa', daysOf(weeks[2]!)[3]!, 3.25],
      [student.number, 'gpa', daysOf(weeks[5]!)[3]!, 2.5],
    );
    await deliver(app, rows);
    await publishWeek(test, weeks[7]!);
    self = await test.person(student.id);
    counselor = await test.person(campus.staff.counselorFl);
  });
  afterAll(() => test.close());

  it('is shown to the student, week by week, beside their own past; what is missing is missing, and a zero a zero', async () => {
    const { body } = await self.get(`${PORTRAITS}/me?${range}`).expect(200);
    expect(body.weeks).toEqual(weeks);
    const points = metricOf(body, 'canteen_meals');
    expect(points.map(({ value }) => value)).toEqual(meals);
    expect(points.slice(0, 4).map(({ usual }) => usual)).toEqual([null, null, null, null]);
    expect(points[4]!.usual).toEqual({ low: 11.5, median: 13, high: 14.5 });
    // Of five weeks; the missing one is none of them.
    expect(points[6]!.usual).toEqual({ low: 12, median: 14, high: 16 });
    const grades = metricOf(body, 'gpa').map(({ value }) => value);
    expect(grades).toEqual([null, null, 3.25, 3.25, 3.25, 2.5, 2.5, 2.5]);
    expect(metricOf(body, 'sport_min').every(({ value }) => value === null)).toBe(true);
    const audits = await test.query(sql`SELECT 1 FROM platform.audit WHERE action = 'early-warning.portrait.read'`);
    expect(audits).toEqual([]);
  });

  it('stands beside the smallest group of which figures were published', async () => {
    const { body } = await self.get(`${PORTRAITS}/me?${range}&metric=canteen_meals`).expect(200);
    expect(body.metrics).toHaveLength(1);
    const points = metricOf(body, 'canteen_meals');
    expect(points[6]!.group).toBeNull();
    expect(points[7]!.group).toMatchObject({ unit: { id: campus.classes.en2401, kind: 'class' }, students: 25 });
    const counted = [0, ...Array.from({ length: 19 }, (_, n) => 5 + ((n * 3) % 9)), 0, 0, 0, 0];
    const mean = counted.reduce((sum, value) => sum + value, 0) / counted.length;
    expect(points[7]!.group!.mean).toBeCloseTo(mean, 1);
  });

  it('is shown to the counselor with a reason, which is kept; to nobody else', async () => {
    const path = `${PORTRAITS}/students/${student.id}?${range}`;
    await counselor.get(path).expect(428);
    await counselor.get(path).set('Access-Reason', REASON).expect(200);
    const audits = await test.query<{ reason: string; person_id: string }>(
      sql`SELECT reason, person_id FROM platform.audit WHERE action = 'early-warning.portrait.read' AND subject_id = ${student.id}`,
    );
    expect(audits).toMatchObject([{ reason: '每月例行了解', person_id: campus.staff.counselorFl }]);
    const foreign = await test.person(campus.staff.counselorCs);
    await foreign.get(path).set('Access-Reason', REASON).expect(404);
    await foreign.get(`${PORTRAITS}/students/${student.id}/chart`).set('Access-Reason', REASON).expect(404);
    const officer = await test.person(campus.staff.schoolOfficer);
    await officer.get(path).set('Access-Reason', REASON).expect(403);
    const other = await test.person(campus.students[0]!);
    await other.get(path).set('Access-Reason', REASON).expect(404);
    await counselor.get(`${PORTRAITS}/me`).expect(404);
  });

  it('is a picture as well, in the language of who asks', async () => {
    const zh = await self.get(`${PORTRAITS}/me/chart?${range}`).set('Accept-Language', 'zh').expect(200);
    expect(zh.headers['content-type']).toMatch(/^image\/svg\+xml/);
    const svg = (zh.body as Buffer).toString();
    expect(svg).toContain('食堂用餐次数（count）：8 周中 7 周有数据，最近为 0。');
    const path = `${PORTRAITS}/students/${student.id}/chart?${range}&metric=gpa`;
    await counselor.get(path).expect(428);
    const en = await counselor.get(path).set('Access-Reason', REASON).set('Accept-Language', 'en').expect(200);
    expect((en.body as Buffer).toString()).toContain('grade point average (point): data of 6 of 8 weeks, latest 2.5.');
  });

  it('refuses what makes no sense, with a pointer', async () => {
    const wrong = async (query: string) => (await self.get(`${PORTRAITS}/me?${query}`).expect(400)).body.errors;
    expect(await wrong('from=2026-10-05&to=2026-09-28')).toMatchObject([{ pointer: '?from' }]);
    expect(await wrong('from=2025-01-06&to=2026-09-28')).toMatchObject([{ pointer: '?from' }]);
    expect(await wrong('domain=weather')).toMatchObject([{ pointer: expect.stringContaining('?domain') as string }]);
    // Weeks to come, and the one that is under way, are not shown.
    const { body } = await self.get(`${PORTRAITS}/me?to=2099-01-01`).expect(200);
    expect(body.weeks.at(-1)).toBe(weekBefore(1));
  });
});
