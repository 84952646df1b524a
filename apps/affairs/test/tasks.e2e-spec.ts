import ICAL from 'ical.js';
import supertest from 'supertest';
import { newId, sql } from '#database';
import { campus, type Client, drainEvents, TestApp, wholeList } from '#testing';
import { addDays, dateOf } from '#time';
import { affairs } from '../src/affairs.module.js';
import { TASK_KINDS, type TaskKind } from '../src/tasks/task-source.js';
import { rules, span } from './booking-kit.js';
import { fillCases } from './case-kit.js';
import { CLEARANCES, content as listContent, LISTS } from './clearance-kit.js';
import { type Entry, ok, type Round, RoundTest } from './round-kit.js';
import { appoint } from './support.js';
import { NOW, type Row, type Seen, WAITS } from './task-waits.js';

const TASKS = '/affairs/v1/tasks';
const { students, staff, classes, rooms, places } = campus;

interface Task {
  subjectKind: TaskKind;
  subjectId: string;
  step: string;
  path: string;
  dueAt: string | null;
  since: string;
  overdue: boolean;
  name: { zh: string };
  title: { zh: string };
  delegated: boolean;
  student: { id: string } | null;
}

/** What the inbox says is to be done: of a case what it waits for, whichever of its steps that is. */
function doneBy({ subjectKind, step, delegated }: Task): string {
  if (subjectKind !== 'leave' && subjectKind !== 'application') return step;
  return step === 'initiator' ? 'correct' : delegated ? 'answer' : 'decide';
}

describe('what waits for somebody', () => {
  let test: TestApp;
  let app: Client;
  const people = new Map<string, Client>();
  const rows: { kind: TaskKind; path: string }[] = [];
  const kit = new RoundTest();

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    test.clock.set(NOW);
    app = await test.client();
    for (const id of [...Object.values(staff), students[0]!, students[1]!, students[8]!])
      people.set(id, await test.person(id));
    for (const code of ['TSG', 'TW', 'HQC']) {
      const [unit] = await test.query<{ id: string }>(
        sql`SELECT id FROM directory.unit WHERE code = ${code} AND kind = 'department'`,
      );
      const id = newId();
      await test.query(
        sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${id}, 'staff', ${code}, '经办人')`,
      );
      await appoint(test, id, 'department_clerk', unit!.id);
      people.set(code, await test.person(id));
      people.set(id, people.get(code)!);
      people.delete(code);
      clerks[code] = { id, unitId: unit!.id, client: people.get(id)! };
    }
    await fill();
  }, 120_000);
  afterAll(() => test.close());

  const clerks: Record<string, { id: string; unitId: string; client: Client }> = {};
  const who = (id: string): Client => people.get(id)!;
  const me = (): Client => who(students[0]!);
  const act = async (by: Client, path: string, { id, version }: Row, verb: string, body: object = {}): Promise<Row> =>
    ok(await by.post(`${path}/${id}/${verb}`, body).set('If-Match', `"${version}"`), 200);
  const made = async (by: Client, path: string, body: object): Promise<Row> => ok(await by.post(path, body), 201);
  const known = (kind: TaskKind, path: string, { id }: { id: string }): void =>
    void rows.push({ kind, path: `${path}/${id}` });

  /** Something of every kind, in several states. */
  async function fill(): Promise<void> {
    await tickets();
    await rounds();
    await clearances();
    await claimsAndStars();
    await work();
    await appealsAndBookings();
    await groupLeaves();
    await holidays();
    const kit = {
      test,
      who,
      students: [students[0]!, students[1]!] as const,
      office: clerks['TSG']!.id,
      officeStandIn: clerks['TW']!.id,
    };
    rows.push(...(await fillCases(kit)));
  }

  async function tickets(): Promise<void> {
    const path = '/affairs/v1/tickets';
    const body = { kind: 'repair-furniture', text: '门坏了', placeId: rooms.b1r101 };
    const all: Row[] = [];
    for (let i = 0; i < 4; i++) all.push(await made(me(), path, body));
    const { client } = clerks['HQC']!;
    for (const ticket of all.slice(1)) Object.assign(ticket, ok(await client.post(`${path}/${ticket.id}/take`), 200));
    await act(client, path, all[2]!, 'answer', { text: '哪一扇？', asks: true });
    await act(client, path, all[3]!, 'done', { text: '已修' });
    for (const ticket of all) known('ticket', path, ticket);
  }

  async function rounds(): Promise<void> {
    Object.assign(kit, { test, app, officer: who(staff.schoolOfficer), college: who(staff.collegeOfficerCs) });
    kit.students = students.map((id) => people.get(id)!);
    const enter = async (more: object, list: number[]): Promise<[Round, Entry[]]> => {
      const round = await kit.act(app, await kit.draft(more), 'open');
      const entries: Entry[] = [];
      for (const i of list) entries.push(await kit.enter(i, round));
      known('round', '/affairs/v1/rounds', round);
      for (const entry of entries) known('round-entry', '/affairs/v1/round-entries', entry);
      return [round, entries];
    };
    const judged = {
      code: 'talk',
      name: { zh: '答辩', en: 'Talk' },
      weight: '1',
      max: '100',
      from: 'people',
      fewest: 1,
    };
    const [drawn, entries] = await enter({ components: [judged], ties: { by: [], then: 'share' } }, [0, 8]);
    const round = ok<Round>(
      await app
        .put(`/affairs/v1/rounds/${drawn.id}/reviewers`, { personIds: [staff.schoolOfficer, staff.counselorFl] })
        .set('If-Match', `"${drawn.version}"`),
      200,
    );
    await kit.act(app, round, 'close');
    const marks = { rows: [{ id: entries[0]!.id, marks: [{ component: 'talk', value: '90' }] }] };
    const marked = await who(staff.counselorFl).post('/affairs/v1/round-entries/marks', marks);
    if (marked.status !== 200) throw new Error(JSON.stringify(marked.body));
    const rule = { quorumPerMille: 667, favourPerMille: 501, source: '教财〔2018〕16号' };
    await enter({ classReview: rule }, [0, 1, 8]);
    for (const notice of [false, true]) {
      const [opened, listed] = await enter({}, [0, 1]);
      await kit.score(opened, { 0: [90, 90, 0], 1: [80, 80, 0] });
      const quota = [{ level: 'star', unitId: campus.colleges.cs, places: 1 }];
      await (notice ? kit.notice(opened, quota) : kit.propose(opened, quota));
      if (!notice) continue;
      const objected = await made(who(students[1]!), '/affairs/v1/round-objections', {
        ...{ entryId: listed[0]!.id, text: '有异议' },
      });
      known('round-objection', '/affairs/v1/round-objections', objected);
    }
  }

  async function clearances(): Promise<void> {
    const officer = who(staff.schoolOfficer);
    const unitId = clerks['TSG']!.unitId;
    const entry = (code: string, more: object = {}) => ({ code, title: { zh: code, en: code }, unitId, ...more });
    const entries = [
      ...[entry('books'), entry('cards', { after: ['books'] }), entry('gate', { automatic: true })],
      ...[entry('fees', { evidence: 'text', deferrable: true }), entry('form', { evidence: 'text', unitId: null })],
    ];
    const list = await made(officer, LISTS, {
      ...listContent({ entries, from: '2027-02-01', to: '2027-03-31', unitIds: [classes.se2401] }),
    });
    await officer.post(`${LISTS}/${list.id}/open`).set('If-Match', '"1"').expect(202);
    await drainEvents(test);
    const { data } = ok<{ data: { entries: (Row & { entry: string })[] }[] }>(await me().get(CLEARANCES), 200);
    const mine = (code: string): Row => data[0]!.entries.find((one) => one.entry === code)!;
    const path = '/affairs/v1/clearance-sign-offs';
    await act(me(), path, mine('fees'), 'ask-deferral', { reason: '家庭困难' });
    await act(me(), path, mine('form'), 'evidence', { text: '已交' });
    for (const one of data[0]!.entries) known('clearance-sign-off', path, one);
    const others = ok<{ data: typeof data }>(await who(students[1]!).get(CLEARANCES), 200);
    for (const one of others.data[0]!.entries) known('clearance-sign-off', path, one);
  }

  async function claimsAndStars(): Promise<void> {
    const path = '/affairs/v1/second-classroom/claims';
    const college = who(staff.collegeOfficerCs);
    const body = { kind: 'lecture', title: '讲座', credits: 0.5, happenedOn: '2027-02-20' };
    const [first, second, third] = [
      await made(me(), path, body),
      await made(me(), path, body),
      await made(me(), path, body),
    ];
    await act(college, path, second, 'return', { text: '请补充' });
    await act(college, path, third, 'approve');
    await test.query(
      sql`UPDATE affairs.second_classroom_claim SET notice_until = ${test.clock.now()} WHERE id = ${third.id}`,
    );
    for (const claim of [first, second, third]) known('claim', path, claim);
    for (const objected of [true, false]) {
      const id = newId();
      const student = objected ? students[0]! : students[1]!;
      await test.query(
        sql`INSERT INTO affairs.volunteer_star (id, student_id, stars, hours, status, notice_until, provisional, department_id)
            VALUES (${id}, ${student}, 1, 100, 'notice', '2027-03-20', FALSE, ${clerks['TW']!.unitId})`,
      );
      if (objected)
        await made(who(students[8]!), `/affairs/v1/volunteering/stars/${id}/objections`, { text: '有异议' });
      known('star', '/affairs/v1/volunteering/stars', { id });
    }
  }

  async function work(): Promise<void> {
    const { client, unitId } = clerks['TSG']!;
    const posts = '/affairs/v1/work-study-posts';
    const post = await made(client, posts, {
      ...{
        unitId,
        title: '整架助理',
        description: '整理书架',
        kind: 'temporary',
        location: 'on_campus',
        region: '西安市',
      },
      ...{ dangers: [], hourlyFen: 5000, places: 5, startsOn: '2027-01-01', endsOn: '2027-12-31' },
    });
    await act(client, posts, post, 'open');
    const [mine, others] = [
      await made(me(), `${posts}/${post.id}/applications`, {}),
      await made(who(students[8]!), `${posts}/${post.id}/applications`, {}),
    ];
    await act(client, '/affairs/v1/work-study-applications', mine, 'assign');
    for (const one of [mine, others]) known('work-study-application', '/affairs/v1/work-study-applications', one);
    for (const day of ['03-01', '03-02']) {
      const [startsAt, endsAt] = [`2027-${day}T08:00:00+08:00`, `2027-${day}T09:00:00+08:00`];
      const shift = await made(me(), '/affairs/v1/work-study-shifts', { postId: post.id, startsAt, endsAt });
      known('work-study-shift', '/affairs/v1/work-study-shifts', shift);
    }
  }

  async function appealsAndBookings(): Promise<void> {
    for (const [by, student] of [
      [app, 0],
      [who(staff.schoolOfficer), 1],
    ] as const) {
      const given = {
        studentId: students[student],
        kind: 'demerit',
        decidedOn: '2027-03-01',
        months: 12,
        grounds: '违纪',
      };
      const sanction = await made(by, '/affairs/v1/sanctions', given);
      await act(by, '/affairs/v1/sanctions', sanction, 'deliver', { deliveredOn: '2027-03-01' });
      const appeal = await made(who(students[student]!), `/affairs/v1/sanctions/${sanction.id}/appeals`, {
        text: '有误',
      });
      known('sanction-appeal', '/affairs/v1/sanction-appeals', appeal);
    }
    const head = who(staff.buildingHead1);
    const path = '/affairs/v1/bookings';
    const bookable = await made(head, '/affairs/v1/bookables', {
      ...{ kind: 'place', unitId: places.building1, ...rules, capacity: 1 },
    });
    const book = (by: Client, day: string, more: object = {}) =>
      made(by, path, { bookableId: bookable.id, ...span(day, '10:00', '11:00'), ...more });
    const [missed, taken] = [await book(me(), '03-02'), await book(who(students[1]!), '03-03')];
    const waits = await book(me(), '03-03', { waitIfFull: true });
    await act(who(students[1]!), path, taken, 'cancel');
    const before = test.clock.now();
    test.clock.set('2027-03-02T11:00:00+08:00');
    const recorded = await act(head, path, missed, 'no-show');
    await act(me(), path, recorded, 'appeal', { text: '生病' });
    test.clock.set(before);
    for (const booking of [missed, taken, waits]) known('booking', path, booking);
  }

  async function groupLeaves(): Promise<void> {
    const path = '/affairs/v1/group-leaves';
    const ask = (by: Client, studentIds: string[], days: [string, string]) =>
      made(by, path, {
        ...{ studentIds, kind: 'personal', reason: '程序设计竞赛', destination: '西安市' },
        ...{ startsAt: `2027-03-${days[0]}T08:00:00+08:00`, endsAt: `2027-03-${days[1]}T20:00:00+08:00` },
      });
    const counselor = who(staff.counselorCs);
    const [long, short, over, taken] = [
      await ask(counselor, [students[0]!, students[1]!], ['22', '24']),
      await ask(who(staff.classAdvisorSe2401), [students[0]!], ['25', '25']),
      await ask(app, [students[0]!, students[8]!], ['26', '26']),
      await ask(counselor, [students[1]!], ['29', '31']),
    ];
    await act(counselor, path, taken, 'cancel');
    for (const group of [long, short, over, taken]) known('group-leave', path, group);
  }

  async function holidays(): Promise<void> {
    const path = '/affairs/v1/holiday-registrations';
    const destination = (code: string, away: boolean) => ({
      ...{ code, title: { zh: code, en: code }, away, approval: !away, asks: [] },
    });
    for (const [endsAt, closes] of [
      ['2027-02-28', false],
      ['2027-03-20', false],
      ['2027-02-27', true],
    ] as const) {
      const campaigns = '/affairs/v1/holiday-campaigns';
      const drafted = await made(who(staff.schoolOfficer), campaigns, {
        ...{ title: { zh: '寒假', en: 'Winter' }, startsAt: '2027-01-20T08:00:00+08:00' },
        ...{ endsAt: `${endsAt}T22:00:00+08:00`, opensOn: '2027-01-01', closesOn: '2027-01-19' },
        destinations: [destination('home', true), destination('campus', false)],
      });
      const opened = await act(who(staff.schoolOfficer), campaigns, drafted, 'open');
      for (const [student, code, by] of [
        [students[0]!, 'home', staff.counselorCs],
        [students[1]!, 'campus', staff.counselorCs],
        [students[8]!, 'home', staff.counselorFl],
      ] as const) {
        const form = { campaignId: opened.id, studentId: student, destination: code };
        known('holiday-registration', path, await made(who(by), `${path}/on-behalf`, form));
      }
      if (closes) await act(who(staff.schoolOfficer), campaigns, opened, 'close');
    }
  }

  const inbox = (by: Client, query = ''): Promise<Task[]> => wholeList<Task>(by, TASKS, query);

  it('stands in the inbox of exactly those to whom its own actions offer it, of every kind', async () => {
    const found = new Set<string>();
    for (const [id, client] of people) {
      const expected: string[] = [];
      for (const { kind, path } of rows) {
        const { status, body } = await client.get(path);
        if (status !== 200) continue;
        const seen = body as Seen;
        const may = (action: string): boolean => seen.actions.some((one) => one.action === action && one.allowed);
        for (const [step, waits] of Object.entries(WAITS[kind]!)) {
          if (!waits(seen, may, id)) continue;
          expected.push(`${step} ${path}`);
          found.add(`${kind} ${step}`);
        }
      }
      const { data } = ok<{ data: Task[] }>(await client.get(`${TASKS}?limit=200`), 200);
      const there = data.filter(({ path }) => rows.some((row) => row.path === path));
      expect([id, there.map((task) => `${doneBy(task)} ${task.path}`).sort()]).toEqual([id, expected.sort()]);
    }
    const all = Object.entries(WAITS).flatMap(([kind, steps]) => Object.keys(steps).map((step) => `${kind} ${step}`));
    expect([...found].sort()).toEqual(all.sort());
  }, 120_000);

  it('stands in a calendar by the day it is due, of every kind that has a deadline', async () => {
    for (const [id, client] of people) {
      const expected = (await inbox(client)).flatMap(({ dueAt }) => {
        // Midnight is the end of the day before.
        const day = dueAt && dateOf(new Date(new Date(dueAt).getTime() - 1), 'Asia/Shanghai');
        return day && day >= addDays(test.clock.today(), -30) ? [day] : [];
      });
      const { path } = ok<{ path: string }>(await client.post('/affairs/v1/deadline-feeds'), 201);
      const { text } = await supertest(test.url).get(path).expect(200);
      const counts = new Map<string, number>();
      for (const part of new ICAL.Component(ICAL.parse(text) as never).getAllSubcomponents('vevent')) {
        const { startDate, summary } = new ICAL.Event(part);
        const count = Number(/（(\d+)）$/.exec(summary)![1]);
        counts.set(startDate.toString(), (counts.get(startDate.toString()) ?? 0) + count);
      }
      const wanted = new Map<string, number>();
      for (const day of expected) wanted.set(day, (wanted.get(day) ?? 0) + 1);
      expect([id, [...counts].sort()]).toEqual([id, [...wanted].sort()]);
    }
  });

  it('is counted by kind, filtered, and paged in the order of its deadlines', async () => {
    for (const id of [staff.schoolOfficer, staff.collegeOfficerCs, clerks['TSG']!.id, students[0]!]) {
      const client = who(id);
      const all = await inbox(client);
      const counts = ok<{ subjectKind: string; count: number; overdue: number }[]>(
        await client.get(`${TASKS}/counts`),
        200,
      );
      const kinds: Partial<Record<string, Task[]>> = {};
      for (const task of all) (kinds[task.subjectKind] ??= []).push(task);
      expect(Object.fromEntries(counts.map(({ subjectKind, count }) => [subjectKind, count]))).toEqual(
        Object.fromEntries(Object.entries(kinds).map(([kind, tasks]) => [kind, tasks!.length])),
      );
      const due = all.map(({ dueAt }) => dueAt ?? '9999');
      expect(due).toEqual([...due].sort());
      const since = (await inbox(client, 'sort=-since')).map((task) => task.since);
      expect(since).toEqual(
        all
          .map((task) => task.since)
          .sort()
          .reverse(),
      );
      for (const kind of Object.keys(TASK_KINDS) as TaskKind[])
        expect([kind, await inbox(client, `subjectKind=${kind}`)]).toEqual([kind, kinds[kind] ?? []]);
      expect(await inbox(client, 'overdue=true')).toEqual(all.filter(({ overdue }) => overdue));
      expect((await client.get(`${TASKS}?limit=1&total=true`)).body.total).toBe(all.length);
      for (const { name, title } of all) expect([name.zh, title.zh]).toEqual([expect.any(String), expect.any(String)]);
    }
    expect(await inbox(app)).toEqual([]);
  });
});
