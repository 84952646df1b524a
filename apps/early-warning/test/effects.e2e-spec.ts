import { newId, sql } from '#database';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { Effects } from '../src/effects/effects.service.js';
import { daysAgo, holdSchedules, retireShipped, secondOfficer } from './kit.js';
import { agree, done, openCase } from './case-kit.js';

const EFFECTS = '/early-warning/v1/effects';
const { staff } = campus;
/** Of whom the first 40 take the resource up. */
const MANY = 110;
const TAKERS = 40;
const WEEKS = 4;

describe('effects of interventions', () => {
  let test: TestApp;
  let officer: Client;
  let second: Client;
  const extra = Array.from({ length: MANY }, (_, i) => ({
    id: newId(),
    number: `2025${String(i + 1).padStart(6, '0')}`,
  }));
  const day = daysAgo(35);

  const loans = { metric: 'book_loans', agg: 'sum', window: '7d' };
  const question = {
    title: { zh: '使用资源后的借阅', en: 'Loans after a resource' },
    intervention: 'resource',
    ...{ from: daysAgo(40), to: daysAgo(30), weeks: WEEKS },
    outcome: loans,
    features: { visits: { metric: 'library_visits', agg: 'sum', window: '7d' } },
  };
  const asked = async (body: object = question) => {
    const accepted = await officer.post(EFFECTS, body).expect(202);
    await drainEvents(test);
    const job = (await officer.get(`/early-warning/v1/jobs/${accepted.body.id}`).expect(200)).body;
    return (await officer.get(`${EFFECTS}/${job.result.effectId}`).expect(200)).body;
  };

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    officer = await test.person(staff.schoolOfficer);
    second = await secondOfficer(test);
    const ids = extra.map(({ id }) => id);
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name, sex, birth_date, grade)
          SELECT id, 'student', number, '学生', '1', '2006-01-01', '2025' FROM unnest(${ids}::uuid[], ${extra.map(({ number }) => number)}::text[]) AS s(id, number)`,
    );
    await test.query(
      sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
          SELECT gen_random_uuid(), id, ${campus.classes.se2401}, '2025-09-01' FROM unnest(${ids}::uuid[]) AS id`,
    );
    // Whoever takes it up has fewer loans before, and everybody comes back to the middle by half; on top of that it adds 3.
    const loansOf = (i: number, later: boolean): number => {
      const before = i < TAKERS ? i % 6 : i % 8;
      return later ? Math.round((before + 6) / 2) + (i < TAKERS ? 3 : 0) : before;
    };
    const rows = extra.flatMap(({ number }, i) =>
      [35 + 1, 35 - 7 * WEEKS + 1].flatMap((ago, later) => [
        { studentNumber: number, metric: 'book_loans', day: daysAgo(ago), value: loansOf(i, later === 1) },
        { studentNumber: number, metric: 'library_visits', day: daysAgo(ago), value: Math.floor(i / 8) % 2 },
      ]),
    );
    const app = await test.client();
    const taken = await app.post('/early-warning/v1/observations/batches', {
      source: 'test',
      batchKey: 'effects',
      observations: rows,
    });
    expect([taken.status, taken.body.rejected]).toEqual([200, []]);
    test.clock.set(`${day}T10:00:00+08:00`);
    const resource = {
      kind: 'study',
      title: { zh: '读书会', en: 'Reading circle' },
      offers: { zh: '一起读', en: 'Reading together' },
      because: { zh: '或许有兴趣', en: 'It may interest you' },
      departmentId: campus.department,
      ...{ firstDay: daysAgo(40), lastDay: daysAgo(-10) },
      match: { features: { loans: { ...loans, default: 0 } }, when: { lt: [{ f: 'loans' }, -1] } },
    };
    const { id } = (await officer.post('/early-warning/v1/resources', resource).expect(201)).body;
    await second.post(`/early-warning/v1/resources/${id}/publish`).set('If-Match', '"1"').expect(200);
    for (const one of extra.slice(0, TAKERS)) {
      const who = await test.person(one.id);
      await who.post(`/early-warning/v1/resources/${id}/take-up`).expect(200);
    }
    test.clock.set(`${daysAgo(0)}T10:00:00+08:00`);
  });
  afterAll(() => test?.close());

  it('are the difference in change from similar students, not before and after', async () => {
    const effect = await asked();
    expect(effect).toMatchObject({ state: 'found', createdBy: { id: staff.schoolOfficer } });
    const { result } = effect;
    expect(result).toMatchObject({ had: TAKERS, treated: TAKERS, days: 1, withheld: null });
    expect(result.pairs).toBeGreaterThanOrEqual(30);
    expect(result.changes.with).toBeGreaterThan(4);
    expect(result.difference).toBeGreaterThan(2.5);
    expect(result.difference).toBeLessThan(3.5);
    expect(result.interval.low).toBeLessThan(3.2);
    expect(result.interval.high).toBeGreaterThan(2.8);
    expect(JSON.stringify(effect)).not.toMatch(/caus|effective/i);
    expect(effect.method.zh).toContain('不说明原因');
    expect((await asked()).result).toEqual(result);
  });

  it('of few students are withheld, and say so', async () => {
    const [counselor, advisor] = await Promise.all([
      test.person(staff.counselorCs),
      test.person(staff.collegeOfficerCs),
    ]);
    const of = await openCase(counselor, 0);
    const levelled = await agree(counselor, advisor, of, { what: 'level', level: 'watch' });
    await done(counselor, levelled, 'entries', { kind: 'talk', happenedOn: daysAgo(0), reached: true, text: '谈话' });
    test.clock.advance({ days: 40 });
    const times = { from: daysAgo(3), to: daysAgo(0), weeks: 1 };
    for (const intervention of ['talk', 'care_case']) {
      const effect = await asked({ ...question, ...times, intervention });
      expect(effect).toMatchObject({
        state: 'withheld',
        result: { had: null, withheld: 'few', difference: null, interval: null, changes: null },
      });
    }
    test.clock.set(`${daysAgo(0)}T10:00:00+08:00`);
  });

  it('are asked for by who answers for the school, over time that is past, by data that may be used', async () => {
    const wrong = async (more: object): Promise<string[]> =>
      (await officer.post(EFFECTS, { ...question, ...more })).body.errors.map(
        (one: { pointer: string }) => one.pointer,
      );
    expect(await wrong({ to: daysAgo(5) })).toEqual(['#/weeks']);
    expect(await wrong({ from: daysAgo(20) })).toEqual(['#/to']);
    expect(await wrong({ features: {} })).toEqual(['#/features']);
    expect(await wrong({ outcome: { ...loans, metric: 'none' } })).toEqual(['#/outcome/metric']);
    expect(await wrong({ features: { x: { ...loans, agg: 'none' } } })).toEqual(['#/features/x/agg']);
    expect(await wrong({ outcome: { ...loans, metric: 'work_study_hours' } })).toEqual(['#/outcome/metric']);
    expect(await wrong({ resourceKind: 'psychology' })).toEqual(['#/resourceKind']);
    expect(await wrong({ intervention: 'talk', resourceKind: 'study' })).toEqual(['#/resourceKind']);
    const counselor = await test.person(staff.counselorCs);
    await counselor.post(EFFECTS, question).expect(403);
    await counselor.get(EFFECTS).expect(403);
    const found = (await officer.get(`${EFFECTS}?state=found`).expect(200)).body.data;
    expect(found.length).toBeGreaterThan(0);
  });

  it('that could not be worked out end as failed', async () => {
    const accepted = await officer.post(EFFECTS, question).expect(202);
    const [row] = await test.query<{ id: string }>(
      sql`SELECT id FROM early_warning.effect WHERE job_id = ${accepted.body.id}`,
    );
    await drainEvents(test);
    await test.query(
      sql`UPDATE early_warning.effect SET state = 'asked', result = NULL, finished_at = NULL WHERE id = ${row!.id}`,
    );
    await test.database.transaction(null, (tx) => test.app.get(Effects).giveUp(tx, row!.id));
    expect((await officer.get(`${EFFECTS}/${row!.id}`)).body).toMatchObject({ state: 'failed', result: null });
  });
});
