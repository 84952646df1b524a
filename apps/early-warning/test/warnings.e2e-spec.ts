import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule } from './kit.js';

const WARNINGS = '/early-warning/v1/warnings';
const RUNS = '/early-warning/v1/runs';

describe('runs and warnings', () => {
  let test: TestApp;
  let app: Client;
  let counselor: Client;
  let counselorFl: Client;
  let collegeOfficer: Client;
  let officer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    [counselor, counselorFl, collegeOfficer, officer] = (await Promise.all(
      [
        campus.staff.counselorCs,
        campus.staff.counselorFl,
        campus.staff.collegeOfficerCs,
        campus.staff.schoolOfficer,
      ].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client];
    const levels = [{ yellow: { ge: [{ f: 'x' }, 3] } }, { red: { ge: [{ f: 'x' }, 6] } }];
    await publish(
      test,
      simpleRule(
        'a.absent',
        { metric: 'absent_class', agg: 'sum', window: '7d' },
        {},
        { level: levels, when: undefined },
      ),
    );
    await publish(
      test,
      simpleRule(
        'b.books',
        { metric: 'book_loans', agg: 'sum', window: '7d' },
        { ge: [{ f: 'x' }, 5] },
        { level: 'blue' },
      ),
    );
  });
  afterAll(() => test.close());

  const listed = async (client: Client, query = '') => {
    const { data } = (await client.get(`${WARNINGS}${query}`).expect(200)).body;
    return data as {
      rule: { code: string };
      student: { number: string };
      level: string;
      status: string;
      id: string;
      version: number;
      hits: number;
    }[];
  };
  const one = async (student: number, rule: string) =>
    (
      await test.query<{
        id: string;
        version: number;
        status: string;
        level: string;
        hits: number;
        holds: boolean;
        history: { what: string }[];
      }>(
        sql`SELECT id, version, status, level, hits, holds, history FROM early_warning.warning
           WHERE student_id = ${campus.students[student]} AND rule_code = ${rule} ORDER BY raised_at DESC LIMIT 1`,
      )
    )[0]!;
  const act = (client: Client, id: string, action: string, version: number, body: object = {}) =>
    client.post(`${WARNINGS}/${id}/${action}`, body).set('If-Match', `"${version}"`);

  it('a run raises what holds, by level, and says so in its job', async () => {
    await observe(app, [
      ...[
        [0, 3],
        [1, 7],
        [2, 2],
        [9, 4],
      ].map(([student, n]): [number, string, string, number] => [student!, 'absent_class', daysAgo(2), n!]),
      [1, 'book_loans', daysAgo(2), 5],
    ]);
    const accepted = await officer.post(RUNS, {}).expect(202);
    expect(accepted.headers['location']).toBe(`/early-warning/v1/jobs/${accepted.body.id}`);
    const result = await run(test, officer, {});
    expect(result).toMatchObject({ students: 12, rules: 2, standing: 4 });
    const runs = (await officer.get(RUNS).expect(200)).body.data;
    expect(runs[1]).toMatchObject({ trigger: 'on_demand', result: { raised: 4, escalated: 0, corrected: 0 } });
    expect((await officer.get(`${RUNS}/${runs[1].id}`).expect(200)).body).toEqual(runs[1]);
    expect((await listed(officer, '?sort=-level')).map((w) => [w.level, w.student.number])).toEqual([
      ['red', '2024000002'],
      ['yellow', expect.any(String)],
      ['yellow', expect.any(String)],
      ['blue', '2024000002'],
    ]);
  });

  it('a request for a run is checked', async () => {
    const pointer = async (body: object) => (await officer.post(RUNS, body).expect(400)).body.errors[0].pointer;
    expect(await pointer({ asOf: daysAgo(-1) })).toBe('#/asOf');
    expect(await pointer({ rules: ['a.absent', 'nope'] })).toBe('#/rules/1');
    expect(await pointer({ cohort: { unitId: campus.students[0] } })).toBe('#/cohort/unitId');
    await counselor.post(RUNS, {}).expect(403);
  });

  it('a list shows what the caller answers for, and filters and pages it', async () => {
    expect((await listed(counselor)).map((w) => w.student.number).sort()).toEqual([
      '2024000001',
      '2024000002',
      '2024000002',
    ]);
    expect((await listed(counselorFl)).map((w) => w.student.number)).toEqual(['2024000010']);
    expect(await listed(collegeOfficer)).toHaveLength(3);
    expect(await listed(await test.person(campus.staff.classAdvisorSe2401))).toHaveLength(3);
    await (await test.person(campus.staff.buildingHead1)).get(WARNINGS).expect(403);
    expect(await listed(officer, '?level=red&status=open')).toHaveLength(1);
    expect(await listed(officer, `?studentId=${campus.students[1]}`)).toHaveLength(2);
    expect(await listed(counselor, `?studentId=${campus.students[9]}`)).toEqual([]);
    expect(await listed(officer, '?rule=b.books')).toHaveLength(1);
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 6; pages++) {
      const page = (await officer.get(`${WARNINGS}?limit=1${cursor && `&cursor=${cursor}`}`).expect(200)).body as {
        data: { id: string }[];
        nextCursor: string | null;
      };
      seen.push(...page.data.map((w) => w.id));
      cursor = page.nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([4, 4]);
    await officer.get(`${WARNINGS}?sort=name`).expect(400);
  });

  it('the list and a warning leave an audit entry each, without which they are not shown', async () => {
    const entries = () =>
      test.query(
        sql`SELECT action, subject_kind AS kind, subject_id AS id, reason FROM platform.audit
             WHERE person_id = ${campus.staff.counselorCs} ORDER BY occurred_at DESC LIMIT 2`,
      );
    const shown = await listed(counselor, '?level=red');
    await counselor.get(`${WARNINGS}/${shown[0]!.id}`).expect(200);
    expect(await entries()).toEqual([
      { action: 'early-warning.warning.read', kind: 'warning', id: shown[0]!.id, reason: null },
      {
        ...{ action: 'early-warning.warnings.list', kind: 'list', id: String(shown.length) },
        reason: expect.stringContaining('"level":["red"]') as never,
      },
    ]);
    const before = await entries();
    await test.query(sql`ALTER TABLE platform.audit_unsealed ADD CONSTRAINT shut CHECK (id IS NULL) NOT VALID`);
    try {
      for (const path of [WARNINGS, `${WARNINGS}/${shown[0]!.id}`]) {
        const { status, body } = await counselor.get(path);
        expect([status >= 400, body.data, body.student]).toEqual([true, undefined, undefined]);
      }
    } finally {
      await test.query(sql`ALTER TABLE platform.audit_unsealed DROP CONSTRAINT shut`);
    }
    expect(await entries()).toEqual(before);
  });

  it('a summary counts by level within the scope', async () => {
    const levels = async (client: Client) => (await client.get(`${WARNINGS}/summary`).expect(200)).body.levels;
    expect(await levels(officer)).toEqual([
      { level: 'blue', open: 1, confirmed: 0 },
      { level: 'yellow', open: 2, confirmed: 0 },
      { level: 'orange', open: 0, confirmed: 0 },
      { level: 'red', open: 1, confirmed: 0 },
    ]);
    expect((await levels(counselorFl)).map((one: { open: number }) => one.open)).toEqual([0, 1, 0, 0]);
  });

  it('a level rises in place, with its history, and is told of', async () => {
    const before = await one(0, 'a.absent');
    await observe(app, [[0, 'absent_class', daysAgo(1), 4]]);
    expect(await run(test, app)).toMatchObject({ escalated: 1, raised: 0, standing: 3 });
    const after = await one(0, 'a.absent');
    expect(after).toMatchObject({ id: before.id, level: 'red', version: 2, hits: 2 });
    expect(after.history.map((entry) => entry.what)).toEqual(['raised', 'escalated']);
    const events = await test.query(
      sql`SELECT aggregate_version AS v, payload ->> 'level' AS level FROM events.event WHERE aggregate_id = ${before.id} ORDER BY 1`,
    );
    expect(events).toEqual([
      { v: 1, level: 'yellow' },
      { v: 2, level: 'red' },
    ]);
  });

  it('triage goes from open to confirmed to closed, each step once, with If-Match', async () => {
    const { id, version } = await one(1, 'a.absent');
    await counselor.post(`${WARNINGS}/${id}/confirm`, {}).expect(428);
    await act(counselor, id, 'confirm', version + 1).expect(412);
    await act(counselor, id, 'close', version, { outcome: 'resolved' }).expect(409);
    await act(counselorFl, id, 'confirm', version).expect(404);
    await act(await test.person(campus.staff.classAdvisorSe2401), id, 'confirm', version).expect(403);
    const confirmed = await act(counselor, id, 'confirm', version, { note: '已谈话' }).expect(200);
    expect(confirmed.body).toMatchObject({ status: 'confirmed', version: version + 1 });
    expect(confirmed.body.history.at(-1)).toMatchObject({
      what: 'confirmed',
      by: { kind: 'person', id: campus.staff.counselorCs },
      note: '已谈话',
    });
    await act(counselor, id, 'confirm', version).expect(409);
    expect((await act(counselor, id, 'dismiss', version + 1, { reason: 'other' }).expect(409)).body.code).toBe(
      'early-warning/warning-not-open',
    );
    await act(counselor, id, 'close', version + 1, { outcome: 'gone' }).expect(400);
    const closed = await act(counselor, id, 'close', version + 1, { outcome: 'improved' }).expect(200);
    expect(closed.body).toMatchObject({ status: 'closed', version: version + 2 });
    const told = await test.query(
      sql`SELECT payload ->> 'outcome' AS outcome FROM events.event WHERE aggregate_id = ${id} AND name = 'early-warning.warning-settled.v1' ORDER BY aggregate_version`,
    );
    expect(told).toEqual([{ outcome: 'confirmed' }, { outcome: 'closed' }]);
  });

  it('a retried triage has one effect', async () => {
    const { id, version } = await one(9, 'a.absent');
    const dismiss = () =>
      act(counselorFl, id, 'dismiss', version, { reason: 'excused' }).set('Idempotency-Key', 'once-9');
    const first = await dismiss().expect(200);
    expect((await dismiss().expect(200)).body).toEqual(first.body);
    expect((await one(9, 'a.absent')).history).toHaveLength(2);
  });

  it('what a person settled stays settled while the rule goes on holding, and is raised anew when it holds again', async () => {
    expect(await run(test, app)).toMatchObject({ raised: 0, escalated: 0 });
    expect((await one(1, 'a.absent')).status).toBe('closed');
    expect((await one(9, 'a.absent')).status).toBe('dismissed');
    // Ten days ago the rule did not hold for student 9; a run that looks back changes nothing that is newer.
    await run(test, app, { asOf: daysAgo(10) });
    expect(await one(9, 'a.absent')).toMatchObject({ status: 'dismissed', holds: true });
    await observe(app, [[9, 'absent_class', daysAgo(1), 5]]);
    expect(await run(test, app)).toMatchObject({ raised: 1 });
    expect(await one(9, 'a.absent')).toMatchObject({ status: 'open', level: 'red' });
  });

  it('a warning whose window merely slid on stays open', async () => {
    await observe(app, [
      [5, 'book_loans', daysAgo(8), 9],
      [5, 'book_loans', daysAgo(1), 0],
    ]);
    await run(test, app, { asOf: daysAgo(3) });
    await run(test, app);
    expect(await one(5, 'b.books')).toMatchObject({ status: 'open', holds: false });
    // New data that has nothing to do with its window does not touch it either.
    await observe(app, [[5, 'book_loans', daysAgo(7), 0]]);
    await run(test, app);
    expect(await one(5, 'b.books')).toMatchObject({ status: 'open', holds: false });
  });

  it('a settled warning about which nothing is known any more does not keep a new one away', async () => {
    await observe(app, [[4, 'book_loans', daysAgo(15), 9]]);
    await run(test, app, { asOf: daysAgo(12) });
    const { id, version } = await one(4, 'b.books');
    await act(counselor, id, 'dismiss', version, { reason: 'already_known' }).expect(200);
    await run(test, app, { asOf: daysAgo(4) });
    await observe(app, [[4, 'book_loans', daysAgo(1), 9]]);
    expect(await run(test, app)).toMatchObject({ raised: 1 });
    expect(await one(4, 'b.books')).toMatchObject({ status: 'open' });
  });

  it('a confirmed warning whose data was corrected gets a note, and stays with the person', async () => {
    const key = 'record-1';
    const send = (batchKey: string, value: number) =>
      app
        .post('/early-warning/v1/observations/batches', {
          ...{ source: 'library', batchKey },
          observations: [{ studentNumber: '2024000007', metric: 'book_loans', day: daysAgo(1), value, key }],
        })
        .expect(200);
    await send('n1', 6);
    await run(test, app);
    const { id, version } = await one(6, 'b.books');
    await act(counselor, id, 'confirm', version).expect(200);
    await send('n2', 1);
    expect(await run(test, app)).toMatchObject({ corrected: 1 });
    const detail = await counselor.get(`${WARNINGS}/${id}`).expect(200);
    expect(detail.body).toMatchObject({
      status: 'confirmed',
      holds: false,
      evidence: { note: { en: 'the data it rested on was corrected' } },
    });
    expect(detail.body.history.at(-1)).toMatchObject({
      what: 'corrected',
      by: { kind: 'system', id: 'early-warning' },
    });
    expect(await run(test, app)).toMatchObject({ corrected: 0 });
  });

  it('a run of a college officer reaches the students of the college only', async () => {
    await observe(app, [
      [3, 'book_loans', daysAgo(1), 5],
      [10, 'book_loans', daysAgo(1), 5],
    ]);
    expect(await run(test, collegeOfficer, { rules: ['b.books'] })).toMatchObject({ students: 8, raised: 1 });
    expect(await run(test, app, { cohort: { unitId: campus.classes.en2401 } })).toMatchObject({
      students: 4,
      raised: 1,
    });
  });

  it('who may read about a student by one post may not triage by another', async () => {
    await test.query(
      sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
          VALUES (gen_random_uuid(), ${campus.staff.counselorCs}, 'class_advisor', ${campus.classes.en2401}, '2024-09-01')`,
    );
    const { id, version } = await one(9, 'a.absent');
    await counselor.get(`${WARNINGS}/${id}`).expect(200);
    await act(counselor, id, 'confirm', version).expect(404);
    await test.query(
      sql`DELETE FROM staffing.appointment WHERE kind = 'class_advisor' AND unit_id = ${campus.classes.en2401}`,
    );
  });

  it('many are triaged at once, each row by itself', async () => {
    await publish(test, simpleRule('e.bulk', { metric: 'awards', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 1] }));
    await observe(app, [
      [0, 'awards', daysAgo(1), 1],
      [1, 'awards', daysAgo(1), 1],
      [2, 'awards', daysAgo(1), 1],
      [9, 'awards', daysAgo(1), 1],
    ]);
    await run(test, app);
    const [first, second, third, foreign] = [
      await one(0, 'e.bulk'),
      await one(1, 'e.bulk'),
      await one(2, 'e.bulk'),
      await one(9, 'e.bulk'),
    ];
    const rows = [
      { id: first!.id, version: first!.version, action: 'confirm', note: '已谈话' },
      { id: second!.id, version: second!.version, action: 'dismiss', reason: 'excused' },
      { id: third!.id, version: 99, action: 'confirm' },
      { id: third!.id, version: third!.version, action: 'dismiss' },
      { id: foreign!.id, version: foreign!.version, action: 'confirm' },
    ];
    const { body } = await counselor.post(`${WARNINGS}/triage`, { rows }).expect(200);
    const told = (body.results as { status: string | null; problem: { code: string; status: number } | null }[]).map(
      ({ status, problem }) => status ?? [problem!.status, problem!.code],
    );
    expect(told).toEqual([
      'confirmed',
      'dismissed',
      [412, 'http/stale'],
      [400, 'http/invalid'],
      [404, 'http/not-found'],
    ]);
    expect([(await one(2, 'e.bulk'))!.status, (await one(9, 'e.bulk'))!.status]).toEqual(['open', 'open']);
    const settled = await test.query(
      sql`SELECT payload ->> 'outcome' AS outcome FROM events.event
           WHERE name = 'early-warning.warning-settled.v1' AND aggregate_id = ANY(${[first!.id, second!.id, third!.id]}::uuid[]) ORDER BY 1`,
    );
    expect(settled).toEqual([{ outcome: 'confirmed' }, { outcome: 'dismissed' }]);
  });

  it('a rule that is retired takes its open warnings back when told to, and those that people settled stay', async () => {
    const [rule] = await test.query<{ id: string; version: number }>(
      sql`SELECT id, version FROM early_warning.rule WHERE code = 'e.bulk' AND state = 'published'`,
    );
    await officer
      .post(`/early-warning/v1/rules/${rule!.id}/retire`, { withdrawWarnings: true, note: '规则有误' })
      .set('If-Match', `"${rule!.version}"`)
      .expect(200);
    expect((await one(2, 'e.bulk'))!.history.at(-1)).toMatchObject({
      what: 'withdrawn',
      note: '规则有误',
      level: 'yellow',
    });
    const states = await Promise.all([0, 1, 2, 9].map(async (n) => (await one(n, 'e.bulk'))!.status));
    expect(states).toEqual(['confirmed', 'dismissed', 'withdrawn', 'withdrawn']);
    const news = await test.query(
      sql`SELECT payload ->> 'outcome' AS outcome FROM events.event e JOIN early_warning.warning w ON w.id = e.aggregate_id
           WHERE e.name = 'early-warning.warning-settled.v1' AND w.rule_code = 'e.bulk' ORDER BY 1`,
    );
    expect(news.map(({ outcome }) => outcome)).toEqual(['confirmed', 'dismissed', 'withdrawn', 'withdrawn']);
  });

  it('unknown warnings and those of others answer alike', async () => {
    const { id } = await one(9, 'a.absent');
    const [unknown, foreign] = [
      await counselor.get(`${WARNINGS}/${campus.school}`).expect(404),
      await counselor.get(`${WARNINGS}/${id}`).expect(404),
    ];
    expect(unknown.body.code).toBe(foreign.body.code);
    await test.query(
      sql`UPDATE directory.membership SET valid_to = ${daysAgo(0)} WHERE person_id = ${campus.students[9]}`,
    );
    await counselorFl.get(`${WARNINGS}/${id}`).expect(404);
    await officer.get(`${WARNINGS}/${id}`).expect(200);
  });
});
