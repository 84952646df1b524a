import { setTimeout as wait } from 'node:timers/promises';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { Database, query, sql } from '#database';
import { Policies } from '#policy';
import { dateOfDay, type Rule } from '#rule-language';
import { createApp } from '#service';
import { services } from '../../apps/campus/src/services.js';
import { earlyWarning } from '../../apps/early-warning/src/early-warning.module.js';
import { SchedulePolicy } from '../../apps/early-warning/src/runs/schedule.policy.js';
import { Observations } from '../../apps/early-warning/src/observations/observations.service.js';
import { atMost, type Result, servers } from '../kit.js';
import { METRICS, type Size } from './data.js';
import { Ours } from './ours.js';
import { hundredRules } from './rules.js';

const SIZE: Size = { students: 50_000, days: 60 };
const BATCH = 1_000;
/** Five thousand observations a second, for so long. */
const EVERY_MS = 200;
const BATCHES = 160;
const WARM_UP = 60;
/** A value that no student of the data has. */
const SIGN = 1_000_000;

/**
 * From the call that delivers an observation to the moment another connection sees the warning it raised: at 5,000 observations a
 * second, with 100 rules in force over 50,000 students.
 */
export async function latency(): Promise<Result> {
  const own = await servers(services, { shared_buffers: '4GB', max_wal_size: '8GB' });
  const watcher = new pg.Client({ connectionString: own.databaseUrl });
  try {
    const loaded = await Ours.load(own, SIZE);
    await publish(loaded.database, [...calmRules(), signRule()]);
    await loaded.close();
    const app = await createApp([earlyWarning], own.config({ poolSize: 20 }));
    await app.init();
    await watcher.connect();
    await backToBack(app.get(Database), app.get(Policies));
    const times = await measure(app.get(Observations), watcher);
    await app.close();
    const sorted = times.slice(WARM_UP).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!;
    return {
      rows: [
        { id: 'observation to warning, p50', value: at(0.5), unit: 'ms' },
        { id: 'observation to warning, p99', value: at(0.99), unit: 'ms' },
      ],
      ratios: [
        atMost('observation to warning, p50, in ms', at(0.5), 1, 100),
        atMost('observation to warning, p99, in ms', at(0.99), 1, 500),
      ],
    };
  } finally {
    await watcher.end();
    await own.stop();
  }
}

/** A hundred rules of the same sorts as those of the comparison, with bounds that few or none cross, as of rules that are in force. */
function calmRules(): Rule[] {
  return hundredRules().map((rule) => {
    const [feature] = Object.values(rule.features);
    const ranked = feature!.rank !== undefined;
    const relative = feature!.agg === 'zscore' || feature!.agg === 'ratio';
    const bound = ranked ? 101 : relative ? 50 : 500_000_000;
    return { ...rule, on: 'data', when: { ge: [{ f: 'x' }, bound] }, features: { x: feature! } };
  });
}

function signRule(): Rule {
  const text = { zh: '标记', en: 'sign' };
  const x = { metric: 'absence', agg: 'max', window: '1d' } as const;
  return {
    id: 'sign',
    title: text,
    on: 'data',
    features: { x },
    level: 'red',
    when: { ge: [{ f: 'x' }, SIGN] },
    reason: text,
  };
}

async function publish(database: Database, rules: readonly Rule[]): Promise<void> {
  await database.transaction(null, async (tx) => {
    await query(tx, sql`UPDATE early_warning.rule SET state = 'retired' WHERE state = 'published'`);
    for (const rule of rules)
      await query(
        tx,
        sql`INSERT INTO early_warning.rule (id, code, number, state, definition, created_by, published_at)
            VALUES (${randomUUID()}, ${rule.id}, 1, 'published', ${JSON.stringify(rule)}::jsonb, 'bench', now())`,
      );
  });
}

/** A school that wants no pause between two runs on new data. */
async function backToBack(database: Database, policies: Policies): Promise<void> {
  const value = { ...new SchedulePolicy(), pauseSeconds: 0 };
  await database.transaction(null, (tx) =>
    policies.put(tx, SchedulePolicy, { effectiveFrom: '2020-01-01', value, source: 'bench', by: 'bench' }),
  );
}

async function measure(observations: Observations, watcher: pg.Client): Promise<number[]> {
  const day = dateOfDay(Math.floor((Date.now() + 8 * 3_600_000) / 86_400_000));
  const codes = [...METRICS.keys()];
  const sent = new Map<string, number>();
  const times: number[] = [];
  let going = true;
  const watching = (async () => {
    while (going || times.length < sent.size) {
      const { rows } = await watcher.query<{ number: string }>(
        `SELECT s.number FROM early_warning.warning w JOIN directory.published_student_v1 s ON s.id = w.student_id WHERE w.rule_code = 'sign'`,
      );
      for (const { number } of rows) {
        const at = sent.get(number);
        if (at === undefined || Number.isNaN(at)) continue;
        times.push(performance.now() - at);
        sent.set(number, NaN);
      }
      await wait(5);
    }
  })();
  const started = performance.now();
  for (let i = 0; i < BATCHES; i++) {
    await wait(Math.max(0, started + i * EVERY_MS - performance.now()));
    const rows = Array.from({ length: BATCH - 1 }, (_, k) => ({
      studentNumber: studentNumber((i * 7_919 + k * 104_729) % SIZE.students),
      metric: codes[k % codes.length]!,
      day,
      value: 1,
    }));
    rows.push({ studentNumber: studentNumber(i * 13), metric: 'absence', day, value: SIGN });
    sent.set(studentNumber(i * 13), performance.now());
    await observations.take(null, {
      ...{ source: 'bench', batchKey: `batch-${i}`, sha256: Buffer.alloc(32), pointer: '#/', size: rows.length },
      read: (into) => rows.forEach((row, k) => into.add(k, row)),
    });
  }
  going = false;
  await watching;
  return times;
}

function studentNumber(i: number): string {
  return `B${String(i).padStart(7, '0')}`;
}
