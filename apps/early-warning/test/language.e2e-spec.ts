import { sql } from '#database';
import { TEMPLATES } from '#rule-language';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { holdSchedules, observe } from './kit.js';

const TEXTS = '/early-warning/v1/rule-texts';
const SCHEMA = '/early-warning/v1/rule-schema';
const LIST = '/early-warning/v1/rule-templates';
const RULE = {
  id: 'test.late',
  title: { zh: '晚归', en: 'late' },
  reason: { zh: '晚归 {late} 次', en: '{late} times late' },
  features: { late: { metric: 'late_return', agg: 'sum', window: '7d', default: 0 } },
  level: 'yellow',
  when: { ge: [{ f: 'late' }, { $p: 'late_per_week', default: 3 }] },
};
const TEXT = 'yellow: sum(late_return, 7d, default: 0) >= $late_per_week(3)';

describe('the rule language', () => {
  let test: TestApp;
  let officer: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    officer = await test.person(campus.staff.schoolOfficer);
  });
  afterAll(() => test.close());

  it('is there for who may see rules', async () => {
    const other = await test.client('safety:pass:write');
    await other.get(SCHEMA).expect(403);
    await other.get(LIST).expect(403);
    await other.post(TEXTS, { rule: RULE }).expect(403);
    await (await test.person(campus.staff.counselorCs)).post(TEXTS, { rule: RULE }).expect(200);
  });

  it('publishes its schema with the metrics of the catalogue', async () => {
    const metric = { code: 'steps', zh: '步数', en: 'steps', unit: 'step', decimals: 0, fold: 'max', domain: 'sport' };
    await officer.post('/early-warning/v1/metrics', { ...metric, sensitivity: 2, retentionDays: 100 }).expect(201);
    const schema = (await officer.get(SCHEMA).expect(200)).body;
    expect(schema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Warning rule',
      'x-label': { zh: '预警规则', en: 'Warning rule' },
    });
    const metrics = schema.$defs.feature.properties.metric.oneOf as { const: string }[];
    expect(metrics).toContainEqual({
      const: 'steps',
      title: 'steps',
      'x-label': { zh: '步数', en: 'steps' },
      'x-unit': 'step',
    });
    expect(metrics.map((one) => one.const)).toEqual(expect.arrayContaining(['late_return', 'gpa', 'sso_logins']));
  });

  it('turns a rule into its text, and the text into the rule', async () => {
    const text = (await officer.post(TEXTS, { rule: RULE }).expect(200)).body;
    expect(text).toEqual({ text: TEXT, rule: RULE, errors: [] });
    const rule = (await officer.post(TEXTS, { text: TEXT, base: RULE }).expect(200)).body;
    expect(rule).toEqual({ text: TEXT, rule: RULE, errors: [] });
    const { id, title } = RULE;
    const renamed = (await officer.post(TEXTS, { text: ` ${TEXT} ;`, base: { id, title, reason: title } }).expect(200))
      .body;
    expect(renamed).toMatchObject({ text: TEXT, errors: [], rule: { features: { f1: RULE.features.late } } });
  });

  it('says what is wrong, and where, while one writes', async () => {
    const ask = async (body: object) => (await officer.post(TEXTS, body).expect(200)).body;
    expect(await ask({ text: 'yellow: sum(late_return, 7d >= 3', base: RULE })).toEqual({
      text: null,
      rule: null,
      errors: [{ pointer: '#/text', zh: '此处应为 )', en: 'expected ) here', offset: 28, line: 1, column: 29 }],
    });
    expect(
      await ask({ text: 'yellow: sum(late_retrun, 7d) >= 3', base: { ...RULE, features: { late: 'x' } } }),
    ).toMatchObject({
      text: null,
      rule: { level: 'yellow' },
      errors: expect.arrayContaining([
        expect.objectContaining({ pointer: '#/rule/features/f1/metric', en: 'is not a metric of the catalogue' }),
      ]),
    });
    expect(await ask({ rule: { ...RULE, when: { ge: [{ f: 'lat' }, 3] } } })).toMatchObject({
      text: null,
      errors: [{ pointer: '#/rule/when/ge/0/f' }],
    });
    expect(await ask({ text: TEXT, base: { id: 'x', title: { zh: '一' }, reason: 3 } })).toMatchObject({
      rule: null,
      errors: [{ pointer: '#/base/title/en' }, { pointer: '#/base/reason/zh' }, { pointer: '#/base/reason/en' }],
    });
    expect(await ask({ text: TEXT })).toMatchObject({ errors: [{ pointer: '#/base' }] });
    // What is wrong with the text is said beside what is wrong with the base.
    const broken = 'yellow: sum(late_return, 7d >= 3';
    expect(await ask({ text: broken })).toMatchObject({
      ...{ text: null, rule: null },
      errors: [{ pointer: '#/base' }, { pointer: '#/text', offset: 28, line: 1, column: 29 }],
    });
    expect(await ask({ text: broken, base: { ...RULE, reason: 3 } })).toMatchObject({
      errors: [{ pointer: '#/base/reason/zh' }, { pointer: '#/base/reason/en' }, { pointer: '#/text', offset: 28 }],
    });
    expect(await ask({ text: TEXT, base: { ...RULE, id: 7 } })).toMatchObject({ errors: [{ pointer: '#/rule/id' }] });
    for (const body of [{}, { base: RULE }, { rule: RULE, text: TEXT }]) await officer.post(TEXTS, body).expect(400);
    await officer.post(TEXTS, { text: 'x'.repeat(40_001), base: RULE }).expect(400);
  });

  it('shows control characters of keys and names as JSON writes them', async () => {
    const errors = async (body: object) => (await officer.post(TEXTS, body).expect(200)).body.errors;
    const name = 'a\u0001~/\u007f';
    const shown = '#/rule/features/a\\u0001~0~1\\u007f';
    const features = { ...RULE.features, [name]: RULE.features.late };
    expect(await errors({ rule: { ...RULE, features, [`${name}b`]: 1 } })).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: shown }),
        expect.objectContaining({ pointer: '#/rule/a\\u0001~0~1\\u007fb' }),
      ]),
    );
    const long = '\u0001'.repeat(100);
    const inLong = await errors({ rule: { ...RULE, features: { [long]: { ...RULE.features.late, [long]: 1 } } } });
    for (const { pointer } of inLong) {
      expect(pointer).not.toMatch(/[\u0000-\u001f\u007f]/);
      expect(pointer.length).toBeLessThanOrEqual(2_000);
    }
  });

  it('takes back every text it gives', async () => {
    const where = Object.fromEntries(
      ['ge', 'gt', 'le', 'lt', 'eq'].map((op) => [op, { $p: `${op}_${'x'.repeat(57)}`, default: 1.5 }]),
    );
    const late = { metric: 'late_return', agg: 'days_over', window: '7d', where };
    const sum = { add: Array.from({ length: 10 }, () => ({ f: 'late' })) };
    const rule = { ...RULE, features: { late }, when: { any: Array.from({ length: 4 }, () => ({ ge: [sum, sum] })) } };
    const given = (await officer.post(TEXTS, { rule }).expect(200)).body;
    expect(given).toEqual({ text: expect.any(String), rule, errors: [] });
    expect(given.text.length).toBeGreaterThan(30_000);
    expect((await officer.post(TEXTS, { text: given.text, base: rule }).expect(200)).body).toEqual(given);
  });

  it('lists rules to start from; each can be drafted as it is', async () => {
    const { data, nextCursor } = (await officer.get(LIST).expect(200)).body;
    expect(nextCursor).toBeNull();
    expect(data.map((one: { code: string }) => one.code)).toEqual(TEMPLATES.map(({ rule }) => rule.id));
    for (const { rule, text, source } of data) {
      expect((await officer.post('/early-warning/v1/rules', rule).expect(201)).body).toMatchObject({
        state: 'draft',
        definition: rule,
      });
      expect((await officer.post(TEXTS, { text, base: rule }).expect(200)).body).toMatchObject({ text, errors: [] });
      expect(source).toMatchObject({ school: { zh: expect.any(String) }, mark: expect.any(String) });
    }
  });

  it('keeps of a metric what a published rule looks back on, `for` and `held` included', async () => {
    const features = { late: { metric: 'book_loans', agg: 'sum', window: '30d' } };
    const rule = { ...RULE, id: 'test.books', features, for: '3d' };
    const draft = (await officer.post('/early-warning/v1/rules', rule).expect(201)).body;
    await test.query(
      sql`UPDATE early_warning.rule SET state = 'published', published_at = now() WHERE id = ${draft.id}`,
    );
    const { data } = (await officer.get('/early-warning/v1/metrics?limit=200').expect(200)).body;
    const { id, zh, en, domain, sensitivity } = data.find((one: { code: string }) => one.code === 'book_loans');
    const keep = (retentionDays: number) =>
      officer
        .put(`/early-warning/v1/metrics/${id}`, { zh, en, domain, sensitivity, retentionDays })
        .set('If-Match', '"1"');
    expect((await keep(31).expect(409)).body.code).toBe('early-warning/metric-in-use');
    await keep(32).expect(200);
  });

  it('judges a template by the engine as the template says', async () => {
    const app = await test.client();
    const day = '2026-11-10';
    const credits = [18, 17.9, 14.9];
    await observe(
      app,
      credits.flatMap((value, student) => [
        [student, 'term_credits', day, value] as [number, string, string, number],
        [student, 'term_credits_planned', day, 20] as [number, string, string, number],
      ]),
    );
    const { rule } = TEMPLATES.find((one) => one.rule.id === 'study.jlu')!;
    const answer = await app.post('/early-warning/v1/evaluations?ids=true', { rule, asOf: '2026-11-18' }).expect(200);
    expect(answer.body).toMatchObject({ flagged: 2, levels: { blue: 1, yellow: 0, orange: 1, red: 0 } });
  });
});
