import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { atLeast, atMost, type Result } from '../kit.js';

const CSV_ROWS = 1_000_000;
const XLSX_ROWS = 200_000;
const CSV_MEGABYTES = 300;
const XLSX_MEGABYTES = 250;
const CHILD = fileURLToPath(new URL('../exchange-child.js', import.meta.url));

/** A million rows of CSV, and 200,000 of .xlsx, each read in a process of its own. */
export async function files(): Promise<Result> {
  const dir = await mkdtemp(join(tmpdir(), 'yizhan-bench-'));
  const child = async (what: string, file: string, rows: number): Promise<{ seconds: number; megabytes: number }> => {
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, what, join(dir, file), String(rows)]);
    const measured = JSON.parse(stdout) as { rows: number; seconds: number; megabytes: number };
    if (measured.rows !== rows + 1) throw new Error(`${what}: ${measured.rows} rows instead of ${rows + 1}`);
    process.stdout.write(`  ${what} ${file}: ${measured.seconds.toFixed(1)} s, ${Math.round(measured.megabytes)} MB\n`);
    return measured;
  };
  try {
    await child('write csv', 'rows.csv', CSV_ROWS);
    await child('exceljs writes shared', 'rows.xlsx', XLSX_ROWS);
    const csv = await child('read', 'rows.csv', CSV_ROWS);
    const parse = await child('csv-parse reads', 'rows.csv', CSV_ROWS);
    const xlsx = await child('read', 'rows.xlsx', XLSX_ROWS);
    const excel = await child('exceljs reads', 'rows.xlsx', XLSX_ROWS);
    return {
      rows: [
        { id: '1,000,000 rows of CSV read', value: csv.seconds, unit: 's' },
        { id: '200,000 rows of .xlsx read', value: xlsx.seconds, unit: 's' },
      ],
      ratios: [
        atLeast('read CSV / csv-parse alone', 1 / csv.seconds, 1 / parse.seconds, 0.5),
        atMost('memory of 1,000,000 CSV rows / 300 MB', csv.megabytes, CSV_MEGABYTES, 1),
        atLeast('read .xlsx / exceljs', 1 / xlsx.seconds, 1 / excel.seconds, 1.5),
        atMost('memory of 200,000 .xlsx rows / 250 MB', xlsx.megabytes, XLSX_MEGABYTES, 1),
      ],
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
