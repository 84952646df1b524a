import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import type { Firings } from '../src/engine/engine.js';
import { Raising } from '../src/warnings/raising.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule } from './kit.js';

const QUALITY = '/early-warning/v1/rule-quality';
const WARNINGS = '/early-warning/v1/warnings';

describe('quality of rules', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;
  let rule: { id: string };

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    rule = await publish(
      test,
      simpleRule('a.books', { metric: 'book_loans', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 5] }),
    );
  });
  afterAll(() => test.close());

  const report = async (client: Client, query = '') => (await client.get(`${QUALITY}${query}`).expect(200)).body;
  /** A warning of long ago: students take turns, so none has two that are active. */
  let turn = 0;
  const past = (
    triage: 'confirmed' | 'dismissed',
    raisedDaysAgo: number,
    hours: number,
    n: number,
    { ruleId = rule.id, reason = 'excused' } = {},
  ) =>
    test.query(
      sql`INSERT INTO early_warning.warning (id, rule_code, rule_id, student_id, level, level_rank, status, first_day, last_day, raised_at, hwm,
                 reason_zh, reason_en, evidence, created_at, triaged_at, triage, triage_reason)
          SELECT gen_random_uuid(), 'a.books', ${ruleId}, ${campus.students[turn++ % 8]}, 'yellow', 2,
                 ${triage === 'confirmed' ? 'closed' : 'dismissed'}, '2026-01-01', '2026-01-01', at, 0, '', '', '{}', at,
                 at + make_interval(hours => ${hours}), ${triage}, ${triage === 'dismissed' ? reason : null}
            FROM (SELECT ${test.clock.now()}::timestamptz - make_interval(days => ${raisedDaysAgo}) AS at) t, generate_series(1, ${n})`,
    );

  it('counts what became of the warnings of a version, as people said it', async () => {
    await observe(
      app,
      [0, 1, 2, 4, 9].map((student): [number, string, string, number] => [student, 'book_loans', daysAgo(1), 6]),
    );
    await run(test, app);
    const ids = new Map(
      (
        await test.query<{ id: string; student: string }>(
          sql`SELECT id, student_id AS student FROM early_warning.warning WHERE status = 'open'`,
        )
      ).map((row) => [campus.students.indexOf(row.student), row.id]),
    );
    const act = (student: number, action: string, body: object) =>
      officer
        .post(`${WARNINGS}/${ids.get(student)}/${action}`, body)
        .set('If-Match', '"1"')
        .expect(200);
    await act(0, 'confirm', {});
    await act(1, 'confirm', {});
    await act(9, 'dismiss', { reason: 'data_error' });
    await officer
      .post(`${WARNINGS}/${ids.get(1)}/close`, { outcome: 'resolved' })
      .set('If-Match', '"2"')
      .expect(200);
    await test.query(
      sql`UPDATE early_warning.warning SET created_at = triaged_at - interval '3 hours' WHERE triage = 'confirmed'`,
    );
    await test.query(
      sql`UPDATE early_warning.warning SET created_at = triaged_at - interval '13 hours' WHERE triage = 'dismissed'`,
    );
    await test.query(
      sql`UPDATE early_warning.warning SET created_at = ${test.clock.now()}::timestamptz - interval '15 days' WHERE id = ${ids.get(2)}`,
    );
    await test.query(
      sql`UPDATE early_warning.warning SET created_at = ${test.clock.now()}::timestamptz - interval '13 days' WHERE id = ${ids.get(4)}`,
    );
    const body = await report(officer);
    expect(body).toMatchObject({ from: daysAgo(89), to: daysAgo(0), policyVersion: 0 });
    expect(body.rules).toHaveLength(1);
    expect(body.rules[0]).toMatchObject({
      ...{ ruleId: rule.id, code: 'a.books', number: 1, state: 'published' },
      ...{ raised: 5, confirmed: 2, dismissed: 1, dismissedByReason: [{ reason: 'data_error', n: 1 }] },
      ...{ ignored: 1, withdrawn: 0, medianHours: 3, p90Hours: 11, flagged: false },
    });
    expect(body.rules[0].precision).toBeCloseTo(2 / 3, 10);
    // Wilson, 2 of 3 at 95 %: 0.2077 – 0.9385.
    expect(body.rules[0].interval.low).toBeCloseTo(0.2077, 3);
    expect(body.rules[0].interval.high).toBeCloseTo(0.9385, 3);
    test.clock.advance({ days: 2 });
    expect((await report(officer)).rules[0].ignored).toBe(2);
    test.clock.reset();
  });

  it('counts the students of whoever asks', async () => {
    const counselorFl = await report(await test.person(campus.staff.counselorFl));
    expect(counselorFl.rules).toMatchObject([{ raised: 1, dismissed: 1, confirmed: 0, precision: 0 }]);
    const counselor = await report(await test.person(campus.staff.counselorCs));
    expect(counselor.rules).toMatchObject([{ raised: 4, dismissed: 0, confirmed: 2, precision: 1 }]);
    await (await test.person(campus.staff.classAdvisorSe2401)).get(QUALITY).expect(403);
  });

  it('looks at a range, and at one rule', async () => {
    expect((await report(officer, `?to=${daysAgo(14)}`)).rules).toMatchObject([
      { raised: 1, precision: null, interval: null, medianHours: null },
    ]);
    expect((await report(officer, `?from=${daysAgo(40)}&to=${daysAgo(20)}`)).rules).toMatchObject([{ raised: 0 }]);
    expect((await report(officer, '?code=z.none')).rules).toEqual([]);
    const refused = await officer.get(`${QUALITY}?from=${daysAgo(1)}&to=${daysAgo(2)}`).expect(400);
    expect(refused.body.errors[0].pointer).toBe('?from');
  });

  it('flags a rule whose precision fell by more than the policy says, when enough was triaged', async () => {
    await test.query(sql`DELETE FROM early_warning.warning`);
    const flag = async () => (await report(officer)).rules[0];
    await past('confirmed', 60, 5, 16);
    await past('dismissed', 60, 5, 4);
    await past('confirmed', 10, 5, 12);
    await past('dismissed', 10, 5, 7);
    expect(await flag()).toMatchObject({ formerPrecision: 0.8, flagged: false });
    // 12 of 20 is 0.2 less, not more.
    await past('dismissed', 10, 5, 1);
    expect(await flag()).toMatchObject({ recentPrecision: 0.6, flagged: false });
    await past('dismissed', 10, 5, 1);
    expect(await flag()).toMatchObject({ flagged: true, raised: 41 });
    await officer
      .post('/early-warning/v1/policies/early-warning.rule-quality/versions', {
        ...{ effectiveFrom: daysAgo(0), source: '测试', value: { minTriaged: 22, drop: 0.2, ignoredAfterDays: 14 } },
      })
      .expect(201);
    expect(await report(officer)).toMatchObject({ policyVersion: 1, rules: [{ flagged: false }] });
  });

  it('leaves out of the precision what was known already', async () => {
    await test.query(sql`DELETE FROM early_warning.warning`);
    await past('confirmed', 10, 5, 3);
    await past('dismissed', 10, 5, 1);
    await past('dismissed', 10, 5, 4, { reason: 'already_known' });
    await past('confirmed', 60, 5, 1);
    await past('dismissed', 60, 5, 2, { reason: 'already_known' });
    const [only] = (await report(officer, `?from=${daysAgo(20)}`)).rules;
    expect(only).toMatchObject({
      ...{ raised: 8, confirmed: 3, dismissed: 5, precision: 0.75, recentPrecision: 0.75, formerPrecision: 1 },
      dismissedByReason: [
        { reason: 'excused', n: 1 },
        { reason: 'already_known', n: 4 },
      ],
    });
    await test.query(sql`UPDATE early_warning.warning SET triage_reason = 'already_known' WHERE triage = 'dismissed'`);
    expect((await report(officer, `?from=${daysAgo(20)}`)).rules[0]).toMatchObject({ precision: 1 });
    await test.query(sql`DELETE FROM early_warning.warning WHERE triage = 'confirmed'`);
    expect((await report(officer)).rules[0]).toMatchObject({ precision: null, interval: null });
  });

  it('counts a reopened warning from when it was reopened', async () => {
    await test.query(sql`DELETE FROM early_warning.warning`);
    await past('confirmed', 30, 24 * 30 - 2, 2);
    const [triaged, open] = await test.query<{ id: string }>(
      sql`UPDATE early_warning.warning SET history = jsonb_build_array(
            jsonb_build_object('what', 'raised', 'at', created_at), jsonb_build_object('what', 'reopened', 'at', ${test.clock.now()}::timestamptz - interval '8 hours'))
          RETURNING id`,
    );
    await test.query(
      sql`UPDATE early_warning.warning SET status = 'open', triage = NULL, triaged_at = NULL WHERE id = ${open!.id}`,
    );
    const [reopened] = (await report(officer)).rules;
    expect(reopened).toMatchObject({ raised: 2, confirmed: 1, ignored: 0 });
    expect(reopened.medianHours).toBeCloseTo(6, 1);
    await test.query(sql`UPDATE early_warning.warning SET history = '[]' WHERE id IN (${triaged!.id}, ${open!.id})`);
    expect((await report(officer)).rules[0]).toMatchObject({ ignored: 1, medianHours: 24 * 30 - 2 });
  });

  it('flags a version that is worse than those before it, and adds the versions up', async () => {
    await test.query(sql`DELETE FROM early_warning.warning`);
    const feature = { metric: 'book_loans', agg: 'sum', window: '7d' };
    const next = await publish(test, simpleRule('a.books', feature, { ge: [{ f: 'x' }, 4] }));
    const minTriaged = { effectiveFrom: daysAgo(0), source: '测试', value: { minTriaged: 10, drop: 0.2 } };
    await officer.post('/early-warning/v1/policies/early-warning.rule-quality/versions', minTriaged).expect(201);
    const byNumber = async () => {
      const { rules } = (await report(officer)) as { rules: { number: number; flagged: boolean }[] };
      return new Map(rules.map((one) => [one.number, one]));
    };
    await past('confirmed', 60, 5, 8);
    await past('confirmed', 20, 5, 1);
    await past('confirmed', 5, 5, 4, { ruleId: next.id });
    await past('dismissed', 5, 5, 6, { ruleId: next.id });
    // Nine of the version before are too few to compare with.
    expect((await byNumber()).get(2)).toMatchObject({ flagged: false, recentPrecision: 0.4, formerPrecision: 1 });
    await past('dismissed', 60, 5, 1);
    expect((await byNumber()).get(2)).toMatchObject({ flagged: true, formerPrecision: 0.9, raised: 10 });
    expect((await byNumber()).get(1)).toMatchObject({ flagged: false, raised: 10, precision: 0.9 });
    // Once enough of its own was triaged before, a version is compared with itself.
    await past('dismissed', 60, 5, 10, { ruleId: next.id });
    expect((await byNumber()).get(2)).toMatchObject({ flagged: false, formerPrecision: 0 });
    const { rules, codes } = await report(officer);
    expect(rules.map((one: { state: string }) => one.state)).toEqual(['published', 'retired']);
    expect(codes).toMatchObject([
      { code: 'a.books', raised: 30, confirmed: 13, dismissed: 17, precision: 13 / 30, medianHours: 5 },
    ]);
    expect(codes[0].interval.low).toBeLessThan(13 / 30);
  });

  describe('what runs find, one after the other,', () => {
    const lanes = [0, 1, 2];
    /** What the engine finds for three students, level and clearing condition by lane. */
    const found = (asOf: string, levels: number[], clears?: number[]) =>
      ({
        ...{ asOf, population: lanes, hwm: 1, levels: () => Uint8Array.from(levels) },
        clears: () => clears && Uint8Array.from(clears),
        evidence: (_tx: unknown, _i: number, of: number[]) =>
          Promise.resolve(of.map(() => ({ features: {}, level: 'yellow', threshold: null, asOf }))),
      }) as unknown as Firings;
    const apply = (firings: Firings) =>
      test.database.transaction(null, async (tx) => {
        const [one] = await test.query<{ id: string; code: string; number: number; definition: never }>(
          sql`SELECT id, code, number, definition FROM early_warning.rule WHERE id = ${rule.id}`,
        );
        return test.app.get(Raising).apply(tx, one!, firings, 0);
      });
    const held = async () =>
      (
        await test.query<{ holds: boolean }>(
          sql`SELECT w.holds FROM early_warning.warning w JOIN early_warning.student_ordinal o USING (student_id) ORDER BY o.ordinal`,
        )
      ).map(({ holds }) => holds);

    it('goes on holding where there is a condition for clearing, until that is true', async () => {
      await test.query(sql`DELETE FROM early_warning.warning`);
      expect(await apply(found(daysAgo(5), [2, 2, 2], [0, 0, 0]))).toMatchObject({ raised: 3 });
      expect(await apply(found(daysAgo(4), [0, 0, 0], [0, 2, 1]))).toMatchObject({ standing: 2 });
      expect(await held()).toEqual([true, true, false]);
      await test.query(sql`UPDATE early_warning.warning SET status = 'dismissed'`);
      // Held all the time, so nothing new; cleared in between, so raised anew.
      expect(await apply(found(daysAgo(3), [2, 2, 2], [0, 0, 0]))).toMatchObject({ raised: 1, standing: 2 });
      expect(await apply(found(daysAgo(2), [0, 0, 0]))).toMatchObject({ standing: 0 });
    });

    it('counts the days on which it was found to hold, once each', async () => {
      await test.query(sql`DELETE FROM early_warning.warning`);
      const seen = () =>
        test.query(
          sql`SELECT DISTINCT hits, first_day::text AS first, last_day::text AS last FROM early_warning.warning`,
        );
      expect(await apply(found(daysAgo(1), [2, 2, 2]))).toMatchObject({ raised: 3 });
      for (const asOf of [daysAgo(0), daysAgo(0)]) {
        expect(await apply(found(asOf, [2, 2, 2]))).toMatchObject({ raised: 0, standing: 3 });
        expect(await seen()).toEqual([{ hits: 2, first: daysAgo(1), last: daysAgo(0) }]);
      }
    });
  });
});
