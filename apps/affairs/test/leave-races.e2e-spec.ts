import { query, sql } from '#database';
import { campus, type Client, eventually, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { lockOneStudent } from '../src/students.queries.js';
import { act, appoint, events, form, type LeaveAnswer, submit } from './support.js';

const PATH = '/affairs/v1/leaves';

describe('leaves that several touch at once', () => {
  let test: TestApp;
  let students: Client[];
  let counselor: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    students = await Promise.all(campus.students.slice(10).map((id) => test.person(id)));
    counselor = await test.person(campus.staff.counselorFl);
  });
  afterAll(() => test.close());

  it('is decided once when two decide at the same time', async () => {
    await appoint(test, campus.staff.psychologist, 'counselor', campus.classes.en2401);
    const second = await test.person(campus.staff.psychologist);
    const leave = await submit(students[0]!, await form(test));
    const answers = await Promise.all([
      act(counselor, leave, 'approve'),
      act(second, leave, 'reject', { comment: '不同意' }),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const decided = await test.query(
      sql`SELECT count(*)::int AS n FROM affairs.workflow_action WHERE subject_id = ${leave.id} AND action IN ('approve', 'reject')`,
    );
    expect(decided).toEqual([{ n: 1 }]);
  });

  it('cannot be asked for twice at the same time', async () => {
    const body = await form(test);
    // Both requests are made to wait at the same door, then let go.
    const sending = await test.database.transaction(null, async (tx) => {
      lockOneStudent(tx, 'leave', campus.students[11]!);
      await query(tx, sql`SELECT 1`);
      const answers = Promise.all([1, 2].map(() => students[1]!.post(PATH, body)));
      await eventually(async () => {
        const waiting = await test.query(sql`SELECT pid FROM pg_locks
          WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`);
        expect(waiting).toHaveLength(2);
      });
      return { answers };
    });
    expect((await sending.answers).map(({ status }) => status).sort()).toEqual([201, 422]);
  });

  it('has one effect and one answer under the same Idempotency-Key', async () => {
    const body = await form(test, 1, 15);
    const send = () => students[1]!.post(PATH, body).set('Idempotency-Key', 'leave-1');
    const [first, again] = [await send().expect(201), await send().expect(201)];
    expect(again.text).toBe(first.text);
    const [kept] = await test.query<{ row: string }>(
      sql`SELECT k::text AS row FROM platform.idempotency_key k WHERE key = 'leave-1'`,
    );
    const { reason } = first.body as { reason: string };
    expect(reason.length).toBeGreaterThan(3);
    for (const shown of [reason, Buffer.from(reason).toString('hex')]) expect(kept!.row).not.toContain(shown);
    expect(again.headers['location']).toBe(`${PATH}/${first.body.id}`);
    const leave = first.body as LeaveAnswer;
    const approveOnce = () => act(counselor, leave, 'approve').set('Idempotency-Key', 'approve-1');
    const [yes, repeated] = [await approveOnce().expect(200), await approveOnce().expect(200)];
    expect(repeated.body).toEqual(yes.body);
    expect(await events(test, leave.id)).toHaveLength(1);
  });
});
