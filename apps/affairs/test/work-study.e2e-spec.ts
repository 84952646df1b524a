import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, type TestApp } from '#testing';
import { StudentKeys } from '#vault';
import { WorkStudyPolicy } from '../src/work-study/work-study.policy.js';
import { type Answer, at, codeOf, reasonOf } from './activity-kit.js';
import { APPLICATIONS, type Line, POSTS, SHIFTS, WorkStudyTest } from './work-study-kit.js';

describe('work-study', () => {
  const kit = new WorkStudyTest();
  const { draftPost: draft, opened, apply, assigned, book, booked, confirm } = kit;
  let test: TestApp;
  let clerk: Client;
  let students: Client[];
  beforeAll(async () => {
    await kit.start();
    ({ test, clerk, students } = kit);
  });
  beforeEach(() => kit.clear());
  afterAll(() => test.close());

  describe('a post', () => {
    it('pays enough for its kind, place and day', async () => {
      const low = async (more: object, floor: number) => {
        const answer = await draft(more).expect(422);
        expect(codeOf(answer)).toBe('affairs/work-study-pay-too-low');
        expect(answer.body.errors[0]).toMatchObject({
          pointer: '#/hourlyFen',
          detail: expect.stringContaining(String(floor)),
        });
      };
      await low({ hourlyFen: 1_199 }, 1_200);
      await draft({ hourlyFen: 1_200 }).expect(201);
      await low({ kind: 'fixed', hourlyFen: 5_399 }, 5_400);
      await draft({ kind: 'fixed', hourlyFen: 5_400 }).expect(201);
      // From June on the place asks for more.
      await low({ kind: 'fixed', hourlyFen: 5_400, startsOn: '2027-06-01' }, 6_000);
      const agreement = 'QG-1';
      await low({ location: 'off_campus', agreement, hourlyFen: 2_099 }, 2_100);
      expect(codeOf(await draft({ kind: 'fixed', region: '宝鸡市', hourlyFen: 9_000 }).expect(422))).toBe(
        'affairs/minimum-wage-unknown',
      );
      expect((await draft({ location: 'off_campus', hourlyFen: 2_100 }).expect(422)).body.errors[0].pointer).toBe(
        '#/agreement',
      );
      expect((await draft({ dangers: ['heights'] }).expect(422)).body.errors[0].pointer).toBe('#/dangers');
      expect((await draft({ endsOn: '2026-01-01' }).expect(422)).body.errors[0].pointer).toBe('#/endsOn');
      // A fixed post that was enough is not when the place has asked for more.
      const fixed = await opened({ kind: 'fixed', hourlyFen: 5_400 });
      await assigned(students[0]!, fixed);
      expect(codeOf(await book(students[0]!, fixed, '06-01', '14:00', '15:00').expect(422))).toBe(
        'affairs/work-study-pay-too-low',
      );
      await booked(students[0]!, fixed, '05-31', '14:00', '15:00');
    });

    it('is of its unit, which alone sees drafts and who applies', async () => {
      const own = (await draft().expect(201)).body as Answer;
      await students[0]!.get(`${POSTS}/${own.id}`).expect(404);
      await kit.officer.get(`${POSTS}/${own.id}`).expect(404);
      await draft({}, kit.officer).expect(404);
      await draft({}, students[0]).expect(403);
      const post = await kit.done(clerk, POSTS, own, 'open');
      expect(reasonOf(await kit.see(students[0]!, POSTS, post), 'apply')).toBeNull();
      const application = await apply(students[0]!, post);
      await kit.officer.get(`${APPLICATIONS}/${application.id}`).expect(404);
      await kit.counselor.get(`${APPLICATIONS}/${application.id}`).expect(403);
      await students[1]!.get(`${APPLICATIONS}/${application.id}`).expect(404);
      expect(await kit.see(clerk, APPLICATIONS, application)).toMatchObject({ statement: '周二下午有空' });
      expect(codeOf(await students[0]!.post(`${POSTS}/${post.id}/applications`, {}).expect(409))).toBe(
        'affairs/work-study-applied-already',
      );
      await kit.act(kit.officer, POSTS, post, 'close').expect(404);
    });

    it('goes to as many as it has places, whatever is asked at once; those who come first are listed first, and nobody is told why', async () => {
      const post = await opened({ places: 2 });
      const applications = [];
      for (const student of students.slice(0, 4)) applications.push(await apply(student, post));
      const given = await kit.app
        .post(`${POSTS}/priorities`, {
          rows: [
            { studentId: campus.students[3], until: '2027-12-31' },
            { studentId: campus.students[2], until: '2027-02-28' },
            { studentId: newId(), until: '2027-12-31' },
          ],
        })
        .expect(200);
      expect(given.body).toEqual({ taken: 2, unknown: 1 });
      await clerk.post(`${POSTS}/priorities`, { rows: [{ studentId: campus.students[3], until: null }] }).expect(403);
      const listed = (await clerk.get(`${APPLICATIONS}?postId=${post.id}`).expect(200)).body;
      expect(listed.data.map(({ student }: Line) => student.id)).toEqual([3, 0, 1, 2].map((i) => campus.students[i]));
      expect(JSON.stringify(listed)).not.toMatch(/priorit|first|until/);
      const answers = await Promise.all(applications.map((one) => kit.act(clerk, APPLICATIONS, one, 'assign')));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409]);
      expect(new Set(answers.filter(({ status }) => status === 409).map(codeOf))).toEqual(
        new Set(['affairs/work-study-post-full']),
      );
    });
  });

  describe('hours', () => {
    it('of a week are not exceeded by two posts that book at once', async () => {
      const posts = [await opened(), await opened()];
      for (const post of posts) await assigned(students[0]!, post);
      const days = ['03-02', '03-03', '03-04', '03-05', '03-06', '03-07'];
      const answers = await Promise.all(days.map((day, i) => book(students[0]!, posts[i % 2]!, day, '14:00', '16:30')));
      // Three of two and a half hours each are seven and a half.
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 201, 409, 409, 409]);
      expect(codeOf(answers.find(({ status }) => status === 409)!)).toBe('affairs/shift-over-week');
      const last = answers.find(({ status }) => status === 409)!.body;
      expect(last.errors[0].detail).toContain('2027-03-01');
      // Half an hour is left, in the week after all of it.
      await booked(students[0]!, posts[0]!, '03-01', '20:00', '20:30');
      await book(students[0]!, posts[1]!, '03-01', '21:00', '21:01').expect(409);
      await booked(students[0]!, posts[1]!, '03-08', '08:00', '16:00');
      const shift = answers.find(({ status }) => status === 201)!.body as Answer;
      await kit.done(students[0]!, SHIFTS, shift, 'cancel');
      await booked(students[0]!, posts[1]!, '03-01', '21:00', '22:00');
    });

    it('of a month are forty, also when they are confirmed', async () => {
      const post = await opened();
      await assigned(students[1]!, post);
      const shifts = [];
      for (const day of ['03-01', '03-08', '03-15', '03-22'])
        shifts.push(await booked(students[1]!, post, day, '08:00', '16:00'));
      shifts.push(await booked(students[1]!, post, '03-29', '08:00', '15:30'));
      await kit.put(WorkStudyPolicy, { weeklyHours: 20 });
      expect(codeOf(await book(students[1]!, post, '03-30', '08:00', '08:31').expect(409))).toBe(
        'affairs/shift-over-month',
      );
      await booked(students[1]!, post, '03-30', '08:00', '08:30');
      expect(codeOf(await kit.act(clerk, SHIFTS, shifts[0]!, 'confirm', { minutes: 480 }).expect(409))).toBe(
        'affairs/shift-not-over',
      );
      test.clock.set(at('03-31', '09:00'));
      expect(codeOf(await kit.act(clerk, SHIFTS, shifts[0]!, 'confirm', { minutes: 481 }).expect(409))).toBe(
        'affairs/shift-over-month',
      );
      expect(await confirm(shifts[0]!, 480)).toMatchObject({ status: 'confirmed', minutes: 480 });
      await kit.put(WorkStudyPolicy, {});
    });

    it('of vacations count by themselves', async () => {
      const id = newId();
      await test.query(
        sql`INSERT INTO directory.term (id, code, name, kind, school_year, starts_on, ends_on) VALUES (${id}, '2026-2027-2', '第二学期', 'term', 2027, '2027-02-22', '2027-07-10')`,
      );
      try {
        test.clock.set(at('01-15', '09:00'));
        const post = await opened();
        await assigned(students[2]!, post);
        for (const day of ['01-25', '01-26', '01-27', '01-28', '01-29'])
          await booked(students[2]!, post, day, '08:00', '16:00');
        expect(codeOf(await book(students[2]!, post, '01-30', '08:00', '09:00').expect(409))).toBe(
          'affairs/shift-over-week',
        );
        await booked(students[2]!, post, '01-18', '08:00', '16:00');
        await book(students[2]!, post, '01-19', '08:00', '09:00').expect(409);
        await booked(students[2]!, post, '01-20', '08:00', '16:00');
      } finally {
        await test.query(sql`DELETE FROM directory.term WHERE id = ${id}`);
      }
    });

    it('are of whoever has the post, on one day, at one place at a time', async () => {
      const post = await opened({ endsOn: '2027-03-31' });
      expect((await book(students[3]!, post, '03-02', '08:00', '09:00').expect(404)).body.errors[0].pointer).toBe(
        '#/postId',
      );
      const application = await apply(students[3]!, post);
      expect(codeOf(await book(students[3]!, post, '03-02', '08:00', '09:00').expect(409))).toBe(
        'affairs/work-study-not-assigned',
      );
      const has = await kit.done(clerk, APPLICATIONS, application, 'assign');
      const shift = await booked(students[3]!, post, '03-02', '08:00', '10:00');
      const other = await opened();
      await assigned(students[3]!, other);
      expect(codeOf(await book(students[3]!, other, '03-02', '09:00', '11:00').expect(409))).toBe(
        'affairs/shift-overlaps',
      );
      for (const [day, from, to] of [
        ['04-01', '08:00', '09:00'],
        ['03-03', '09:00', '08:00'],
      ] as const)
        expect(codeOf(await book(students[3]!, post, day, from, to).expect(422))).toBe('affairs/shift-times-wrong');
      await students[3]!
        .post(SHIFTS, { postId: post.id, startsAt: at('03-03', '23:00'), endsAt: at('03-04', '01:00') })
        .expect(422);
      // The unit books for students, nobody else does.
      await booked(clerk, post, '03-04', '08:00', '09:00', { studentId: campus.students[3] });
      await book(students[4]!, post, '03-04', '10:00', '11:00', { studentId: campus.students[3] }).expect(404);
      await students[4]!.get(`${SHIFTS}/${shift.id}`).expect(404);
      await kit.officer.get(`${SHIFTS}/${shift.id}`).expect(404);
      expect((await students[4]!.get(SHIFTS).expect(200)).body.data).toEqual([]);
      expect(reasonOf(await kit.see(students[3]!, SHIFTS, shift), 'confirm')).toBe('work-study-post-not-yours');
      await kit.done(students[3]!, APPLICATIONS, has, 'end');
      expect(codeOf(await book(students[3]!, post, '03-09', '08:00', '09:00').expect(409))).toBe(
        'affairs/work-study-not-assigned',
      );
    });
  });

  it('whose work ends does not work what was still to come, and is paid what was worked', async () => {
    const [post, other] = [await opened(), await opened()];
    const has = await assigned(students[9]!, post);
    await assigned(students[9]!, other);
    const worked = await booked(students[9]!, post, '03-02', '09:00', '11:00');
    const running = await booked(students[9]!, post, '03-02', '11:30', '12:30');
    const coming = await booked(students[9]!, post, '03-03', '09:00', '11:00');
    const elsewhere = await booked(students[9]!, other, '03-04', '09:00', '11:00');
    test.clock.set(at('03-02', '12:00'));
    await kit.done(clerk, APPLICATIONS, has, 'end');
    const after = await Promise.all(
      [worked, running, coming, elsewhere].map((one) => kit.see(students[9]!, SHIFTS, one)),
    );
    expect(after.map(({ status }) => status)).toEqual(['booked', 'booked', 'cancelled', 'booked']);
    test.clock.set(at('03-03', '12:00'));
    expect(codeOf(await kit.act(clerk, SHIFTS, after[2]!, 'confirm', { minutes: 120 }).expect(409))).toBe(
      'affairs/shift-not-in-state',
    );
    expect(await confirm(after[1]!, 30)).toMatchObject({ status: 'confirmed' });
  });

  it('loses what a student wrote, and that they come first, when they are erased', async () => {
    const post = await opened();
    const application = await apply(students[8]!, post);
    const studentId = campus.students[8]!;
    await kit.app.post(`${POSTS}/priorities`, { rows: [{ studentId, until: '2027-12-31' }] }).expect(200);
    await test.database.transaction(null, async (tx) => {
      await test.app.get(StudentKeys).drop(tx, studentId);
      await test.app.get(Events).publish(tx, new StudentErasedV1(studentId));
    });
    await drainEvents(test);
    expect(await kit.see(clerk, APPLICATIONS, application)).toMatchObject({ statement: null });
    expect(await test.query(sql`SELECT FROM affairs.work_study_priority`)).toEqual([]);
    expect((await kit.see(clerk, APPLICATIONS, application)).status).toBe('withdrawn');
  });

  it('has the place of an erased student free again; what they have worked stays to be paid', async () => {
    const post = await opened({ places: 1 });
    const has = await assigned(students[9]!, post);
    const worked = await booked(students[9]!, post, '03-02', '09:00', '11:00');
    const coming = await booked(students[9]!, post, '03-03', '09:00', '11:00');
    test.clock.set(at('03-02', '12:00'));
    expect(codeOf(await students[0]!.post(`${POSTS}/${post.id}/applications`, {}).expect(409))).toBe(
      'affairs/work-study-post-full',
    );
    await test.database.transaction(null, (tx) =>
      test.app.get(Events).publish(tx, new StudentErasedV1(campus.students[9]!)),
    );
    await drainEvents(test);
    expect((await kit.see(clerk, APPLICATIONS, has)).status).toBe('ended');
    expect((await kit.see(clerk, SHIFTS, coming)).status).toBe('cancelled');
    expect(await confirm(worked, 120)).toMatchObject({ status: 'confirmed', minutes: 120 });
    await assigned(students[0]!, post);
  });
});
