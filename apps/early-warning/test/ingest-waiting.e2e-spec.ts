import { type Client, drainEvents, studentNumbers, TestApp } from '#testing';
import { instantOf } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { lockVectors } from '../src/engine/folding.js';
import { RunExecutor } from '../src/runs/run-executor.js';
import { RunHandlers } from '../src/runs/runs.handlers.js';
import { daysAgo, holdSchedules } from './kit.js';

const POLICIES = '/early-warning/v1/policies';

describe('what waits to be folded', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
    await set('early-warning.ingest', { batchesAtATime: 6, waitingRows: 10_000 });
  });
  afterAll(() => test.close());

  const set = (key: string, value: object) =>
    app.post(`${POLICIES}/${key}/versions`, { effectiveFrom: daysAgo(0), source: 'test', value }).expect(201);
  const schedule = (onNewData: boolean, pauseSeconds: number) =>
    set('early-warning.schedule', { hour: 23, minute: 59, onNewData, pauseSeconds });
  let batches = 0;
  const send = (rows: number) => {
    const observations = Array.from({ length: rows }, (_, i) => ({
      ...{ studentNumber: studentNumbers[i % 12], metric: 'awards', day: daysAgo(1), value: 1 },
    }));
    return app.post('/early-warning/v1/observations/batches', {
      ...{ source: 'test', batchKey: `b${++batches}`, observations },
    });
  };
  const minute = () =>
    test.database.transaction(null, (tx) =>
      test.app
        .get(RunHandlers)
        .everyMinute(tx, { at: instantOf(daysAgo(0), '00:05', 'Asia/Shanghai'), date: daysAgo(0) }),
    );
  /** The queue is full, and after the next minute it is not. */
  async function expectRoomAfterAMinute(tick: () => Promise<void>): Promise<void> {
    await send(10_000).expect(200);
    await send(1).expect(503);
    await tick();
    await send(1).expect(200);
    await tick();
  }

  it('is folded every minute where no run is made on new data', async () => {
    await schedule(false, 0);
    await expectRoomAfterAMinute(minute);
  });

  it('is folded also where runs seldom follow each other', async () => {
    await schedule(true, 0);
    await send(1).expect(200);
    await minute();
    await schedule(true, 3_600);
    // The run that the delivery woke, should it still be going on.
    await drainEvents(test);
    await expectRoomAfterAMinute(minute);
  });

  it('is left alone while a run folds', async () => {
    await schedule(false, 0);
    await send(1).expect(200);
    await test.database.transaction(null, async (tx) => {
      await lockVectors(tx);
      await minute();
    });
  });

  it('stays folded when the run fails', async () => {
    await schedule(true, 0);
    test.app.get(RunExecutor).execute = () => Promise.reject(new Error('a rule that cannot be judged'));
    await expectRoomAfterAMinute(() => expect(minute()).rejects.toThrow('cannot be judged'));
  });
});
