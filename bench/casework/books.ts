import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast, atMost, median, type Ratio, type Result } from '../kit.js';

const CHILD = fileURLToPath(new URL('./books-child.js', import.meta.url));
const RUNS = 3;

interface Measured {
  /** Of all its processes, on one core or more. */
  cpuSeconds: number;
  seconds: number;
  /** Of all its processes after the hundredth and after the last. */
  megabytes: { early: number; late: number };
  kilobytes: number;
}

/**
 * Graduation books of sixty entries: Typst as the service sets them, pdfkit and pdfmake with the same words, charts and font. By the seconds
 * of CPU that a book takes, start and fonts included; then memory of ours from the hundredth to the last of `many`. The slow peers set fewer.
 */
export async function books(many: number): Promise<Result> {
  const counts: Record<string, number> = { ours: 200, pdfkit: 100, pdfmake: 20 };
  const found: Record<string, Measured[]> = { ours: [], pdfkit: [], pdfmake: [] };
  for (let i = 0; i < RUNS; i++)
    for (const what of Object.keys(found)) found[what]!.push(await set(what, counts[what]!));
  const aBook = (what: string): number => median(found[what]!.map((one) => (one.cpuSeconds * 1_000) / counts[what]!));
  const rows = Object.keys(found).flatMap((what) => [
    { id: `a book, ${what}`, value: aBook(what), unit: 'ms of CPU' },
    { id: `size of a book, ${what}`, value: median(found[what]!.map(({ kilobytes }) => kilobytes)), unit: 'kB' },
  ]);
  const ratios: Ratio[] = [
    atLeast('books a core / pdfkit', 1 / aBook('ours'), 1 / aBook('pdfkit'), 4),
    atLeast('books a core / pdfmake', 1 / aBook('ours'), 1 / aBook('pdfmake'), 15),
  ];
  if (many > 100) {
    const { megabytes, seconds } = await set('ours', many);
    rows.push({ id: `${many} books, ours`, value: seconds, unit: 's' });
    ratios.push(atMost(`memory after book ${many} / after book 100`, megabytes.late, megabytes.early, 1.1));
  }
  return { rows, ratios };
}

async function set(what: string, count: number): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, what, String(count)]);
  const measured = JSON.parse(stdout) as Measured;
  process.stdout.write(`  ${count} books, ${what}: ${measured.cpuSeconds.toFixed(1)} s of CPU\n`);
  return measured;
}
