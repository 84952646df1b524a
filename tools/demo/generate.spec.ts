import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import yauzl from 'yauzl';
import { BIG_COLLEGE, DAYS } from './campus.js';
import { BATCH, type Demo, type DemoFiles, makeDemo, writeFiles } from './generate.js';
import { DAY, type Life, makeDays, type Outing } from './life.js';
import { type ObservationRow, observationsOf, SOURCES } from './observations.js';
import { type PassRecord, passesOf } from './passes.js';
import { appointmentsCsv, placesCsv } from './post-files.js';
import { rosterZip } from './roster-zip.js';

const PLAN = { seed: 1, lastNight: '2026-11-20', timeZone: 'Asia/Shanghai' };

describe('the demo campus', () => {
  let dir: string;
  let demo: Demo;
  let files: DemoFiles;
  let passes: PassRecord[];
  let grades: ObservationRow[];
  const rowsOf = async <T>(file: string, key: string): Promise<T[]> =>
    (JSON.parse(await readFile(join(dir, file), 'utf8')) as Record<string, T[]>)[key] as T[];
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'yizhan-demo-'));
    demo = makeDemo(PLAN);
    files = await writeFiles(demo, dir);
    const batches: PassRecord[][] = [];
    for (const file of files.passes) batches.push(await rowsOf(file, 'passes'));
    expect(Math.max(...batches.map((batch) => batch.length))).toBe(BATCH);
    passes = batches.flat();
    grades = await rowsOf('observations-grades-01.json', 'observations');
  }, 120_000);
  afterAll(() => rm(dir, { recursive: true, force: true }));

  it('has the size that is promised', () => {
    const { campus } = demo;
    expect([campus.students.length, campus.academies.length, campus.colleges.length, campus.classes.length]).toEqual([
      2000, 9, 26, 72,
    ]);
    const sizes = campus.classes.map((group) => campus.students.filter((student) => student.class === group).length);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([27, 28]);
    const big = campus.students.filter((student) => student.class.college.code === BIG_COLLEGE).length;
    const counselors = campus.staff.filter(({ role, org }) => role === 'counselor' && org.code === BIG_COLLEGE).length;
    expect(big / counselors).toBeGreaterThan(200);
  });

  it('gives every student a number and a bed of their own, men and women on floors of their own', () => {
    const { students } = demo.campus;
    expect(new Set(students.map(({ number }) => number)).size).toBe(students.length);
    expect(new Set(students.map(({ bed }) => bed)).size).toBe(students.length);
    const rooms = new Map<string, Set<string>>();
    for (const { bed, sex } of students) {
      const room = bed.slice(0, bed.lastIndexOf('-'));
      rooms.set(room, (rooms.get(room) ?? new Set()).add(sex));
    }
    expect([...rooms.values()].every((sexes) => sexes.size === 1)).toBe(true);
  });

  it('is the same every time, and another with another seed', async () => {
    expect(await digestOf(makeDemo(PLAN))).toBe(await digestOf(demo));
    expect(makeDemo({ ...PLAN, seed: 2 }).troubles.of).not.toEqual(demo.troubles.of);
  });

  it('writes a OneRoster 1.2 bulk set whose references resolve', async () => {
    const tables = await unzip(join(dir, 'roster.zip'));
    const manifest = new Map((tables.get('manifest') as Row[]).map(({ propertyName, value }) => [propertyName, value]));
    expect(manifest.get('oneroster.version')).toBe('1.2');
    expect([...manifest.keys()].filter((key) => key?.startsWith('file.'))).toHaveLength(21);
    const ids = (name: string): Set<string | undefined> =>
      new Set((tables.get(name) as Row[]).map((row) => row['sourcedId']));
    const [users, orgs, classes] = [ids('users'), ids('orgs'), ids('classes')];
    const inSet = (name: string, column: string, known: Set<string | undefined>): boolean =>
      (tables.get(name) as Row[]).every((row) => known.has(row[column]));
    expect([inSet('roles', 'userSourcedId', users), inSet('roles', 'orgSourcedId', orgs)]).toEqual([true, true]);
    expect([inSet('enrollments', 'userSourcedId', users), inSet('enrollments', 'classSourcedId', classes)]).toEqual([
      true,
      true,
    ]);
    expect([inSet('classes', 'schoolSourcedId', orgs), inSet('demographics', 'sourcedId', users)]).toEqual([
      true,
      true,
    ]);
    for (const rows of [...tables].filter(([name]) => name !== 'manifest').map(([, rows]) => rows)) {
      expect(rows.every((row) => row['status'] === '' && row['dateLastModified'] === '')).toBe(true);
    }
    expect((tables.get('users') as Row[])[0]).toMatchObject({ familyName: '演示', givenName: '学生0001' });
  });

  it('writes the two CSV files with the headers that the imports want', async () => {
    const places = parse(await readFile(join(dir, 'places.csv'), 'utf8'), { columns: true }) as Row[];
    expect(Object.keys(places[0] as Row).join()).toBe('campus,building,floor,room,bed,grid,name,student_number,from');
    expect(places.filter((row) => row['student_number'])).toHaveLength(2000);
    const posts = parse(await readFile(join(dir, 'appointments.csv'), 'utf8'), { columns: true }) as Row[];
    expect(Object.keys(posts[0] as Row).join()).toBe('staff_number,kind,unit_kind,unit_code,full_time,from,to');
    expect(posts.filter((row) => row['kind'] === 'counselor')).toHaveLength(72);
  });

  it('sends students through the gate two to four times a day, in turn, up to the end of the last night', () => {
    const all = passes;
    expect(all.length / 2000 / DAYS).toBeGreaterThan(2);
    expect(all.length / 2000 / DAYS).toBeLessThan(4);
    expect(new Set(all.map(({ deviceCode, recordId }) => `${deviceCode} ${recordId}`)).size).toBe(all.length);
    expect(all.every(({ at }, i) => i === 0 || at >= (all[i - 1] as PassRecord).at)).toBe(true);
    expect([all[0]?.at.slice(0, 10), (all.at(-1) as PassRecord).at < '2026-11-21T05:01']).toEqual(['2026-09-22', true]);
    const healthy = demo.campus.students.find(
      (student) => student.class.academy.building !== demo.troubles.outage.building,
    );
    const own = all.filter(({ studentNumber }) => studentNumber === healthy?.number).map(({ direction }) => direction);
    expect(own.every((direction, i) => direction === (i % 2 ? 'in' : 'out'))).toBe(true);
  });

  it('has a gate that is dark for one night', () => {
    const { building, daysBack } = demo.troubles.outage;
    expect(daysBack).toBe(9);
    const dark = passes
      .filter(({ at }) => at >= '2026-11-11T18:00:00' && at < '2026-11-12T08:00:00')
      .map(({ deviceCode }) => deviceCode);
    expect(new Set(dark).size).toBe(8);
    expect(dark).not.toContain(`GATE-${building}`);
  });

  it('plants its troubles', () => {
    const last = (DAYS - 7) * DAY;
    const lateIn = (index: number): number =>
      demo.lives[index]?.outings.filter(
        ([, back]) => back > last && back < Infinity && (back % DAY > 1381 || back % DAY < 180),
      ).length ?? 0;
    expect(demo.troubles.of.late.map(lateIn).every((times) => times >= 3)).toBe(true);
    expect(demo.troubles.of.lateExcused.map(lateIn).every((times) => times >= 3)).toBe(true);
    for (const index of demo.troubles.of.lateExcused) {
      const { leaves, outings } = demo.lives[index] as Life;
      expect(leaves).toHaveLength(3);
      // The first return after a leave has begun is the late one: an earlier one would end the leave.
      const returns = leaves.map(({ from }) => (outings.find(([, back]) => back >= from) as Outing)[1] - from);
      expect(Math.min(...returns)).toBeGreaterThan(7 * 60);
    }
    expect(demo.lives.flatMap((life) => life.leaves).length).toBeGreaterThan(80);
    const failed = new Map(grades.map(({ studentNumber: student, value }) => [student, value]));
    const credits = (index: number): number => failed.get(demo.campus.students[index]?.number as string) ?? 0;
    expect(demo.troubles.of.failedRed.map(credits)).toEqual([27, 27]);
    expect([...failed.values()].filter((value) => value >= 10)).toHaveLength(14);
  });
});

type Row = Record<string, string>;

/** Of everything that files are made of; of the long streams, the beginning. */
async function digestOf(demo: Demo): Promise<string> {
  const { campus, troubles, lives } = demo;
  const days = makeDays(campus);
  const hash = createHash('sha256').update(await rosterZip(campus));
  hash
    .update(placesCsv(campus))
    .update(appointmentsCsv(campus))
    .update(JSON.stringify(lives.map((life) => life.outings)));
  const streams = [
    passesOf(campus, days, troubles, lives),
    ...SOURCES.map((source) => observationsOf(source, campus, days, troubles, lives)),
  ];
  for (const rows of streams) for (let i = 0; i < BATCH; i++) hash.update(JSON.stringify(rows.next().value ?? null));
  return hash.digest('hex');
}

/** Tables of a ZIP of CSV files, by name without `.csv`. */
async function unzip(path: string): Promise<Map<string, Row[]>> {
  const zip = await yauzl.openPromise(path);
  const tables = new Map<string, Row[]>();
  for await (const entry of zip.eachEntry()) {
    const chunks: Buffer[] = [];
    for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
    tables.set(entry.fileName.replace('.csv', ''), parse(Buffer.concat(chunks), { columns: true }) as Row[]);
  }
  return tables;
}
