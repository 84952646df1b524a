import { Database } from '#database';
import { createApp } from '#service';
import { Workflows } from '#workflow';
import { campus } from '#testing';
import { Tasks } from '../../apps/affairs/src/tasks/tasks.service.js';
import { services } from '../../apps/campus/src/services.js';
import { atLeast, atMost, inTurns, pool, type Ratio, type Result, type Row, servers } from '../kit.js';
import { BpmnEngine } from './bpmn-engine.js';
import { Floor } from './floor.js';
import { Flowable } from './flowable.js';
import { AT_ONCE, decisionsPerSecond } from './flow.js';
import { bareInbox, inbox, openCases } from './inbox.js';
import { Ours } from './ours.js';

const RUNS = 3;
const FLOWS = { ours: 300, bare: 600, bpmn: 100, flowable: 600 };
const [OPEN, WAITING] = [100_000, 5_000];
const [PER_SECOND, SECONDS] = [50, 10];
const PAGES = 40;

/**
 * A flow of five decisions, each durable before the next: its start, one signer, two of a countersign, a last one. Ours, the same rows by
 * bare SQL, bpmn-engine with its state in a row, and Flowable where there are Java and Maven; then decisions and an inbox with 100,000
 * open cases.
 */
export async function flow(): Promise<Result> {
  const own = await servers(services);
  const admin = pool(own.databaseUrl, AT_ONCE);
  const app = await createApp(services, own.config({ roles: ['api'], poolSize: AT_ONCE }));
  const peers: { remove(): Promise<void> }[] = [];
  try {
    const database = app.get(Database);
    for (const { seed } of services) if (seed) await database.transaction(null, (tx) => seed(tx));
    const ours = new Ours(database, app.get(Workflows, { strict: false }));
    const floor = new Floor(admin, await ours.recorded());
    const bpmn = await BpmnEngine.install(admin);
    peers.push(bpmn);
    const flowable = await Flowable.install(own.databaseUrl);
    if (flowable) peers.push(flowable);
    else process.stdout.write('  no Java or Maven here: Flowable is left out\n');
    const rates = await inTurns(RUNS, {
      ours: () => decisionsPerSecond(FLOWS.ours, (i) => ours.flow(i)),
      bare: () => decisionsPerSecond(FLOWS.bare, () => floor.flow()),
      bpmn: () => decisionsPerSecond(FLOWS.bpmn, () => bpmn.flow()),
      ...(flowable && { flowable: () => flowable.decisionsPerSecond(FLOWS.flowable) }),
    });
    const { ours: mine = 0, bare = 0 } = rates;
    await openCases(admin, await ours.begin(), OPEN, WAITING);
    const latency = await decisionsInTime(ours);
    const tasks = app.get(Tasks, { strict: false });
    const page = await inTurns(RUNS, {
      inbox: () => each(() => inbox(tasks)),
      bare: () => each(() => bareInbox(admin)),
    });
    const names = { ours: 'ours', bare: 'bare SQL', bpmn: 'bpmn-engine', flowable: 'Flowable' };
    const rows: Row[] = [
      ...Object.entries(rates).map(([who, value]) => ({
        id: `decisions of flows, ${names[who as keyof typeof names]}`,
        value,
        unit: 'a second',
      })),
      { id: `decision with ${OPEN} open cases, median`, value: latency.median, unit: 'ms' },
      { id: `decision with ${OPEN} open cases, p99`, value: latency.p99, unit: 'ms' },
      { id: `inbox with ${WAITING} waiting, ours`, value: page['inbox']!, unit: 'ms' },
      { id: `inbox with ${WAITING} waiting, bare SQL`, value: page['bare']!, unit: 'ms' },
    ];
    const ratios: Ratio[] = [
      atLeast('decisions a second / bare SQL', mine, bare, 0.5),
      ...(rates['flowable'] ? [atLeast('decisions a second / Flowable', mine, rates['flowable'], 3)] : []),
      atLeast('decisions a second / bpmn-engine', mine, rates['bpmn']!, 10),
      atMost('p99 of a decision / 50 ms', latency.p99, 50, 1),
      atMost('inbox / bare SQL', page['inbox']!, page['bare']!, 2),
    ];
    return { rows, ratios };
  } finally {
    for (const peer of peers) await peer.remove();
    await app.close();
    await admin.end();
    await own.stop();
  }
}

/** Decisions that come at a steady rate, however long the ones before take. */
async function decisionsInTime(ours: Ours): Promise<{ median: number; p99: number }> {
  const cases: string[] = [];
  for (let i = 0; i < PER_SECOND * SECONDS; i++) cases.push(await ours.begin(i));
  const began = performance.now();
  const took = await Promise.all(
    cases.map(async (id, i) => {
      const due = began + (i * 1000) / PER_SECOND;
      await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      await ours.approve(id, campus.staff.counselorCs);
      return performance.now() - due;
    }),
  );
  took.sort((a, b) => a - b);
  return { median: took[Math.floor(took.length / 2)]!, p99: took[Math.floor(took.length * 0.99)]! };
}

/** Milliseconds of one of them, on average. */
async function each(one: () => Promise<void>): Promise<number> {
  await one();
  const began = performance.now();
  for (let i = 0; i < PAGES; i++) await one();
  return (performance.now() - began) / PAGES;
}
