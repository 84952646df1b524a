import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events, Handlers } from '#events';
import { campus, campusToday, drainEvents, fireTimers } from '#testing';
import { ClearanceDeferralOverV1 } from '../src/clearances/deferral-over.event.js';
import { CLEARANCES, ClearanceTest, codeOf, LISTS, SIGN_OFFS } from './clearance-kit.js';

const { staff, students } = campus;
const ALL = ['books', 'fees', 'card', 'survey'];

describe('clearances', () => {
  const kit = new ClearanceTest();
  beforeAll(() => kit.start());
  afterEach(() => kit.clear());
  afterAll(() => kit.test?.close());
  const fill = () =>
    kit.test.database.transaction(null, (tx) =>
      kit.test.app
        .get(Handlers)
        .schedules.find(({ name }) => name === 'affairs.clearance-members')!
        .handle(tx, { at: new Date(0), date: campusToday() }),
    );

  describe('of a list', () => {
    it('are made when it is opened, for the students it is for; who comes later gets theirs, who leaves drops out', async () => {
      const id = await kit.open({ unitIds: [campus.colleges.cs] });
      const { body } = await kit.officer.get(`${CLEARANCES}?listId=${id}&total=true`).expect(200);
      expect(body.total).toBe(8);
      expect(await kit.of(kit.student)).toMatchObject({ complete: false, openBlocking: 3 });
      expect((await kit.of(kit.student)).entries.map(({ entry }) => entry)).toEqual(ALL);
      const newcomer = newId();
      await kit.test.query(
        sql`INSERT INTO directory.person (id, kind, number, name, grade) VALUES (${newcomer}, 'student', ${newcomer}, '转入', '2024')`,
      );
      await kit.test.query(
        sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from) VALUES (${newId()}, ${newcomer}, ${campus.classes.se2401}, '2024-09-01')`,
      );
      await kit.test.query(
        sql`UPDATE directory.person SET active = false, inactive_since = '2027-06-10' WHERE id = ${students[1]}`,
      );
      const waiting = async (): Promise<number> =>
        (await kit.library.get('/affairs/v1/tasks?subjectKind=clearance-sign-off&limit=100').expect(200)).body.data
          .length;
      const before = await waiting();
      try {
        await fill();
        await fill();
        const after = await kit.officer.get(`${CLEARANCES}?listId=${id}&total=true`).expect(200);
        expect(after.body.total).toBe(9);
        expect(await kit.of(kit.officer, 1)).toMatchObject({ leftOn: '2027-06-10' });
        expect((await kit.officer.get(`${LISTS}/${id}/board`).expect(200)).body.total).toBe(8);
        // The newcomer's came, and nobody waits for the one who left.
        expect(await waiting()).toBe(before);
        await kit.test.query(
          sql`UPDATE directory.person SET active = true, inactive_since = NULL WHERE id = ${students[1]}`,
        );
        await fill();
        expect((await kit.officer.get(`${LISTS}/${id}/board`).expect(200)).body.total).toBe(9);
      } finally {
        await kit.test.query(sql`DELETE FROM directory.membership WHERE person_id = ${newcomer}`);
        await kit.test.query(sql`DELETE FROM directory.person WHERE id = ${newcomer}`);
        await kit.test.query(
          sql`UPDATE directory.person SET active = true, inactive_since = NULL WHERE id = ${students[1]}`,
        );
      }
    });

    it('that is wrong is not opened, and says where', async () => {
      const { entries } = kit.content();
      const wrong = [{ ...entries[0], after: ['card'] }, { ...entries[1], unitId: newId() }, entries[2], entries[2]];
      const draft = await kit.draft({ to: '2027-05-01', entries: wrong });
      const { body } = await kit.officer.get(`${LISTS}/${draft.id}/findings`).expect(200);
      const pointers = (body.findings as { pointer: string }[]).map(({ pointer }) => pointer);
      expect(pointers).toEqual([
        ...['#/to', '#/entries/0/after/0', '#/entries/2/after/0', '#/entries/3/code', '#/entries/3/after/0'],
        '#/entries/1/unitId',
      ]);
      const refused = await kit.officer.post(`${LISTS}/${draft.id}/open`).set('If-Match', '"1"').expect(422);
      expect((refused.body.errors as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual(pointers);
      const changed = await kit.officer.put(`${LISTS}/${draft.id}`, kit.content()).set('If-Match', '"1"').expect(200);
      await kit.officer.post(`${LISTS}/${draft.id}/open`).set('If-Match', '"2"').expect(202);
      await drainEvents(kit.test);
      expect(
        codeOf(await kit.officer.put(`${LISTS}/${draft.id}`, kit.content()).set('If-Match', '"3"').expect(409)),
      ).toBe('affairs/clearance-list-not-in-state');
      expect(changed.body.version).toBe(2);
      const other = await kit.draft();
      await kit.officer.delete(`${LISTS}/${other.id}`).set('If-Match', '"1"').expect(204);
      await kit.officer.get(`${LISTS}/${other.id}`).expect(404);
      await kit.college.post(LISTS, kit.content()).expect(404);
    });

    it('that is closed take no decisions until it is reopened', async () => {
      const id = await kit.open();
      await kit.officer.post(`${LISTS}/${id}/close`).set('If-Match', '"2"').expect(200);
      const books = await kit.entry(kit.library, 'books');
      expect(codeOf(await kit.act(kit.library, books, 'clear').expect(409))).toBe('affairs/clearance-list-not-open');
      await kit.officer.post(`${LISTS}/${id}/reopen`).set('If-Match', '"3"').expect(200);
      await kit.act(kit.library, books, 'clear').expect(200);
    });
  });

  it('are complete when no blocking entry is open, which is told, and no more when a department takes back what it said', async () => {
    await kit.open();
    const { id } = await kit.of(kit.student);
    await kit.done(kit.library, 'books', 'clear');
    const fees = await kit.entry(kit.finance, 'fees');
    expect(codeOf(await kit.act(kit.finance, fees, 'clear').expect(409))).toBe('affairs/clearance-evidence-missing');
    const card = await kit.entry(kit.college, 'card');
    const early = await kit.act(kit.college, card, 'clear').expect(409);
    expect(codeOf(early)).toBe('affairs/clearance-others-first');
    expect(early.body.detail).toContain('fees');
    await kit.done(kit.student, 'fees', 'evidence', { text: '已转账' });
    await kit.done(kit.finance, 'fees', 'clear');
    expect(await kit.told(id)).toEqual([]);
    const cleared = await kit.done(kit.college, 'card', 'clear');
    expect(cleared).toMatchObject({ state: 'cleared', decidedBy: { kind: 'person', id: staff.collegeOfficerCs } });
    // The survey is open, and does not block.
    expect(await kit.of(kit.student)).toMatchObject({
      ...{ complete: true, openBlocking: 0, completedAt: expect.stringMatching(/^2027-06-10T02:00:/) },
    });
    expect(await kit.told(id)).toEqual([{ name: 'affairs.clearance-completed.v1' }]);
    const back = await kit.done(kit.finance, 'fees', 'take-back');
    expect(back.state).toBe('evidence_given');
    expect(await kit.of(kit.student)).toMatchObject({ complete: false, openBlocking: 1, completedAt: null });
    await kit.done(kit.finance, 'fees', 'refuse', { reason: '金额不符' });
    const detail = await kit.student.get(`${CLEARANCES}/${id}`).expect(200);
    expect(detail.body.entries[1]).toMatchObject({ reason: '金额不符', evidence: '已转账' });
    await kit.done(kit.finance, 'fees', 'clear');
    expect((await kit.told(id)).map(({ name }) => name.split('.')[1])).toEqual([
      ...['clearance-completed', 'clearance-reopened', 'clearance-completed'],
    ]);
    const { body: history } = await kit.student.get(`${CLEARANCES}/${id}/history`).expect(200);
    expect((history as { entry: string; action: string }[]).map(({ entry, action }) => `${entry} ${action}`)).toEqual([
      ...[
        'books clear',
        'fees give_evidence',
        'fees clear',
        'card clear',
        'fees take_back',
        'fees refuse',
        'fees clear',
      ],
    ]);
  });

  it('are signed by many at once: of two on one entry one wins, and every entry counts', async () => {
    await kit.open();
    const books = await kit.entry(kit.library, 'books');
    const race = await Promise.all([1, 2, 3].map(() => kit.act(kit.library, books, 'clear')));
    expect(race.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    await kit.done(kit.student, 'fees', 'evidence', { text: '已转账' });
    for (let round = 0; round < 5; round++) {
      const [one, two] = [await kit.entry(kit.library, 'survey'), await kit.entry(kit.finance, 'fees')];
      const verb = round % 2 ? 'take-back' : 'clear';
      const both = await Promise.all([kit.act(kit.library, one, verb), kit.act(kit.finance, two, verb)]);
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      expect((await kit.of(kit.student)).openBlocking).toBe(round % 2 ? 2 : 1);
    }
  });

  it('count right whoever writes the table: the count is kept by the database', async () => {
    await kit.open();
    await kit.test.query(
      sql`UPDATE affairs.clearance_sign_off SET state = 'cleared', decided_at = '2027-06-10T12:00:00Z' WHERE entry <> 'card'`,
    );
    expect(await kit.test.query(sql`SELECT DISTINCT open_blocking AS n FROM affairs.clearance`)).toEqual([{ n: 1 }]);
    await kit.test.query(sql`UPDATE affairs.clearance_sign_off SET state = 'waived' WHERE entry = 'card'`);
    expect(
      await kit.test.query(
        sql`SELECT DISTINCT open_blocking AS n, completed_at IS NULL AS open FROM affairs.clearance`,
      ),
    ).toEqual([{ n: 0, open: true }]);
  });

  it('can have an entry deferred, which does not block until a day', async () => {
    await kit.open();
    const { id } = await kit.of(kit.student);
    await kit.done(kit.library, 'books', 'clear');
    const asked = await kit.done(kit.student, 'fees', 'ask-deferral', { reason: '助学贷款未到账' });
    expect(codeOf(await kit.act(kit.student, asked, 'ask-deferral', { reason: '再次' }).expect(409))).toBe(
      'affairs/clearance-not-in-state',
    );
    const books = await kit.entry(kit.student, 'card');
    expect(codeOf(await kit.act(kit.student, books, 'ask-deferral', { reason: '急' }).expect(409))).toBe(
      'affairs/clearance-not-deferrable',
    );
    expect((await kit.college.get(`${CLEARANCES}?deferralAsked=true`).expect(200)).body.data).toHaveLength(1);
    await kit.act(kit.finance, asked, 'defer', { until: '2027-09-30', reason: '准' }).expect(403);
    expect(codeOf(await kit.act(kit.college, asked, 'defer', { until: '2027-06-10', reason: '准' }).expect(422))).toBe(
      'affairs/clearance-deferral-date-wrong',
    );
    const declined = (await kit.act(kit.college, asked, 'decline-deferral', { reason: '请先申请贷款' }).expect(200))
      .body;
    expect(declined).toMatchObject({ state: 'waiting', deferralAskedAt: null });
    await kit.done(kit.college, 'fees', 'defer', { until: '2027-06-20', reason: '贷款已申请' });
    await kit.done(kit.college, 'card', 'clear');
    expect(await kit.of(kit.student)).toMatchObject({ complete: true });
    // An event that was on its way when the day was moved ends nothing.
    const fees = await kit.entry(kit.student, 'fees');
    await kit.test.database.transaction(null, (tx) =>
      kit.test.app.get(Events).publish(tx, new ClearanceDeferralOverV1(fees.id)),
    );
    await drainEvents(kit.test);
    expect((await kit.entry(kit.student, 'fees')).state).toBe('deferred');
    kit.test.clock.set('2027-06-20T23:59:00+08:00');
    await fireTimers(kit.test);
    expect((await kit.of(kit.student)).complete).toBe(true);
    kit.test.clock.set('2027-06-21T00:00:01+08:00');
    await fireTimers(kit.test);
    expect(await kit.of(kit.student)).toMatchObject({ complete: false, openBlocking: 1 });
    expect((await kit.entry(kit.student, 'fees')).state).toBe('waiting');
    expect((await kit.told(id)).map(({ name }) => name.split('.')[1])).toEqual([
      ...['clearance-completed', 'clearance-reopened'],
    ]);
    kit.test.clock.set('2027-07-01T00:00:01+08:00');
    const late = await kit.entry(kit.student, 'fees');
    expect(codeOf(await kit.act(kit.student, late, 'evidence', { text: '已交' }).expect(409))).toBe(
      'affairs/clearance-outside-window',
    );
  });

  it('are seen and signed by whom they concern alone', async () => {
    const list = await kit.open();
    const { id } = await kit.of(kit.student);
    const mine = await kit.entry(kit.library, 'books');
    const fees = await kit.entry(kit.student, 'fees');
    const other = await kit.test.person(students[1]!);
    const foreign = await kit.test.person(staff.counselorFl);
    for (const who of [other, foreign]) {
      await who.get(`${CLEARANCES}/${id}`).expect(404);
      await who.get(`${CLEARANCES}/${id}/history`).expect(404);
      await who.get(`${SIGN_OFFS}/${mine.id}`).expect(404);
    }
    await kit.act(other, fees, 'evidence', { text: '我的' }).expect(404);
    expect((await other.get(`${CLEARANCES}?studentId=${students[0]}`).expect(200)).body.data).toEqual([]);
    // A clerk sees the entries of the department, and signs no other.
    expect((await kit.of(kit.library)).entries.map(({ entry }) => entry)).toEqual(['books', 'survey']);
    expect((await kit.library.get(`${CLEARANCES}/${id}`).expect(200)).body.entries).toHaveLength(2);
    await kit.act(kit.library, fees, 'refuse', { reason: '未交' }).expect(404);
    // Who answers for the student sees all, and signs nothing; nor does a post over the school.
    const counselor = await kit.test.person(staff.counselorCs);
    expect((await kit.of(counselor)).entries).toHaveLength(4);
    await kit.act(counselor, mine, 'clear').expect(403);
    expect(codeOf(await kit.act(kit.officer, mine, 'clear').expect(409))).toBe('affairs/clearance-not-kept');
    const fl = await kit.entry(kit.officer, 'card', 8);
    await kit.act(kit.college, fl, 'clear').expect(404);
    expect((await kit.library.get(`${CLEARANCES}?waiting=true&listId=${list}&total=true`).expect(200)).body.total).toBe(
      12,
    );
    expect((await kit.library.get(`${CLEARANCES}?number=2024000002`).expect(200)).body.data).toHaveLength(1);
    expect((await kit.library.get(`${CLEARANCES}?entry=fees`).expect(200)).body.data).toEqual([]);
    const audits = await kit.test.query(
      sql`SELECT 1 FROM platform.audit WHERE action = 'affairs.clearance.read' AND subject_id = ${id}`,
    );
    expect(audits).toHaveLength(1);
  });

  it('forget what was said about a student who is erased', async () => {
    await kit.open();
    await kit.done(kit.student, 'fees', 'evidence', { text: '家庭困难说明' });
    await kit.done(kit.finance, 'fees', 'refuse', { reason: '材料不全' });
    const { id } = await kit.entry(kit.officer, 'fees');
    const [row] = await kit.test.query<{ text: string }>(
      sql`SELECT s::text AS text FROM affairs.clearance_sign_off s WHERE id = ${id}`,
    );
    for (const text of ['家庭困难说明', '材料不全'])
      for (const form of [text, Buffer.from(text).toString('hex')]) expect(row!.text).not.toContain(form);
    await kit.test.database.transaction(null, (tx) =>
      kit.test.app.get(Events).publish(tx, new StudentErasedV1(students[0]!)),
    );
    await drainEvents(kit.test);
    const { body } = await kit.officer.get(`${SIGN_OFFS}/${id}`).expect(200);
    expect(body).toMatchObject({ state: 'refused', reason: null, evidence: null });
  });
});
