import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { earlyWarning } from '../../early-warning/src/early-warning.module.js';
import { safety } from '../../safety/src/safety.module.js';
import { check, keepAll, pass, send } from '../../safety/test/gates.js';
import { affairs } from '../src/affairs.module.js';

const CAMPAIGNS = '/affairs/v1/holiday-campaigns';
const REGISTRATIONS = '/affairs/v1/holiday-registrations';
const { staff, students } = campus;
const at = (day: string, time = '08:00'): string => `2025-03-${day}T${time}:00+08:00`;
const utc = (text: string): string => new Date(text).toISOString();
const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;

interface Answer {
  id: string;
  version: number;
  status: string;
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
  leaves: { id: string }[];
}
interface Back {
  returnedAt: string | null;
}
interface Pointed {
  errors: { pointer: string }[];
}

const DESTINATIONS = [
  { code: 'home', title: { zh: '回家', en: 'Home' }, away: true, asks: ['region', 'contact', 'guardianTold'] },
  { code: 'campus', title: { zh: '留校', en: 'Stays' }, away: false, approval: true, asks: ['note'] },
  { code: 'travel', title: { zh: '旅游', en: 'Travel' }, away: true, approval: true, asks: ['leavesAt', 'returnsAt'] },
];
const CONTENT = {
  title: { zh: '三月假期去向登记', en: 'March' },
  ...{ startsAt: at('08'), endsAt: at('14', '22:00'), opensOn: '2025-03-03', closesOn: '2025-03-07' },
  destinations: DESTINATIONS,
};
const HOME = { destination: 'home', region: '宝鸡市', contact: '家长电话', guardianTold: true };
const STAY = { destination: 'campus', note: '实验课题' };

describe('registration for holidays', () => {
  let test: TestApp;
  let officer: Client;
  let collegeOfficer: Client;
  let counselor: Client;
  let foreign: Client;
  let student: Client;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs, safety, earlyWarning]);
    test.clock.set(at('05', '10:00'));
    await keepAll(test);
    officer = await test.person(staff.schoolOfficer);
    collegeOfficer = await test.person(staff.collegeOfficerCs);
    counselor = await test.person(staff.counselorCs);
    foreign = await test.person(staff.counselorFl);
    student = await test.person(students[0]!);
    app = await test.client();
  });
  afterEach(async () => {
    test.clock.set(at('05', '10:00'));
    await drainEvents(test);
    await test.query(sql`DELETE FROM safety.excused_absence`);
    await test.query(sql`DELETE FROM affairs.holiday_reminder`);
    await test.query(sql`DELETE FROM affairs.holiday_registration`);
    await test.query(sql`DELETE FROM affairs.holiday_campaign`);
    await test.query(sql`DELETE FROM affairs.leave`);
  });
  afterAll(() => test?.close());

  const act = (who: Client, path: string, { id, version }: { id: string; version: number }, verb: string, body = {}) =>
    who.post(`${path}/${id}/${verb}`, body).set('If-Match', `"${version}"`);
  const open = async (more: object = {}, by = officer): Promise<Answer> => {
    const drafted = (await by.post(CAMPAIGNS, { ...CONTENT, ...more }).expect(201)).body as Answer;
    return (await act(by, CAMPAIGNS, drafted, 'open').expect(200)).body as Answer;
  };
  const register = async (who: Client, { id: campaignId }: Answer, form: object = HOME): Promise<Answer> =>
    (await who.post(REGISTRATIONS, { campaignId, ...form }).expect(201)).body as Answer;
  const done = async (who: Client, one: Answer, verb: string, body = {}): Promise<Answer> =>
    (await act(who, REGISTRATIONS, one, verb, body).expect(200)).body as Answer;
  const allowed = (one: Answer): string[] => one.actions.filter((a) => a.allowed).map(({ action }) => action);
  const excused = (id: string) =>
    test.query<{ cancelled: boolean; ends: Date }>(
      sql`SELECT cancelled, ends_at AS ends FROM safety.excused_absence WHERE source_id = ${id}`,
    );
  const masked = (id: string) =>
    test.query(
      sql`SELECT first_day::text AS first, last_day::text AS last FROM early_warning.leave_mask WHERE leave_id = ${id}`,
    );

  it('is held by the school or a college, each for its own students, and says what is wrong with it', async () => {
    const cs = await open({ unitId: campus.colleges.cs }, collegeOfficer);
    await counselor.get(`${CAMPAIGNS}/${cs.id}`).expect(200);
    await student.get(`${CAMPAIGNS}/${cs.id}`).expect(200);
    await foreign.get(`${CAMPAIGNS}/${cs.id}`).expect(404);
    await (await test.person(students[8]!)).get(`${CAMPAIGNS}/${cs.id}`).expect(404);
    expect((await officer.get(`${CAMPAIGNS}/${cs.id}/board`).expect(200)).body.total).toBe(8);
    // Neither the school's nor another college's.
    await collegeOfficer.post(CAMPAIGNS, CONTENT).expect(404);
    await collegeOfficer.post(CAMPAIGNS, { ...CONTENT, unitId: campus.colleges.fl }).expect(404);
    await counselor.post(CAMPAIGNS, CONTENT).expect(403);
    const wrong = { ...CONTENT, unitId: campus.colleges.cs, unitIds: [campus.colleges.fl], endsAt: at('07') };
    const bad = { code: 'home', title: { zh: '又', en: 'again' }, away: false, asks: ['leavesAt'] };
    const { body } = await collegeOfficer
      .post(CAMPAIGNS, { ...wrong, closesOn: '2025-03-01', destinations: [...DESTINATIONS, bad] })
      .expect(400);
    expect((body as Pointed).errors.map(({ pointer }) => pointer)).toEqual([
      ...['#/endsAt', '#/closesOn', '#/destinations/3/code', '#/destinations/3/asks', '#/unitIds/0'],
    ]);
  });

  it('is a draft that others do not see, then open, when only its title and last day change, then closed', async () => {
    const drafted = (await officer.post(CAMPAIGNS, CONTENT).expect(201)).body as Answer;
    await counselor.get(`${CAMPAIGNS}/${drafted.id}`).expect(404);
    await student.post(REGISTRATIONS, { campaignId: drafted.id, ...HOME }).expect(404);
    const opened = (await act(officer, CAMPAIGNS, drafted, 'open').expect(200)).body as Answer;
    const put = (version: number, more: object) =>
      officer.put(`${CAMPAIGNS}/${opened.id}`, { ...CONTENT, ...more }).set('If-Match', `"${version}"`);
    expect(codeOf(await put(opened.version, { endsAt: at('15') }).expect(409))).toBe('affairs/holiday-campaign-fixed');
    const later = (await put(opened.version, { closesOn: '2025-03-09' }).expect(200)).body as Answer;
    await put(opened.version, { closesOn: '2025-03-10' }).expect(412);
    const closed = (await act(officer, CAMPAIGNS, later, 'close').expect(200)).body as Answer;
    const refused = await student.post(REGISTRATIONS, { campaignId: opened.id, ...HOME }).expect(409);
    expect(codeOf(refused)).toBe('affairs/holiday-campaign-not-open');
    await act(officer, CAMPAIGNS, closed, 'reopen').expect(200);
    await register(student, opened);
  });

  it('excuses whoever is away at night, until it is withdrawn, changed, or the student is back', async () => {
    const campaign = await open({ closesOn: '2025-03-14' });
    const one = await register(student, campaign);
    expect(one).toMatchObject({ status: 'approved', leavesAt: utc(at('08')), returnsAt: utc(at('14', '22:00')) });
    expect(allowed(one)).toEqual(['change', 'withdraw']);
    await drainEvents(test);
    expect(await masked(one.id)).toEqual([{ first: '2025-03-08', last: '2025-03-14' }]);
    test.clock.set(at('11', '07:00'));
    await send(app, [pass(1, 'out', '2025-03-10 18:00'), pass(2, 'out', '2025-03-10 18:00')]);
    const night = await check(test, app, '2025-03-10');
    expect(night[1]).toMatchObject({ finding: 'excused', excuse: 'holiday_registration', excuseId: one.id });
    expect(night[2]).toMatchObject({ finding: 'not_returned', excuse: null });
    const gone = await done(student, one, 'withdraw');
    await drainEvents(test);
    expect(await excused(one.id)).toMatchObject([{ cancelled: true }]);
    expect(await masked(one.id)).toEqual([{ first: null, last: null }]);
    expect((await check(test, app, '2025-03-10'))[1]).toMatchObject({ finding: 'not_returned' });
    // Taken up again: there is one registration of a student.
    const again = await register(student, campaign);
    expect(again.id).toBe(gone.id);
    await student.post(REGISTRATIONS, { campaignId: campaign.id, ...HOME }).expect(409);
    test.clock.set(at('11', '09:00'));
    const back = await done(student, again, 'return');
    await drainEvents(test);
    expect((await excused(one.id))[0]).toMatchObject({ cancelled: false });
    expect((await excused(one.id))[0]!.ends.toISOString().slice(0, 16)).toBe('2025-03-11T01:00');
    await done(student, back, 'undo-return');
    await drainEvents(test);
    expect((await excused(one.id))[0]!.ends.toISOString()).toBe(utc(at('14', '22:00')));
  });

  it('asks what the destination says, within the holiday and the days of registration', async () => {
    const campaign = await open();
    const ask = async (form: object, status = 400) =>
      (await student.post(REGISTRATIONS, { campaignId: campaign.id, ...form }).expect(status)).body as Pointed;
    const pointers = (body: Pointed) => body.errors.map(({ pointer }) => pointer);
    expect(pointers(await ask({ destination: 'home', region: '宝鸡市' }))).toEqual(['#/contact', '#/guardianTold']);
    expect(pointers(await ask({ ...HOME, destination: 'moon' }))).toEqual(['#/destination']);
    expect(pointers(await ask({ ...HOME, leavesAt: at('07') }))).toEqual(['#/leavesAt']);
    expect(pointers(await ask({ ...HOME, leavesAt: at('10'), returnsAt: at('09') }))).toEqual(['#/returnsAt']);
    expect(pointers(await ask({ ...STAY, leavesAt: at('09') }))).toEqual(['#/leavesAt']);
    test.clock.set(at('09', '10:00'));
    expect(codeOf({ body: await ask(HOME, 409) })).toBe('affairs/holiday-registration-outside-window');
    expect((await test.query(sql`SELECT FROM affairs.holiday_registration`)).length).toBe(0);
    // The counselor still registers what a student told them.
    const body = { campaignId: campaign.id, studentId: students[0], ...HOME };
    await foreign.post(`${REGISTRATIONS}/on-behalf`, body).expect(404);
    await student.post(`${REGISTRATIONS}/on-behalf`, body).expect(403);
    const told = (await counselor.post(`${REGISTRATIONS}/on-behalf`, body).expect(201)).body as Answer;
    expect(told).toMatchObject({ onBehalf: true, status: 'approved' });
    expect(allowed((await student.get(`${REGISTRATIONS}/${told.id}`).expect(200)).body as Answer)).toEqual([
      'report_return',
    ]);
  });

  it('of who stays waits for the counselor, whose decision can be taken back; a change asks anew', async () => {
    const campaign = await open();
    const one = await register(student, campaign, STAY);
    expect(one.status).toBe('submitted');
    expect(codeOf(await act(student, REGISTRATIONS, one, 'approve').expect(403))).toBe('http/forbidden');
    await act(foreign, REGISTRATIONS, one, 'approve').expect(404);
    await act(counselor, REGISTRATIONS, one, 'reject').expect(400);
    const refused = await done(counselor, one, 'reject', { reason: '停水停电' });
    expect(refused).toMatchObject({ status: 'rejected', reason: '停水停电', decidedBy: { id: staff.counselorCs } });
    const waits = await done(counselor, refused, 'take-back');
    const [result] = (
      await counselor
        .post(`${REGISTRATIONS}/decisions`, { rows: [{ id: one.id, version: waits.version, decision: 'approve' }] })
        .expect(200)
    ).body as Answer[];
    expect(result).toMatchObject({ status: 'approved', problem: null });
    const put = (version: number, form: object) =>
      student.put(`${REGISTRATIONS}/${one.id}`, form).set('If-Match', `"${version}"`);
    await put(waits.version, STAY).expect(412);
    const changed = (await put(result!.version, { ...STAY, note: '改为值班' }).expect(200)).body as Answer;
    expect(changed).toMatchObject({ status: 'submitted', note: '改为值班', decidedBy: null });
    await drainEvents(test);
    expect(await excused(one.id)).toEqual([]);
  });

  it('shows approved leave of the same time', async () => {
    const [on, off] = [newId(), newId()];
    for (const [id, from] of [
      [on, at('09')],
      [off, at('20')],
    ] as const)
      await test.query(
        sql`INSERT INTO affairs.leave (id, student_id, kind, status, starts_at, ends_at, planned_ends_at, reason, destination, urgent, proof_pending, returned_count, submitted_by_app)
            VALUES (${id}, ${students[0]}, 'personal', 'approved', ${from}, ${from}::timestamptz + interval '1 day', ${from}::timestamptz + interval '1 day', '\\xff', '\\xff', false, false, 0, 'test')`,
      );
    const one = await register(student, await open());
    expect(one.leaves).toMatchObject([{ id: on }]);
  });

  it('counts by college and class within the scope; reminds each once a day; lists who is overdue', async () => {
    const campaign = await open();
    await register(student, campaign);
    await register(await test.person(students[1]!), campaign, STAY);
    const counts = { total: 8, registered: 2, unregistered: 6, submitted: 1, away: 1, staying: 0, back: 0, overdue: 0 };
    const board = async (who: Client) =>
      (await who.get(`${CAMPAIGNS}/${campaign.id}/board`).expect(200)).body as object;
    expect(await board(counselor)).toMatchObject({
      ...counts,
      colleges: [
        {
          ...{ unitId: campus.colleges.cs, ...counts },
          classes: [
            { unitId: campus.classes.se2401, total: 4, registered: 2 },
            { total: 4, unregistered: 4 },
          ],
        },
      ],
    });
    expect(await board(officer)).toMatchObject({ total: 12, registered: 2 });
    const missing = `${CAMPAIGNS}/${campaign.id}/unregistered?total=true&unitId=${campus.classes.se2401}`;
    expect((await counselor.get(missing).expect(200)).body).toMatchObject({
      total: 2,
      data: [{ remindedOn: null }, {}],
    });
    const remind = async (who: Client, body: object = {}) =>
      ((await who.post(`${CAMPAIGNS}/${campaign.id}/reminders`, body).expect(200)).body as { reminded: number })
        .reminded;
    // Registered already, and of another college.
    expect(await remind(counselor, { studentIds: [students[0], students[2], students[8]] })).toBe(1);
    expect(await remind(counselor)).toBe(5);
    expect(await remind(officer)).toBe(4);
    expect(await remind(officer)).toBe(0);
    const told = await test.query<{ ids: string[] }>(
      sql`SELECT payload -> 'studentIds' AS ids FROM events.event WHERE payload ->> 'campaignId' = ${campaign.id}`,
    );
    expect(told.flatMap(({ ids }) => ids).sort()).toEqual(students.slice(2));
    test.clock.set(at('06', '10:00'));
    expect(await remind(counselor)).toBe(6);
    test.clock.set(at('15', '10:00'));
    expect(await board(counselor)).toMatchObject({ overdue: 1, away: 1 });
    const late = (await counselor.get(`${REGISTRATIONS}?overdue=true`).expect(200)).body as { data: Answer[] };
    expect(late.data).toMatchObject([{ student: { id: students[0] }, overdue: true }]);
    await done(counselor, late.data[0]!, 'return', { returnedAt: at('14', '12:00') });
    expect(await board(counselor)).toMatchObject({ overdue: 0, away: 1, back: 1 });
  });

  it('is exported for a reason, with those who have not registered', async () => {
    const campaign = await open();
    await register(student, campaign, { ...HOME, note: '=1+1' });
    const path = `${CAMPAIGNS}/${campaign.id}/export?format=csv`;
    await counselor.get(path).expect(428);
    const { text } = await counselor.get(path).set('Access-Reason', encodeURIComponent('假期安全检查')).expect(200);
    const lines = text.trim().split('\n');
    expect(lines.length).toBe(9);
    expect(lines[1]).toContain('已登记,回家,2025-03-08 08:00,2025-03-14 22:00,,宝鸡市,,家长电话,是,,');
    expect(lines[1]).not.toMatch(/,=1/);
    expect(lines[2]).toContain('未登记');
  });

  it('ends with the pass home that shows the return, until that pass is voided or staff say that it was none', async () => {
    const campaign = await open({ closesOn: '2025-03-14' });
    const one = await register(student, campaign);
    const see = async () => (await student.get(`${REGISTRATIONS}/${one.id}`).expect(200)).body as Answer & Back;
    const gate = async (...passes: object[]) => {
      await send(app, passes);
      await drainEvents(test);
    };
    const passId = async (when: string) =>
      (await test.query<{ id: string }>(sql`SELECT id FROM safety.published_pass_v1 WHERE at = ${when}`))[0]!.id;
    test.clock.set(at('14', '19:00'));
    await gate(
      pass(1, 'out', '2025-03-08 09:00'),
      pass(1, 'in', '2025-03-11 10:00'),
      pass(1, 'out', '2025-03-11 12:00'),
    );
    expect(await see()).toMatchObject({ returnedAt: null, returnedHow: null, returnPassId: null });
    await gate(pass(1, 'in', '2025-03-14 17:00', 'GATE-B2'));
    expect(await see()).toMatchObject({ returnedAt: null });
    await gate(pass(1, 'in', '2025-03-14 18:00'));
    const returnPassId = await passId(at('14', '18:00'));
    const back = await see();
    expect(back).toMatchObject({ returnedAt: utc(at('14', '18:00')), returnedHow: 'gate', returnPassId });
    expect((await excused(one.id))[0]!.ends.toISOString()).toBe(utc(at('14', '18:00')));
    // The student does not correct the gate.
    expect(allowed(back)).toEqual([]);
    await app.post(`/safety/v1/passes/${returnPassId}/void`, { reason: '设备误报' }).expect(200);
    await drainEvents(test);
    expect(await see()).toMatchObject({ returnedAt: null, returnedHow: null, returnPassId: null });
    expect((await excused(one.id))[0]!.ends.toISOString()).toBe(utc(at('14', '22:00')));
    await gate(pass(1, 'in', '2025-03-14 18:30'));
    expect(await see()).toMatchObject({ returnedAt: utc(at('14', '18:30')), returnedHow: 'gate' });
    const undone = await done(counselor, await see(), 'undo-return');
    expect(undone).toMatchObject({ returnedAt: null });
    await gate(pass(1, 'out', '2025-03-14 18:40'));
    expect(await see()).toMatchObject({ returnedAt: null });
    await done(counselor, await see(), 'return', { returnedAt: at('14', '18:50') });
    await gate(pass(1, 'in', '2025-03-14 18:55'));
    expect(await see()).toMatchObject({ returnedAt: utc(at('14', '18:50')), returnedHow: 'staff', returnPassId: null });
  });

  it('knows the return of who is registered only after it', async () => {
    const campaign = await open();
    test.clock.set(at('14', '20:00'));
    await send(app, [pass(2, 'out', '2025-03-08 09:00'), pass(2, 'in', '2025-03-14 18:10')]);
    await drainEvents(test);
    const body = { campaignId: campaign.id, studentId: students[1], ...HOME };
    const told = (await counselor.post(`${REGISTRATIONS}/on-behalf`, body).expect(201)).body as object;
    expect(told).toMatchObject({ returnedAt: utc(at('14', '18:10')), returnedHow: 'gate' });
  });

  it('tells others nothing, keeps what it says of places sealed, and loses it when the student is erased', async () => {
    const campaign = await open();
    const one = await register(student, campaign);
    await foreign.get(`${REGISTRATIONS}/${one.id}`).expect(404);
    expect((await foreign.get(REGISTRATIONS).expect(200)).body).toMatchObject({ data: [] });
    await counselor.get(`${REGISTRATIONS}/${one.id}`).expect(200);
    expect(
      await test.query(
        sql`SELECT FROM platform.audit WHERE action = 'affairs.holiday-registration.read' AND subject_id = ${one.id}`,
      ),
    ).toHaveLength(1);
    const [row] = await test.query<{ region: Buffer }>(
      sql`SELECT region FROM affairs.holiday_registration WHERE id = ${one.id}`,
    );
    expect(row!.region.toString()).not.toContain('宝鸡');
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(students[0]!)));
    await drainEvents(test);
    const after = (await counselor.get(`${REGISTRATIONS}/${one.id}`).expect(200)).body as object;
    expect(after).toMatchObject({ region: null, contact: null, destination: 'home' });
  });
});
