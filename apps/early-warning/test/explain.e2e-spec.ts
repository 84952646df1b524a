import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, simpleRule } from './kit.js';

const EXPLAIN = '/early-warning/v1/explain';

describe('why, and why not', () => {
  let test: TestApp;
  let app: Client;
  let counselor: Client;
  let officer: Client;
  let student: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    counselor = await test.person(campus.staff.counselorCs);
    officer = await test.person(campus.staff.schoolOfficer);
    student = await test.person(campus.students[0]!);
    const feature = { metric: 'book_loans', agg: 'sum', window: '7d' };
    await publish(
      test,
      simpleRule('a.books', feature, { ge: [{ f: 'x' }, 5] }, { title: { zh: '借书', en: 'Books' } }),
    );
    await publish(
      test,
      simpleRule(
        'b.books',
        feature,
        { ge: [{ f: 'x' }, 5] },
        { on: 'day_end', studentReason: { zh: '这周你借了 {x} 册', en: 'you borrowed {x} books this week' } },
      ),
    );
    await publish(test, simpleRule('c.grade', feature, { ge: [{ f: 'x' }, 5] }, { students: { grades: [2023] } }));
    await publish(
      test,
      simpleRule('d.unit', feature, { ge: [{ f: 'x' }, 5] }, { students: { units: [campus.classes.se2402] } }),
    );
    await publish(
      test,
      simpleRule('e.dates', feature, { ge: [{ f: 'x' }, 5] }, { effective: { from: daysAgo(9), to: daysAgo(2) } }),
    );
    await observe(app, [
      [0, 'book_loans', daysAgo(3), 4],
      [0, 'book_loans', daysAgo(1), 2],
      [1, 'book_loans', daysAgo(3), 4],
      [9, 'book_loans', daysAgo(3), 9],
    ]);
  });
  afterAll(() => test.close());

  const ask = async (client: Client, number: number, rule: string, more = '') =>
    (await client.get(`${EXPLAIN}?student=2024${String(number + 1).padStart(6, '0')}&rule=${rule}${more}`).expect(200))
      .body;

  it('says why a rule holds, with the complete evidence', async () => {
    const body = await ask(counselor, 0, 'a.books');
    expect(body).toMatchObject({
      rule: { code: 'a.books', number: 1, title: { zh: '借书', en: 'Books' } },
      student: { id: campus.students[0], number: '2024000001' },
      asOf: daysAgo(0),
      staff: {
        ...{ verdict: 'holds', cause: null, level: 'yellow', silentSources: [] },
        sentence: { zh: '值 6', en: 'value 6' },
        evidence: {
          ...{ rule: 'a.books', number: 1, asOf: daysAgo(0), level: 'yellow', threshold: 5 },
          features: {
            x: {
              value: 6,
              coverage: '2/7',
              days: [
                { day: daysAgo(3), value: 4 },
                { day: daysAgo(1), value: 2 },
              ],
            },
          },
          conditions: [{ pointer: '/when/ge', op: 'ge', left: 6, right: 5, holds: true }],
          sources: [
            { source: 'test', metrics: ['book_loans'], batches: 1, lastReceivedAt: expect.any(String), name: null },
          ],
        },
      },
      forStudent: {
        zh: '你的记录：借阅册数 6 次。如有疑问或需要帮助，可以联系辅导员。',
        en: 'Your records: books borrowed 6. If you have questions or need help, your counselor is there for you.',
      },
    });
    expect(body.staff.evidence.hwm).toBeGreaterThan(0);
  });

  it('says why it does not', async () => {
    const { staff } = await ask(counselor, 1, 'a.books');
    expect(staff).toMatchObject({
      ...{ verdict: 'does_not_hold', level: null, cause: null },
      sentence: {
        zh: '“借书”不成立：借阅册数 4 次；不满足：4 次 ≥ 5 次',
        en: '“Books” does not hold: books borrowed 4; not met: 4 ≥ 5',
      },
      evidence: { level: null, features: { x: { value: 4 } }, conditions: [{ left: 4, right: 5, holds: false }] },
    });
  });

  it('says when too little is known', async () => {
    const { staff, forStudent } = await ask(counselor, 2, 'a.books');
    expect(staff).toMatchObject({ verdict: 'no_data', cause: 'too_little_data', level: null });
    expect(staff.sentence.zh).toBe('“借书”无法判断：该生数据不足（有数据的天数：借阅册数 0/7）');
    expect(staff.sentence.en).toContain('too little data');
    expect(forStudent.en).toMatch(/^There are no records/);
  });

  it('says when the rule is not for the student or the day', async () => {
    expect((await ask(counselor, 0, 'c.grade')).staff).toMatchObject({
      ...{ verdict: 'not_evaluated', cause: 'outside_students', evidence: null },
      sentence: { zh: expect.stringContaining('不属于规则针对的学生'), en: expect.stringContaining('not among') },
    });
    expect((await ask(counselor, 0, 'd.unit')).staff).toMatchObject({ cause: 'outside_students' });
    expect((await ask(counselor, 4, 'd.unit')).staff).toMatchObject({ verdict: 'no_data' });
    expect((await ask(counselor, 0, 'e.dates')).staff).toMatchObject({
      verdict: 'not_evaluated',
      cause: 'not_in_force',
    });
    expect((await ask(counselor, 0, 'e.dates', `&asOf=${daysAgo(2)}`)).staff).toMatchObject({
      verdict: 'does_not_hold',
    });
  });

  it('looks at complete days where the rule does, and at any day of the past', async () => {
    expect(await ask(counselor, 0, 'b.books')).toMatchObject({ asOf: daysAgo(1), staff: { verdict: 'holds' } });
    expect((await ask(counselor, 0, 'a.books', `&asOf=${daysAgo(2)}`)).staff).toMatchObject({
      verdict: 'does_not_hold',
      evidence: { asOf: daysAgo(2), features: { x: { value: 4 } } },
    });
    await counselor.get(`${EXPLAIN}?student=2024000001&rule=a.books&asOf=${daysAgo(-1)}`).expect(400);
  });

  it('tells students of themselves, in their own wording and with their own data only', async () => {
    const body = await ask(student, 0, 'b.books');
    expect(body.forStudent).toEqual({ zh: '这周你借了 6 册', en: 'you borrowed 6 books this week' });
    expect(body.inputs).toEqual([
      {
        ...{ metric: 'book_loans', name: { zh: '借阅册数', en: 'books borrowed' }, value: 6, unit: 'count' },
        ...{ from: daysAgo(7), to: daysAgo(1), text: { zh: '借阅册数 6 次', en: 'books borrowed 6' } },
        days: [
          { day: daysAgo(3), value: 4 },
          { day: daysAgo(1), value: 2 },
        ],
      },
    ]);
    expect(Object.keys(body).sort()).toEqual(['asOf', 'forStudent', 'inputs', 'rule', 'student']);
    await student.get(`${EXPLAIN}?student=2024000002&rule=a.books`).expect(404);
    await student.get('/early-warning/v1/warnings').expect(403);
  });

  it('tells students how far from their usual they are in words, staff in deviations', async () => {
    const usual = Array.from({ length: 8 }, (_, i): [number, string, string, number] => [
      ...([0, 'class_attend', daysAgo(8 + i), i % 2 === 0 ? 6 : 2] as const),
    ]);
    await observe(app, [...usual, [0, 'class_attend', daysAgo(2), 1]]);
    const feature = { metric: 'class_attend', agg: 'zscore', window: '7d', baseline: '28d' };
    await publish(test, simpleRule('f.attend', feature, { lt: [{ f: 'x' }, -5] }));
    const averages = {
      zh: '（最近平均每天 1 节，平时 4 节）',
      en: ' (1 period a day on average lately, 4 periods usually)',
    };
    const own = await ask(student, 0, 'f.attend');
    expect(own.forStudent).toEqual({
      zh: `你的记录：到课节数明显少于你自己平时${averages.zh}。如有疑问或需要帮助，可以联系辅导员。`,
      en: `Your records: class periods attended clearly below what is usual for you${averages.en}. If you have questions or need help, your counselor is there for you.`,
    });
    expect(own.inputs).toMatchObject([{ value: 1, unit: 'period', text: { zh: expect.stringContaining('明显少于') } }]);
    expect(JSON.stringify(own)).not.toMatch(/1\.5|1\.4/);
    const { staff } = await ask(counselor, 0, 'f.attend');
    expect(staff.sentence.zh).toContain(`到课节数比其平时低 1.5 个标准差${averages.zh}；不满足：-1.5 < -5`);
    expect(staff.evidence.features.x.baseline).toMatchObject({ mean: 4, n: 8, recent: 1 });
  });

  it('answers 404 for students out of scope, students and rules that are unknown alike', async () => {
    const codes = await Promise.all(
      ['student=2024000010&rule=a.books', 'student=nobody&rule=a.books', 'student=2024000001&rule=z.none'].map(
        async (what) => (await counselor.get(`${EXPLAIN}?${what}`).expect(404)).body.code,
      ),
    );
    expect(new Set(codes).size).toBe(1);
    expect((await ask(officer, 9, 'a.books')).staff.verdict).toBe('holds');
    await officer.get(`${EXPLAIN}?student=${campus.students[9]}&rule=a.books`).expect(200);
    await (await test.person(campus.staff.buildingHead1)).get(`${EXPLAIN}?student=2024000001&rule=a.books`).expect(403);
    await counselor.get(`${EXPLAIN}?rule=a.books`).expect(400);
  });

  it('leaves an audit entry, without student numbers', async () => {
    const [entry] = await test.query<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM platform.audit WHERE action = 'early-warning.explanation.read' AND subject_id = ${campus.students[0]}`,
    );
    expect(entry!.n).toBeGreaterThan(5);
  });

  it('says nothing of a metric whose source is silent', async () => {
    await test.query(
      sql`INSERT INTO early_warning.source (id, code, zh, en, metrics, created_at)
          VALUES (gen_random_uuid(), 'well', '井', 'the well', ARRAY['book_loans'], ${`${daysAgo(3)}T00:30:00+08:00`})`,
    );
    const { staff } = await ask(counselor, 0, 'a.books');
    expect(staff).toMatchObject({
      ...{ verdict: 'no_data', cause: 'source_silent', level: null },
      silentSources: [
        { source: 'well', name: { zh: '井', en: 'the well' }, kind: 'dead', since: `${daysAgo(4)}T16:30:00.000Z` },
      ],
      sentence: {
        zh: `“借书”无法判断：数据源“井”自 ${daysAgo(3)} 起中断`,
        en: `“Books” cannot be evaluated: the source “the well” has been dead since ${daysAgo(3)}`,
      },
    });
  });

  it('explains nothing about who is no longer a student', async () => {
    await test.query(sql`UPDATE directory.person SET active = FALSE WHERE id = ${campus.students[1]}`);
    expect((await ask(officer, 1, 'a.books')).staff).toMatchObject({ verdict: 'not_evaluated', cause: 'not_active' });
  });
});
