import { newId, sql } from '#database';
import { campus, campusNow, campusToday, type Client, drainEvents, fireTimers, TestApp } from '#testing';
import { addDays } from '#time';
import { StudentKeys } from '#vault';
import { act, form, handIn, type LeaveAnswer, submit } from '../apps/affairs/test/support.js';
import { services } from '../apps/campus/src/services.js';
import { openCase, warn } from '../apps/early-warning/test/case-kit.js';
import { observe } from '../apps/early-warning/test/kit.js';
import { filesTrace, LogTrace, redisTrace } from './traces.js';

const PATH = '/directory/v1/erasures';
const LEAVES = '/affairs/v1/leaves';
const DAY = 86_400_000;

interface Asked {
  id: string;
  version: number;
  status: string;
  dueAt: string;
}

describe("erasing a student's personal data", () => {
  let test: TestApp;
  let app: Client;
  let log: LogTrace;

  beforeAll(async () => {
    log = new LogTrace();
    test = await TestApp.create(services, { logLevel: 'info' });
    app = await test.client();
  });
  afterAll(async () => {
    await test?.close();
    log.giveBack();
  });

  const request = (studentId: string) => app.post(PATH, { studentId, ground: 'purpose_ended' });
  const asked = async (studentId: string): Promise<Asked> => (await request(studentId).expect(201)).body as Asked;
  const see = async (id: string): Promise<Asked> => (await app.get(`${PATH}/${id}`).expect(200)).body as Asked;
  const cancel = ({ id, version }: Asked) => app.post(`${PATH}/${id}/cancel`).set('If-Match', `"${version}"`);
  const setActive = (studentId: string, active: boolean, since = campusToday()) =>
    test.query(
      sql`UPDATE directory.person SET active = ${active}, inactive_since = ${active ? null : since} WHERE id = ${studentId}`,
    );
  const policy = (value: object) =>
    app
      .post('/directory/v1/policies/directory.erasure/versions', {
        effectiveFrom: campusToday(),
        source: '校务会',
        value,
      })
      .expect(201);
  const audited = async (studentId: string): Promise<string[]> =>
    (
      await test.query<{ action: string }>(
        sql`SELECT action FROM platform.audit WHERE subject_id = ${studentId} AND action LIKE 'directory.student%' ORDER BY occurred_at`,
      )
    ).map(({ action }) => action);

  /** A leave with texts that can be found again, a proof and a decision. */
  async function leaveOf(n: number): Promise<{ leave: LeaveAnswer; proof: string; marks: string[] }> {
    const student = await test.person(campus.students[n]!);
    const marks = ['reason', 'destination', 'contact', 'comment'].map((what) => `${what}-${newId()}`);
    const [reason, destination, contact, comment] = marks;
    const proof = await handIn(student);
    const body = await form(test, 1, 0, { reason, destination, contact, attachments: [proof] });
    const leave = await submit(student, body);
    const counselor = await test.person(campus.staff.counselorCs);
    return {
      leave: (await act(counselor, leave, 'return', { comment }).expect(200)).body as LeaveAnswer,
      proof,
      marks,
    };
  }

  /** Tables of the whole database with a row in which one of the texts lies open. */
  async function mentions(texts: string[]): Promise<string[]> {
    const tables = await test.query<{ name: string }>(
      sql`SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
           WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const patterns = texts.flatMap((text) => [text, Buffer.from(text).toString('hex')]).map((text) => `%${text}%`);
    const found: string[] = [];
    for (const { name } of tables) {
      const { length } = await test.tx.query(`SELECT FROM ${name} t WHERE t::text LIKE ANY($1) LIMIT 1`, [patterns]);
      if (length > 0) found.push(name);
    }
    return found;
  }

  it('waits, and is then done everywhere; what was sealed is null, and the audit stays', async () => {
    const victim = campus.students[0]!;
    const { leave, proof, marks } = await leaveOf(0);
    // Neither texts of the student nor what was said to them ever lie open.
    expect(await mentions(marks)).toEqual([]);
    await app.get(`/affairs/v1/files/${proof}/content`).expect(200);
    await test.query(
      sql`INSERT INTO safety.excused_absence (source, source_id, student_id, cancelled, source_version, source_at) VALUES ('leave', ${newId()}, ${victim}, true, 1, now())`,
    );
    expect((await request(victim).expect(409)).body.code).toBe('directory/student-still-active');
    await setActive(victim, false);
    const erasure = await asked(victim);
    expect(erasure).toMatchObject({ status: 'waiting', requestedBy: { kind: 'app', id: 'test-app' } });
    expect(Math.round((Date.parse(erasure.dueAt) - campusNow().getTime()) / DAY)).toBe(15);
    expect((await request(victim).expect(409)).body.code).toBe('directory/erasure-under-way');

    await fireTimers(test, new Date(Date.parse(erasure.dueAt) - 60_000));
    expect((await app.get(`${LEAVES}/${leave.id}`).expect(200)).body.reason).toBe(marks[0]);
    await fireTimers(test, new Date(Date.parse(erasure.dueAt) + 60_000));
    expect(await see(erasure.id)).toMatchObject({ status: 'done', version: 2 });
    const { body } = await app.get(`${LEAVES}/${leave.id}`).expect(200);
    expect(body).toMatchObject({ id: leave.id, reason: null, destination: null, contact: null, attachments: [] });
    expect((await app.get(`${LEAVES}?studentId=${victim}`).expect(200)).body.data).toHaveLength(1);
    await app.get(`/affairs/v1/files/${proof}/content`).expect(404);
    expect(await mentions(marks)).toEqual([]);
    expect(await test.query(sql`SELECT FROM safety.excused_absence WHERE student_id = ${victim}`)).toEqual([]);
    expect(
      await test.query(
        sql`SELECT FROM early_warning.erased_student WHERE digest = sha256(${victim}::uuid::text::bytea)`,
      ),
    ).toHaveLength(1);
    expect(await audited(victim)).toEqual(['directory.student.erasure-requested', 'directory.student.erased']);

    // Nothing more of the student is taken, and it cannot be undone.
    await setActive(victim, true);
    const student = await test.person(victim);
    const refused = await student.post(LEAVES, await form(test, 1, 10)).expect(409);
    expect(refused.body.code).toBe('vault/student-erased');
    expect((await cancel(await see(erasure.id)).expect(409)).body.code).toBe('directory/erasure-not-waiting');
  });

  it('is of that student alone, and answers null before the services have heard of it', async () => {
    const [one, other] = [await leaveOf(1), await leaveOf(2)];
    const { proof } = one;
    await test.database.transaction(null, (tx) => test.app.get(StudentKeys).drop(tx, campus.students[1]!));
    expect((await app.get(`${LEAVES}/${one.leave.id}`).expect(200)).body).toMatchObject({
      reason: null,
      contact: null,
    });
    await app.get(`/affairs/v1/files/${proof}/content`).expect(404);
    await app.get(`/affairs/v1/files/${proof}`).expect(200);
    expect((await app.get(`${LEAVES}/${other.leave.id}`).expect(200)).body.reason).toBe(other.marks[0]);
    await app.get(`/affairs/v1/files/${other.proof}/content`).expect(200);
    // A leave whose texts are gone can still be ended.
    const student = await test.person(campus.students[1]!);
    const withdrawn = await act(student, one.leave, 'withdraw').expect(200);
    expect(withdrawn.body).toMatchObject({ status: 'withdrawn', reason: null });
  });

  it('can be cancelled while it waits, and is when the student comes back', async () => {
    const [student, back] = [campus.students[3]!, campus.students[4]!];
    const { leave, marks } = await leaveOf(3);
    await setActive(student, false);
    const first = await asked(student);
    await cancel({ ...first, version: 7 }).expect(412);
    expect((await cancel(first).expect(200)).body).toMatchObject({ status: 'cancelled', cancelledBy: { kind: 'app' } });
    await cancel({ ...first, version: 2 }).expect(409);
    const second = await asked(student);
    await cancel(second).expect(200);
    await setActive(back, false);
    const third = await asked(back);
    await setActive(back, true);
    await fireTimers(test, new Date(campusNow().getTime() + 40 * DAY));
    expect([await see(first.id), await see(second.id)].map(({ status }) => status)).toEqual(['cancelled', 'cancelled']);
    expect(await see(third.id)).toMatchObject({
      status: 'cancelled',
      cancelledBy: { kind: 'system', id: 'directory' },
    });
    expect((await app.get(`${LEAVES}/${leave.id}`).expect(200)).body.reason).toBe(marks[0]);
    expect(
      await test.query(sql`SELECT FROM platform.student_key WHERE student_id = ${student} AND wrapped IS NULL`),
    ).toEqual([]);
    expect(await audited(back)).toEqual(['directory.student.erasure-requested', 'directory.student.erasure-cancelled']);
    const { body } = await app.get(`${PATH}?status=cancelled&studentId=${student}`).expect(200);
    expect(body.data.map(({ id }: Asked) => id)).toEqual([second.id, first.id]);
  });

  it('is for apps with the permission, of students who are known', async () => {
    await setActive(campus.students[5]!, false);
    const body = { studentId: campus.students[5], ground: 'purpose_ended' };
    for (const person of [campus.staff.schoolOfficer, campus.staff.counselorCs])
      await (await test.person(person)).post(PATH, body).expect(403);
    await (await test.client('directory:person:read')).post(PATH, body).expect(403);
    await (await test.client('directory:person:read')).get(PATH).expect(403);
    for (const studentId of [newId(), campus.staff.counselorCs])
      expect((await request(studentId).expect(404)).body.code).toBe('http/not-found');
    await app.post(PATH, { ...body, ground: 'because' }).expect(400);
    await app.get(`${PATH}/${newId()}`).expect(404);
    await cancel({ id: newId(), version: 1, status: '', dueAt: '' }).expect(404);
    expect(await test.query(sql`SELECT FROM directory.erasure WHERE student_id = ${campus.students[5]}`)).toEqual([]);
  });

  /** Rooms of early warning with rows of the student. */
  async function roomsOf(studentId: string): Promise<string[]> {
    const tables = await test.query<{ name: string }>(
      sql`SELECT c.table_name AS name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
           WHERE c.table_schema = 'early_warning' AND c.column_name = 'student_id' AND t.table_type = 'BASE TABLE' ORDER BY 1`,
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows: unknown[] = await test.tx.query(`SELECT FROM early_warning.${name} WHERE student_id = $1 LIMIT 1`, [
        studentId,
      ]);
      if (rows.length > 0) found.push(name);
    }
    return found;
  }

  it('leaves nothing in the rooms of early warning, in Redis, in logs and in files but what the law holds', async () => {
    const [victim, day] = [campus.students[7]!, addDays(campusToday(), -2)];
    const student = await test.person(victim);
    const counselor = await test.person(campus.staff.counselorCs);
    const friend = await test.person(campus.students[6]!);
    const marks = ['summary', 'referral', 'title', 'text', 'dispute', 'reason', 'note'].map(
      (what) => `${what}-${newId()}`,
    );
    const [summary, told, title, text, dispute, reason, note] = marks as [
      string,
      string,
      string,
      string,
      string,
      string,
      string,
    ];
    await openCase(counselor, 7, { summary });
    const referral = { studentId: victim, kind: 'mood', urgency: 'soon', text: told };
    await friend.post('/early-warning/v1/referrals', referral).expect(201);
    const entry = { area: 'intellectual', happenedOn: day, title, text };
    await student.post('/early-warning/v1/archive/own-entries', entry).expect(201);
    await observe(app, [[7, 'absent_class', day, 1]]);
    await app.post('/early-warning/v1/runs', {}).expect(202);
    await drainEvents(test);
    const disputed = { metric: 'absent_class', day, kind: 'wrong_data', text: dispute };
    await student.post('/early-warning/v1/disputes', disputed).expect(201);
    await student.post('/early-warning/v1/me/processing', { kind: 'risk', action: 'object', reason }).expect(200);
    const warning = await warn(test, 7);
    await counselor.post(`/early-warning/v1/warnings/${warning}/confirm`, { note }).set('If-Match', '"1"').expect(200);
    const proof = await handIn(student);
    await submit(student, await form(test, 1, 0, { reason, attachments: [proof] }));
    await student.post('/directory/v1/me/exports').expect(202);
    await drainEvents(test);
    // Notes of staff are not sealed: they go with their rows.
    expect(await mentions(marks)).toEqual(['early_warning.warning']);
    expect(await roomsOf(victim)).toEqual(
      expect.arrayContaining(['care_case', 'dispute', 'own_entry', 'processing_choice', 'referral', 'warning']),
    );
    expect(await test.query(sql`SELECT FROM directory.own_export_content WHERE student_id = ${victim}`)).toHaveLength(
      1,
    );
    expect([...(await filesTrace(test)).keys()].filter((path) => path.endsWith(proof))).toHaveLength(1);

    await setActive(victim, false);
    const { dueAt, id } = await asked(victim);
    await fireTimers(test, new Date(Date.parse(dueAt) + 60_000));
    expect((await see(id)).status).toBe('done');
    expect(await mentions(marks)).toEqual([]);
    // That and when something was consented or objected to is kept (个人信息保护法 art. 69), without the reason.
    expect(await roomsOf(victim)).toEqual(['processing_choice']);
    expect(await test.query(sql`SELECT FROM directory.own_export_content WHERE student_id = ${victim}`)).toEqual([]);
    const [person] = await test.query<{ number: string; name: string }>(
      sql`SELECT number, name FROM directory.person WHERE id = ${victim}`,
    );
    expect(person!.number).toMatch(/^\d+$/);
    const files = await filesTrace(test);
    expect([...files.keys()].filter((path) => path.endsWith(proof))).toEqual([]);
    const traces = [await redisTrace(test), log.read(), ...files.values()];
    // They are looked at: what is no personal data is in them.
    expect(traces[0]).toContain(test.config.redisPrefix);
    expect(traces[1]).toContain('/early-warning/v1/disputes');
    for (const mark of [...marks, person!.number]) expect(traces.filter((trace) => trace.includes(mark))).toEqual([]);
  });

  it("goes by the school's policy: not before its time of keeping is over, and at once where it says so", async () => {
    const student = campus.students[6]!;
    const { leave } = await leaveOf(6);
    await policy({ graceDays: 0, keepDays: 30 });
    await setActive(student, false, addDays(campusToday(), -29));
    expect((await request(student).expect(409)).body.code).toBe('directory/still-to-be-kept');
    await setActive(student, false, addDays(campusToday(), -30));
    expect(await asked(student)).toMatchObject({ status: 'done' });
    expect((await app.get(`${LEAVES}/${leave.id}`).expect(200)).body.reason).toBeNull();
    await drainEvents(test);
    expect(await audited(student)).toEqual(['directory.student.erasure-requested', 'directory.student.erased']);
  });
});
