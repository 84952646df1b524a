import type { Rule } from '#rule-language';
import { TestIssuer } from '#testing';
import { atMost, median, type Result, type Servers } from '../kit.js';
import type { Ours } from './ours.js';

const REQUESTS = 600;
const ROUNDS = 3;
/** Requests that are not counted: code and caches are cold. */
const WARM_UP = 2_000;

/** How long a request of the API takes while nothing else goes on, and while the same process judges 100 rules over and over. */
export async function besideTheEngine(own: Servers, ours: Ours, rules: readonly Rule[]): Promise<Result> {
  const issuer = await TestIssuer.create();
  const api = await ours.listening(own, issuer);
  try {
    const request = async (): Promise<number> => {
      const started = performance.now();
      const answer = await fetch(`${api.origin}/early-warning/v1/metrics?limit=20`, {
        headers: { authorization: `Bearer ${api.token}` },
      });
      if (answer.status !== 200) throw new Error(`the API answered ${answer.status}`);
      await answer.text();
      return performance.now() - started;
    };
    const measure = async (times: number[], n = REQUESTS): Promise<void> => {
      for (let i = 0; i < n; i++) times.push(await request());
    };
    await api.ours.judge(rules);
    await measure([], WARM_UP);
    const [alone, beside]: [number[], number[]] = [[], []];
    let runs = 0;
    for (let round = 0; round < ROUNDS; round++) {
      await measure(alone);
      let going = true;
      const running = (async () => {
        for (; going; runs++) await api.ours.judge(rules);
      })();
      await measure(beside);
      going = false;
      await running;
    }
    process.stdout.write(`  ${runs} evaluations beside ${beside.length} requests\n`);
    for (const times of [alone, beside]) times.sort((a, b) => a - b);
    const p99 = (times: number[]): number => times[Math.floor(times.length * 0.99)]!;
    return {
      rows: [
        { id: 'API request, alone, p50', value: median(alone), unit: 'ms' },
        { id: 'API request, alone, p99', value: p99(alone), unit: 'ms' },
        { id: 'API request, beside the engine, p50', value: median(beside), unit: 'ms' },
        { id: 'API request, beside the engine, p99', value: p99(beside), unit: 'ms' },
      ],
      ratios: [atMost('API request beside the engine / alone, p50', median(beside), median(alone), 1.2)],
    };
  } finally {
    await api.ours.close();
    await issuer.close();
  }
}
