import { StudentErasedV1 } from '#contracts';
import { newId, query, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, eventually, studentNumbers, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { act, approve, form, submit, urgentForm } from './support.js';

const PATH = '/affairs/v1/attendance';
const [me, other] = [campus.students[0]!, campus.students[8]!];
const HOUR = 3_600_000;

interface Seen {
  status: string;
  excused: string | null;
  unexcusedHours: number;
  version: number;
}

describe('attendance', () => {
  let test: TestApp;
  let system: Client;
  let student: Client;
  let counselor: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    system = await test.client('affairs:attendance:write');
    student = await test.person(me);
    counselor = await test.person(campus.staff.counselorCs);
  });
  afterAll(() => test.close());
  beforeEach(() => test.query(sql`DELETE FROM affairs.attendance`));

  const at = (hours: number): string => new Date(test.clock.now().getTime() + hours * HOUR).toISOString();
  const record = (recordId: string, from: number, to: number, more: object = {}): object => ({
    ...{ recordId, studentNumber: studentNumbers[0], session: '高等数学', startsAt: at(from), endsAt: at(to) },
    ...{ classHours: 2, status: 'absent', ...more },
  });
  const report = (...records: object[]) => system.post(`${PATH}/batches`, { records });
  const seen = async (query = ''): Promise<Seen[]> =>
    (await student.get(`${PATH}?sort=startsAt${query}`).expect(200)).body.data;

  it('is reported in batches, again and corrected; `present` takes an absence back', async () => {
    const rows = [record('a', -6, -4), record('b', -3, -1, { status: 'late' })];
    expect((await report(...rows).expect(200)).body).toEqual({ stored: 2, unchanged: 0, rejected: [] });
    expect((await report(...rows).expect(200)).body).toEqual({ stored: 0, unchanged: 2, rejected: [] });
    expect(await seen()).toMatchObject([
      { status: 'absent', excused: 'no', unexcusedHours: 2 },
      { status: 'late', excused: null, unexcusedHours: 0 },
    ]);
    expect((await report(record('a', -6, -4, { status: 'present' })).expect(200)).body.stored).toBe(1);
    expect(await seen('&status=absent')).toEqual([]);
    expect((await seen())[0]).toMatchObject({ status: 'present', unexcusedHours: 0, version: 2 });
  });

  it('leaves bad rows out and says why; when none is good nothing is stored', async () => {
    const bad = [
      record('x', -2, -1, { studentNumber: '9' }),
      record('y', -1, -2),
      record('a', -2, -1),
      record('a', -4, -3),
    ];
    const { body } = await report(...bad).expect(200);
    expect(body).toMatchObject({ stored: 1, unchanged: 0 });
    expect(body.rejected.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/records/0/studentNumber',
      '#/records/1/endsAt',
      '#/records/3/recordId',
    ]);
    await report(bad[0]!, bad[1]!).expect(422);
    const { body: refused } = await report(record('z', -2, -1, { status: 'gone' })).expect(400);
    expect(refused.errors[0].pointer).toBe('#/records/0/status');
    expect(await seen()).toHaveLength(1);
  });

  it('counts what no leave covers, whichever of the two is known first, and what is taken back of either', async () => {
    // Before the leave, into it, within it.
    await report(record('before', -10, -8), record('into', -6, -4), record('within', -4, -3)).expect(200);
    const leave = await submit(student, urgentForm(5, 20));
    expect((await seen()).map(({ excused }) => excused)).toEqual(['no', 'no', 'no']);
    const approved = await approve(test, leave);
    expect((await seen()).map(({ excused, unexcusedHours }) => [excused, unexcusedHours])).toEqual([
      ['no', 2],
      ['partly', 1],
      ['wholly', 0],
    ]);
    // An absence that comes after the leave was approved.
    await report(record('later', -2, -1)).expect(200);
    expect((await seen()).at(-1)).toMatchObject({ excused: 'wholly', unexcusedHours: 0 });
    // Back three and a half hours ago: from then on the leave excuses nothing.
    const back = new Date(test.clock.now().getTime() - 3.5 * HOUR).toISOString();
    const closed = await counselor
      .post(`/affairs/v1/leaves/${leave.id}/close`, { returnedAt: back })
      .set('If-Match', `"${approved.version}"`);
    expect(closed.status).toBe(200);
    expect((await seen()).map(({ excused, unexcusedHours }) => [excused, unexcusedHours])).toEqual([
      ['no', 2],
      ['partly', 1],
      ['partly', 1],
      ['no', 2],
    ]);
    const { body } = await counselor.get(`${PATH}/totals?studentId=${me}`).expect(200);
    expect(body.data).toMatchObject([
      { student: { id: me }, absences: 4, unexcusedHours: 6, excusedHours: 2, due: { zh: '通报批评' } },
    ]);
    expect((await counselor.get(`${PATH}/totals?atLeast=6.1`).expect(200)).body.data).toEqual([]);
  });

  it('counts again what a leave excused that is cancelled', async () => {
    const body = (await form(test)) as { startsAt: string; endsAt: string };
    const approved = await approve(test, await submit(student, body));
    await report({ ...record('ahead', 0, 1), startsAt: body.startsAt, endsAt: body.endsAt }).expect(200);
    expect(await seen()).toMatchObject([{ excused: 'wholly', unexcusedHours: 0, version: 1 }]);
    await act(student, approved, 'cancel').expect(200);
    expect(await seen()).toMatchObject([{ excused: 'no', unexcusedHours: 2, version: 2 }]);
  });

  it('cannot be both: the database refuses who is on leave and absent without at the same time', async () => {
    await report(record('a', -60, -58)).expect(200);
    const forge = test.query(
      sql`INSERT INTO affairs.away SELECT 'leave', gen_random_uuid(), student_id, during FROM affairs.away WHERE what = 'absent'`,
    );
    await expect(forge).rejects.toMatchObject({ driverError: { constraint: 'away_on_leave_or_absent' } });
    // Even where the working out is switched off.
    const leave = await submit(student, urgentForm(61, -57));
    await test.query(sql`ALTER TABLE affairs.attendance DISABLE TRIGGER keep_absent`);
    const approving = test.query(sql`UPDATE affairs.leave SET status = 'approved' WHERE id = ${leave.id}`);
    await expect(approving).rejects.toMatchObject({ driverError: { constraint: 'away_on_leave_or_absent' } });
    await test.query(sql`ALTER TABLE affairs.attendance ENABLE TRIGGER keep_absent`);
    await student.post(`/affairs/v1/leaves/${leave.id}/withdraw`, {}).set('If-Match', `"${leave.version}"`).expect(200);
  });

  it('holds when leave and absence come at the same instant: one waits for the other', async () => {
    const leave = await submit(student, urgentForm(30, -29));
    const approving = await test.database.transaction(null, async (tx) => {
      await query(
        tx,
        sql`INSERT INTO affairs.attendance (id, app, record_id, student_id, session, starts_at, ends_at, class_hours, status, unexcused)
            VALUES (${newId()}, 'jw', 'race', ${me}, '高等数学', ${at(-30)}, ${at(-29.5)}, 1, 'absent', '{}')`,
      );
      const answer = act(counselor, leave, 'approve').then(({ status }) => status);
      await eventually(async () => {
        const waiting = sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        expect(await test.query(waiting)).toHaveLength(1);
      });
      return { answer };
    });
    expect(await approving.answer).toBe(200);
    expect(await seen()).toMatchObject([{ excused: 'wholly', unexcusedHours: 0 }]);
  });

  it('goes with the student whose data is erased', async () => {
    const gone = campus.students[7]!;
    await report(record('gone', -2, -1, { studentNumber: studentNumbers[7] })).expect(200);
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(gone)));
    await drainEvents(test);
    expect(await test.query(sql`SELECT FROM affairs.attendance WHERE student_id = ${gone}`)).toEqual([]);
    expect(await test.query(sql`SELECT FROM affairs.away WHERE student_id = ${gone}`)).toEqual([]);
  });

  it('is seen by the student, and by who answers for them', async () => {
    await report(record('mine', -2, -1), record('theirs', -2, -1, { studentNumber: studentNumbers[8] })).expect(200);
    const ids = async (client: Client): Promise<string[]> =>
      (await client.get(`${PATH}?limit=200`).expect(200)).body.data.map(
        ({ student: { id } }: { student: { id: string } }) => id,
      );
    expect(await ids(student)).toEqual([me]);
    expect(await ids(counselor)).toEqual([me]);
    expect(await ids(await test.person(campus.staff.counselorFl))).toEqual([other]);
    expect((await ids(await test.person(campus.staff.schoolOfficer))).sort()).toEqual([me, other].sort());
    await (await test.person(campus.staff.psychologist)).get(PATH).expect(403);
    await student.post(`${PATH}/batches`, { records: [record('own', -2, -1)] }).expect(403);
    await system.get(PATH).expect(403);
  });
});
