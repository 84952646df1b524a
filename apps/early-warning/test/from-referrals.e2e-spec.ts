import { newId, sql } from '#database';
import { campus, type Client, fireTimers, TestApp } from '#testing';
import { DigestHandlers } from '../src/digest/digest.handlers.js';
import { earlyWarning } from '../src/early-warning.module.js';
import {
  act,
  agree,
  type CaseAnswer,
  CASES,
  clearCases,
  codeOf,
  done,
  openCase,
  see,
  staff,
  students,
  SUPERVISIONS,
  warn,
} from './case-kit.js';
import { holdSchedules } from './kit.js';

const REFERRALS = '/early-warning/v1/referrals';

interface Answer {
  id: string;
  version: number;
  status: string;
  dueAt: string | null;
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
}

describe('from referrals to cases', () => {
  let test: TestApp;
  let counselor: Client;
  let other: Client;
  let college: Client;
  let school: Client;
  let roommate: Client;
  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    [counselor, other, college, school, roommate] = (await Promise.all(
      [staff.counselorCs, staff.counselorFl, staff.collegeOfficerCs, staff.schoolOfficer, students[1]!].map((id) =>
        test.person(id),
      ),
    )) as [Client, Client, Client, Client, Client];
  });
  beforeEach(() => test.clock.set('2026-11-20T10:00:00+08:00'));
  afterEach(async () => {
    await test.query(sql`DELETE FROM early_warning.referral`);
    await clearCases(test);
  });
  afterAll(() => test?.close());

  const send = async (more: object = {}): Promise<Answer> => {
    const body = { studentId: students[0], kind: 'mood', urgency: 'soon', text: '睡不着', ...more };
    return (await roommate.post(REFERRALS, body).expect(201)).body as Answer;
  };
  /** An application of a student's, as affairs has it. */
  const apply = async (student: number, status: 'draft' | 'submitted' = 'submitted'): Promise<string> => {
    const id = newId();
    const submitted = status === 'draft' ? null : test.clock.now();
    await test.query(
      sql`INSERT INTO affairs.application (id, student_id, item, item_version, status, data, materials, sole, channel, created_by_app, submitted_at)
          SELECT ${id}, ${students[student]}, code, 1, ${status}, '', '{}', FALSE, 'online', 'test', ${submitted} FROM affairs.item ORDER BY code LIMIT 1`,
    );
    return id;
  };
  const seen = async (who: Client, { id }: { id: string }): Promise<Answer> =>
    (await who.get(`${REFERRALS}/${id}`).expect(200)).body as Answer;
  const at = async (instant: Date): Promise<void> => {
    test.clock.set(instant);
    await fireTimers(test);
  };
  const queue = async (who: Client): Promise<unknown[]> =>
    ((await who.get(SUPERVISIONS).expect(200)).body.data as { referralId: string; step: number; level: string }[]).map(
      ({ referralId, step, level }) => [referralId, step, level],
    );
  const told = async ({ id }: { id: string }) =>
    (
      await test.query<{ payload: object }>(
        sql`SELECT payload - 'subjectId' AS payload FROM events.event
             WHERE name = 'early-warning.raiser-told.v1' AND payload ->> 'subjectId' = ${id} ORDER BY id`,
      )
    ).map(({ payload }) => payload);

  it('are to be taken up in the time of their urgency, or go up the line; the sender hears no more than that', async () => {
    const [soon, now] = [await send(), await send({ urgency: 'now' })];
    expect([soon.dueAt, now.dueAt]).toEqual([null, null]);
    const hours = async (of: Answer) => {
      const { dueAt } = await seen(counselor, of);
      return Math.round((Date.parse(dueAt!) - Date.parse('2026-11-20T10:00:00+08:00')) / 3_600_000);
    };
    expect([await hours(soon), await hours(now)]).toEqual([24, 2]);
    await at(new Date('2026-11-20T12:01:00+08:00'));
    expect([await queue(college), await queue(school), await queue(counselor)]).toEqual([[[now.id, 1, 'now']], [], []]);
    const late = async (query: string) =>
      (await counselor.get(`${REFERRALS}?total=true&${query}`).expect(200)).body.total;
    expect([await late('overdue=true'), await late('overdue=false')]).toEqual([1, 1]);
    expect((await roommate.get(`${REFERRALS}?mine=true&total=true&overdue=true`).expect(200)).body.total).toBe(0);
    await at(new Date('2026-11-20T13:03:00+08:00'));
    expect(await queue(school)).toEqual([[now.id, 2, 'now']]);
    const { version } = await seen(college, now);
    await college.post(`${REFERRALS}/${now.id}/take-up`).set('If-Match', `"${version}"`).expect(200);
    expect([await queue(college), await queue(school)]).toEqual([[], []]);
    expect(await told(now)).toEqual([{ personId: students[1], subject: 'referral', outcome: 'taken_up' }]);
    await roommate.post(`${REFERRALS}/${soon.id}/withdraw`).set('If-Match', `"${soon.version}"`).expect(200);
    await at(new Date('2026-11-25T10:00:00+08:00'));
    expect([await queue(college), await told(soon)]).toEqual([[], []]);
    const own = (await roommate.get('/early-warning/v1/outcomes').expect(200)).body.data as { outcome: string }[];
    expect(own.map(({ outcome }) => outcome).sort()).toEqual(['taken_up', 'withdrawn']);
  });

  it('keeps praise apart: nobody has to do anything with it', async () => {
    const praise = await send({ kind: 'praise', text: '帮助同学' });
    await send();
    const kinds = async (query: string, who = counselor) =>
      ((await who.get(`${REFERRALS}?${query}`).expect(200)).body.data as { kind: string }[]).map(({ kind }) => kind);
    expect([await kinds(''), await kinds('praise=true')]).toEqual([['mood'], ['praise']]);
    expect((await kinds('mine=true', roommate)).sort()).toEqual(['mood', 'praise']);
    const read = await seen(counselor, praise);
    expect([read.dueAt, read.actions.filter(({ allowed }) => allowed)]).toEqual([null, []]);
    expect(read.actions[0]!.reason!.code).toBe('referral-is-praise');
    const taken = await counselor.post(`${REFERRALS}/${praise.id}/take-up`).set('If-Match', `"${read.version}"`);
    expect([taken.status, codeOf(taken)]).toEqual([409, 'early-warning/referral-is-praise']);
    await expect(
      test.query(
        sql`UPDATE early_warning.referral SET status = 'taken_up', handled_by = ${staff.counselorCs} WHERE id = ${praise.id}`,
      ),
    ).rejects.toThrow(/referral_praise/);
  });

  it('open a case that takes them, or an application does; whoever sent them hears that they were taken up', async () => {
    const [one, two, praise, foreign] = [
      await send(),
      await send(),
      await send({ kind: 'praise' }),
      await send({ studentId: students[9] }),
    ];
    for (const wrong of [praise, foreign]) {
      const body = { studentId: students[0], kind: 'study', summary: '缘由', referralIds: [one.id, wrong.id] };
      const refused = await counselor.post(CASES, body).expect(422);
      expect([codeOf(refused), refused.body.errors[0].pointer]).toEqual([
        'early-warning/referral-not-takeable',
        '#/referralIds/1',
      ]);
    }
    expect([(await seen(counselor, one)).status, (await counselor.get(CASES).expect(200)).body.data]).toEqual([
      'sent',
      [],
    ]);
    const applicationId = await apply(0);
    const wrongs = [newId(), await apply(1), await apply(0, 'draft')];
    for (const wrong of wrongs) {
      const body = { studentId: students[0], kind: 'study', summary: '缘由', applicationId: wrong };
      const refused = await counselor.post(CASES, body).expect(422);
      expect([codeOf(refused), refused.body.errors[0].pointer]).toEqual([
        'early-warning/application-unknown',
        '#/applicationId',
      ]);
    }
    const scope = 'early-warning:case:write early-warning:case:read';
    const elsewhere = await test.person(staff.counselorCs, { scope });
    const body = { studentId: students[0], kind: 'study', summary: '缘由', applicationId };
    expect(codeOf(await elsewhere.post(CASES, body).expect(422))).toBe('early-warning/application-unknown');
    expect((await counselor.get(CASES).expect(200)).body.data).toEqual([]);
    const of = await openCase(counselor, 0, { referralIds: [one.id, two.id], applicationId });
    expect(of).toMatchObject({
      origin: 'referral',
      applicationId,
      referrals: [{ id: one.id, kind: 'mood' }, { id: two.id }],
    });
    expect(await seen(counselor, one)).toMatchObject({ status: 'merged', caseId: of.id });
    expect(await seen(roommate, one)).toMatchObject({ status: 'taken_up', caseId: null });
    expect(await told(two)).toMatchObject([{ outcome: 'taken_up' }]);
    const found = async (who: Client, id: string) =>
      (await who.get(`${CASES}?applicationId=${id}`).expect(200)).body.data;
    expect(await found(counselor, applicationId)).toMatchObject([{ id: of.id }]);
    expect([await found(counselor, newId()), await found(other, applicationId)]).toEqual([[], []]);
    await clearCases(test);
    expect(await openCase(counselor, 0, { applicationId })).toMatchObject({ origin: 'application' });
  });

  it('a closed case is opened again by two persons, by the tables themselves, and that is counted', async () => {
    let now = await agree(counselor, college, await openCase(counselor, 0), { what: 'level', level: 'watch' });
    expect(codeOf(await act(counselor, now, 'proposals', { what: 'reopening', reason: '反复' }).expect(409))).toBe(
      'early-warning/case-not-closed',
    );
    now = await agree(counselor, college, now, { what: 'closure', effect: 'improved' });
    now = await done(college, now, 'proposals', { what: 'reopening', reason: '反复' });
    const proposal = now.proposals[0]!.id;
    expect(codeOf(await act(college, now, `proposals/${proposal}/confirm`).expect(409))).toBe(
      'early-warning/decision-of-own',
    );
    await act(counselor, now, `proposals/${proposal}/confirm`).expect(409);
    const by = staff.collegeOfficerCs;
    const reopened = (more: ReturnType<typeof sql>) =>
      test.query(
        sql`UPDATE early_warning.care_case SET closed_at = NULL, effect = NULL, closure_proposed_by = NULL, closure_confirmed_by = NULL ${more} WHERE id = ${now.id}`,
      );
    const tries = [
      sql``,
      sql`, reopened_count = 1`,
      sql`, reopened_count = 1, reopening_proposed_by = ${by}`,
      sql`, reopened_count = 1, reopening_proposed_by = ${by}, reopening_confirmed_by = ${by}`,
      sql`, reopened_count = 1, reopening_proposed_by = ${by}, reopening_confirmed_by = ${students[0]}`,
      sql`, reopened_count = 2, reopening_proposed_by = ${by}, reopening_confirmed_by = ${staff.schoolOfficer}`,
    ];
    for (const more of tries) await expect(reopened(more)).rejects.toThrow(/reopened_by_two|by two persons/);
    now = await done(school, now, `proposals/${proposal}/confirm`);
    expect(now).toMatchObject({ stage: 'levelled', closedAt: null, reopenedCount: 1, quiet: false, overdue: false });
    now = await agree(counselor, college, now, { what: 'closure', effect: 'improved' });
    await openCase(counselor, 0);
    now = await done(counselor, now, 'proposals', { what: 'reopening', reason: '反复' });
    const refused = await act(college, now, `proposals/${now.proposals[0]!.id}/confirm`).expect(409);
    expect(codeOf(refused)).toBe('early-warning/case-already-open');
    now = await done(counselor, now, `proposals/${now.proposals[0]!.id}/withdraw`);
    expect((await see(counselor, now)).proposals).toEqual([]);
    const { data } = (await counselor.get(`${CASES}/${now.id}/timeline?limit=200`).expect(200)).body;
    expect((data as { code: string }[]).filter(({ code }) => code === 'reopening')).toHaveLength(2);
    const row = now as CaseAnswer & { reopenedCount: number };
    expect(row.reopenedCount).toBe(1);
  });

  it('stand in the digest of the day, for each as far as it is theirs; counselors are told its numbers at the hour of the policy', async () => {
    const warning = await warn(test, 0);
    const due = (instant: string) =>
      test.query(sql`UPDATE early_warning.warning SET triage_due_at = ${instant} WHERE id = ${warning}`);
    await due('2026-11-20T18:00:00+08:00');
    await warn(test, 9);
    await send({ urgency: 'now' });
    const of = await openCase(counselor, 1);
    await done(counselor, of, 'transfers', { toId: staff.counselorFl, reason: '转接' });
    const digest = async (who: Client) => {
      const { day, ...sections } = (await who.get('/early-warning/v1/digest').expect(200)).body as Record<
        string,
        { count: number; items: { kind: string; id: string; student: { name: string } }[] }
      >;
      return { day, numbers: Object.values(sections).map(({ count }) => count), sections };
    };
    const mine = await digest(counselor);
    expect([mine.day, mine.numbers]).toEqual(['2026-11-20', [1, 0, 2, 0, 0, 0, 0]]);
    expect(mine.sections['dueToday']!.items.map(({ kind }) => kind).sort()).toEqual(['referral', 'warning']);
    expect(mine.sections['newWarnings']!.items).toMatchObject([
      { id: warning, student: { name: '学生1' }, grade: 'yellow' },
    ]);
    expect((await digest(other)).numbers).toEqual([1, 0, 0, 0, 1, 0, 0]);
    await at(new Date('2026-11-20T12:30:00+08:00'));
    expect([(await digest(counselor)).numbers, (await digest(college)).numbers]).toEqual([
      [1, 1, 1, 0, 0, 0, 0],
      [1, 1, 1, 0, 0, 1, 0],
    ]);

    // 2026-11-21 is a Saturday.
    const told = () =>
      test.query<{ payload: { personId: string } }>(
        sql`SELECT payload FROM events.event WHERE name = 'early-warning.digest-due.v1' ORDER BY id`,
      );
    const next = async () =>
      (
        await test.query<{ at: Date }>(sql`SELECT due_at AS at FROM events.timer WHERE key = 'early-warning.digests'`)
      )[0]!.at;
    const morning = async (instant: string) => {
      test.clock.set(instant);
      await test.database.transaction(null, (tx) => test.app.get(DigestHandlers).whenDigestsDue(tx));
    };
    await morning('2026-11-20T06:00:00+08:00');
    expect([await told(), await next()]).toEqual([[], new Date('2026-11-20T07:23:00+08:00')]);
    await morning('2026-11-21T09:00:00+08:00');
    expect([await told(), await next()]).toEqual([[], new Date('2026-11-22T07:23:00+08:00')]);
    await morning('2026-11-25T07:23:00+08:00');
    const events = (await told()).map(({ payload }) => payload);
    expect(events).toHaveLength(2);
    const numbers = (await digest(counselor)).numbers;
    expect(events.find(({ personId }) => personId === staff.counselorCs)).toEqual({
      ...{ personId: staff.counselorCs, day: '2026-11-25', warningIds: [warning], caseIds: [of.id] },
      newWarnings: numbers[0],
      overdue: numbers[1],
      dueToday: numbers[2],
      quietCases: numbers[3],
      transfers: numbers[4],
      supervisions: numbers[5],
    });
    expect(JSON.stringify(events)).not.toMatch(/学生|name/);
    expect(await next()).toEqual(new Date('2026-11-26T07:23:00+08:00'));
    await test.query(sql`DELETE FROM early_warning.warning`);
  });

  it('are counted by published formulas, in all and by what one asks for, within one’s scope', async () => {
    await test.query(sql`DELETE FROM early_warning.warning`);
    const ids = [await warn(test, 0), await warn(test, 1), await warn(test, 2), await warn(test, 9)];
    await test.query(
      sql`UPDATE early_warning.warning SET level = 'orange', level_rank = 3, created_at = '2026-11-20T08:00:00+08:00' WHERE id = ANY(${ids}::uuid[])`,
    );
    const triage = (id: string, verb: string, body: object = {}) =>
      school.post(`/early-warning/v1/warnings/${id}/${verb}`, body).set('If-Match', '"1"').expect(200);
    test.clock.set('2026-11-20T10:00:00+08:00');
    let of = await openCase(counselor, 0, { warningIds: [ids[0]] });
    await triage(ids[1]!, 'dismiss', { reason: 'excused' });
    await triage(ids[3]!, 'dismiss', { reason: 'already_known' });
    of = await agree(counselor, college, of, { what: 'level', level: 'watch' });
    of = await done(counselor, of, 'members', { personId: staff.psychologist, duties: '参与' });
    of = await done(counselor, of, 'plan', { goals: '目标' });
    test.clock.set('2026-11-20T13:00:00+08:00');
    of = await done(counselor, of, 'entries', { kind: 'talk', text: '谈话' });
    await test.query(
      sql`UPDATE early_warning.warning SET triaged_at = date_trunc('hour', triaged_at) WHERE triaged_at IS NOT NULL`,
    );
    await test.query(sql`UPDATE early_warning.care_entry SET recorded_at = date_trunc('hour', recorded_at)`);
    const figures = async (who: Client, query = '') => {
      const { body } = await who.get(`/early-warning/v1/indicators?from=2026-11-01&to=2026-11-30${query}`).expect(200);
      return body as {
        code: string;
        numerator: number;
        denominator: number | null;
        value: number | null;
        formula: { zh: string; en: string };
        groups: { group: string; value: number | null }[];
      }[];
    };
    const shown = (all: Awaited<ReturnType<typeof figures>>) =>
      Object.fromEntries(all.map(({ code, numerator, denominator, value }) => [code, [numerator, denominator, value]]));
    expect(shown(await figures(school))).toEqual({
      'warnings-handled': [2, null, 2],
      'handled-share': [2, 4, 0.5],
      'students-with-plan-and-team': [1, null, 1],
      'hours-to-triage': [3, null, 2],
      'hours-to-action': [1, null, 3],
      'hours-to-close': [0, null, null],
      precision: [1, 2, 0.5],
      'care-coverage': [1, 1, 1],
    });
    const byCollege = (await figures(school)).find(({ code }) => code === 'handled-share')!.groups;
    expect(Object.fromEntries(byCollege.map(({ group, value }) => [group, value]))).toEqual({
      计算机学院: 1 / 3,
      外国语学院: 1,
    });
    const byRule = (await figures(school, '&by=rule')).find(({ code }) => code === 'precision')!.groups;
    expect(byRule.find(({ group }) => group === `t.${ids[0]}`)).toMatchObject({ value: 1 });
    expect(shown(await figures(other))).toMatchObject({
      'handled-share': [1, 1, 1],
      'students-with-plan-and-team': [0, null, 0],
    });
    expect(shown(await figures(counselor, `&unitId=${campus.classes.se2402}`))['care-coverage']).toEqual([0, 0, null]);
    of = await agree(counselor, college, of, { what: 'closure', effect: 'improved' });
    await test.query(
      sql`UPDATE early_warning.care_case SET closed_at = date_trunc('hour', closed_at) + interval '2 hours'`,
    );
    expect(shown(await figures(counselor))).toMatchObject({
      'warnings-handled': [2, null, 2],
      'hours-to-close': [1, null, 2],
    });
    await test.query(sql`DELETE FROM early_warning.warning`);
  });
});
