import { sql } from '#database';
import { TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { DOMAINS } from '../src/metrics/metric.entity.js';

describe('the catalogue as it ships', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
  });
  afterAll(() => test.close());

  it('has a metric of every domain', async () => {
    const rows = await test.query<{ domain: string }>(sql`SELECT DISTINCT domain FROM early_warning.metric`);
    expect(rows.map(({ domain }) => domain).sort()).toEqual(Object.keys(DOMAINS).sort());
  });

  it('keeps possible hardship to the officers of student affairs', async () => {
    const rows = await test.query(
      sql`SELECT code FROM early_warning.rule WHERE definition -> 'visibility' @> '"student_affairs_officer"'`,
    );
    expect(rows).toEqual([{ code: 'aid.hidden-hardship' }]);
  });
});
