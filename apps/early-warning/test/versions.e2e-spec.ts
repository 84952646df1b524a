import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule } from './kit.js';

const WARNINGS = '/early-warning/v1/warnings';

describe('a warning under several versions of its rule', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  const atLeast = (n: number) => ({ ge: [{ f: 'x' }, n] });
  const version = (metric: string, id: string, level: object[]) =>
    publish(test, simpleRule(id, { metric, agg: 'sum', window: '1d', default: 0 }, {}, { level, when: undefined }));
  const warning = async (rule: string) => {
    const [listed] = (await app.get(`${WARNINGS}?rule=${rule}`).expect(200)).body.data;
    return (await app.get(`${WARNINGS}/${listed.id}`).expect(200)).body;
  };
  const stored = async (rule: string) =>
    (
      await test.query<{ raisedBy: string; judgedBy: string; holds: boolean }>(
        sql`SELECT rule_id AS "raisedBy", judged_rule_id AS "judgedBy", holds FROM early_warning.warning WHERE rule_code = ${rule}`,
      )
    )[0]!;

  it('keeps the one that raised it, and says which one took it to its level', async () => {
    const first = await version('awards', 'a.awards', [{ yellow: atLeast(3) }]);
    await observe(app, [[0, 'awards', daysAgo(5), 4]]);
    expect(await run(test, app, { asOf: daysAgo(5) })).toMatchObject({ raised: 1 });
    expect(await stored('a.awards')).toEqual({ raisedBy: first.id, judgedBy: first.id, holds: true });

    const second = await version('awards', 'a.awards', [{ yellow: atLeast(3) }, { red: atLeast(4) }]);
    expect(await run(test, app, { asOf: daysAgo(5) })).toMatchObject({ escalated: 1, raised: 0 });
    expect(await stored('a.awards')).toEqual({ raisedBy: first.id, judgedBy: second.id, holds: true });
    const shown = await warning('a.awards');
    expect(shown).toMatchObject({ level: 'red', rule: { number: 1 }, evidence: { number: 2 } });
    expect(shown.history.map(({ what, number }: { what: string; number: number }) => [what, number])).toEqual([
      ['raised', 1],
      ['escalated', 2],
    ]);
    const { rules } = (await app.get('/early-warning/v1/rule-quality?code=a.awards').expect(200)).body;
    const raised = rules.map(({ number, raised: n }: { number: number; raised: number }) => [number, n]);
    expect(raised.sort()).toEqual([
      [1, 1],
      [2, 0],
    ]);
  });

  it('is looked at again, when its data changed, by the one that last found it to hold', async () => {
    const send = (batchKey: string, value: number) =>
      app
        .post('/early-warning/v1/observations/batches', {
          ...{ source: 'library', batchKey },
          observations: [{ studentNumber: '2024000003', metric: 'book_loans', day: daysAgo(5), value, key: 'loan-1' }],
        })
        .expect(200);
    await send('v1', 5);
    await version('book_loans', 'b.books', [{ yellow: atLeast(5) }]);
    expect(await run(test, app, { asOf: daysAgo(5), rules: ['b.books'] })).toMatchObject({ raised: 1 });
    const second = await version('book_loans', 'b.books', [{ yellow: atLeast(3) }]);
    expect(await run(test, app, { asOf: daysAgo(5), rules: ['b.books'] })).toMatchObject({ raised: 0, standing: 1 });
    expect(await stored('b.books')).toMatchObject({ judgedBy: second.id });

    await run(test, app, { rules: ['b.books'] });
    expect(await stored('b.books')).toMatchObject({ holds: false });
    // Enough for the second version, not for the first.
    await send('v2', 4);
    expect(await run(test, app, { rules: ['b.books'] })).toMatchObject({ corrected: 0 });
    expect(await warning('b.books')).toMatchObject({ status: 'open', student: { id: campus.students[2] } });
    await send('v3', 2);
    expect(await run(test, app, { rules: ['b.books'] })).toMatchObject({ corrected: 1 });
    // Reopened by the version of then: it says so, and the one that raised it stays.
    await send('v4', 6);
    expect(await run(test, app, { asOf: daysAgo(5), rules: ['b.books'] })).toMatchObject({ reopened: 1 });
    const shown = await warning('b.books');
    expect(shown.rule.number).toBe(1);
    expect(shown.history.map(({ what, number }: { what: string; number?: number }) => [what, number])).toEqual([
      ['raised', 1],
      ['withdrawn', undefined],
      ['reopened', 2],
    ]);
  });

  it('no longer holds once its rule is retired, and stays for people to settle', async () => {
    const { id, version: last } = await version('sport_min', 'c.points', [{ yellow: atLeast(3) }]);
    await observe(app, [[4, 'sport_min', daysAgo(0), 4]]);
    expect(await run(test, app, { rules: ['c.points'] })).toMatchObject({ raised: 1 });
    const officer = await test.person(campus.staff.schoolOfficer);
    await officer.post(`/early-warning/v1/rules/${id}/retire`).set('If-Match', `"${last}"`).expect(200);
    expect(await stored('c.points')).toMatchObject({ holds: false });
    expect(await warning('c.points')).toMatchObject({ status: 'open' });
  });
});
