import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast, atMost, median, type Result } from './kit.js';

const COUNT = 1_000;
const RUNS = 3;
const CHILD = fileURLToPath(new URL('./certificates-child.js', import.meta.url));

interface Measured {
  seconds: number;
  /** Of all its processes. */
  megabytes: number;
  /** Of one PDF. */
  kilobytes: number;
}

/** 1,000 certificates of as many names, set with Typst as the service does, and with pdfkit and the same fonts; start and fonts included. */
export async function certificates(): Promise<Result> {
  const found: Record<string, Measured[]> = { ours: [], pdfkit: [] };
  for (let i = 0; i < RUNS; i++) {
    for (const what of Object.keys(found)) {
      const { stdout } = await promisify(execFile)(process.execPath, [CHILD, what, String(COUNT)]);
      const measured = JSON.parse(stdout) as Measured;
      found[what]!.push(measured);
      process.stdout.write(`  ${what}: ${measured.seconds.toFixed(1)} s, ${Math.round(measured.megabytes)} MB\n`);
    }
  }
  const of = (what: string, key: keyof Measured): number => median(found[what]!.map((one) => one[key]));
  const rows = Object.keys(found).flatMap((what) => [
    { id: `${COUNT} certificates, ${what}`, value: of(what, 'seconds'), unit: 's' },
    { id: `${what}: memory at most`, value: Math.round(of(what, 'megabytes')), unit: 'MB' },
    { id: `${what}: a PDF`, value: Math.round(of(what, 'kilobytes')), unit: 'kB' },
  ]);
  return {
    rows,
    ratios: [
      atLeast('certificates a second / pdfkit', 1 / of('ours', 'seconds'), 1 / of('pdfkit', 'seconds'), 3),
      atMost('memory of both processes / pdfkit', of('ours', 'megabytes'), of('pdfkit', 'megabytes'), 1),
    ],
  };
}
