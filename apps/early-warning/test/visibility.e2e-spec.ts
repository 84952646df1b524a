import { newId, sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { holdSchedules, retireShipped, simpleRule } from './kit.js';

const WARNINGS = '/early-warning/v1/warnings';
const EVERYBODY = 'test.everybody';
const OFFICERS = 'test.officers';

describe('a rule that names the posts it is for', () => {
  let test: TestApp;
  let app: Client;
  let counselor: Client;
  let collegeOfficer: Client;
  let officer: Client;
  const warnings: Record<string, string> = {};

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    [counselor, collegeOfficer, officer] = (await Promise.all(
      [campus.staff.counselorCs, campus.staff.collegeOfficerCs, campus.staff.schoolOfficer].map((id) =>
        test.person(id),
      ),
    )) as [Client, Client, Client];
    await warn(EVERYBODY);
    await warn(OFFICERS, { visibility: ['student_affairs_officer'] });
  });
  afterAll(() => test.close());

  /** A rule in force and its open warning about the first student. */
  async function warn(code: string, more: object = {}): Promise<void> {
    const rule = newId();
    const definition = simpleRule(
      code,
      { metric: 'book_loans', agg: 'sum', window: '7d' },
      { ge: [{ f: 'x' }, 5] },
      more,
    );
    await test.query(
      sql`INSERT INTO early_warning.rule (id, code, number, state, definition, created_by, published_at)
          VALUES (${rule}, ${code}, 1, 'published', ${JSON.stringify(definition)}::jsonb, 'test', now())`,
    );
    warnings[code] = newId();
    await test.query(
      sql`INSERT INTO early_warning.warning (id, rule_code, rule_id, student_id, level, level_rank, status, first_day, last_day, raised_at, hwm,
                 reason_zh, reason_en, evidence)
          VALUES (${warnings[code]}, ${code}, ${rule}, ${campus.students[0]}, 'yellow', 2, 'open', '2026-11-18', '2026-11-18', now(), 1,
                  '理由', 'reason', '{}')`,
    );
  }
  const codes = async (client: Client) =>
    ((await client.get(`${WARNINGS}?limit=200`).expect(200)).body.data as { rule: { code: string } }[])
      .map(({ rule }) => rule.code)
      .sort();
  const open = async (client: Client) =>
    ((await client.get(`${WARNINGS}/summary`).expect(200)).body.levels as { open: number }[]).reduce(
      (sum, level) => sum + level.open,
      0,
    );

  it('shows its warnings to them, and to nobody else', async () => {
    expect(await codes(counselor)).toEqual([EVERYBODY]);
    expect(await codes(app)).toEqual([EVERYBODY]);
    expect(await codes(collegeOfficer)).toEqual([EVERYBODY, OFFICERS]);
    expect(await codes(officer)).toEqual([EVERYBODY, OFFICERS]);
    expect(await Promise.all([counselor, app, collegeOfficer].map(open))).toEqual([1, 1, 2]);
  });

  it('is not counted for others either', async () => {
    const counted = async (client: Client) =>
      (await client.get('/early-warning/v1/rule-quality').expect(200)).body.codes.map(
        ({ code }: { code: string }) => code,
      );
    expect(await counted(counselor)).toEqual([EVERYBODY]);
    expect((await counted(officer)).sort()).toEqual([EVERYBODY, OFFICERS]);
  });

  it('is not to be found by others, whichever way they ask', async () => {
    for (const client of [counselor, app]) {
      await client.get(`${WARNINGS}/${warnings[EVERYBODY]}`).expect(200);
      await client.get(`${WARNINGS}/${warnings[OFFICERS]}`).expect(404);
      await client.post(`${WARNINGS}/${warnings[OFFICERS]}/confirm`, {}).set('If-Match', '"1"').expect(404);
    }
    await collegeOfficer.get(`${WARNINGS}/${warnings[OFFICERS]}`).expect(200);
    await collegeOfficer.post(`${WARNINGS}/${warnings[OFFICERS]}/confirm`, {}).set('If-Match', '"1"').expect(200);
  });
});
