import { StudentErasedV1 } from '#contracts';
import { sql } from '#database';
import { campus, type Client, drainEvents, studentNumbers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { RiskHandlers } from '../src/risk/risk.handlers.js';
import { warn } from './case-kit.js';
import { daysAgo, holdSchedules, observe, retireShipped, secondOfficer, simpleRule, tell } from './kit.js';

const MODELS = '/early-warning/v1/risk-models';

describe('risk models', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  let second: Client;

  const training = {
    title: { zh: '借书很少', en: 'Few loans' },
    outcome: simpleRule(
      'risk.outcome',
      { metric: 'book_loans', agg: 'sum', window: '7d', default: 0 },
      { lt: [{ f: 'x' }, 3] },
    ),
    features: { loans: { metric: 'book_loans', agg: 'sum', window: '14d', default: 0 } },
    // So many that there is something to learn.
    snapshots: Array.from({ length: 12 }, (_, i) => ({ asOf: daysAgo(30 - i), outcomeAsOf: daysAgo(22 - i) })),
  };
  const train = async (body: object = training) => {
    const accepted = await officer.post(MODELS, body).expect(202);
    await drainEvents(test);
    return (await officer.get(`/early-warning/v1/jobs/${accepted.body.id}`).expect(200)).body;
  };
  const policy = (number: number, value: object) =>
    test.query(
      sql`INSERT INTO platform.policy_version (id, key, number, effective_from, value, source, created_by)
          VALUES (gen_random_uuid(), 'early-warning.risk-training', ${number}, '2000-01-01', ${JSON.stringify(value)}::jsonb, 'test', 'test')`,
    );
  const act = (client: Client, id: string, what: string, version: number) =>
    client.post(`${MODELS}/${id}/${what}`).set('If-Match', `"${version}"`);

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    second = await secondOfficer(test);
    // Every second student borrows a book every second day.
    await observe(
      app,
      studentNumbers.flatMap((_, student) =>
        student % 2 === 0
          ? []
          : Array.from({ length: 25 }, (_, i): [number, string, string, number] => [
              student,
              'book_loans',
              daysAgo(2 * i + 1),
              1,
            ]),
      ),
    );
  });
  afterAll(() => test.close());

  it('refuse to learn from too few students, and say how many there are', async () => {
    const job = await train();
    expect(job.status).toBe('failed');
    const errors = await officer.get(job.errors).expect(200);
    expect(errors.text).toContain('too little to learn from: 12 students, 6 with the outcome and 6 without it');
    const [model] = (await officer.get(`${MODELS}?state=failed`).expect(200)).body.data;
    expect(model).toMatchObject({ jobId: job.id, card: null });
    expect((await act(second, model.id, 'activate', model.version).expect(409)).body.code).toBe(
      'early-warning/risk-model-not-trained',
    );
  });

  it('refuse sensitive metrics, days to come, and features that are wrong, each with a pointer', async () => {
    const late = { ...training, features: { late: { metric: 'late_return', agg: 'sum', window: '7d' } } };
    const refused = await officer.post(MODELS, late).expect(422);
    expect(refused.body).toMatchObject({ code: 'early-warning/risk-metric-sensitive' });
    const wrong = {
      ...training,
      features: { x: { metric: 'nothing', agg: 'sum', window: '7d' } },
      snapshots: [{ asOf: daysAgo(5), outcomeAsOf: daysAgo(0) }],
    };
    const { errors } = (await officer.post(MODELS, wrong).expect(400)).body;
    expect(errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '#/features/x/metric',
      '#/snapshots/0/outcomeAsOf',
    ]);
    expect((await officer.get(`${MODELS}?state=training`)).body.data).toEqual([]);
    const counselor = await test.person(campus.staff.counselorCs);
    await counselor.post(MODELS, training).expect(403);
  });

  it('are trained in a thread, put in use by a second person, and say of a student part by part', async () => {
    await policy(1, { minStudents: 10, minOutcomes: 3, maxSensitivity: 2, lookedAt: 0.25 });
    const job = await train();
    expect(job).toMatchObject({ status: 'succeeded', progress: { done: 8, total: 8 } });
    const { modelId } = job.result;
    const model = (await officer.get(`${MODELS}/${modelId}`).expect(200)).body;
    expect(model.card).toMatchObject({ students: 12, rows: 144, outcomes: 72, policyVersion: 1 });
    expect(model.card.snapshots).toHaveLength(12);

    const path = `/early-warning/v1/students/${campus.students[0]}/risk`;
    await officer.get(path).expect(404);
    expect((await act(officer, modelId, 'activate', model.version).expect(409)).body.code).toBe(
      'early-warning/risk-second-person-needed',
    );
    await act(app, modelId, 'activate', model.version).expect(403);
    const active = await act(second, modelId, 'activate', model.version).expect(200);
    await drainEvents(test);
    expect(active.body).toMatchObject({ state: 'active' });

    const risk = (await officer.get(path).expect(200)).body;
    expect(risk.score).toBeCloseTo(
      risk.parts.reduce((sum: number, { points }: { points: number }) => sum + points, risk.base),
      9,
    );
    expect(risk.parts[0]).toMatchObject({ features: ['loans'] });
    expect(risk.parts[0].text.en).toMatch(/^books borrowed \(sum 14d\): 0: /);
    const audits = await test.query(
      sql`SELECT 1 FROM platform.audit WHERE action = 'early-warning.risk.read' AND subject_id = ${campus.students[0]}`,
    );
    expect(audits).toHaveLength(1);

    const drift = (await officer.get(`${MODELS}/${modelId}/drift`).expect(200)).body;
    expect(drift).toMatchObject({ students: 12, features: [{ feature: 'loans' }] });
    expect(drift.features[0].psi).toBeLessThan(0.1);
  });

  it('show students words only, and nobody a student of others', async () => {
    const self = await test.person(campus.students[0]!);
    const own = (await self.get(`/early-warning/v1/students/${campus.students[0]}/risk`).expect(200)).body;
    expect(own).toMatchObject({ score: null, base: null, share: null });
    expect(own.parts.every(({ points }: { points: unknown }) => points === null)).toBe(true);
    await self.get(`/early-warning/v1/students/${campus.students[1]}/risk`).expect(404);
    await self.get(MODELS).expect(403);
    const counselor = await test.person(campus.staff.counselorCs);
    const answers = await Promise.all(
      campus.students.map((id) => counselor.get(`/early-warning/v1/students/${id}/risk`).then(({ status }) => status)),
    );
    expect(new Set(answers)).toEqual(new Set([200, 404]));
  });

  it('order the list for triage, each score with its parts; who may not see scores does not sort by them', async () => {
    const STUDENTS = '/early-warning/v1/warnings/students';
    for (const student of [0, 1, 2, 3, 8]) await warn(test, student);
    const listed = async (who: Client, query: string) => (await who.get(`${STUDENTS}?${query}`).expect(200)).body;
    const { data } = await listed(officer, 'sort=-risk');
    const scores: number[] = data.map(({ risk }: { risk: { score: number } }) => risk.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(scores).size).toBeGreaterThan(1);
    const { student, risk } = data[0];
    const whole = (await officer.get(`/early-warning/v1/students/${student.id}/risk`).expect(200)).body;
    expect(risk.score).toBeCloseTo(whole.score, 9);
    expect(risk.parts).toEqual(whole.parts.slice(0, 5));
    // Page by page the same.
    const paged: string[] = [];
    for (let cursor = ''; ;) {
      const page = await listed(officer, `sort=-risk&limit=2${cursor}`);
      paged.push(...page.data.map((row: { student: { id: string } }) => row.student.id));
      if (!page.nextCursor) break;
      cursor = `&cursor=${page.nextCursor}`;
    }
    expect(paged).toEqual(data.map((row: { student: { id: string } }) => row.student.id));
    // A counselor sees those of their students; a class advisor sees warnings and no score.
    const counselor = await test.person(campus.staff.counselorCs);
    const own = (await listed(counselor, 'sort=-risk')).data;
    expect(own).toHaveLength(4);
    const advisor = await test.person(campus.staff.classAdvisorSe2401);
    expect((await listed(advisor, '')).data.map((row: { risk: unknown }) => row.risk)).toEqual([
      null,
      null,
      null,
      null,
    ]);
    await advisor.get(`${STUDENTS}?sort=risk`).expect(403);
  });

  it('leave students alone who object, until they take it back', async () => {
    const choose = (by: Client, action: string) =>
      by.post('/early-warning/v1/me/processing', { kind: 'risk', action }).expect(200);
    const scored = async () =>
      (await test.query<{ id: string }>(sql`SELECT student_id AS id FROM early_warning.risk_score ORDER BY 1`)).map(
        ({ id }) => id,
      );
    const again = () => test.database.transaction(null, (tx) => test.app.get(RiskHandlers).everyNight(tx));
    const self = await test.person(campus.students[0]!);
    expect(await scored()).toEqual(campus.students);
    await choose(self, 'object');
    await drainEvents(test);
    expect(await scored()).toEqual(campus.students.slice(1));
    await again();
    expect(await scored()).toEqual(campus.students.slice(1));
    await officer.get(`/early-warning/v1/students/${campus.students[0]}/risk`).expect(409);
    const list = (await officer.get('/early-warning/v1/warnings/students?sort=-risk').expect(200)).body.data;
    expect(list.at(-1)).toMatchObject({ student: { id: campus.students[0] }, risk: null });
    const { result } = await train();
    expect((await officer.get(`${MODELS}/${result.modelId}`)).body.card).toMatchObject({ students: 11, rows: 132 });
    await choose(self, 'withdraw_objection');
    await again();
    expect(await scored()).toEqual(campus.students);
  });

  it('learn from who has left since, and not from whoever left before the outcome was known', async () => {
    await test.query(
      sql`UPDATE directory.person SET active = FALSE WHERE id = ANY(${campus.students.slice(0, 2)}::uuid[])`,
    );
    const leave = (student: number, day: string) =>
      test.query(sql`UPDATE directory.membership SET valid_to = ${day} WHERE person_id = ${campus.students[student]}`);
    await leave(0, daysAgo(1));
    await leave(1, daysAgo(15));
    const { card } = (await officer.get(`${MODELS}/${(await train()).result.modelId}`)).body;
    expect(card.snapshots.map(({ students }: { students: number }) => students)).toEqual([
      12, 12, 12, 12, 12, 12, 12, 11, 11, 11, 11, 11,
    ]);
    await test.query(
      sql`UPDATE directory.membership SET valid_to = NULL WHERE person_id = ANY(${campus.students}::uuid[])`,
    );
    await test.query(sql`UPDATE directory.person SET active = TRUE WHERE id = ANY(${campus.students}::uuid[])`);
  });

  it('give way to another model, and can be taken up again; two are never in use', async () => {
    const [before] = (await officer.get(`${MODELS}?state=active`).expect(200)).body.data;
    const { modelId } = (await train()).result;
    const next = (await officer.get(`${MODELS}/${modelId}`)).body;
    await act(second, modelId, 'activate', next.version).expect(200);
    const retired = (await officer.get(`${MODELS}/${before.id}`)).body;
    expect(retired.state).toBe('retired');
    await act(second, before.id, 'activate', before.version).expect(412);
    await act(second, before.id, 'activate', retired.version).expect(200);
    const again = (await officer.get(`${MODELS}?state=active`)).body.data;
    expect(again.map(({ id }: { id: string }) => id)).toEqual([before.id]);
    await drainEvents(test);
    const scored = () => test.query<{ id: string }>(sql`SELECT DISTINCT model_id AS id FROM early_warning.risk_score`);
    expect(await scored()).toEqual([{ id: before.id }]);
    await tell(test, [new StudentErasedV1(campus.students[11]!)]);
    expect(
      await test.query(sql`SELECT 1 FROM early_warning.risk_score WHERE student_id = ${campus.students[11]}`),
    ).toEqual([]);
    await act(second, before.id, 'retire', again[0].version).expect(200);
    expect(await scored()).toEqual([]);
    await officer.get(`/early-warning/v1/students/${campus.students[0]}/risk`).expect(404);
  });
});
