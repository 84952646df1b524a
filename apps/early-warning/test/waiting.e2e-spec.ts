import { sql } from '#database';
import { campus, type Client, drainEvents, fireTimers, holdTimers, TestApp } from '#testing';
import { addDays } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { NoticeHandlers } from '../src/notices/notices.handlers.js';
import { SUPERVISIONS, staff, students } from './case-kit.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, SECOND_OFFICER, simpleRule } from './kit.js';

const WARNINGS = '/early-warning/v1/warnings';
const HOUR = 3_600_000;

interface Answer {
  version: number;
  status: string;
  muted: boolean;
  where: { counselors: object[] };
  actions: { action: string; allowed: boolean }[];
}
interface Row {
  id: string;
  status: string;
  raisedAt: string;
  triageDueAt: string;
  version: number;
}

describe('what nobody looks at in time', () => {
  let test: TestApp;
  let app: Client;
  let counselor: Client;
  let college: Client;
  let school: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await holdTimers(test);
    await retireShipped(test);
    app = await test.client();
    [counselor, college, school] = (await Promise.all(
      [staff.counselorCs, staff.collegeOfficerCs, staff.schoolOfficer].map((id) => test.person(id)),
    )) as [Client, Client, Client];
    const feature = { metric: 'absent_class', agg: 'sum', window: '7d' };
    const when = { ge: [{ f: 'x' }, 6] };
    await publish(
      test,
      simpleRule('a.absent', feature, when, {
        level: 'red',
        studentReason: { zh: '缺课 {x} 节', en: 'absent {x} times' },
      }),
    );
    const loans = { metric: 'book_loans', agg: 'sum', window: '7d' };
    await publish(test, simpleRule('b.loans', loans, when, { level: 'red', visibility: ['class_advisor'] }));
  });
  afterEach(() => test.clock.reset());
  afterAll(() => test?.close());

  const raise = async (student: number, metric = 'absent_class'): Promise<Row> => {
    await observe(app, [[student, metric, daysAgo(2), 7]]);
    await run(test, school);
    const [row] = await test.query<Row>(
      sql`SELECT id, status, raised_at AS "raisedAt", triage_due_at AS "triageDueAt", version FROM early_warning.warning
           WHERE student_id = ${students[student]} ORDER BY id DESC LIMIT 1`,
    );
    return row!;
  };
  const at = async (instant: Date): Promise<void> => {
    test.clock.set(instant);
    await fireTimers(test, instant);
  };
  const queue = async (who: Client, of: { id: string }, ended = false) =>
    (
      (await who.get(`${SUPERVISIONS}?ended=${ended}&limit=200`).expect(200)).body.data as {
        warningId: string;
        step: number;
      }[]
    )
      .filter(({ warningId }) => warningId === of.id)
      .map(({ step }) => step);
  const risesAt = async ({ id }: { id: string }): Promise<Date> =>
    (
      await test.query<{ at: Date }>(
        sql`SELECT rises_at AS at FROM early_warning.care_supervision WHERE warning_id = ${id} AND rises_at IS NOT NULL`,
      )
    )[0]!.at;
  const steps = async (of: { id: string }) =>
    (
      await test.query<{ payload: { step: number; personIds: string[] } }>(
        sql`SELECT payload FROM events.event WHERE name = 'early-warning.warning-escalated.v1' AND aggregate_id = ${of.id} ORDER BY id`,
      )
    ).map(({ payload: { step, personIds } }) => [step, ...personIds]);

  it('goes up the line a step at a time, and no further than it must; each step has its whole time, also after an outage', async () => {
    const of = await raise(0);
    const due = new Date(of.triageDueAt).getTime();
    await at(new Date(due - 1));
    expect([await queue(college, of), await queue(school, of)]).toEqual([[], []]);
    await at(new Date(due));
    expect([await queue(counselor, of), await queue(college, of), await queue(school, of)]).toEqual([[], [1], []]);
    const { data } = (await college.get(SUPERVISIONS).expect(200)).body;
    expect(data).toMatchObject([
      {
        ...{ cause: 'triage', warningId: of.id, caseId: null, owner: null, level: 'red', step: 1 },
        where: { college: '计算机学院', className: '软工2401' },
      },
    ]);
    const rises = await risesAt(of);
    expect(Math.floor((rises.getTime() - due) / 60_000)).toBe(12 * 60);
    await at(new Date(rises.getTime() - 1));
    expect(await queue(school, of)).toEqual([]);
    await at(rises);
    expect([await queue(college, of), await queue(school, of)]).toEqual([[1], [2]]);
    // Nothing is above the school.
    await at(new Date(due + 400 * HOUR));
    expect(await steps(of)).toEqual([
      [1, staff.collegeOfficerCs],
      [2, staff.schoolOfficer, SECOND_OFFICER],
    ]);
    await counselor.post(`${WARNINGS}/${of.id}/confirm`, {}).set('If-Match', `"${of.version}"`).expect(200);
    expect([await queue(college, of), await queue(school, of), await queue(college, of, true)]).toEqual([[], [], [1]]);

    test.clock.reset();
    const late = await raise(1);
    // Down over both instants: the first step has its time from when it is told.
    const back = new Date(new Date(late.triageDueAt).getTime() + 100 * HOUR);
    await at(back);
    expect([await queue(college, late), await queue(school, late)]).toEqual([[1], []]);
    expect((await risesAt(late)).getTime() - back.getTime()).toBeGreaterThanOrEqual(12 * HOUR);
    await at(await risesAt(late));
    expect(await queue(school, late)).toEqual([2]);
  });

  it('passes over posts that nobody holds, at once; without a counselor it is up the line when it is raised', async () => {
    const held = (id: string, until: string | null) =>
      test.query(sql`UPDATE staffing.appointment SET valid_to = ${until} WHERE person_id = ${id}`);
    await held(staff.counselorCs, daysAgo(1));
    await held(staff.collegeOfficerCs, daysAgo(1));
    try {
      const of = await raise(2);
      expect(of.triageDueAt).toEqual(of.raisedAt);
      await fireTimers(test);
      expect([await steps(of), await queue(school, of)]).toEqual([[[2, staff.schoolOfficer, SECOND_OFFICER]], [2]]);
    } finally {
      await held(staff.counselorCs, null);
      await held(staff.collegeOfficerCs, null);
    }
  });

  let raised: Row;
  it('is told to no post for which the rule is not meant', async () => {
    raised = await raise(4);
    const of = await raise(3, 'book_loans');
    await at(new Date(of.triageDueAt));
    expect([await steps(of), await queue(college, of), await queue(school, of)]).toEqual([[[2]], [], []]);
  });

  it('waits for nobody where the level only informs; that it reached the student closes nothing; it ends with the term', async () => {
    const policy = { noticesUpTo: 'red', ...{ redHours: 24, orangeHours: 48, yellowHours: 72, blueHours: 168 } };
    await app
      .post('/early-warning/v1/policies/early-warning.triage/versions', {
        ...{ effectiveFrom: daysAgo(0), source: 'test', value: policy },
      })
      .expect(201);
    const of = await raise(5);
    const silent = await raise(6, 'book_loans');
    expect([of.status, of.triageDueAt, silent.status]).toEqual(['notice', null, 'notice']);
    const seenBy = async (who: Client, query = '') =>
      ((await who.get(`${WARNINGS}?status=notice&limit=200${query}`).expect(200)).body.data as { id: string }[]).map(
        ({ id }) => id,
      );
    expect(await seenBy(counselor)).toEqual([of.id]);
    const student = await test.person(students[5]!);
    const notices = async (who: Client) =>
      (await who.get('/early-warning/v1/notices').expect(200)).body.data as { id: string; reachedAt: string | null }[];
    // Rules for some posts alone are none of what students are told.
    expect(await notices(await test.person(students[6]!))).toEqual([]);
    expect(await notices(student)).toMatchObject([{ id: of.id, text: { zh: '缺课 7 节' }, reachedAt: null }]);
    const told = sql`SELECT payload FROM events.event WHERE name = 'early-warning.student-notice.v1'`;
    expect(await test.query(told)).toEqual([{ payload: { warningId: of.id, studentId: students[5] } }]);
    const seen = await student.post(`/early-warning/v1/notices/${of.id}/seen`).expect(200);
    expect(seen.body.reachedAt).toEqual(expect.any(String));
    await (await test.person(students[6]!)).post(`/early-warning/v1/notices/${of.id}/seen`).expect(404);

    const now = (await counselor.get(`${WARNINGS}/${of.id}`).expect(200)).body as Answer;
    expect(now).toMatchObject({ status: 'notice', where: { className: '软工2402', college: '计算机学院' } });
    expect(now.where.counselors).toMatchObject([{ personId: staff.counselorCs }]);
    const offered = (answer: Answer) => answer.actions.filter(({ allowed }) => allowed).map(({ action }) => action);
    expect(offered(now)).toEqual(['confirm', 'dismiss', 'mute']);
    const act = async ({ version }: Answer, verb: string, status = 200) =>
      (await counselor.post(`${WARNINGS}/${of.id}/${verb}`, {}).set('If-Match', `"${version}"`).expect(status))
        .body as Answer;
    await act(now, 'unmute', 409);
    const muted = await act(now, 'mute');
    expect([await seenBy(counselor), await seenBy(counselor, '&muted=true')]).toEqual([[], [of.id]]);
    expect(offered(muted)).toEqual(['confirm', 'dismiss', 'unmute']);
    await act(await act(muted, 'unmute'), 'mute');

    const [term] = await test.query<{ endsOn: string }>(
      sql`SELECT ends_on::text AS "endsOn" FROM directory.published_term_v1 WHERE kind = 'term' AND ends_on > ${daysAgo(0)} ORDER BY ends_on LIMIT 1`,
    );
    const night = async (instant: string) => {
      test.clock.set(instant);
      await test.database.transaction(null, (tx) => test.app.get(NoticeHandlers).everyNight(tx));
    };
    await night(`${addDays(term!.endsOn, -1)}T23:59:00+08:00`);
    expect(await seenBy(counselor, '&muted=true')).toEqual([of.id]);
    await night(`${addDays(term!.endsOn, 3)}T01:13:00+08:00`);
    const after = (await counselor.get(`${WARNINGS}/${of.id}`).expect(200)).body as Answer;
    expect([after.status, after.muted, offered(after)]).toEqual(['expired', false, []]);
    expect(await notices(student)).toEqual([]);
    expect(await queue(college, of)).toEqual([]);
  });

  it('lets whoever raised it hear how it stands, never what was found', async () => {
    test.clock.reset();
    const own = async () =>
      (await school.get('/early-warning/v1/outcomes?limit=200&subject=warning').expect(200)).body.data as object[];
    const rows = await own();
    expect(new Set(rows.map((row) => (row as { outcome: string }).outcome))).toEqual(
      new Set(['taken_up', 'waiting', 'closed']),
    );
    expect(Object.keys(rows[0]!).sort()).toEqual(['grade', 'id', 'outcome', 'raisedAt', 'subject', 'what']);
    const told = await test.query(
      sql`SELECT payload - 'subjectId' AS payload FROM events.event WHERE name = 'early-warning.raiser-told.v1'`,
    );
    expect(told).toEqual([{ payload: { personId: staff.schoolOfficer, subject: 'warning', outcome: 'taken_up' } }]);
    expect((await counselor.get('/early-warning/v1/outcomes').expect(200)).body.data).toEqual([]);
  });

  it('is no longer anybody’s when the data it rested on is gone, or when the post has ended', async () => {
    const of = raised;
    await at(new Date(of.triageDueAt));
    expect(await queue(college, of)).toEqual([1]);
    await test.query(
      sql`UPDATE staffing.appointment SET valid_to = ${daysAgo(1)} WHERE person_id = ${staff.collegeOfficerCs}`,
    );
    const gone = await test.person(staff.collegeOfficerCs);
    await gone.get(SUPERVISIONS).expect(403);
    await test.query(sql`UPDATE staffing.appointment SET valid_to = NULL WHERE person_id = ${staff.collegeOfficerCs}`);
    const published = await test.query<{ id: string; version: number }>(
      sql`SELECT id, version FROM early_warning.rule WHERE code = 'a.absent' AND state = 'published'`,
    );
    const { id, version } = published[0]!;
    await school
      .post(`/early-warning/v1/rules/${id}/retire`, { withdrawWarnings: true })
      .set('If-Match', `"${version}"`)
      .expect(200);
    await drainEvents(test);
    expect(await queue(college, of)).toEqual([]);
    expect(campus.students).toHaveLength(12);
  });
});
