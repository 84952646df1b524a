import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Random } from '../demo/random.js';
import { stopOnSignal } from '../local/stopping.js';
import { type Finding, judge, type Verdict } from './check.js';
import { FAULTS, OF_DISK } from './faults.js';
import { House } from './house.js';
import { KINDS, lookUp, Writers } from './writers.js';

const USAGE = `Does harm to a Yizhan of its own while clients write to it, then looks whether every acknowledged write is there exactly once,
with its effects in the other services. Exits 1 when one is lost or doubled.

  npm run chaos -- [--rounds <n>] [--seed <s>] [--fault <name>] [--keep]

  --rounds  how often each fault is done; default 2
  --seed    decides on order, victims and moments; default: the time
  --fault   only faults whose names contain this
  --keep    leaves data and logs where they are

Faults: ${Object.keys(FAULTS).join(', ')}.
A disk is filled only where root may mount a small one (tmpfs, 1 GB).`;

const CLIENTS = 8;
/** Writing before a fault and after its end, and how long what is under way then may take. */
const BEFORE_MS = 2_000;
const AFTER_MS = 3_000;
const FINISH_MS = 30_000;
const CATCH_UP_MS = 120_000;

interface Round {
  fault: string;
  acknowledged: number;
  refused: number;
  unknown: number;
  lost: number;
  doubled: number;
  unavailable: number;
  failed: number;
  broken: number;
  slowest: number;
  caughtUp: number;
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 100_000) },
    fault: { type: 'string', default: '' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const wanted = Object.keys(FAULTS).filter((name) => name.toLowerCase().includes(values.fault.toLowerCase()));
const rounds = Number(values.rounds);
const seed = Number(values.seed);
if (values.help || wanted.length === 0 || !Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const stopping = stopOnSignal();
const house = await stopping.add(
  House.start(say).then((started) => Object.assign(started, { stop: started.stop.bind(started, values.keep) })),
);
const names = wanted.filter((name) => house.disk || !OF_DISK.includes(name));
if (names.length < wanted.length) say(`Left out, as no small disk can be mounted: ${OF_DISK.join(', ')}`);
const random = new Random(seed);
const writers = new Writers(house, random);
const done: Round[] = [];
try {
  for (let n = 1; n <= rounds; n++)
    for (const name of random.shuffle(names)) {
      const round = await runRound(name);
      done.push(round);
      const { acknowledged, lost, doubled, caughtUp } = round;
      say(
        `${n}/${rounds} ${name}: ${acknowledged} acknowledged, ${lost} lost, ${doubled} doubled, ${caughtUp.toFixed(1)} s`,
      );
    }
} finally {
  if (done.length > 0) process.stdout.write(`${table(done)}\nseed ${seed}\n`);
  if (values.keep) say(`Data and logs: ${house.home}`);
  await stopping.stop();
}
// A round without a write shows nothing.
process.exit(done.some(({ acknowledged, lost, doubled }) => acknowledged === 0 || lost + doubled > 0) ? 1 : 0);

async function runRound(fault: string): Promise<Round> {
  await writers.begin(CLIENTS);
  await pause(BEFORE_MS + random.int(0, 999));
  await FAULTS[fault]!(house, random);
  const ended = Date.now();
  const caughtUp = whenCaughtUp(ended);
  await pause(AFTER_MS);
  await writers.finish(FINISH_MS);
  const { history, unavailable, failed, broken, slowest } = writers;
  const seconds = await caughtUp;
  await whenCaughtUp(Date.now());
  const verdict = judge(history, KINDS, await lookUp(house, history));
  show(fault, verdict);
  for (const refusal of writers.refusals) say(`  refused: ${refusal}`);
  const outcomes = (outcome: string): number => history.filter((write) => write.outcome === outcome).length;
  return {
    fault,
    acknowledged: outcomes('acknowledged'),
    refused: outcomes('refused'),
    unknown: outcomes('unknown'),
    lost: new Set(verdict.lost.map(({ key }) => key)).size,
    doubled: new Set(verdict.doubled.map(({ key }) => key)).size,
    ...{ unavailable, failed, broken, slowest },
    caughtUp: seconds,
  };
}

/** Seconds from `since` until no event that had happened by then waits for a service. */
async function whenCaughtUp(since: number): Promise<number> {
  for (;;) {
    const [open] = await house
      .query<{ n: number; dead: number }>(
        `SELECT count(*) FILTER (WHERE d.dead_at IS NULL)::int AS n, count(d.dead_at)::int AS dead
           FROM events.delivery d JOIN events.event e ON e.id = d.event_id
          WHERE d.handled_at IS NULL AND e.occurred_at < to_timestamp($1::float8 / 1000)`,
        [since],
      )
      .catch(() => []);
    if (open?.dead) say(`${open.dead} deliveries are dead`);
    const waited = Date.now() - since;
    if (open?.n === 0 || waited > CATCH_UP_MS) return waited / 1_000;
    await pause(100);
  }
}

function show(fault: string, { lost, doubled }: Verdict): void {
  const line = (what: string) => (one: Finding) =>
    `  ${what}: ${one.kind} ${one.key} (${one.outcome}) has ${one.rows} of ${one.expected} in ${one.place}`;
  const lines = [...lost.slice(0, 10).map(line('lost')), ...doubled.slice(0, 10).map(line('doubled'))];
  if (lines.length > 0) say([fault, ...lines].join('\n'));
}

/** One line per fault, in Markdown: sums of its rounds, the worst of times. */
function table(all: readonly Round[]): string {
  const head = ['fault', 'acknowledged', 'lost', 'doubled', 'refused', 'unknown', '503', '5xx', 'no answer'];
  const lines = [[...head, 'slowest 503 (s)', 'caught up (s)'], Array.from({ length: head.length + 2 }, () => '---')];
  for (const fault of new Set(all.map((round) => round.fault))) {
    const mine = all.filter((round) => round.fault === fault);
    const sum = (of: (round: Round) => number): string => String(mine.reduce((n, round) => n + of(round), 0));
    const worst = (of: (round: Round) => number): string => Math.max(...mine.map(of)).toFixed(1);
    lines.push([
      fault,
      ...[sum((r) => r.acknowledged), sum((r) => r.lost), sum((r) => r.doubled), sum((r) => r.refused)],
      ...[sum((r) => r.unknown), sum((r) => r.unavailable), sum((r) => r.failed), sum((r) => r.broken)],
      ...[worst((r) => r.slowest / 1_000), worst((r) => r.caughtUp)],
    ]);
  }
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
