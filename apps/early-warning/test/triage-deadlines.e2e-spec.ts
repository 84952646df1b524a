import { sql } from '#database';
import { campus, type Client, eventually, fireTimers, releaseTimers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { TriageDeadlines1763760010000 } from '../src/migrations/1763760010000-triage-deadlines.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule } from './kit.js';

const WARNINGS = '/early-warning/v1/warnings';
const HOUR = 3_600_000;

interface Row {
  id: string;
  student: { id: string };
  level: string;
  status: string;
  raisedAt: string;
  triageDueAt: string | null;
  version: number;
}

describe('time limits of triage', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    const level = [{ yellow: { ge: [{ f: 'x' }, 3] } }, { red: { ge: [{ f: 'x' }, 6] } }];
    const feature = { metric: 'absent_class', agg: 'sum', window: '7d' };
    await publish(test, simpleRule('a.absent', feature, {}, { level, when: undefined }));
  });
  afterAll(() => test.close());

  const absent = async (...rows: [student: number, hours: number][]) => {
    await observe(
      app,
      rows.map(([student, hours]) => [student, 'absent_class', daysAgo(2), hours]),
    );
    await run(test, officer);
  };
  const of = async (student: number): Promise<Row> => {
    const { data } = (await officer.get(`${WARNINGS}?studentId=${campus.students[student]}`).expect(200)).body;
    return data[0];
  };
  const hoursOf = ({ raisedAt, triageDueAt }: Row) =>
    triageDueAt === null ? null : (Date.parse(triageDueAt) - Date.parse(raisedAt)) / HOUR;
  const act = ({ id, version }: Row, action: string, body: object = {}) =>
    officer.post(`${WARNINGS}/${id}/${action}`, body).set('If-Match', `"${version}"`).expect(200);
  /** Warnings that were said to be overdue, with the level they were said to have. */
  const overdue = async () =>
    Object.fromEntries(
      (
        await test.query<{ id: string; level: string }>(
          sql`SELECT payload ->> 'warningId' AS id, payload ->> 'level' AS level FROM events.event
               WHERE name = 'early-warning.warning-overdue.v1'`,
        )
      ).map(({ id, level }) => [id, level]),
    );

  it('are the level’s, from when a warning is raised; who looks in time is not told of', async () => {
    await absent([0, 7], [1, 7], [2, 4], [9, 7]);
    const [red, settled, yellow, foreign] = [await of(0), await of(1), await of(2), await of(9)];
    expect([red, settled, yellow].map((row) => [row.level, hoursOf(row)])).toEqual([
      ['red', 24],
      ['red', 24],
      ['yellow', 72],
    ]);
    await act(settled, 'confirm');
    const due = Date.parse(red.triageDueAt!);
    await fireTimers(test, new Date(due - 1));
    expect(await overdue()).toEqual({});
    await fireTimers(test, new Date(due));
    expect(await overdue()).toEqual({ [red.id]: 'red', [foreign.id]: 'red' });
    // Nothing changed that somebody who has it open would have to read again.
    await act(await of(0), 'dismiss', { reason: 'excused' });
    await fireTimers(test, new Date(due + HOUR));
    expect(Object.keys(await overdue())).toHaveLength(2);
    const event = await test.query(
      sql`SELECT payload, aggregate_id AS "aggregateId", aggregate_version AS version FROM events.event
           WHERE name = 'early-warning.warning-overdue.v1' AND aggregate_id = ${red.id}`,
    );
    const { id: warningId, level, triageDueAt: dueAt } = red;
    expect(event).toEqual([
      {
        payload: { warningId, studentId: campus.students[0], level, dueAt },
        ...{ aggregateId: red.id, version: red.version },
      },
    ]);
  });

  it('begin anew when a warning rises, and end when it is confirmed', async () => {
    await absent([3, 4], [4, 4]);
    const [before, confirmed] = [await of(3), await of(4)];
    await act(confirmed, 'confirm');
    await absent([3, 8], [4, 8]);
    const after = await of(3);
    expect([after.level, hoursOf(after)]).toEqual(['red', 24]);
    expect(await of(4)).toMatchObject({ level: 'red', status: 'confirmed', triageDueAt: null });
    await fireTimers(test, new Date(after.triageDueAt!));
    expect(await overdue()).toMatchObject({ [after.id]: 'red' });
    const told = Object.keys(await overdue()).length;
    await fireTimers(test, new Date(before.triageDueAt!));
    expect((await overdue())[confirmed.id]).toBeUndefined();
    expect(Object.keys(await overdue()).length - told).toBe(1);
  });

  it('are the school’s own, or none', async () => {
    await app
      .post('/early-warning/v1/policies/early-warning.triage/versions', {
        ...{ effectiveFrom: daysAgo(0), source: 'test' },
        value: { redHours: 2, orangeHours: 4, yellowHours: 0, blueHours: 0 },
      })
      .expect(201);
    await absent([5, 7], [6, 4]);
    expect([hoursOf(await of(5)), hoursOf(await of(6))]).toEqual([2, null]);
  });

  it('act within seconds of their time', async () => {
    await releaseTimers(test);
    const { id } = await of(5);
    await test.query(
      sql`UPDATE events.timer SET due_at = ${test.clock.now()}::timestamptz + interval '1 second' WHERE service = 'early-warning'`,
    );
    await eventually(async () => expect(await overdue()).toMatchObject({ [id]: 'red' }));
  });

  it('can be asked for, within the caller’s scope', async () => {
    await test.query(
      sql`UPDATE early_warning.warning SET triage_due_at = ${test.clock.now()}::timestamptz - interval '1 minute'
           WHERE student_id IN (${campus.students[5]}, ${campus.students[9]})`,
    );
    const students = async (client: Client, query: string) => {
      const { data } = (await client.get(`${WARNINGS}?status=open&limit=200&${query}`).expect(200)).body;
      return (data as Row[]).map(({ student }) => student.id).sort();
    };
    const [five, nine] = [campus.students[5]!, campus.students[9]!];
    expect(await students(officer, 'overdue=true')).toEqual([five, nine].sort());
    expect(await students(await test.person(campus.staff.counselorFl), 'overdue=true')).toEqual([nine]);
    const inTime = await students(officer, 'overdue=false');
    expect(inTime).toContain(campus.students[6]);
    expect(inTime).not.toContain(five);
  });

  it('are over by the campus clock', async () => {
    await absent([7, 7]);
    const { id, triageDueAt } = await of(7);
    const isOverdue = async (): Promise<boolean> => {
      const { data } = (await officer.get(`${WARNINGS}?status=open&limit=200&overdue=true`).expect(200)).body;
      return (data as Row[]).some((row) => row.id === id);
    };
    test.clock.set(new Date(Date.parse(triageDueAt!) - HOUR));
    expect(await isOverdue()).toBe(false);
    test.clock.advance({ hours: 2 });
    expect(await isOverdue()).toBe(true);
    await fireTimers(test);
    expect(await overdue()).toMatchObject({ [id]: expect.any(String) });
    test.clock.reset();
  });

  it('hold for warnings that were open before there were any', async () => {
    const open = () =>
      test.query<{ id: string; level: string; dueAt: Date }>(
        sql`SELECT id, level, triage_due_at AS "dueAt" FROM early_warning.warning WHERE status = 'open' ORDER BY id`,
      );
    const before = await open();
    await test.query(sql`ALTER TABLE early_warning.warning DROP COLUMN triage_due_at`);
    await test.query(sql`DELETE FROM events.timer WHERE service = 'early-warning'`);
    const told = sql`SELECT id FROM events.event WHERE name = 'early-warning.warning-overdue.v1'`;
    await test.query(sql`DELETE FROM events.delivery WHERE event_id IN (${told})`);
    await test.query(sql`DELETE FROM events.event WHERE id IN (${told})`);
    const runner = test.database.dataSource.createQueryRunner();
    await new TriageDeadlines1763760010000().up(runner).finally(() => runner.release());
    const after = await open();
    expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    await fireTimers(test, new Date(Math.max(...after.map(({ dueAt }) => dueAt.getTime()))));
    expect(await overdue()).toEqual(Object.fromEntries(after.map(({ id, level }) => [id, level])));
  });
});
