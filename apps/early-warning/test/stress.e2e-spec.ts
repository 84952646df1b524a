import { EventEmitter, once } from 'node:events';
import { sql } from '#database';
import { sizeOf } from '#rule-language';
import { campus, type Client, drainEvents, eventually, studentNumbers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { copyBinary } from '../src/engine/copy-binary.js';
import { VectorStore } from '../src/engine/vector-store.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, simpleRule } from './kit.js';

const EVALUATIONS = '/early-warning/v1/evaluations';
const RUNS = '/early-warning/v1/runs';
const DRY_RUNS = '/early-warning/v1/dry-runs';
const POOL = 4;

const rule = (id: string, more: object = {}) =>
  simpleRule(id, { metric: 'book_loans', agg: 'sum', window: '7d' }, { ge: [{ f: 'x' }, 5] }, more);
const ranked = (id: string) => {
  const rank = { cohort: 'college+grade', minCohort: 2 };
  return simpleRule(id, { metric: 'book_loans', agg: 'sum', window: '28d', rank }, { ge: [{ f: 'x' }, 50] });
};

describe('much at a time', () => {
  let test: TestApp;
  let app: Client;
  let officer: Client;

  beforeAll(async () => {
    // The engine's own guard is what is tried here, not the limit on requests that stands before it.
    test = await TestApp.create([earlyWarning], { poolSize: POOL });
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    officer = await test.person(campus.staff.schoolOfficer);
    for (let day = 1; day <= 20; day++)
      await observe(
        app,
        [0, 1, 2, 4, 9].map((student) => [student, 'book_loans', daysAgo(day), (student + day) % 4]),
      );
    await publish(test, rule('much.books'));
    await publish(test, ranked('much.rank'));
  });
  afterAll(() => test.close());

  const evaluate = (asOf = daysAgo(1)) => officer.post(EVALUATIONS, { rule: rule('try.it'), asOf, evidence: true });
  const answers = async () => {
    const { body } = await evaluate().expect(200);
    return [body.n, body.flagged, body.unknown];
  };
  /** Bytes of the engine's memory that are dealt out, those of vectors aside. */
  const dealtOut = () => {
    const store = test.app.get(VectorStore);
    const free = [...store.memory['free']].reduce((sum, [size, pieces]) => sum + size * pieces.length, 0);
    const vectors = [...store['resident'].values()].reduce((sum, { bytes }) => sum + sizeOf(bytes), 0);
    return store.memory.size - free - vectors;
  };
  const transactions = () =>
    test.query(sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'`);

  /** Sends a request now, not when its answer is waited for. */
  const send = async (request: ReturnType<Client['get']>) => request;

  it('is answered, all of it, and as it would be alone', async () => {
    const range = { from: daysAgo(15), to: daysAgo(2) };
    const dryRun = () => officer.post(DRY_RUNS, { rule: ranked('try.it'), ...range });
    type Answer = { publishing: object; sample: { student: string; day: string; level: string }[] };
    /** The samples name the high-water mark of the data, which the deliveries raise; `publishing` is about today, which they change. */
    const told = ({ sample, publishing: _publishing, ...rest }: Answer) => {
      return { ...rest, sample: sample.map(({ student, day, level }) => [student, day, level]) };
    };
    const expected = told((await dryRun().expect(200)).body);
    const explain = (student: number) =>
      officer.get(`/early-warning/v1/explain?student=${studentNumbers[student]}&rule=much.books&asOf=${daysAgo(3)}`);
    const asked = Date.now();
    const run = send(app.post('/early-warning/v1/runs', {}));
    const dryRuns = [1, 2, 3, 4, 5, 6].map(() => send(dryRun()));
    const others = [1, 2, 3, 4, 5, 6].flatMap((n) => [evaluate(daysAgo(n)), explain(n), app.get(RUNS)].map(send));
    // Of days that the dry runs do not look at.
    const deliveries = [1, 2, 3].map((value) => observe(app, [[5, 'book_loans', daysAgo(1), value]]));
    for (const { status, body } of await Promise.all(dryRuns)) expect([status, told(body)]).toEqual([200, expected]);
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 200));
    await Promise.all(deliveries);
    const accepted = await run;
    expect(accepted.status).toBe(202);
    await drainEvents(test);
    const job = await app.get(`/early-warning/v1/jobs/${accepted.body.id}`).expect(200);
    expect(job.body.status).toBe('succeeded');
    expect(Date.now() - asked).toBeLessThan(20_000);
    expect(await transactions()).toEqual([]);
  });

  it('leaves connections to everybody else while questions wait', async () => {
    const store = test.app.get(VectorStore);
    const long = new EventEmitter();
    const work = store.alone(async () => void (await once(long, 'end')));
    const questions = Array.from({ length: 2 * POOL }, () => send(evaluate()));
    try {
      await eventually(async () => expect(await transactions()).toHaveLength(POOL / 2));
      for (let i = 0; i < 5; i++) await app.get(RUNS).expect(200);
      await observe(app, [[6, 'book_loans', daysAgo(1), 1]]);
    } finally {
      long.emit('end');
      await work;
    }
    for (const { status } of await Promise.all(questions)) expect(status).toBe(200);
    expect(await transactions()).toEqual([]);
  });

  it('sends questions away when far too many wait', async () => {
    const questions = await Promise.all(Array.from({ length: 130 }, () => send(evaluate())));
    const refused = questions.filter(({ status }) => status !== 200);
    expect(refused.length).toBeGreaterThan(0);
    for (const { status, body, headers } of refused)
      expect([status, body.code, headers['retry-after']]).toEqual([503, 'early-warning/engine-busy', '5']);
  });

  it('lets what is read in part hold up nobody', async () => {
    const select = `SELECT repeat('x', 100000)::bytea FROM generate_series(1, 300)`;
    const fails = () => {
      throw new RangeError('no room');
    };
    for (let i = 0; i <= POOL; i++)
      await expect(test.database.read((tx) => copyBinary(tx, select, fails))).rejects.toThrow('no room');
    expect(await transactions()).toEqual([]);
    await answers();
  });

  it('goes on where memory ran out, with nothing half read and nothing lost', async () => {
    const expected = await answers();
    const before = dealtOut();
    const store = test.app.get(VectorStore);
    const { memory } = store;
    const allocate = memory.allocate.bind(memory);
    for (const room of [0, 1, 5, 9]) {
      store['resident'].forEach((_, key) => store['drop'](key));
      let left = room;
      memory.allocate = (bytes) => {
        if (left-- <= 0) throw new RangeError('no room');
        return allocate(bytes);
      };
      await evaluate().expect(500);
      await officer.post(DRY_RUNS, { rule: ranked('try.it'), from: daysAgo(9), to: daysAgo(1) }).expect(500);
      memory.allocate = allocate;
      expect(await answers()).toEqual(expected);
      expect(dealtOut()).toBe(before);
    }
    expect(await transactions()).toEqual([]);
  });

  it('does not take for whole what was read in part', async () => {
    const expected = await answers();
    const store = test.app.get(VectorStore);
    const room = store['room'].bind(store);
    store['resident'].forEach((_, key) => store['drop'](key));
    store['room'] = (...row) => {
      room(...row).fill(1);
      throw new Error('connection lost');
    };
    await evaluate().expect(500);
    store['room'] = room;
    expect(await answers()).toEqual(expected);
  });

  it('goes on where the machine died of its work', async () => {
    const expected = await answers();
    const machines = test.app.get(VectorStore)['machines'];
    const before = dealtOut();
    // An address that is not of the memory.
    await expect(machines.carryOut([[['run', 0xffff_fff0, 0, 512]]])).rejects.toThrow(/memory access|unreachable/);
    expect(await answers()).toEqual(expected);
    for (const thread of machines['threads']) await (await thread)?.terminate();
    expect(await answers()).toEqual(expected);
    expect(dealtOut()).toBe(before);
  });
});
