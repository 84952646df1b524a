import { sql } from '#database';
import { Handlers } from '#events';
import { campus, type Client, drainEvents, studentNumbers, TestApp } from '#testing';
import { addDays, dateOf } from '#time';
import { earlyWarning } from '../../early-warning/src/early-warning.module.js';
import { affairs } from '../src/affairs.module.js';
import { act, approve, type LeaveAnswer, submit, zone } from './support.js';

const HOUR = 3_600_000;
const me = campus.students[0]!;

describe('absences without leave', () => {
  let test: TestApp;
  let system: Client;
  let student: Client;
  let counselor: Client;
  let noon: Date;
  let day: string;

  beforeAll(async () => {
    test = await TestApp.create([affairs, earlyWarning]);
    system = await test.client('affairs:attendance:write');
    student = await test.person(me);
    counselor = await test.person(campus.staff.counselorCs);
    day = addDays(test.clock.today(), -1);
    noon = test.clock.instantOf(day, '12:00');
  });
  afterAll(() => test?.close());

  const at = (hours: number): string => new Date(noon.getTime() + hours * HOUR).toISOString();
  const report = (recordId: string, from: number, to: number, more: object = {}) =>
    system
      .post('/affairs/v1/attendance/batches', {
        records: [
          {
            ...{ recordId, studentNumber: studentNumbers[0], session: '高等数学', startsAt: at(from), endsAt: at(to) },
            ...{ classHours: 2, status: 'absent', ...more },
          },
        ],
      })
      .expect(200);
  const tell = async (): Promise<void> => {
    const { handle } = test.app.get(Handlers).schedules.find(({ name }) => name === 'affairs.absences-told')!;
    await test.database.transaction(null, (tx) => handle(tx, { at: test.clock.now(), date: test.clock.today() }));
    await drainEvents(test);
  };
  /** What rules count: tenths of class hours by day; withdrawn records are left out. */
  const counted = async (): Promise<Record<string, number>> => {
    await tell();
    const rows = await test.query<{ day: string; value: number }>(
      sql`SELECT k.day::text AS day, sum(k.value)::int AS value FROM early_warning.keyed_observation k
            JOIN early_warning.metric m ON m.number = k.metric JOIN early_warning.student_ordinal o USING (ordinal)
           WHERE m.code = 'absent_hours' AND o.student_id = ${me} AND k.value >= 0 GROUP BY 1`,
    );
    return Object.fromEntries(rows.map((row) => [row.day, row.value]));
  };
  const told = async (): Promise<number> =>
    (await test.query(sql`SELECT FROM events.event WHERE name = 'affairs.absences-recorded.v1'`)).length;

  it('become observations, and what corrects them corrects these: present after all, another day, another student', async () => {
    await report('a', 0, 2);
    await report('b', 3, 4, { classHours: 1 });
    await report('c', 3, 4, { status: 'present' });
    expect(await counted()).toEqual({ [day]: 30 });
    const before = await told();
    await report('a', 0, 2);
    expect(await counted()).toEqual({ [day]: 30 });
    expect(await told()).toBe(before);
    await report('a', 0, 2, { status: 'present' });
    expect(await counted()).toEqual({ [day]: 10 });
    await report('a', 0, 2);
    await report('b', -21, -20, { classHours: 1 });
    expect(await counted()).toEqual({ [day]: 20, [addDays(day, -1)]: 10 });
    await report('b', -21, -20, { classHours: 1, studentNumber: studentNumbers[8] });
    expect(await counted()).toEqual({ [day]: 20 });
    const [event] = await test.query<{ payload: object }>(
      sql`SELECT payload FROM events.event WHERE name = 'affairs.absences-recorded.v1' ORDER BY id LIMIT 1`,
    );
    expect(Object.keys(event!.payload).sort()).toEqual(['absences', 'revision']);
  });

  it('follow the leave that covers them, when it comes, ends early and is put right', async () => {
    // Hours -2 to 2 of that noon; the absence of `a` is at 0 to 2.
    const body = {
      ...{
        kind: 'personal',
        urgent: true,
        startsAt: at(-2),
        endsAt: at(40),
        reason: '家中急事',
        destination: '宝鸡市',
      },
    };
    const leave = await approve(test, await submit(student, body));
    expect(leave.status).toBe('approved');
    expect(await counted()).toEqual({});
    const closed = (await act(counselor, leave, 'close', { returnedAt: at(1) }).expect(200)).body as LeaveAnswer;
    expect(await counted()).toEqual({ [day]: 10 });
    await act(counselor, closed, 'close', { returnedAt: at(2) }).expect(200);
    expect(await counted()).toEqual({});
    expect(dateOf(noon, zone)).toBe(day);
  });

  it('are told after a change that was under way when others were told', async () => {
    const { connection } = test.database;
    const runner = connection.dataSource.createQueryRunner();
    await runner.startTransaction();
    try {
      await report('d', 5, 6, { classHours: 1 });
      // Noted already and not told; the change is not committed when the notes are taken.
      await runner.query(`UPDATE affairs.attendance SET class_hours = 3 WHERE record_id = 'd'`);
      await tell();
      await runner.commitTransaction();
    } finally {
      await runner.release();
    }
    expect(await counted()).toEqual({ [day]: 30 });
  });
});
