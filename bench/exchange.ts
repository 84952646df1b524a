import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast, atMost, type Result } from './kit.js';

const ROWS = 200_000;
const CHILD = fileURLToPath(new URL('./exchange-child.js', import.meta.url));

interface Measured {
  rows: number;
  seconds: number;
  megabytes: number;
}

/** 200,000 rows of 12 columns in and out, each in a process of its own, against the streams of exceljs. */
export async function exchange(): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), 'yizhan-bench-'));
  try {
    const found = new Map<string, Measured>();
    const measure = async (id: string, what: string, file: string): Promise<void> => {
      const { stdout } = await promisify(execFile)(process.execPath, [CHILD, what, join(dir, file), String(ROWS)]);
      const measured = JSON.parse(stdout) as Measured;
      if (measured.rows !== ROWS + 1) throw new Error(`${id}: ${measured.rows} rows instead of ${ROWS + 1}`);
      found.set(id, measured);
      process.stdout.write(`  ${id}: ${measured.seconds.toFixed(1)} s, ${Math.round(measured.megabytes)} MB\n`);
    };
    await measure('write .xlsx', 'write xlsx', 'ours.xlsx');
    await measure('write .xlsx, exceljs', 'exceljs writes', 'theirs.xlsx');
    await measure('write CSV', 'write csv', 'ours.csv');
    await measure('write .xlsx with shared texts, exceljs', 'exceljs writes shared', 'shared.xlsx');
    await measure('read .xlsx', 'read', 'shared.xlsx');
    await measure('read .xlsx, exceljs', 'exceljs reads', 'shared.xlsx');
    await measure('read CSV', 'read', 'ours.csv');
    const rows = [...found].flatMap(([id, { rows: n, seconds, megabytes }]) => [
      { id, value: Math.round(n / seconds), unit: 'rows/s' },
      { id: `${id}: memory at most`, value: Math.round(megabytes), unit: 'MB' },
    ]);
    const ratio = (id: string): [number, number] => [
      1 / found.get(id)!.seconds,
      1 / found.get(`${id}, exceljs`)!.seconds,
    ];
    const [read, peer] = [found.get('read .xlsx')!, found.get('read .xlsx, exceljs')!];
    return {
      rows,
      ratios: [
        atLeast('read .xlsx / exceljs', ...ratio('read .xlsx'), 1.3),
        atLeast('write .xlsx / exceljs', ...ratio('write .xlsx'), 1),
        atMost('memory of reading .xlsx / exceljs', read.megabytes, peer.megabytes, 1),
      ],
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
