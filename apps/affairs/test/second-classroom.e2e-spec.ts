import { StudentErasedV1 } from '#contracts';
import { insert, newId, query, queryOne, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, eventually, fireTimers, type TestApp } from '#testing';
import { StudentKeys } from '#vault';
import { StarObjection } from '../src/volunteering/star.entity.js';
import { VolunteeringPolicy } from '../src/volunteering/volunteering.policy.js';
import { ActivityTest, type Answer, at, codeOf, ENROLMENTS, reasonOf } from './activity-kit.js';
import { appoint, PDF } from './support.js';

const CLASSROOM = '/affairs/v1/second-classroom';
const CLAIMS = `${CLASSROOM}/claims`;
const VOLUNTEERING = '/affairs/v1/volunteering';
const STARS = `${VOLUNTEERING}/stars`;

interface Transcript {
  total: number;
  required: number;
  categories: { code: string; credits: number; counted: number }[];
  tracks: { track: string; done: number; goal: number }[];
  entries: { id: string; source: string; title: string | null; counted: number; reason: string | null }[];
}

describe('second classroom', () => {
  const kit = new ActivityTest();
  let test: TestApp;
  let officer: Client;
  let students: Client[];
  /** Of the department that confirms for the school, and of another. */
  let league: Client;
  let finance: Client;
  beforeAll(async () => {
    await kit.start();
    ({ test, officer, students } = kit);
    const { psychologist, partyOrganizerCs } = campus.staff;
    const department = async (code: string) =>
      (await queryOne<{ id: string }>(
        test.tx,
        sql`SELECT id FROM directory.unit WHERE code = ${code} AND kind = 'department'`,
      ))!.id;
    await appoint(test, psychologist, 'department_clerk', await department('TW'));
    await appoint(test, partyOrganizerCs, 'department_clerk', await department('CWC'));
    [league, finance] = [await test.person(psychologist), await test.person(partyOrganizerCs)];
  });
  afterEach(() => test.clock.set(at('03-01', '09:00')));
  afterAll(() => test.close());

  const claim = {
    kind: 'innovation',
    title: '数学建模竞赛二等奖',
    note: '三人组队',
    credits: 0.8,
    happenedOn: '2026-11-20',
  };
  const submitted = async (who: Client, more: object = {}): Promise<Answer> =>
    (await who.post(CLAIMS, { ...claim, ...more }).expect(201)).body as Answer;
  const confirmed = async (who: Client, more: object = {}): Promise<Answer> => {
    const approved = await kit.done(officer, CLAIMS, await submitted(who, more), 'approve');
    test.clock.set(at('03-09', '09:00'));
    return kit.done(league, CLAIMS, approved, 'confirm');
  };
  const transcript = async (who: Client): Promise<Transcript> =>
    (await who.get(`${CLASSROOM}/me`).expect(200)).body as Transcript;

  describe('a claim', () => {
    it('is reviewed by the college, under public notice, confirmed by another, and counts from then on', async () => {
      const [student] = students as [Client];
      const file = await student
        .post('/affairs/v1/files?purpose=second-classroom-evidence')
        .attach('file', PDF, '获奖证书.pdf')
        .expect(201);
      const own = await submitted(student, { evidence: [(file.body as Answer).id] });
      expect(own).toMatchObject({ status: 'submitted', title: claim.title, note: claim.note, noticeUntil: null });
      // The league sees it once the college has approved it, another department never.
      await league.get(`${CLAIMS}/${own.id}`).expect(404);
      const approved = await kit.done(officer, CLAIMS, own, 'approve', { credits: 0.5 });
      // Monday and five working days: until the end of the next Monday.
      expect(approved).toMatchObject({
        status: 'notice',
        credits: 0.5,
        noticeUntil: '2027-03-08T16:00:00.000Z',
        provisional: true,
      });
      const { body: notices } = await students[9]!.get(`${CLASSROOM}/notices`).expect(200);
      expect(notices.data).toEqual([
        {
          id: own.id,
          name: '学生1',
          college: '计算机学院',
          kind: 'innovation',
          title: claim.title,
          credits: 0.5,
          noticeUntil: approved['noticeUntil'],
        },
      ]);
      expect(codeOf(await kit.act(league, CLAIMS, approved, 'confirm').expect(409))).toBe(
        'affairs/claim-notice-not-over',
      );
      expect((await transcript(student)).entries).toEqual([]);
      test.clock.set(at('03-09', '00:01'));
      await finance.get(`${CLAIMS}/${own.id}`).expect(404);
      await league.get(`/affairs/v1/files/${(file.body as Answer).id}/content`).expect(200);
      await finance.get(`/affairs/v1/files/${(file.body as Answer).id}/content`).expect(404);
      expect(reasonOf(await kit.see(officer, CLAIMS, own), 'confirm')).toBe('claim-not-yours-to-decide');
      const done = await kit.done(league, CLAIMS, approved, 'confirm');
      expect(done.status).toBe('confirmed');
      expect((await students[9]!.get(`${CLASSROOM}/notices`)).body.data).toEqual([]);
      const after = await transcript(student);
      expect(after).toMatchObject({ total: 0.5, required: 2 });
      expect(after.entries).toMatchObject([
        { id: own.id, source: 'claim', title: claim.title, counted: 0.5, reason: null },
      ]);
      const back = await kit.done(league, CLAIMS, done, 'revoke', { text: '证书系伪造' });
      expect(back).toMatchObject({ status: 'revoked', answer: '证书系伪造' });
      expect(await transcript(student)).toMatchObject({ total: 0, entries: [] });
    });

    it('can be returned and changed; nobody decides on it alone, or out of their charge', async () => {
      const student = students[1]!;
      const own = await submitted(student);
      await kit.foreign.get(`${CLAIMS}/${own.id}`).expect(404);
      await students[2]!.get(`${CLAIMS}/${own.id}`).expect(404);
      await kit.act(kit.foreign, CLAIMS, own, 'approve').expect(403);
      expect((await kit.act(officer, CLAIMS, own, 'return').expect(400)).body.errors[0].pointer).toBe('#/text');
      const returned = await kit.done(officer, CLAIMS, own, 'return', { text: '请写明名次' });
      expect(returned).toMatchObject({ status: 'returned', answer: '请写明名次' });
      const changed = await student
        .put(`${CLAIMS}/${own.id}`, { ...claim, title: '省赛一等奖' })
        .set('If-Match', `"${returned.version}"`)
        .expect(200);
      expect(changed.body).toMatchObject({ status: 'submitted', title: '省赛一等奖' });
      const school = kit.school;
      const approved = await kit.done(school, CLAIMS, changed.body as Answer, 'approve');
      test.clock.set(at('03-09', '09:00'));
      expect(codeOf(await kit.act(school, CLAIMS, approved, 'confirm').expect(409))).toBe(
        'affairs/claim-two-people-needed',
      );
      await kit.done(student, CLAIMS, approved, 'withdraw');
      const reads = await test.query(
        sql`SELECT FROM platform.audit WHERE subject_id = ${own.id} AND action LIKE 'affairs.claim.%'`,
      );
      expect(reads).toHaveLength(2);
    });

    it('of the same work as an activity counts once, at its highest, and is of the same kind', async () => {
      const student = students[2]!;
      const [took] = await kit.took([student], { kind: 'innovation', credits: 0.3, hours: 0 });
      const activityId = (took!['activity'] as Answer).id;
      const wrong = async (more: object, status: number, pointer: string) =>
        expect((await student.post(CLAIMS, { ...claim, ...more }).expect(status)).body.errors[0].pointer).toBe(pointer);
      await wrong({ sameWorkAs: activityId, kind: 'skill' }, 422, '#/sameWorkAs');
      await wrong({ sameWorkAs: newId() }, 404, '#/sameWorkAs');
      await wrong({ kind: 'dancing' }, 422, '#/kind');
      await wrong({ happenedOn: '2027-03-02' }, 422, '#/happenedOn');
      const own = await confirmed(student, { sameWorkAs: activityId, credits: 0.4 });
      const { entries, total } = await transcript(student);
      expect(total).toBe(0.4);
      expect(entries.map(({ id, counted, reason }) => [id, counted, reason])).toEqual([
        [own.id, 0.4, null],
        [took!.id, 0, 'same_work'],
      ]);
      expect(own['workId']).toBe(activityId);
      // A claim of which another is the same work keeps its kind.
      const first = await submitted(student, { kind: 'skill' });
      await submitted(student, { kind: 'skill', sameWorkAs: first.id });
      const other = await student.put(`${CLAIMS}/${first.id}`, claim).set('If-Match', '"1"').expect(422);
      expect(other.body.errors[0].pointer).toBe('#/kind');
    });

    it('said to be the same work as another brings along what was joined to either before', async () => {
      const student = students[1]!;
      const joined = async (to: Answer, credits: number): Promise<Answer> => {
        test.clock.set(at('03-01', '09:00'));
        return confirmed(student, { sameWorkAs: to.id, credits });
      };
      const [a, c] = [await submitted(student, { credits: 0.1 }), await submitted(student, { credits: 0.1 })];
      const [b, d] = [await joined(a, 0.5), await joined(c, 0.3)];
      expect((await transcript(student)).total).toBe(0.8);
      const approved = await kit.done(officer, CLAIMS, a, 'approve', { sameWorkAs: c.id });
      const { entries, total } = await transcript(student);
      expect(entries.map(({ id, reason }) => [id, reason])).toEqual(
        expect.arrayContaining([
          [b.id, null],
          [d.id, 'same_work'],
        ]),
      );
      expect(total).toBe(0.5);
      // Whoever had read what moved sees that it did.
      const moved = await kit.see(officer, CLAIMS, b);
      expect(moved).toMatchObject({ workId: approved['workId'], version: b.version + 1 });
      const told = await test.query(
        sql`SELECT FROM events.event WHERE name = 'affairs.claim-changed.v1' AND aggregate_id = ${b.id}`,
      );
      expect(told).toHaveLength(2);
      test.clock.set(at('03-01', '09:00'));
      // An activity's work is everybody's: claims go there, and two such works stay two.
      const [took] = await kit.took([student], { kind: 'innovation', credits: 0.2, hours: 0 });
      const activityId = (took!['activity'] as Answer).id;
      await kit.done(officer, CLAIMS, await submitted(student, { sameWorkAs: activityId }), 'approve', {
        sameWorkAs: d.id,
      });
      expect(await kit.see(officer, CLAIMS, b)).toMatchObject({ workId: activityId });
      expect((await transcript(student)).total).toBe(0.5);
      const [other] = await kit.took([student], { kind: 'innovation', credits: 0.1, hours: 0 });
      const last = await submitted(student, { sameWorkAs: (other!['activity'] as Answer).id });
      const refused = await kit.act(officer, CLAIMS, last, 'approve', { sameWorkAs: activityId }).expect(422);
      expect([codeOf(refused), refused.body.errors[0].pointer]).toEqual([
        'affairs/works-of-two-activities',
        '#/sameWorkAs',
      ]);
      expect(await kit.see(officer, CLAIMS, last)).toMatchObject({ status: 'submitted', version: last.version });
    });

    it('is granted as much as was claimed, or less', async () => {
      const own = await submitted(students[6]!, { credits: 0.5 });
      const refused = await kit.act(officer, CLAIMS, own, 'approve', { credits: 0.51 }).expect(422);
      expect([codeOf(refused), refused.body.errors[0].pointer]).toEqual([
        'affairs/claim-credits-above-claimed',
        '#/credits',
      ]);
      expect(await kit.see(officer, CLAIMS, own)).toMatchObject({ status: 'submitted', credits: 0.5 });
      expect(await kit.done(officer, CLAIMS, own, 'approve', { credits: 0.5 })).toMatchObject({ credits: 0.5 });
    });
  });

  it('caps each category, shows the four hundreds, and is lowered by what is taken back', async () => {
    const student = students[3]!;
    const talks = [];
    for (let i = 0; i < 3; i++) talks.push(...(await kit.took([student], { credits: 0.4 })));
    await kit.took([student], { kind: 'reading', credits: 0.1 });
    const before = await transcript(student);
    expect(before.total).toBe(1);
    expect(before.categories.find(({ code }) => code === 'thought')).toMatchObject({ credits: 1.3, counted: 1 });
    expect(before.entries.filter(({ reason }) => reason === 'category_full')).toHaveLength(2);
    expect(before.tracks).toEqual([
      { track: 'books', done: 1, goal: 100 },
      { track: 'teachers', done: 0, goal: 100 },
      { track: 'talks', done: 3, goal: 100 },
      { track: 'events', done: 0, goal: 100 },
    ]);
    test.clock.set(at('03-04', '09:00'));
    await kit.done(officer, ENROLMENTS, talks[0]!, 'attendance', { present: false });
    expect(await transcript(student)).toMatchObject({ total: 0.9 });
    const path = `${CLASSROOM}/students/${campus.students[3]}`;
    await kit.counselor.get(path).expect(200);
    for (const other of [kit.foreign, students[4]!]) await other.get(path).expect(404);
    const reads = await test.query(
      sql`SELECT FROM platform.audit WHERE action = 'affairs.transcript.read' AND subject_id = ${campus.students[3]}`,
    );
    expect(reads).toHaveLength(1);
  });

  describe('volunteer stars', () => {
    const give = (who: Client, hours: number) => kit.took([who], { kind: 'volunteering', credits: 0, hours });

    it('are applied for with the hours, final after the public notice, and taken back with hours that are', async () => {
      const student = students[4]!;
      const [first] = await give(student, 99.5);
      expect(codeOf(await student.post(STARS, {}).expect(409))).toBe('affairs/volunteering-hours-too-few');
      await give(student, 0.5);
      expect((await student.get(`${VOLUNTEERING}/me`).expect(200)).body).toMatchObject({
        hours: 100,
        times: 2,
        stars: 0,
        next: { stars: 1, hours: 100 },
      });
      const answers = await Promise.all(Array.from({ length: 3 }, () => student.post(STARS, {})));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const star = answers.find(({ status }) => status === 201)!.body as Answer;
      expect(star).toMatchObject({ stars: 1, hours: 100, status: 'notice', noticeUntil: '2027-03-08T16:00:00.000Z' });
      const { body } = await students[9]!.get(`${VOLUNTEERING}/notices`).expect(200);
      expect(body.data).toEqual([
        { id: star.id, name: '学生5', college: '计算机学院', stars: 1, noticeUntil: star['noticeUntil'] },
      ]);
      test.clock.set(at('03-08', '23:59'));
      await fireTimers(test);
      expect(await kit.see(student, STARS, star)).toMatchObject({ status: 'notice' });
      test.clock.set(at('03-09', '00:00'));
      await fireTimers(test);
      const final = await kit.see(student, STARS, star);
      expect(final).toMatchObject({ status: 'final' });
      expect((await student.get(`${VOLUNTEERING}/me`)).body).toMatchObject({
        stars: 1,
        next: { stars: 2, hours: 300 },
      });
      // Half an hour less than a hundred.
      await kit.done(officer, ENROLMENTS, first!, 'attendance', { present: true, hours: 99 });
      expect(await kit.see(student, STARS, star)).toMatchObject({ status: 'taken_back' });
      expect((await student.get(`${VOLUNTEERING}/me`)).body).toMatchObject({ hours: 99.5, stars: 0 });
    });

    it('wait for the answer to an objection, whose author nobody is told', async () => {
      await kit.put(VolunteeringPolicy, { noticeDays: 3 });
      const student = students[5]!;
      await give(student, 120);
      const star = (await student.post(STARS, {}).expect(201)).body as Answer;
      expect(star['noticeUntil']).toBe('2027-03-04T16:00:00.000Z');
      const text = '其中一次没有到场';
      const object = (who: Client) => who.post(`${STARS}/${star.id}/objections`, { text });
      expect(codeOf(await object(student).expect(409))).toBe('affairs/star-not-in-state');
      await object(students[9]!).expect(201);
      expect(codeOf(await object(students[9]!).expect(409))).toBe('affairs/star-objected-already');
      test.clock.set(at('03-05', '00:00'));
      await fireTimers(test);
      const seen = await kit.see(league, STARS, star);
      expect(seen).toMatchObject({
        status: 'notice',
        openObjections: 1,
        objections: [{ text, outcome: null, answer: null }],
      });
      expect(JSON.stringify(seen)).not.toContain(campus.students[9]);
      expect(reasonOf(await kit.see(student, STARS, star), 'dismiss')).toBe('star-not-yours-to-decide');
      await kit.act(kit.foreign, STARS, star, 'dismiss', { text: '不成立' }).expect(403);
      await finance.get(`${STARS}/${star.id}`).expect(404);
      const answered = await kit.done(league, STARS, seen, 'dismiss', { text: '有签到记录' });
      expect(answered).toMatchObject({
        status: 'final',
        objections: [{ text, outcome: 'dismissed', answer: '有签到记录' }],
      });
    });

    it('wait for an objection that was being written when the notice ended', async () => {
      const student = students[2]!;
      await give(student, 100);
      const star = (await student.post(STARS, {}).expect(201)).body as Answer;
      // A transaction that writes it holds the star until it ends.
      const ending = await test.database.transaction(null, async (tx) => {
        await query(tx, sql`SELECT FROM affairs.volunteer_star WHERE id = ${star.id} FOR UPDATE`);
        const objection = Object.assign(new StarObjection(), {
          ...{ starId: star.id, studentId: campus.students[2], byPerson: campus.students[9], text: '代签' },
        });
        await test.app.get(StudentKeys).sealFields(tx, objection);
        await insert(tx, objection);
        test.clock.set(at('03-09', '00:00'));
        const fired = fireTimers(test);
        await eventually(async () => {
          const waiting = await test.query(sql`SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%volunteer_star%'`);
          expect(waiting).toHaveLength(1);
        });
        return { fired };
      });
      await ending.fired;
      expect(await kit.see(league, STARS, star)).toMatchObject({ status: 'notice', openObjections: 1 });
    });

    it('are not recognised where an objection is upheld, and can be withdrawn', async () => {
      const student = students[6]!;
      await give(student, 300);
      const star = (await student.post(STARS, {}).expect(201)).body as Answer;
      expect(star['stars']).toBe(2);
      await students[8]!.post(`${STARS}/${star.id}/objections`, { text: '代签' }).expect(201);
      expect(await kit.done(officer, STARS, star, 'uphold', { text: '属实' })).toMatchObject({ status: 'refused' });
      const again = (await student.post(STARS, {}).expect(201)).body as Answer;
      expect(await kit.done(student, STARS, again, 'withdraw')).toMatchObject({ status: 'withdrawn' });
      test.clock.set(at('03-20', '00:00'));
      await fireTimers(test);
      expect((await student.get(`${VOLUNTEERING}/me`)).body).toMatchObject({ stars: 0 });
    });
  });

  it('loses what a student wrote when they are erased, and nobody is to decide on what was under way', async () => {
    const student = students[7]!;
    const star = await give7();
    const own = await confirmed(student);
    const open = await submitted(student);
    const studentId = campus.students[7]!;
    await test.database.transaction(null, async (tx) => {
      await test.app.get(StudentKeys).drop(tx, studentId);
      await test.app.get(Events).publish(tx, new StudentErasedV1(studentId));
    });
    await drainEvents(test);
    expect(await kit.see(officer, CLAIMS, own)).toMatchObject({ title: null, note: null, credits: 0.8 });
    expect(await kit.see(officer, STARS, star)).toMatchObject({ status: 'withdrawn', objections: [{ text: null }] });
    expect(await kit.see(officer, CLAIMS, open)).toMatchObject({ title: null, status: 'withdrawn' });
    expect(await kit.see(officer, CLAIMS, own)).toMatchObject({ status: 'confirmed' });

    async function give7(): Promise<Answer> {
      await kit.took([student], { kind: 'volunteering', credits: 0, hours: 100 });
      const star = (await student.post(STARS, {}).expect(201)).body as Answer;
      await students[8]!.post(`${STARS}/${star.id}/objections`, { text: '代签' }).expect(201);
      return star;
    }
  });
});
