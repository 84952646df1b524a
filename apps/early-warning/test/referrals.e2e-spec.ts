import { sql } from '#database';
import { type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { CaseHandlers } from '../src/cases/cases.handlers.js';
import { agree, CASES, clearCases, codeOf, openCase, see, staff, students } from './case-kit.js';
import { holdSchedules } from './kit.js';

const REFERRALS = '/early-warning/v1/referrals';
interface Answer {
  id: string;
  version: number;
  status: string;
  [key: string]: unknown;
}

describe('referrals', () => {
  let test: TestApp;
  let counselor: Client;
  let other: Client;
  let roommate: Client;
  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    [counselor, other, roommate] = (await Promise.all(
      [staff.counselorCs, staff.counselorFl, students[1]!].map((id) => test.person(id)),
    )) as [Client, Client, Client];
  });
  beforeEach(() => test.clock.set('2026-11-20T10:00:00+08:00'));
  afterEach(async () => {
    await test.query(sql`DELETE FROM early_warning.referral`);
    await clearCases(test);
  });
  afterAll(() => test?.close());

  const body = { studentId: students[0], kind: 'mood', urgency: 'soon', text: '睡不着', tried: '聊过两次' };
  const send = async (more: object = {}): Promise<Answer> =>
    (await roommate.post(REFERRALS, { ...body, ...more }).expect(201)).body as Answer;
  const act = (who: Client, { id, version }: Answer, verb: string, more: object = {}) =>
    who.post(`${REFERRALS}/${id}/${verb}`, more).set('If-Match', `"${version}"`);
  const seen = async (who: Client, { id }: Answer): Promise<Answer> =>
    (await who.get(`${REFERRALS}/${id}`).expect(200)).body as Answer;

  it('are of the kinds that the school knows, as whoever sends one is told', async () => {
    const { body: kinds } = await roommate.get(`${REFERRALS}/kinds`).expect(200);
    expect(kinds).toContainEqual({ key: 'praise', name: { zh: '值得表扬', en: 'Praise' }, praise: true });
    for (const { key } of kinds as { key: string }[]) await send({ kind: key });
    expect(codeOf(await roommate.post(REFERRALS, { ...body, kind: 'none' }).expect(422))).toBe(
      'early-warning/referral-kind-unknown',
    );
  });

  it('reach who answers for the student; the sender learns that they were taken up and closed, never what was found', async () => {
    const one = await send();
    let now = (await act(counselor, one, 'take-up').expect(200)).body as Answer;
    expect(await seen(roommate, one)).toMatchObject({ status: 'taken_up', text: '睡不着', answer: null });
    const of = await openCase(counselor, 0);
    now = (await act(counselor, now, 'merge', { caseId: of.id }).expect(200)).body as Answer;
    expect(now).toMatchObject({ status: 'merged', caseId: of.id, tried: '聊过两次' });
    expect(await seen(roommate, one)).toMatchObject({ status: 'taken_up', caseId: null });
    const aside = await send();
    await act(counselor, aside, 'set-aside', { answer: '误会' }).expect(200);
    expect(await seen(roommate, aside)).toMatchObject({ status: 'closed', answer: null });
    const list = async (who: Client, query = '') =>
      (await who.get(`${REFERRALS}?total=true${query}`).expect(200)).body.total as number;
    expect([await list(roommate), await list(counselor), await list(other)]).toEqual([2, 2, 0]);
    expect([await list(roommate, '&status=set_aside'), await list(counselor, '&status=set_aside')]).toEqual([0, 1]);
    const concerned = await test.person(students[0]!);
    await concerned.get(`${REFERRALS}/${one.id}`).expect(404);
    expect(await list(concerned)).toBe(0);
    await other.get(`${REFERRALS}/${one.id}`).expect(404);
  });

  it('can be withdrawn by the sender until taken up, by nobody else', async () => {
    const one = await send({ kind: 'praise' });
    expect(codeOf(await act(counselor, one, 'withdraw').expect(409))).toBe('early-warning/referral-not-yours');
    await act(roommate, one, 'take-up').expect(403);
    expect((await act(roommate, one, 'withdraw').expect(200)).body).toMatchObject({ status: 'withdrawn' });
    await counselor.get(`${REFERRALS}/${one.id}`).expect(404);
    const two = await send();
    const taken = (await act(counselor, two, 'take-up').expect(200)).body as Answer;
    expect(codeOf(await act(roommate, taken, 'withdraw').expect(409))).toBe('early-warning/referral-not-in-state');
  });

  it('are so many a day and person, also when they come at once; anonymous ones only where the school takes them', async () => {
    const statuses = await Promise.all(
      Array.from({ length: 12 }, async () => (await roommate.post(REFERRALS, body)).status),
    );
    expect(statuses.filter((status) => status === 201)).toHaveLength(10);
    const app = await test.client();
    expect(codeOf(await app.post(REFERRALS, body).expect(403))).toBe('early-warning/anonymous-referrals-off');
    expect(codeOf(await roommate.post(REFERRALS, { ...body, studentId: students[1] }).expect(404))).toBe(
      'http/not-found',
    );
    expect(codeOf(await other.post(REFERRALS, { ...body, kind: 'gossip' }).expect(422))).toBe(
      'early-warning/referral-kind-unknown',
    );
  });

  it('and every open case is up for review before the end of term, once', async () => {
    const college = await test.person(staff.collegeOfficerCs);
    const of = await agree(counselor, college, await openCase(counselor, 0), { what: 'level', level: 'watch' });
    const [term] = await test.query<{ endsOn: string }>(
      sql`SELECT ends_on::text AS "endsOn" FROM directory.published_term_v1 WHERE kind = 'term' AND starts_on <= '2026-11-20' AND ends_on > '2026-11-20'`,
    );
    const morning = async (day: string): Promise<void> => {
      test.clock.set(`${day}T07:11:00+08:00`);
      await test.database.transaction(null, (tx) => test.app.get(CaseHandlers).everyMorning(tx));
    };
    const ends = new Date(`${term!.endsOn}T00:00:00Z`).getTime();
    const before = (days: number) => new Date(ends - days * 86_400_000).toISOString().slice(0, 10);
    await test.query(
      sql`UPDATE early_warning.care_case SET review_on = ${term!.endsOn}, quiet_on = ${term!.endsOn} WHERE id = ${of.id}`,
    );
    await morning(before(15));
    expect((await see(counselor, of))['reviewOn']).toBe(term!.endsOn);
    await morning(before(14));
    expect((await see(counselor, of))['reviewOn']).toBe(before(14));
    await counselor.post(`${CASES}/${of.id}/entries`, { kind: 'review', text: '期末复核' }).expect(200);
    const { reviewOn } = await see(counselor, of);
    await morning(before(13));
    expect((await see(counselor, of))['reviewOn']).toBe(reviewOn);
  });
});
