import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { services } from '../../apps/campus/src/services.js';
import { atMost, median, type Result, type Row, servers } from '../kit.js';
import type { Size } from './data.js';
import { Ours } from './ours.js';
import { hundredRules, thirtyRules } from './rules.js';

const SIZES: Size[] = [
  { students: 50_000, days: 60 },
  { students: 50_000, days: 120 },
  { students: 100_000, days: 60 },
  { students: 200_000, days: 60 },
  { students: 500_000, days: 60 },
];

/** What one process needed. */
interface Answer {
  resident: number;
  cold: number;
  /** Bytes. */
  peak: number;
}

/** More students, more history: time of a resident and of a cold evaluation, and the most memory, in a process of their own. */
export async function growth(): Promise<Result> {
  const rows: Row[] = [];
  let peak = 0;
  for (const size of SIZES) {
    const own = await servers(services, { shared_buffers: '4GB', max_wal_size: '8GB' });
    try {
      const ours = await Ours.load(own, size);
      await ours.close();
      const values = { databaseUrl: own.databaseUrl, redisUrl: own.redisUrl };
      const config = own.config(values);
      const child = fork(fileURLToPath(import.meta.url), [], {
        env: {
          ...process.env,
          BENCH: JSON.stringify({ ...values, secretKeyFile: config.secretKeyFile, size }),
        },
      });
      const [answer] = (await once(child, 'message')) as [Answer];
      const name = `${size.students / 1000},000 students × ${size.days} d`;
      rows.push(
        { id: `growth: ${name}: 30 rules, resident`, value: answer.resident, unit: 's' },
        { id: `growth: ${name}: 100 rules, cold`, value: answer.cold, unit: 's' },
        { id: `growth: ${name}: peak memory of the process`, value: answer.peak / 1_048_576, unit: 'MB' },
      );
      process.stdout.write(`  ${name}: ${JSON.stringify(answer)}\n`);
      peak ||= answer.peak / 1_048_576;
    } finally {
      await own.stop();
    }
  }
  return { rows, ratios: [atMost('peak memory at 50,000 × 60 d, in MB', peak, 1, 350)] };
}

async function inOwnProcess(): Promise<void> {
  const { size, ...values } = JSON.parse(process.env.BENCH!) as { size: Size };
  const ours = await Ours.open(values, size);
  const cold = await ours.judge(hundredRules());
  const times: number[] = [];
  for (let i = 0; i < 7; i++) times.push(await ours.judge(thirtyRules()));
  const answer: Answer = { resident: median(times), cold, peak: process.resourceUsage().maxRSS * 1024 };
  process.send!(answer);
  await ours.close();
  process.exit(0);
}

if (process.send && process.env.BENCH) await inOwnProcess();
