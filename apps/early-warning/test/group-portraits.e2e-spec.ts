import { readFile } from 'node:fs/promises';
import { StudentErasedV1 } from '#contracts';
import { sql } from '#database';
import { openTableFile, withTemporaryFile, XLSX_TYPE } from '#exchange';
import { campus, type Client, studentNumbers, TestApp } from '#testing';
import { addDays } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { holdSchedules, tell } from './kit.js';
import {
  addStudents,
  daysOf,
  deliver,
  GROUPS,
  moveStudents,
  type Newcomer,
  publishWeek,
  weekBefore,
} from './portrait-kit.js';

const SNAPSHOTS = '/early-warning/v1/portraits/snapshots';
const { se2401, se2402, en2401 } = campus.classes;

interface Cell {
  week: string;
  unit: { id: string };
  metric: string;
  withheld: boolean;
  students: number | null;
  mean: number | null;
  median: number | null;
}

/** Every number of students that an answer tells of. */
async function studentsIn(body: Buffer, type: string): Promise<number[]> {
  if (type === 'application/json') {
    const found = [...body.toString().matchAll(/"students":(\w+)/g)].map(([, n]) => n!);
    return found.filter((n) => n !== 'null').map(Number);
  }
  if (type === 'image/svg+xml') {
    expect(body.toString()).not.toContain('students');
    return [];
  }
  const lines = await linesOf(body);
  const at = lines[0]!.indexOf('students');
  expect(at).toBeGreaterThan(0);
  return lines.slice(1).flatMap((line) => (line[at] ? [Number(line[at])] : []));
}

/** The cells of a table, CSV or .xlsx. */
function linesOf(body: Buffer): Promise<string[][]> {
  return withTemporaryFile(body, async (path) => {
    const lines: string[][] = [];
    for await (const some of (await openTableFile(path)).lines()) lines.push(...some.map(({ cells }) => cells));
    return lines;
  });
}

describe('group portraits', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  /** Students by class; four of each are the campus's own. */
  const classes = new Map<string, Newcomer[]>();
  const [week1, week2, week3, week4] = [weekBefore(5), weekBefore(4), weekBefore(3), weekBefore(2)];

  /** Visits a week, the same every week: what an attacker wishes for. */
  const visitsOf = ({ number }: Newcomer): number => (Number(number.slice(-3)) * 7) % 11;
  const everybody = (): Newcomer[] => [...classes.values()].flat();
  const cells = async (client: Client, query: string): Promise<Cell[]> =>
    (await client.get(`${GROUPS}?metric=library_visits&limit=200&${query}`).expect(200)).body.data as Cell[];
  const cell = async (week: string, unitId: string): Promise<Cell> =>
    (await cells(officer, `weekFrom=${week}&weekTo=${week}&unitId=${unitId}`))[0]!;
  const meanOf = (students: readonly Newcomer[]): number =>
    Number((students.reduce((sum, one) => sum + visitsOf(one), 0) / students.length).toPrecision(6));
  const visit = (week: string, who: readonly Newcomer[]) =>
    deliver(
      app,
      who.flatMap((one): [string, string, string, number][] => [
        [one.number, 'library_visits', daysOf(week)[Number(one.number.slice(-1)) % 7]!, visitsOf(one)],
      ]),
    );

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    const value = { least: 10, roundTo: 1, digits: 6 };
    await test.query(
      sql`INSERT INTO platform.policy_version (id, key, number, effective_from, value, source, created_by)
          VALUES (gen_random_uuid(), 'early-warning.portraits', 1, '2000-01-01', ${JSON.stringify(value)}::jsonb, 'test', 'test')`,
    );
    const own = campus.students.map((id, i): Newcomer => ({ id, number: studentNumbers[i]! }));
    const sizes: [string, number][] = [
      [se2401, 20],
      [se2402, 3],
      [en2401, 26],
    ];
    for (const [i, [id, n]] of sizes.entries())
      classes.set(id, [...own.slice(4 * i, 4 * i + 4), ...(await addStudents(test, id, n))]);
    for (const week of [week1, week2, week3, week4]) await visit(week, everybody());
    // All the same: what is known of the class is known of each.
    await deliver(
      app,
      everybody().map((one): [string, string, string, number] => [one.number, 'book_loans', daysOf(week1)[0]!, 2]),
    );
    // Twelve have a grade from the first week on, one more from the second.
    const grade = (week: string, who: readonly Newcomer[]) =>
      deliver(
        app,
        who.map((one, i): [string, string, string, number] => [one.number, 'gpa', daysOf(week)[0]!, 2 + (i % 8) / 4]),
      );
    await grade(week1, classes.get(se2401)!.slice(0, 12));
    await grade(week2, classes.get(se2401)!.slice(12, 13));
    await publishWeek(test, week1);
  });
  afterAll(() => test.close());

  it('tell of groups of ten and more, and count nobody who would be left over', async () => {
    const [large, other] = [classes.get(se2401)!, classes.get(en2401)!];
    expect(await cell(week1, se2401)).toMatchObject({ students: 24, mean: meanOf(large), median: null });
    expect(await cell(week1, en2401)).toMatchObject({ students: 30, mean: meanOf(other) });
    // Seven students are no group, and the college less the other class would be these seven.
    expect(await cell(week1, se2402)).toMatchObject({ withheld: true, students: null, mean: null });
    expect(await cell(week1, campus.colleges.cs)).toMatchObject({ students: 24, mean: meanOf(large) });
    const all = [...large, ...other];
    const sorted = all.map(visitsOf).sort((a, b) => a - b);
    const middle = (sorted[26]! + sorted[27]!) / 2;
    expect(await cell(week1, campus.school)).toMatchObject({ students: 54, mean: meanOf(all), median: middle });
  });

  it('withhold what all have alike, and are the same as CSV', async () => {
    const { text } = await officer.get(`${GROUPS}?weekFrom=${week1}&limit=200`).set('Accept', 'text/csv').expect(200);
    const [header, ...lines] = text
      .trim()
      .split('\n')
      .map((line) => line.split(','));
    const at = (name: string) => header!.findIndex((one) => one.replace('\uFEFF', '') === name);
    const rows = lines.map((line) => ({
      metric: line[at('metric')]!,
      students: line[at('students')]!,
      mean: line[at('mean')]!,
    }));
    const json = (await officer.get(`${GROUPS}?weekFrom=${week1}&limit=200`).expect(200)).body.data as Cell[];
    expect(rows).toEqual(
      json.map(({ metric, students, mean }) => ({
        metric,
        students: String(students ?? ''),
        mean: String(mean ?? ''),
      })),
    );
    const loans = rows.filter(({ metric }) => metric === 'book_loans');
    expect(loans.length).toBeGreaterThan(3);
    expect(loans.every(({ mean, students }) => mean === '' && students === '')).toBe(true);
  });

  it('show everybody what they answer for and what lies above, and students nothing', async () => {
    const counselor = await test.person(campus.staff.counselorFl);
    const units = new Set((await cells(counselor, `weekFrom=${week1}`)).map(({ unit }) => unit.id));
    expect(units).toEqual(new Set([en2401, campus.colleges.fl, campus.school]));
    expect(await cells(counselor, `unitId=${se2401}`)).toEqual([]);
    const student = await test.person(campus.students[0]!);
    await student.get(GROUPS).expect(403);
    await counselor.get(`${GROUPS}?metric=library_visits&weekFrom=2026`).expect(400);
  });

  it('count who moves alone with the class before, and ten together where they are', async () => {
    const [one] = classes.get(se2401)!;
    await moveStudents(test, [one!.id], se2402, week2);
    await publishWeek(test, week2);
    const before = classes.get(se2401)!;
    expect(await cell(week2, se2401)).toMatchObject({ students: 24, mean: meanOf(before) });

    const together = classes.get(en2401)!.slice(0, 12);
    await moveStudents(
      test,
      together.map(({ id }) => id),
      se2402,
      week3,
    );
    await publishWeek(test, week3);
    expect(await cell(week3, se2402)).toMatchObject({ students: 12, mean: meanOf(together) });
    expect(await cell(week3, en2401)).toMatchObject({ students: 18, mean: meanOf(classes.get(en2401)!.slice(12)) });
    expect(await cell(week3, campus.colleges.cs)).toMatchObject({
      students: 36,
      mean: meanOf([...before, ...together]),
    });
  });

  it('of what is known of some alone, count who has a value, and one more only with ten others', async () => {
    const grades = async (week: string) =>
      (await officer.get(`${GROUPS}?metric=gpa&unitId=${se2401}&weekFrom=${week}&weekTo=${week}`).expect(200)).body
        .data[0];
    const first = await grades(week1);
    expect(first).toMatchObject({ students: 12 });
    expect(await grades(week2)).toMatchObject({ students: 12, mean: first.mean });
  });

  it('go out on every route that answers figures of several students, in every shape, of ten and more alone', async () => {
    const document = JSON.parse(await readFile('openapi/early-warning.json', 'utf8')) as {
      paths: Record<string, Record<string, { 'x-aggregate'?: string; responses: Record<string, { content: object }> }>>;
    };
    const routes = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).flatMap(([method, operation]) =>
        operation['x-aggregate'] ? [{ path, method, basis: operation['x-aggregate'], ...operation }] : [],
      ),
    );
    expect(routes.map(({ path }) => path)).toContain(GROUPS);
    const counselor = await test.person(campus.staff.counselorCs);
    const student = classes.get(se2401)![1]!;
    const self = await test.person(student.id);
    const seen: string[] = [];
    for (const { path, method, basis, responses } of routes.filter((route) => route.basis === 'published')) {
      expect([path, method]).toEqual([path, 'get']);
      const who = path.includes('/me') ? self : path === GROUPS ? officer : counselor;
      const types = [...Object.keys(responses['200']!.content), ...(path === GROUPS ? ['text/csv', XLSX_TYPE] : [])];
      for (const type of new Set(types)) {
        const answer = await who
          .get(`${path.replace('{id}', student.id)}?${path === GROUPS ? 'limit=200' : `from=${week1}`}`)
          .set({ Accept: type, 'Access-Reason': 'test' })
          .responseType('blob')
          .expect(200);
        const counts = await studentsIn(answer.body as Buffer, type);
        expect([path, type, counts.filter((n) => n < 10)]).toEqual([path, type, []]);
        seen.push(`${basis} ${type} ${counts.length > 0 ? 'with figures' : 'without numbers of students'}`);
      }
    }
    expect(new Set(seen)).toEqual(
      new Set([
        'published application/json with figures',
        'published text/csv with figures',
        `published ${XLSX_TYPE} with figures`,
        'published image/svg+xml without numbers of students',
      ]),
    );
  });

  it('are published once: later data and a second publication change nothing', async () => {
    const before = await cells(officer, '');
    await deliver(app, [[classes.get(se2401)![1]!.number, 'library_visits', daysOf(week3)[6]!, 500]]);
    await publishWeek(test, week3);
    expect(await cells(officer, '')).toEqual(before);
  });

  it('tell no more of a group that lost somebody to erasure', async () => {
    const erased = classes.get(se2401)![5]!;
    await tell(test, [new StudentErasedV1(erased.id)]);
    await publishWeek(test, week4);
    expect(await cell(week4, se2401)).toMatchObject({ withheld: true });
    expect(await cell(week4, campus.colleges.cs)).toMatchObject({ students: 12 });
    // What was said before stays the same.
    expect(await cell(week1, se2401)).toMatchObject({ students: 24 });
  });

  it('can be withdrawn, for good', async () => {
    const [newest] = (await officer.get(SNAPSHOTS).expect(200)).body.data as {
      id: string;
      week: string;
      version: number;
    }[];
    expect(newest).toMatchObject({ week: week4, least: 10, policyVersion: 1 });
    const path = `${SNAPSHOTS}/${newest!.id}/withdraw`;
    const reason = { reason: '闸机数据有误' };
    const counselor = await test.person(campus.staff.counselorFl);
    await counselor.post(path, reason).set('If-Match', '"1"').expect(403);
    await officer.post(path, reason).expect(428);
    await officer.post(path, reason).set('If-Match', '"7"').expect(412);
    await officer.post(path, {}).set('If-Match', '"1"').expect(400);
    await officer.post(path, reason).set('If-Match', '"1"').expect(200);
    expect(await cells(officer, `weekFrom=${week4}`)).toEqual([]);
    const again = await officer.post(path, reason).set('If-Match', '"2"').expect(409);
    expect(again.body.code).toBe('early-warning/portrait-withdrawn');
    await publishWeek(test, week4);
    expect(await cells(officer, `weekFrom=${week4}`)).toEqual([]);
    expect(addDays(week4, 7)).toBe(weekBefore(1));
  });
});
