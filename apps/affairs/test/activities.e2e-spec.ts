import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, type TestApp } from '#testing';
import { ACTIVITIES, ActivityTest, type Answer, at, codeOf, ENROLMENTS, reasonOf, talk } from './activity-kit.js';

const { colleges, staff } = campus;

describe('activities', () => {
  const kit = new ActivityTest();
  let test: TestApp;
  let officer: Client;
  let students: Client[];
  let app: Client;
  beforeAll(async () => {
    await kit.start();
    ({ test, officer, students, app } = kit);
  });
  afterEach(() => test.clock.set(at('03-01', '09:00')));
  afterAll(() => test.close());

  const published = async (name: string, id: string) =>
    test.query<{ payload: Record<string, unknown> }>(
      sql`SELECT payload FROM events.event WHERE name = ${`affairs.${name}.v1`} AND payload->>'activityId' = ${id} ORDER BY id`,
    );

  it('gives ten places to ten of fifty who ask at once', async () => {
    const activity = await kit.published();
    const ids = await kit.newcomers(50);
    const answers = await Promise.all(ids.map((studentId) => kit.enrol(app, activity, { studentId })));
    const counts: Record<number, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    expect(counts).toEqual({ 201: 10, 409: 40 });
    expect(new Set(answers.filter(({ status }) => status === 409).map(codeOf))).toEqual(
      new Set(['affairs/activity-full']),
    );
    const seen = await kit.see(students[0]!, ACTIVITIES, activity);
    expect(seen).toMatchObject({ taken: 10, waiting: 0, mine: null });
    expect(reasonOf(seen, 'enrol')).toBe('activity-full');
    expect(reasonOf(seen, 'close')).toBe('activity-not-held');
  });

  it('takes a student once, whatever is asked at the same time', async () => {
    const activity = await kit.published();
    const answers = await Promise.all(Array.from({ length: 5 }, () => kit.enrol(students[0]!, activity)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
  });

  it('gives no place to who has left the school meanwhile, or whom it is not for any more', async () => {
    const [has, gone, moved, last] = (await kit.newcomers(4)) as [string, string, string, string];
    await test.query(
      sql`UPDATE directory.person SET grade = '2031' WHERE id = ANY(${[has, gone, moved, last]}::uuid[])`,
    );
    const activity = await kit.published({ capacity: 1, audienceGrades: ['2031'] });
    const place = (await kit.enrol(app, activity, { studentId: has }).expect(201)).body as Answer;
    for (const studentId of [gone, moved, last])
      await kit.enrol(app, activity, { studentId, waitIfFull: true }).expect(201);
    await test.query(sql`UPDATE directory.person SET active = false, inactive_since = '2026-11-01' WHERE id = ${gone}`);
    await test.query(sql`UPDATE directory.person SET grade = '2032' WHERE id = ${moved}`);
    await kit.done(app, ENROLMENTS, place, 'cancel');
    const rows = await test.query<{ id: string; status: string }>(
      sql`SELECT student_id AS id, status FROM affairs.enrolment WHERE activity_id = ${activity.id} ORDER BY asked_at, id`,
    );
    expect(rows.map(({ id, status }) => [id, status])).toEqual([
      ...[
        [has, 'cancelled'],
        [gone, 'waiting'],
        [moved, 'waiting'],
      ],
      [last, 'enrolled'],
    ]);
  });

  it('lets those who wait move up in the order in which they asked, until it begins', async () => {
    const activity = await kit.published({ capacity: 1 });
    const [first, second, third] = students as [Client, Client, Client];
    const has = await kit.enrolled(first, activity);
    const waitIfFull = true;
    const waiting = [
      await kit.enrolled(second, activity, { waitIfFull }),
      await kit.enrolled(third, activity, { waitIfFull }),
    ];
    expect(waiting.map(({ status, ahead }) => [status, ahead])).toEqual([
      ['waiting', 0],
      ['waiting', 1],
    ]);
    await kit.done(first, ENROLMENTS, has, 'cancel');
    expect(await kit.see(second, ENROLMENTS, waiting[0]!)).toMatchObject({ status: 'enrolled', ahead: null });
    expect(await kit.see(third, ENROLMENTS, waiting[1]!)).toMatchObject({ status: 'waiting', ahead: 0 });
    expect((await published('enrolment-moved-up', activity.id)).map(({ payload }) => payload['enrolmentId'])).toEqual([
      waiting[0]!.id,
    ]);
    // Who cancelled stands last when they ask again.
    expect(await kit.enrolled(first, activity, { waitIfFull })).toMatchObject({
      id: has.id,
      status: 'waiting',
      ahead: 1,
    });
    // Two more places: both.
    const current = await kit.see(officer, ACTIVITIES, activity);
    await officer
      .put(`${ACTIVITIES}/${activity.id}`, { ...talk, capacity: 3 })
      .set('If-Match', `"${current.version}"`)
      .expect(200);
    expect(await kit.see(first, ACTIVITIES, activity)).toMatchObject({ taken: 3, waiting: 0 });
    const changed = await kit.see(officer, ACTIVITIES, activity);
    const less = await officer
      .put(`${ACTIVITIES}/${activity.id}`, { ...talk, capacity: 2 })
      .set('If-Match', `"${changed.version}"`)
      .expect(409);
    expect(less.body.errors[0]).toMatchObject({ pointer: '#/capacity' });
    // After the day for it a student asks whoever holds it.
    test.clock.set(at('03-03', '12:00'));
    const mine = await kit.see(second, ENROLMENTS, waiting[0]!);
    expect(reasonOf(mine, 'cancel')).toBe('enrolment-cancel-closed');
    await kit.act(second, ENROLMENTS, mine, 'cancel').expect(409);
    await kit.done(officer, ENROLMENTS, mine, 'cancel');
  });

  it('gives the place of an erased student to whoever has waited longest', async () => {
    const [id, other] = (await kit.newcomers(2)) as [string, string];
    const activity = await kit.published({ capacity: 1 });
    const has = await kit.enrolled(app, activity, { studentId: id });
    const second = await kit.published({ capacity: 1 });
    await kit.enrolled(app, second, { studentId: other });
    const waits = await kit.enrolled(app, second, { studentId: id, waitIfFull: true });
    const next = await kit.enrolled(students[1]!, activity, { waitIfFull: true });
    const [been] = await kit.took([students[2]!]);
    await test.database.transaction(null, async (tx) => {
      for (const one of [id, campus.students[2]!]) await test.app.get(Events).publish(tx, new StudentErasedV1(one));
    });
    await drainEvents(test);
    expect((await kit.see(app, ENROLMENTS, has)).status).toBe('cancelled');
    expect((await kit.see(app, ENROLMENTS, waits)).status).toBe('cancelled');
    expect((await kit.see(students[1]!, ENROLMENTS, next)).status).toBe('enrolled');
    expect((await kit.see(officer, ENROLMENTS, been!)).status).toBe('confirmed');
  });

  it('is signed in to with the code that is shown, and with no other', async () => {
    const activity = await kit.published();
    const enrolment = await kit.enrolled(students[0]!, activity);
    const sign = (who: Client, code: string, what = 'sign-in') =>
      who.post(`${ACTIVITIES}/${activity.id}/${what}`, { code });
    const shown = async () =>
      (await officer.get(`${ACTIVITIES}/${activity.id}/code`).expect(200)).body as {
        code: string;
        changesAt: string;
        seconds: number;
      };
    test.clock.set(at('03-03', '18:29'));
    expect(codeOf(await officer.get(`${ACTIVITIES}/${activity.id}/code`).expect(409))).toBe('affairs/sign-in-closed');
    expect(codeOf(await sign(students[0]!, '000000').expect(409))).toBe('affairs/sign-in-closed');
    test.clock.set(at('03-03', '19:00'));
    const { code, seconds, changesAt } = await shown();
    expect(seconds).toBe(20);
    expect(changesAt).toBe('2027-03-03T11:00:20.000Z');
    const wrong = code === '123456' ? '654321' : '123456';
    expect(codeOf(await sign(students[0]!, wrong).expect(422))).toBe('affairs/sign-in-code-wrong');
    expect(codeOf(await sign(students[1]!, code).expect(409))).toBe('affairs/not-enrolled');
    await sign(officer, code).expect(403);
    // Of the window before it is still good, of the one before that no more; nor a code of another activity.
    test.clock.set('2027-03-03T19:00:41+08:00');
    await sign(students[0]!, code).expect(422);
    const other = await kit.published();
    await sign(students[0]!, (await officer.get(`${ACTIVITIES}/${other.id}/code`)).body.code).expect(422);
    test.clock.set('2027-03-03T19:00:39+08:00');
    const signed = (await sign(students[0]!, code).expect(200)).body as Answer;
    expect(signed).toMatchObject({ id: enrolment.id, status: 'enrolled', evidence: 'code', credits: 0 });
    // A process whose clock is a window behind takes what one shows that is not.
    test.clock.set('2027-03-03T20:00:40+08:00');
    const ahead = (await shown()).code;
    test.clock.set('2027-03-03T20:00:00+08:00');
    await sign(students[0]!, ahead, 'sign-out').expect(422);
    test.clock.set('2027-03-03T20:00:25+08:00');
    const out = (await sign(students[0]!, ahead, 'sign-out').expect(200)).body as Answer;
    expect(out['signedOutAt']).toBe(
      '2027-03-03T12:00:25.000Z'.replace('.000', String(out['signedOutAt']).slice(19, 23)),
    );
  });

  it('refuses whoever tries codes, the right one too, and nobody else', async () => {
    const activity = await kit.published();
    await kit.enrolled(students[2]!, activity);
    await kit.enrolled(students[3]!, activity);
    test.clock.set(at('03-03', '19:00'));
    const { code } = (await officer.get(`${ACTIVITIES}/${activity.id}/code`).expect(200)).body as { code: string };
    const sign = (who: Client, tried: string) => who.post(`${ACTIVITIES}/${activity.id}/sign-in`, { code: tried });
    for (let i = 0; i < 10; i++) await sign(students[2]!, code === '000000' ? '000001' : '000000').expect(422);
    const refused = await sign(students[2]!, code).expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await sign(students[3]!, code).expect(200);
  });

  it('takes ten guesses in a minute, however many come at once and whichever process they come to', async () => {
    const activity = await kit.published();
    await kit.enrolled(students[4]!, activity);
    test.clock.set(at('03-03', '19:00'));
    const { code } = (await officer.get(`${ACTIVITIES}/${activity.id}/code`).expect(200)).body as { code: string };
    const wrong = code === '000000' ? '000001' : '000000';
    const sign = (tried: string) => students[4]!.post(`${ACTIVITIES}/${activity.id}/sign-in`, { code: tried });
    const answers = await Promise.all(Array.from({ length: 15 }, () => sign(wrong)));
    const counts: Record<number, number> = {};
    for (const { status } of answers) counts[status] = (counts[status] ?? 0) + 1;
    expect(counts).toEqual({ 422: 10, 429: 5 });
    test.clock.set('2027-03-03T19:00:59+08:00');
    await sign(wrong).expect(429);
    // Whoever waited may try again, unless another process has counted meanwhile.
    test.clock.set('2027-03-03T19:01:01+08:00');
    const { code: right } = (await officer.get(`${ACTIVITIES}/${activity.id}/code`).expect(200)).body as {
      code: string;
    };
    await sign(wrong).expect(422);
    await test.query(sql`UPDATE affairs.enrolment SET code_tries = code_tries + 9 WHERE activity_id = ${activity.id}`);
    await sign(right).expect(429);
    test.clock.set('2027-03-03T19:02:02+08:00');
    const { code: next } = (await officer.get(`${ACTIVITIES}/${activity.id}/code`).expect(200)).body as {
      code: string;
    };
    await sign(next).expect(200);
  });

  it('counts once whoever held it has confirmed the roll, and no more once that was corrected', async () => {
    const activity = await kit.published();
    const [a, b, c] = [
      await kit.enrolled(students[0]!, activity),
      await kit.enrolled(students[1]!, activity),
      await kit.enrolled(students[2]!, activity),
    ];
    const rows = [
      { id: a.id, present: true },
      { id: b.id, present: true, hours: 1.5, evidence: 'gate' },
      { id: newId(), present: true },
    ];
    expect(codeOf(await officer.post(`${ACTIVITIES}/${activity.id}/roll`, { rows }).expect(409))).toBe(
      'affairs/activity-not-over',
    );
    test.clock.set(at('03-03', '20:00'));
    const { body } = await officer.post(`${ACTIVITIES}/${activity.id}/roll`, { rows }).expect(200);
    expect(
      body.map(({ status, problem }: { status: string; problem: { status: number } | null }) => [
        status,
        problem?.status,
      ]),
    ).toEqual([
      ['enrolled', undefined],
      ['enrolled', undefined],
      [null, 404],
    ]);
    expect(codeOf(await kit.act(officer, ACTIVITIES, activity, 'close').expect(409))).toBe('affairs/activity-not-over');
    test.clock.set(at('03-03', '21:00'));
    expect(await kit.see(officer, ACTIVITIES, activity)).toMatchObject({ status: 'running' });
    const closed = await kit.done(officer, ACTIVITIES, activity, 'close');
    expect(closed).toMatchObject({ status: 'closed', taken: 3 });
    const seen = await Promise.all([a, b, c].map((one) => kit.see(officer, ENROLMENTS, one)));
    expect(seen.map(({ status, credits, hours, evidence }) => [status, credits, hours, evidence])).toEqual([
      ['confirmed', 0.1, 2, 'roll'],
      ['confirmed', 0.1, 1.5, 'gate'],
      ['absent', 0, 0, null],
    ]);
    const told = await published('participation-confirmed', activity.id);
    expect(told.map(({ payload }) => payload['participations'])).toEqual([
      [
        { enrolmentId: a.id, studentId: campus.students[0] },
        { enrolmentId: b.id, studentId: campus.students[1] },
      ],
    ]);
    expect(codeOf(await kit.act(officer, ACTIVITIES, closed, 'cancel').expect(409))).toBe(
      'affairs/activity-not-in-state',
    );
    // One was there after all, one was not.
    const late = await kit.done(officer, ENROLMENTS, seen[2]!, 'attendance', { present: true });
    expect(late).toMatchObject({ status: 'confirmed', credits: 0.1, hours: 2 });
    const back = await kit.done(officer, ENROLMENTS, seen[0]!, 'attendance', { present: false });
    expect(back).toMatchObject({ status: 'absent', credits: 0, hours: 0 });
    expect(await published('participation-confirmed', activity.id)).toHaveLength(2);
    expect(
      (await published('participation-taken-back', activity.id)).map(({ payload }) => payload['participations']),
    ).toEqual([[{ enrolmentId: a.id, studentId: campus.students[0] }]]);
    // The same again says nothing new.
    await kit.done(officer, ENROLMENTS, back, 'attendance', { present: false });
    expect(await published('participation-taken-back', activity.id)).toHaveLength(1);
  });

  it('counts the time between signing in and out, at most its own hours', async () => {
    const activity = await kit.published({ hours: 2 });
    await kit.enrolled(students[0]!, activity);
    const sign = async (time: string, what: string) => {
      test.clock.set(at('03-03', time));
      const { code } = (await officer.get(`${ACTIVITIES}/${activity.id}/code`).expect(200)).body as { code: string };
      return (await students[0]!.post(`${ACTIVITIES}/${activity.id}/${what}`, { code }).expect(200)).body as Answer;
    };
    await sign('18:40', 'sign-in');
    const out = await sign('20:15', 'sign-out');
    test.clock.set(at('03-03', '21:00'));
    await kit.done(officer, ACTIVITIES, activity, 'close');
    expect(await kit.see(students[0]!, ENROLMENTS, out)).toMatchObject({
      status: 'confirmed',
      evidence: 'code',
      hours: 1.3,
    });
  });

  it('ends the enrolments of what is cancelled', async () => {
    const activity = await kit.published();
    const enrolment = await kit.enrolled(students[0]!, activity);
    await kit.done(officer, ACTIVITIES, activity, 'cancel');
    expect(await kit.see(students[0]!, ENROLMENTS, enrolment)).toMatchObject({ status: 'cancelled' });
    expect(await published('activity-cancelled', activity.id)).toHaveLength(1);
    expect(codeOf(await kit.enrol(students[1]!, activity).expect(409))).toBe('affairs/enrolment-closed');
  });

  it('exists for those whom it is for, and for staff once it is published', async () => {
    const draft = await kit.draft();
    const seeing = (who: Client, { id }: { id: string }) => who.get(`${ACTIVITIES}/${id}`);
    await seeing(students[0]!, draft).expect(404);
    await seeing(kit.foreign, draft).expect(404);
    await seeing(kit.school, draft).expect(200);
    const own = await kit.published({ audienceUnitIds: [colleges.fl] });
    await seeing(students[0]!, own).expect(404);
    await seeing(students[8]!, own).expect(200);
    await kit.enrol(students[0]!, own).expect(404);
    const grade = await kit.published({ audienceGrades: ['2025'] });
    await kit.enrol(students[0]!, grade).expect(404);
    // Another college neither changes it, nor shows its code, nor sees who is enrolled.
    const fl = await kit.enrolled(students[8]!, own);
    await kit.act(kit.foreign, ACTIVITIES, own, 'cancel').expect(404);
    await kit.foreign.get(`${ACTIVITIES}/${own.id}/code`).expect(404);
    await kit.foreign.post(ACTIVITIES, { unitId: colleges.cs, ...talk }).expect(404);
    const cs = await kit.enrolled(students[0]!, await kit.published());
    await kit.foreign.get(`${ENROLMENTS}/${cs.id}`).expect(404);
    await kit.foreign.get(`${ENROLMENTS}/${fl.id}`).expect(200);
    await students[1]!.get(`${ENROLMENTS}/${cs.id}`).expect(404);
    const { body } = await kit.foreign
      .get(`${ENROLMENTS}?activityId=${own.id}&activityId=${(cs['activity'] as Answer).id}`)
      .expect(200);
    expect(body.data.map(({ id }: Answer) => id)).toEqual([fl.id]);
    const reads = await test.query(
      sql`SELECT subject_id FROM platform.audit WHERE action = 'affairs.enrolment.read' AND person_id = ${staff.counselorFl}`,
    );
    expect(reads).toEqual([{ subject_id: fl.id }]);
  });

  it('refuses what is wrong, pointing at it', async () => {
    const wrong = async (more: object, status: number, pointer: string) => {
      const answer = await officer.post(ACTIVITIES, { unitId: colleges.cs, ...talk, ...more }).expect(status);
      expect(answer.body.errors[0].pointer).toBe(pointer);
    };
    await wrong({ kind: 'dancing' }, 422, '#/kind');
    await wrong({ endsAt: talk.startsAt }, 422, '#/endsAt');
    await wrong({ enrolUntil: at('03-01', '07:00') }, 422, '#/enrolUntil');
    await wrong({ cancelUntil: at('03-03', '19:01') }, 422, '#/cancelUntil');
    await wrong({ capacity: 0 }, 400, '#/capacity');
    await wrong({ title: { zh: '讲座' } }, 400, '#/title/en');
    await wrong({ sameWorkAs: newId() }, 404, '#/sameWorkAs');
    const sport = await kit.published({ kind: 'sport' });
    await wrong({ sameWorkAs: sport.id }, 422, '#/sameWorkAs');
    const again = await officer
      .post(ACTIVITIES, { unitId: colleges.cs, ...talk, kind: 'sport', sameWorkAs: sport.id })
      .expect(201);
    expect(again.body.workId).toBe(sport['workId']);
  });

  it('of the same work are of one kind: neither a draft nor what it was said to be the same as becomes another', async () => {
    const first = await kit.draft({ kind: 'sport' });
    const change = (id: string, kind: string) =>
      officer.put(`${ACTIVITIES}/${id}`, { ...talk, kind }).set('If-Match', `"1"`);
    const second = await kit.draft({ kind: 'sport', sameWorkAs: first.id });
    for (const { id } of [first, second]) {
      const refused = await change(id, 'event').expect(422);
      expect([codeOf(refused), refused.body.errors[0].pointer]).toEqual(['affairs/work-of-another-kind', '#/kind']);
    }
    await change(first.id, 'sport').expect(200);
    await change((await kit.draft({ kind: 'sport' })).id, 'event').expect(200);
  });
});
