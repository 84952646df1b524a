import { RosterChangedV1 } from '#contracts';
import { newId, sql, type Tx } from '#database';
import { campus, countStatements, TestApp, type Client } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { Cohorting } from '../src/engine/cohorts.js';
import { foldDirty } from '../src/engine/folding.js';
import { sourceStates, sourceStatesOn } from '../src/engine/silence.js';
import { daysAgo, holdSchedules, observe, retireShipped, simpleRule, tell } from './kit.js';

describe('what many days have in common', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  /** Reads within a snapshot, and counts the statements. */
  const counted = <T>(read: (tx: Tx) => Promise<T>) => test.database.read((tx) => countStatements(tx, () => read(tx)));
  const days = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => daysAgo(from - i));

  it('is read once of sources: each day is as it is alone', async () => {
    const source = { zh: '井', en: 'well', rhythmHours: 24, active: true };
    for (const [code, metric, minPresence] of [
      ['well', 'library_visits', 0.5],
      ['spare', 'work_study_hours', 0],
      ['spring', 'sport_min', 0.5],
    ] as const)
      await app.post('/early-warning/v1/sources', { ...source, code, metrics: [metric], minPresence }).expect(201);
    await test.query(
      sql`UPDATE early_warning.source SET created_at = ${test.clock.now()}::timestamptz - interval '300 days'`,
    );
    // Daily, but for ten days; of late of few students.
    const visited = days(170, 1).filter((day) => day < daysAgo(60) || day > daysAgo(50));
    for (let first = 0; first < 12; first += 3)
      await observe(
        app,
        visited.flatMap((day) =>
          [first, first + 1, first + 2]
            .filter((student) => student < 3 || day < daysAgo(5))
            .map((student): [number, string, string, number] => [student, 'library_visits', day, 1]),
        ),
      );
    await observe(app, [[0, 'work_study_hours', daysAgo(80), 1]]);
    await app
      .post('/early-warning/v1/observations/batches', {
        ...{ source: 'well', batchKey: 'well-1' },
        observations: [{ studentNumber: '2024000001', metric: 'awards', day: daysAgo(1), value: 1 }],
      })
      .expect(200);
    await app.post('/early-warning/v1/sources/well/heartbeat', { day: daysAgo(57) }).expect(200);
    await test.database.transaction(null, foldDirty);

    const all = days(150, 0);
    const together = await counted((tx) => sourceStatesOn(tx, all, test.clock));
    const kinds = new Set<string>();
    for (const day of all) {
      const alone = await test.database.read((tx) => sourceStates(tx, day, test.clock));
      expect([day, together.found.get(day)]).toEqual([day, alone]);
      for (const { code, silence } of alone) if (silence) kinds.add(`${code} ${silence.kind}`);
    }
    expect([...kinds].sort()).toEqual(
      expect.arrayContaining(['spare dead', 'spring dead', 'well dead', 'well degraded']),
    );
    const one = await counted((tx) => sourceStatesOn(tx, [daysAgo(3)], test.clock));
    expect(together.statements).toBe(one.statements);
    expect(one.statements).toBeGreaterThan(0);
  });

  it('is read once of students, until memberships change', async () => {
    const unit = campus.classes.se2401;
    const rule = simpleRule('of.unit', { metric: 'awards', agg: 'sum' }, { ge: [{ f: 'x' }, 1] });
    const rules = [{ ...rule, students: { units: [unit] } }, { ...rule, students: { sex: 'male' } }, rule] as never[];
    await test.query(
      sql`UPDATE directory.membership SET valid_to = ${daysAgo(4)} WHERE person_id = ${campus.students[3]} AND unit_id = ${unit}`,
    );
    await tell(test, [new RosterChangedV1(newId())]);
    const judged = async (from: number, to: number) =>
      counted(async (tx) => {
        const cohorts = (await test.app.get(Cohorting).roster(tx)).cohorts(true);
        const found: unknown[] = [];
        for (const day of days(from, to)) found.push((await cohorts.judged(rules, day)).get(0)?.length);
        return found;
      });
    const { found, statements } = await judged(30, 1);
    expect(found).toEqual([...Array<number>(26).fill(4), ...Array<number>(4).fill(3)]);
    // The roster's version, days of change, and each of three lists.
    expect(statements).toBe(5);
    expect((await judged(30, 1)).statements).toBe(1);
  });
});
