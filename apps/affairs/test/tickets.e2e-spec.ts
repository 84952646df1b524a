import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, type TestApp } from '#testing';
import { PDF } from './support.js';
import { ANONYMOUS, type Answer, codeOf, TicketTest, TICKETS, units } from './ticket-kit.js';

const { places, rooms, staff } = campus;
const lamp = { kind: 'repair-electric', text: '走廊的灯不亮', placeId: places.building1 };

describe('tickets', () => {
  const kit = new TicketTest();
  let test: TestApp;
  let clerk: Client;
  let desk: Client;
  let student: Client;
  beforeAll(async () => {
    await kit.start();
    ({ test, clerk, desk } = kit);
    student = kit.students[0]!;
  });
  afterEach(() => kit.clear());
  afterAll(() => test?.close());

  it('are sent, taken, answered, done, confirmed and rated', async () => {
    const sent = await kit.report();
    expect(sent).toMatchObject({
      status: 'open',
      unit: { id: units.logistics },
      answerDueAt: expect.stringMatching(/^2027-03-01T12:00:/),
      doneDueAt: expect.stringMatching(/^2027-03-03T00:00:/),
      text: '走廊的灯不亮',
    });
    const taken = (await clerk.post(`${TICKETS}/${sent.id}/take`).expect(200)).body as Answer;
    expect(taken).toMatchObject({ status: 'assigned', assignee: { id: kit.people.clerk } });
    const answered = await kit.done(clerk, taken, 'answer', { text: '下午上门' });
    const noted = await kit.done(clerk, answered, 'note', { text: '该寝室报修频繁' });
    const finished = await kit.done(clerk, noted, 'done', { text: '已更换灯管' });
    const seen = await kit.see(student, finished);
    expect(seen.history.map(({ action, from, text }) => [action, from, text])).toEqual([
      ['report', 'sender', null],
      ['take', 'department', null],
      ['answer', 'department', '下午上门'],
      ['done', 'department', '已更换灯管'],
    ]);
    expect(seen.history.every(({ person }) => person === null)).toBe(true);
    const confirmed = await kit.done(student, seen, 'confirm');
    expect(confirmed).toMatchObject({ status: 'closed', closedBy: 'sender' });
    const rated = await kit.done(student, confirmed, 'rate', { rating: 5, comment: '来得很快' });
    expect(rated).toMatchObject({ rating: 5, ratingComment: '来得很快' });
    expect(codeOf(await kit.act(student, rated, 'rate', { rating: 1 }).expect(409))).toBe(
      'affairs/ticket-rated-before',
    );
    expect((await kit.events('affairs.ticket-closed.v1', sent.id)).map(({ payload }) => payload)).toEqual([
      { ticketId: sent.id, studentId: campus.students[0], kind: 'repair-electric', by: 'sender' },
    ]);
    const staffView = await kit.see(clerk, rated);
    expect(staffView.history.map(({ action }) => action)).toContain('note');
  });

  it('go to whoever deals with the kind at the place', async () => {
    const unitOf = async (more: object): Promise<string> => (await kit.report(student, more)).unit.id;
    expect(await unitOf({ kind: 'repair-building', placeId: rooms.b1r101 })).toBe(places.building1);
    // Building 2 has no head: to the desk.
    expect(await unitOf({ kind: 'repair-building', placeId: rooms.b2r101 })).toBe(units.desk);
    expect(await unitOf({ kind: 'question-teaching', placeId: undefined })).toBe(units.teaching);
    await kit.put({ routes: [{ place: 'B1', kind: 'repair-lift', unit: 'BWC' }] });
    expect(await unitOf({ kind: 'repair-lift', placeId: rooms.b1r101 })).toBe(units.guards);
    expect(await unitOf({ kind: 'repair-lift', placeId: rooms.b2r101 })).toBe(units.logistics);
    await kit.put({ routes: [{ place: 'B1', kind: null, unit: 'GONE' }] });
    expect(await unitOf({ kind: 'repair-lift', placeId: rooms.b1r101 })).toBe(units.desk);
    await kit.put({ desk: 'GONE', routes: [{ place: 'B1', kind: null, unit: 'GONE' }] });
    expect(await unitOf({ kind: 'repair-lift', placeId: rooms.b1r101 })).toBe(campus.school);
  });

  it('say what they must say', async () => {
    const post = (body: object) => student.post(TICKETS, { kind: 'repair-electric', text: '灯', ...body });
    expect(codeOf(await post({ kind: 'nothing' }).expect(422))).toBe('affairs/ticket-kind-unknown');
    const nowhere = await post({}).expect(422);
    expect(nowhere.body).toMatchObject({ code: 'affairs/ticket-needs-place', errors: [{ pointer: '#/placeId' }] });
    await post({ placeId: campus.colleges.cs }).expect(404);
    await post({ placeId: places.building1, studentId: campus.students[1] }).expect(404);
    await post({ placeId: places.building1, text: '' }).expect(400);
    expect(await test.query(sql`SELECT 1 FROM affairs.ticket`)).toEqual([]);
  });

  it('are seen by their student and the department, and by nobody else who answers for the student', async () => {
    const sent = await kit.report();
    const others = [
      kit.students[1]!,
      await test.person(staff.counselorCs),
      await test.person(staff.collegeOfficerCs),
      await test.person(staff.buildingHead1),
      desk,
    ];
    for (const other of others) {
      const answer = await other.get(`${TICKETS}/${sent.id}`);
      expect([403, 404]).toContain(answer.status);
      const listed = await other.get(TICKETS);
      if (listed.status === 200) expect(listed.body.data).toEqual([]);
    }
    for (const verb of ['take', 'release', 'unmerge']) await kit.act(desk, sent, verb).expect(404);
    await kit.act(kit.students[1]!, sent, 'withdraw').expect(404);
    for (const client of [student, clerk, kit.head, await test.person(staff.schoolOfficer)])
      expect((await client.get(TICKETS).expect(200)).body.data).toHaveLength(1);
    const audits = () =>
      test.query(sql`SELECT 1 FROM platform.audit WHERE action = 'affairs.ticket.read' AND subject_id = ${sent.id}`);
    await kit.see(student, sent);
    expect(await audits()).toHaveLength(0);
    await kit.see(clerk, sent);
    expect(await audits()).toHaveLength(1);
    expect(codeOf(await kit.act(clerk, sent, 'withdraw').expect(403))).toBeTruthy();
  });

  it('are taken by one of two clerks', async () => {
    const sent = await kit.report();
    const take = (who: Client) => who.post(`${TICKETS}/${sent.id}/take`);
    const answers = await Promise.all([take(clerk), take(kit.secondClerk)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(codeOf(answers.find(({ status }) => status === 409)!)).toBe('affairs/ticket-taken');
  });

  it('go back to the desk once for each department, and on from there', async () => {
    const sent = await kit.report();
    const refused = await kit.done(clerk, sent, 'refuse', { reason: '不属后勤' });
    expect(refused.unit.id).toBe(units.desk);
    await clerk.get(`${TICKETS}/${sent.id}`).expect(404);
    expect(codeOf(await kit.act(desk, refused, 'refuse', { reason: '也不是' }).expect(409))).toBe(
      'affairs/ticket-refused-before',
    );
    const wrong = { unitId: campus.colleges.cs, reason: '不对' };
    expect(codeOf(await kit.act(desk, refused, 'dispatch', wrong).expect(422))).toBe('affairs/ticket-unit-wrong');
    await kit.act(desk, refused, 'dispatch', { unitId: places.building2, reason: '无楼长' }).expect(422);
    const back = await kit.done(desk, refused, 'dispatch', { unitId: units.logistics, reason: '确属后勤' });
    // What was promised stands.
    expect(back.doneDueAt).toBe(sent.doneDueAt);
    expect(codeOf(await kit.act(clerk, back, 'refuse', { reason: '还是不属' }).expect(409))).toBe(
      'affairs/ticket-refused-before',
    );
    const { history } = await kit.see(student, back);
    expect(history.map(({ action, text }) => [action, text])).toEqual([
      ['report', null],
      ['refuse', null],
      ['dispatch', null],
    ]);
  });

  it('are assigned to people of the department, many at once', async () => {
    const [one, two, three] = [await kit.report(), await kit.report(), await kit.report()];
    const rows = [
      { id: one.id, version: 1, personId: kit.people.secondClerk },
      { id: two.id, version: 9, personId: kit.people.secondClerk },
      { id: three.id, version: 1, personId: kit.people.desk },
    ];
    const { body } = await kit.head.post(`${TICKETS}/assignments`, { rows }).expect(200);
    expect(body.results).toMatchObject([
      { id: one.id, status: 'assigned', version: 2, problem: null },
      { id: two.id, status: null, problem: { status: 412 } },
      { id: three.id, status: null, problem: { code: 'affairs/cannot-handle-tickets' } },
    ]);
    expect((await clerk.get(`${TICKETS}?assigneeId=${kit.people.secondClerk}`)).body.data).toHaveLength(1);
    const put = await kit.done(clerk, { ...one, version: 2 }, 'release');
    expect(put).toMatchObject({ status: 'open', assignee: null });
  });

  it('are found by kind, place, status and names, and counted', async () => {
    const inRoom = await kit.report(student, { placeId: rooms.b1r101 });
    const question = await kit.report(student, { kind: 'question-affairs', placeId: undefined });
    const ids = async (query: string) =>
      ((await student.get(`${TICKETS}?sort=reportedAt&${query}`).expect(200)).body.data as Answer[]).map(
        ({ id }) => id,
      );
    expect(await ids('group=repair')).toEqual([inRoom.id]);
    expect(await ids(`placeId=${places.building1}`)).toEqual([inRoom.id]);
    expect(await ids(`placeId=${places.building2}`)).toEqual([]);
    expect(await ids(`q=${encodeURIComponent('1号楼')}`)).toEqual([inRoom.id]);
    expect(await ids(`q=${encodeURIComponent('学生事务')}`)).toEqual([question.id]);
    expect(await ids(`q=${encodeURIComponent('灯')}`)).toEqual([]);
    expect(await ids('q=%25')).toEqual([]);
    expect(await ids('status=done')).toEqual([]);
    expect(await ids('overdue=false')).toEqual([inRoom.id, question.id]);
    expect((await clerk.get(`${TICKETS}/counts`).expect(200)).body).toEqual([
      { status: 'open', count: 1, overdue: 0, mine: 0 },
    ]);
    const kinds = (await student.get(`${TICKETS}/kinds`).expect(200)).body as { key: string }[];
    expect(kinds.map(({ key }) => key)).toContain('repair-lift');
  });

  it('have attachments, for whoever may read the ticket; those of an anonymous one name nobody', async () => {
    const upload = async (who: Client): Promise<string> => {
      const request = who.post('/affairs/v1/files?purpose=ticket-attachment').attach('file', PDF, '照片.pdf');
      return ((await request.expect(201)).body as { id: string }).id;
    };
    const id = await upload(student);
    await kit.report(student, { attachments: [id] });
    const content = (who: Client, file: string) => who.get(`/affairs/v1/files/${file}/content`);
    for (const who of [student, clerk]) await content(who, id).expect(200);
    for (const who of [kit.students[1]!, desk]) await content(who, id).expect(404);
    const theirs = await upload(kit.students[1]!);
    expect(codeOf(await student.post(TICKETS, { ...lamp, attachments: [theirs] }).expect(422))).toBe(
      'files/not-attachable',
    );
    const unnamed = await upload(kit.app);
    const form = { kind: 'complaint-life', text: '食堂二楼', attachments: [unnamed] };
    const { code } = (await kit.app.post(ANONYMOUS, form).expect(201)).body as { code: string };
    await content(clerk, unnamed).expect(200);
    // Whoever has the code has the file, and no other of them.
    const byCode = (fileId: string, with_ = code, who = kit.app) =>
      who.post(`${ANONYMOUS}/attachments`, { code: with_, fileId });
    const opened = await byCode(unnamed).buffer(true).expect(200);
    expect(opened.headers).toMatchObject({ 'content-type': 'application/pdf' });
    expect(opened.headers['content-security-policy']).toContain('sandbox');
    expect((opened.body as Buffer).equals(PDF)).toBe(true);
    await byCode(id).expect(404);
    await byCode(unnamed, code.replaceAll(/[2-9A-Z]/g, '7')).expect(404);
    await byCode(unnamed, code, student).expect(403);
    const [row] = await test.query(sql`SELECT person_id FROM affairs.file WHERE id = ${unnamed}`);
    expect(row).toEqual({ person_id: null });
  });

  it('that wait for a word of a student end when they are erased; what a department is to do it does', async () => {
    const id = newId();
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${id}, 'student', ${id}, '某人')`,
    );
    const of = () => kit.report(kit.app, { studentId: id });
    const [open, asked, done] = [await of(), await of(), await of()];
    const follows = await kit.report(student);
    await kit.done(clerk, follows, 'merge', { mainId: asked.id });
    await kit.done(clerk, await kit.see(clerk, asked), 'answer', { text: '请问几楼', asks: true });
    await kit.done(clerk, done, 'done', { text: '已换' });
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(id)));
    await drainEvents(test);
    expect((await kit.see(clerk, open)).status).toBe('open');
    for (const one of [asked, done])
      expect(await kit.see(clerk, one)).toMatchObject({ status: 'closed', closedBy: 'silence' });
    expect(await kit.see(clerk, follows)).toMatchObject({ status: 'open', mainId: null });
    // Nobody is to be told.
    for (const one of [asked, done])
      expect((await kit.events('affairs.ticket-closed.v1', one.id))[0]!.payload['studentId']).toBeNull();
    const timers = await test.query<{ key: string }>(
      sql`SELECT key FROM events.timer WHERE key LIKE 'affairs.ticket %'`,
    );
    expect(timers.map(({ key }) => key).sort()).toEqual(
      [open, follows].map((one) => `affairs.ticket ${one.id}`).sort(),
    );
  });

  it('forget what a student wrote when they are erased', async () => {
    const sent = await kit.report();
    const asked = await kit.done(clerk, sent, 'answer', { text: '请问几楼', asks: true });
    await kit.done(student, asked, 'message', { text: '二楼东头' });
    const texts = () => test.query(sql`SELECT text FROM affairs.ticket_action WHERE text IS NOT NULL`);
    expect(JSON.stringify(await texts())).not.toContain('二楼');
    // Undone at the end: the student is one of all tests of this file.
    await test.query(
      sql`CREATE TABLE kept AS SELECT * FROM platform.student_key WHERE student_id = ${campus.students[0]}`,
    );
    await test.query(sql`SELECT platform.drop_student_key(${campus.students[0]}::uuid)`);
    await test.database.transaction(null, (tx) =>
      test.app.get(Events).publish(tx, new StudentErasedV1(campus.students[0]!)),
    );
    await drainEvents(test);
    const seen = await kit.see(clerk, sent);
    expect(seen.text).toBeNull();
    expect(seen.history.map(({ text }) => text)).toEqual([null, null, null]);
    // Nothing of the sealed text is there any more, only the mark that there was one.
    const [left] = await test.query<{ n: number }>(sql`SELECT length(text) AS n FROM affairs.ticket`);
    expect(left!.n).toBeLessThan(10);
    await test.query(sql`DELETE FROM platform.student_key WHERE student_id = ${campus.students[0]}`);
    await test.query(sql`INSERT INTO platform.student_key SELECT * FROM kept`);
  });
});
