import { sql } from '#database';
import { checkRule } from '#rule-language';
import { campus, type Client, TestApp, wholeList } from '#testing';
import { metricCatalogue } from '../src/metrics/metrics.service.js';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, dryRun, holdSchedules, observe, publish, SECOND_OFFICER, secondOfficer, simpleRule } from './kit.js';

const RULES = '/early-warning/v1/rules';
const METRICS = '/early-warning/v1/metrics';
const EVALUATIONS = '/early-warning/v1/evaluations';

describe('metrics, rules and evaluations', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  let second: Client;
  let collegeOfficer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    second = await secondOfficer(test);
    collegeOfficer = await test.person(campus.staff.collegeOfficerCs);
  });
  afterAll(() => test.close());

  const late = simpleRule('test.late', { metric: 'late_return', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 2] });

  describe('metrics', () => {
    const metric = {
      ...{
        code: 'steps',
        zh: '步数',
        en: 'steps',
        unit: 'step',
        decimals: 0,
        fold: 'max',
        domain: 'sport',
        sensitivity: 2,
        retentionDays: 100,
      },
    };

    it('ship with the house', async () => {
      const { data } = (await officer.get(`${METRICS}?limit=200`).expect(200)).body;
      const codes = data.map((one: { code: string }) => one.code);
      expect(codes).toEqual(
        expect.arrayContaining(['dorm_gate_in', 'late_return', 'failed_credits', 'score_points', 'assessment_due']),
      );
      expect(codes).toEqual([...codes].sort());
      for (const path of ['metrics', 'rules', 'sources', 'runs']) await wholeList(officer, `/early-warning/v1/${path}`);
      const first = (await officer.get(`${METRICS}?limit=2`).expect(200)).body;
      const second = (await officer.get(`${METRICS}?limit=2&cursor=${first.nextCursor}`).expect(200)).body;
      expect([...first.data, ...second.data].map((one: { code: string }) => one.code)).toEqual(codes.slice(0, 4));
      // A list of the same form, and of no filters either, is another list.
      const other = await officer.get(`/early-warning/v1/sources?limit=2&cursor=${first.nextCursor}`).expect(400);
      expect(other.body.errors[0].pointer).toBe('?cursor');
    });

    it('can be added and changed by who answers for the school', async () => {
      const created = await officer.post(METRICS, metric).expect(201);
      expect(created.headers['location']).toBe(`${METRICS}/${created.body.id}`);
      expect(created.body).toMatchObject(metric);
      expect((await officer.post(METRICS, metric).expect(409)).body.code).toBe('early-warning/metric-code-taken');
      const url = `${METRICS}/${created.body.id}`;
      const change = { zh: '每日步数', en: 'steps a day', domain: 'sport', sensitivity: 1, retentionDays: 200 };
      await officer.put(url, change).expect(428);
      expect((await officer.put(url, change).set('If-Match', '"1"').expect(200)).body).toMatchObject({
        ...change,
        code: 'steps',
        version: 2,
      });
      await officer.put(url, change).set('If-Match', '"1"').expect(412);
      await officer
        .put(url, { ...change, unit: 'km' })
        .set('If-Match', '"2"')
        .expect(400);
      expect((await officer.get(url).expect(200)).headers['etag']).toBe('"2"');
      await collegeOfficer.post(METRICS, { ...metric, code: 'other' }).expect(403);
      await collegeOfficer.put(url, change).set('If-Match', '"2"').expect(403);
      await officer.get(`${METRICS}/${campus.school}`).expect(404);
    });

    it('take no class 4 data', async () => {
      const refused = await officer.post(METRICS, { ...metric, code: 'psych', sensitivity: 4 }).expect(400);
      expect(refused.body.errors[0].pointer).toBe('#/sensitivity');
    });

    it('keep what a published rule needs', async () => {
      const [shipped] = (await officer.get(`${METRICS}?limit=200`)).body.data.filter(
        (one: { code: string }) => one.code === 'class_attend',
      );
      const { zh, en, domain, sensitivity } = shipped;
      const refused = await officer
        .put(`${METRICS}/${shipped.id}`, { zh, en, domain, sensitivity, retentionDays: 34 })
        .set('If-Match', '"1"')
        .expect(409);
      expect(refused.body).toMatchObject({
        code: 'early-warning/metric-in-use',
        errors: [{ pointer: '#/retentionDays' }],
      });
      await officer
        .put(`${METRICS}/${shipped.id}`, { zh, en, domain, sensitivity, retentionDays: 35 })
        .set('If-Match', '"1"')
        .expect(200);
    });
  });

  describe('rules', () => {
    it('that ship with the house are right and in force', async () => {
      const { data } = (await officer.get(`${RULES}?state=published&limit=200`).expect(200)).body;
      expect(data.map((one: { code: string }) => one.code)).toEqual([
        ...[
          'aid.hidden-hardship',
          'canteen.silence',
          'class.absent-week',
          'dorm.absent',
          'dorm.late',
          'dorm.not-returned',
          'net.night',
        ],
        'study.failed-credits',
      ]);
      const metrics = await metricCatalogue(test.tx);
      for (const { definition } of data)
        expect([definition.id, checkRule(definition, metrics)]).toEqual([definition.id, []]);
    });

    it('go from draft to published to retired, and their versions never change', async () => {
      const draft = await officer.post(RULES, late).expect(201);
      expect(draft.body).toMatchObject({
        code: 'test.late',
        number: 1,
        state: 'draft',
        definition: late,
        publishedAt: null,
      });
      const url = `${RULES}/${draft.body.id}`;
      await dryRun(officer, draft.body.id);
      await second.post(`${url}/publish`).expect(428);
      await second.post(`${url}/publish`).set('If-Match', '"2"').expect(412);
      expect((await second.post(`${url}/publish`).set('If-Match', '"1"').expect(200)).body).toMatchObject({
        state: 'published',
        version: 2,
        createdBy: { kind: 'person', id: campus.staff.schoolOfficer },
        publishedBy: { kind: 'person', id: SECOND_OFFICER },
        retiredBy: null,
      });
      expect((await second.post(`${url}/publish`).set('If-Match', '"2"').expect(409)).body.code).toBe(
        'early-warning/rule-not-draft',
      );

      const orange = await officer.post(RULES, { ...late, level: 'orange' }).expect(201);
      const red = await officer.post(RULES, { ...late, level: 'red' }).expect(201);
      expect([orange.body.number, red.body.number]).toEqual([2, 3]);
      await dryRun(officer, red.body.id);
      await second.post(`${RULES}/${red.body.id}/publish`).set('If-Match', '"1"').expect(200);
      expect((await officer.get(url).expect(200)).body).toMatchObject({
        ...{ state: 'retired', definition: late, retiredBy: { kind: 'person', id: SECOND_OFFICER } },
      });
      const outdated = await second.post(`${RULES}/${orange.body.id}/publish`).set('If-Match', '"1"').expect(409);
      expect(outdated.body.code).toBe('early-warning/rule-outdated');
      const retired = await officer.post(`${RULES}/${red.body.id}/retire`).set('If-Match', '"2"').expect(200);
      expect(retired.body).toMatchObject({
        state: 'retired',
        retiredBy: { kind: 'person', id: campus.staff.schoolOfficer },
      });
      const states = (await officer.get(`${RULES}?code=test.late`).expect(200)).body.data;
      expect(states.map((one: { number: number; state: string }) => [one.number, one.state]).sort()).toEqual([
        [1, 'retired'],
        [2, 'draft'],
        [3, 'retired'],
      ]);
    });

    it('leave an audit entry of whoever drafts, edits, deletes, publishes or retires them', async () => {
      const audited = async (id: string) =>
        (
          await test.query<{ action: string; by: string }>(
            sql`SELECT action, coalesce(person_id::text, app) AS by FROM platform.audit
                 WHERE subject_kind = 'rule' AND subject_id = ${id} AND action LIKE 'early-warning.rule.%' ORDER BY seq`,
          )
        ).map(({ action, by }) => [action.split('.').at(-1), by]);
      const { schoolOfficer } = campus.staff;
      const of = { ...late, id: 'test.audited' };
      const first = await officer.post(RULES, of).expect(201);
      const url = `${RULES}/${first.body.id}`;
      await app.put(url, of).set('If-Match', '"1"').expect(200);
      await dryRun(officer, first.body.id);
      await second.post(`${url}/publish`).set('If-Match', '"2"').expect(200);
      const next = await publish(test, { ...of, level: 'red' });
      await app.post(`${RULES}/${next.id}/retire`).set('If-Match', '"2"').expect(200);
      expect(await audited(first.body.id)).toEqual([
        ['drafted', schoolOfficer],
        ['edited', 'test-app'],
        ['published', SECOND_OFFICER],
        ['retired', SECOND_OFFICER],
      ]);
      expect(await audited(next.id)).toEqual([
        ['drafted', schoolOfficer],
        ['published', SECOND_OFFICER],
        ['retired', 'test-app'],
      ]);
      const draft = await officer.post(RULES, of).expect(201);
      await second.delete(`${RULES}/${draft.body.id}`).set('If-Match', '"1"').expect(204);
      expect(await audited(draft.body.id)).toEqual([
        ['drafted', schoolOfficer],
        ['deleted', SECOND_OFFICER],
      ]);
    });

    it('are shown as SQL, not as of a day to come', async () => {
      const { id } = (await officer.get(`${RULES}?state=published&limit=1`)).body.data[0];
      const shown = await officer.get(`${RULES}/${id}/sql?asOf=${daysAgo(0)}`).expect(200);
      expect(shown.body.sql).toContain('SELECT');
      const refused = await officer.get(`${RULES}/${id}/sql?asOf=${daysAgo(-1)}`).expect(400);
      expect(refused.body.errors[0]).toMatchObject({ pointer: '?asOf', detail: '不能晚于今天' });
    });

    it('that are wrong are refused with a pointer at the node', async () => {
      const wrong = async (change: object) => {
        const answer = await officer.post(RULES, { ...late, ...change }).expect(400);
        return answer.body.errors.map((error: { pointer: string }) => error.pointer);
      };
      expect(await wrong({ when: { all: [{ ge: [{ f: 'y' }, 2] }, { gt: [{ f: 'x' }, 1] }] } })).toEqual([
        '#/when/all/0/ge/0/f',
      ]);
      expect(await wrong({ when: { all: [{ ge: ['x', 2] }, { gt: [{ f: 'x' }, 1] }] } })).toEqual([
        '#/when/all/0/ge/0',
      ]);
      expect(await wrong({ features: { x: { metric: 'nope', agg: 'sum', window: '7d' } } })).toEqual([
        '#/features/x/metric',
      ]);
      expect(await wrong({ features: { x: { metric: 'late_return', agg: 'sum', window: '801d' } } })).toEqual([
        '#/features/x/window',
      ]);
      expect(await wrong({ level: 3 })).toEqual(['#/level']);
      expect(await wrong({ title: { zh: 'x' } })).toEqual(['#/title/en']);
      expect(await wrong({ colour: 'red' })).toEqual(['#/colour']);
    });

    it('are made by who answers for the school', async () => {
      await collegeOfficer.post(RULES, late).expect(403);
      const counselor = await test.person(campus.staff.counselorCs);
      await counselor.get(RULES).expect(200);
      await counselor.post(RULES, late).expect(403);
      await officer.get(`${RULES}/${campus.school}`).expect(404);
    });
  });

  describe('evaluations', () => {
    const day = daysAgo(3);
    const rule = simpleRule('try.books', { metric: 'book_loans', agg: 'sum', window: '30d' }, { ge: [{ f: 'x' }, 5] });
    const evaluate = (body: object, query = '?ids=true') =>
      app.post(`${EVALUATIONS}${query}`, { rule, asOf: day, ...body });

    beforeAll(() =>
      observe(app, [
        [0, 'book_loans', day, 5],
        [1, 'book_loans', day, 4],
        [4, 'book_loans', day, 9],
        [9, 'book_loans', day, 8],
        [9, 'book_loans', daysAgo(2), 1],
      ]),
    );

    it('say whom a rule would flag, and leave no trace', async () => {
      const answer = await evaluate({ evidence: true }).expect(200);
      expect(answer.body).toMatchObject({
        ...{ asOf: day, n: 12, flagged: 3, unknown: 8, levels: { blue: 0, yellow: 3, orange: 0, red: 0 } },
        students: ['2024000001', '2024000005', '2024000010'],
      });
      expect(answer.body.evidence[2]).toMatchObject({
        student: '2024000010',
        evidence: { features: { x: { value: 8, days: [{ day, value: 8 }] } } },
      });
      expect((await evaluate({}, '').expect(200)).body.students).toBeUndefined();
      expect(await test.query(sql`SELECT 1 FROM early_warning.warning`)).toEqual([]);
      expect(await test.query(sql`SELECT 1 FROM early_warning.rule WHERE code = 'try.books'`)).toEqual([]);
    });

    it('are audited when they name students', async () => {
      const audited = async () =>
        (
          await test.query<{ n: number }>(
            sql`SELECT count(*)::int AS n FROM platform.audit
                 WHERE action = 'early-warning.evaluation.read' AND subject_kind = 'rule' AND subject_id = 'try.books'`,
          )
        )[0]!.n;
      const before = await audited();
      await evaluate({}, '').expect(200);
      expect(await audited()).toBe(before);
      await evaluate({}).expect(200);
      await evaluate({ evidence: true }, '').expect(200);
      expect(await audited()).toBe(before + 2);
    });

    it('see the past as of its day', async () => {
      expect((await evaluate({ asOf: daysAgo(4) }).expect(200)).body).toMatchObject({ flagged: 0, unknown: 12 });
      expect(
        (await evaluate({ asOf: daysAgo(2), rule: { ...rule, when: { ge: [{ f: 'x' }, 9] } } }).expect(200)).body
          .students,
      ).toEqual(['2024000005', '2024000010']);
    });

    it('look at a unit as it was on the day', async () => {
      const unitId = campus.classes.se2401;
      expect((await evaluate({ unitId }).expect(200)).body).toMatchObject({ n: 4, students: ['2024000001'] });
      await test.query(
        sql`UPDATE directory.membership SET valid_to = ${day} WHERE person_id = ${campus.students[0]} AND unit_id = ${unitId}`,
      );
      await test.query(
        sql`UPDATE directory.membership SET valid_from = ${daysAgo(1)} WHERE person_id = ${campus.students[1]} AND unit_id = ${unitId}`,
      );
      expect((await evaluate({ unitId }).expect(200)).body).toMatchObject({ n: 2, students: [] });
      expect((await evaluate({ unitId, includeFuture: true }).expect(200)).body).toMatchObject({ n: 3, students: [] });
      expect((await evaluate({ unitId, asOf: daysAgo(4) }).expect(200)).body).toMatchObject({ n: 3 });
    });

    it('point at what is wrong, below the rule', async () => {
      const answer = await evaluate({ rule: { ...rule, when: { ge: [{ f: 'z' }, 1] } } }).expect(400);
      expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toContain('#/rule/when/ge/0/f');
      expect((await evaluate({ unitId: campus.students[0] }).expect(400)).body.errors[0].pointer).toBe('#/unitId');
      expect((await evaluate({ asOf: daysAgo(-1) }).expect(400)).body.errors[0].pointer).toBe('#/asOf');
      await evaluate({ asOf: daysAgo(0) }).expect(200);
    });

    it('need rights over the whole school', async () => {
      await (await test.client('early-warning:rule:write')).post(EVALUATIONS, { rule, asOf: day }).expect(403);
      await collegeOfficer.post(EVALUATIONS, { rule, asOf: day }).expect(403);
      await officer.post(EVALUATIONS, { rule, asOf: day }).expect(200);
    });

    it('use the numbers the school has set, and say which version', async () => {
      const withParameter = { ...rule, when: { ge: [{ f: 'x' }, { $p: 'books', default: 5 }] } };
      await test.query(
        sql`INSERT INTO platform.policy_version (id, key, number, effective_from, value, source, created_by)
            VALUES (gen_random_uuid(), 'early-warning.rule-parameters', 1, ${day}, '{"values":{"books":9}}', 'test', 'test')`,
      );
      const answer = await evaluate({ rule: withParameter, evidence: true }).expect(200);
      expect(answer.body.students).toEqual(['2024000005']);
      expect(answer.body.evidence[0].evidence).toMatchObject({
        threshold: 9,
        parameters: { version: 1, values: { books: 9 } },
      });
      expect((await evaluate({ rule: withParameter, asOf: daysAgo(4) }).expect(200)).body.flagged).toBe(0);
    });
  });

  it('publish in place of the version before', async () => {
    const { version } = await publish(
      test,
      simpleRule('test.second', { metric: 'awards', agg: 'sum' }, { ge: [{ f: 'x' }, 1] }),
    );
    expect(version).toBe(2);
  });
});
