import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, dryRun, holdSchedules, observe, retireShipped, secondOfficer, simpleRule } from './kit.js';

const RULES = '/early-warning/v1/rules';
const POLICY = 'early-warning.rule-publishing';
const STUDENTS = Array.from({ length: 12 }, (_, i) => i);

describe('publishing a rule that would flag many', () => {
  let test: TestApp;
  let officer: Client;
  let second: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    officer = await test.person(campus.staff.schoolOfficer);
    second = await secondOfficer(test);
    // Student i borrowed i books today; of the last two nothing is known.
    await observe(
      await test.client(),
      STUDENTS.slice(0, 10).map((i) => [i, 'book_loans', daysAgo(0), i]),
    );
  });
  afterAll(() => test.close());

  const books = (id: string, threshold: number, more: object = {}) =>
    simpleRule(id, { metric: 'book_loans', agg: 'sum', window: '1d' }, { ge: [{ f: 'x' }, threshold] }, more);
  const drafted = async (rule: object) => {
    const { id } = (await officer.post(RULES, rule).expect(201)).body as { id: string };
    await dryRun(officer, id);
    return id;
  };
  const publishing = (id: string, body: object = {}) =>
    second.post(`${RULES}/${id}/publish`, body).set('If-Match', '"1"').set('Accept-Language', 'en');
  const setLimit = (maxShare: number) =>
    officer
      .post(`/early-warning/v1/policies/${POLICY}/versions`, {
        ...{ effectiveFrom: daysAgo(0), value: { maxShare }, source: '学工〔2026〕1 号' },
      })
      .expect(201);

  it('takes a reason, which is kept with the figures and audited', async () => {
    const id = await drafted(books('a.many', 1));
    const refused = await publishing(id).expect(409);
    const text =
      'The rule would now flag 9 of the 10 students it evaluates (90 %), more than 5 %: publishing it takes a stated reason';
    expect(refused.body).toMatchObject({
      code: 'early-warning/publish-reason-needed',
      detail: text,
      errors: [{ pointer: '#/reason', detail: text }],
    });
    const chinese = await publishing(id).set('Accept-Language', 'zh').expect(409);
    expect(chinese.body.detail).toBe('该规则现在会标记所判断 10 名学生中的 9 名（90%），超过 5%：发布须说明理由');
    expect((await officer.get(`${RULES}/${id}`)).body).toMatchObject({ state: 'draft', publication: null });
    for (const reason of ['1234', 'x'.repeat(501)])
      expect((await publishing(id, { reason }).expect(400)).body.errors[0].pointer).toBe('#/reason');

    const publication = {
      ...{ asOf: daysAgo(0), flagged: 9, evaluated: 10, share: 0.9, limit: 0.05, policyVersion: 0 },
      reason: '迎新周统一提醒',
    };
    const published = await publishing(id, { reason: publication.reason })
      .set('Idempotency-Key', 'publish-1')
      .expect(200);
    expect(published.body).toMatchObject({ state: 'published', publication });
    const again = await publishing(id, { reason: publication.reason }).set('Idempotency-Key', 'publish-1').expect(200);
    expect(again.body).toEqual(published.body);
    expect((await officer.get(`${RULES}?code=a.many`)).body.data).toMatchObject([{ publication }]);
    const audited = await test.query(
      sql`SELECT reason FROM platform.audit WHERE action = 'early-warning.rule.published' AND subject_id = ${id}`,
    );
    expect(audited).toEqual([{ reason: publication.reason }]);
  });

  it('takes none of a rule that would flag few', async () => {
    const id = await drafted(books('b.few', 100));
    expect((await publishing(id).expect(200)).body.publication).toMatchObject({
      ...{ flagged: 0, evaluated: 10, share: 0, reason: null },
    });
  });

  it('is told beforehand by the dry run, of everybody and under the numbers of the school', async () => {
    const when = { ge: [{ f: 'x' }, { $p: 'books', default: 8 }] };
    const rule = books('c.told', 0, { when });
    const ask = async (more: object) =>
      (await officer.post('/early-warning/v1/dry-runs', { ...more, from: daysAgo(2), to: daysAgo(1) }).expect(200))
        .body;
    const many = { asOf: daysAgo(0), flagged: 2, evaluated: 10, share: 0.2, limit: 0.05, needsReason: true };
    expect(await ask({ rule })).toMatchObject({ fired: 0, publishing: many });
    expect(await ask({ rule, unitId: campus.classes.se2401, parameters: { books: 0 } })).toMatchObject({
      publishing: many,
    });
    expect(await ask({ rule: books('c.told', 50) })).toMatchObject({ publishing: { flagged: 0, needsReason: false } });

    const ruleId = await drafted(rule);
    const listed = async () => (await officer.get(`/early-warning/v1/dry-runs?ruleId=${ruleId}`).expect(200)).body.data;
    expect(await listed()).toMatchObject([{ result: { publishing: many } }]);
    await test.query(sql`UPDATE early_warning.dry_run SET result = result - 'publishing' WHERE rule_id = ${ruleId}`);
    expect(await listed()).toMatchObject([{ result: { publishing: null } }]);
  });

  it('evaluates the day that a run would evaluate, and only those whom the rule is about', async () => {
    const yesterday = await drafted(books('d.day-end', 1, { on: 'day_end' }));
    expect((await publishing(yesterday).expect(200)).body.publication).toMatchObject({
      ...{ asOf: daysAgo(1), evaluated: 0, share: 0 },
    });
    const nobody = await drafted(books('d.nobody', 1, { students: { grades: [1999] } }));
    expect((await publishing(nobody).expect(200)).body.publication).toMatchObject({ flagged: 0, evaluated: 0 });
  });

  it('follows the limit of the school: what reaches it passes, what is more does not', async () => {
    const id = await drafted(books('e.limit', 8));
    await setLimit(0.19);
    expect((await publishing(id).expect(409)).body.detail).toContain('(20 %), more than 19 %');
    await setLimit(0.2);
    expect((await publishing(id).expect(200)).body.publication).toMatchObject({
      ...{ share: 0.2, limit: 0.2, policyVersion: 2, reason: null },
    });
  });

  it('asks for the dry run and the second person first', async () => {
    const { id } = (await officer.post(RULES, books('f.first', 0)).expect(201)).body;
    expect((await publishing(id).expect(409)).body.code).toBe('early-warning/dry-run-needed');
    const own = await officer.post(`${RULES}/${id}/publish`, {}).set('If-Match', '"1"').expect(409);
    expect(own.body.code).toBe('early-warning/second-person-needed');
  });
});
