import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { scoresOf } from '../../apps/early-warning/src/risk/model/model.js';
import { randomOf } from '../../apps/early-warning/src/risk/model/random.js';
import { rowsOf, type Table } from '../../apps/early-warning/src/risk/model/table.js';
import { train, type Trained } from '../../apps/early-warning/src/risk/model/training.js';
import { writeTable } from '../risk/tables.js';
import { atMost, inTurns, type Ratio, type Result } from '../kit.js';

const [ROWS, FEATURES, SCORED] = [32_593, 40, 50_000];
const PEERS = resolve('bench/risk/peers.py');

/**
 * Training on a made table of the size of OULAD, and scoring as many as a large school has. The peer, interpret's explainable boosting
 * machine on the same table, needs a `python` with the packages that peers.py names.
 */
export async function risk(python: string | undefined): Promise<Result> {
  const table = madeTable();
  const { model } = train(table);
  const many = rowsOf(
    table,
    Int32Array.from({ length: SCORED }, (_, i) => i % ROWS),
  );
  const seconds = (work: () => unknown): number => {
    const began = performance.now();
    work();
    return (performance.now() - began) / 1_000;
  };
  const folder = await mkdtemp(join(tmpdir(), 'yizhan-bench-'));
  try {
    await writeTable(join(folder, 'scale.csv'), table);
    let trained: Trained;
    const took = await inTurns(3, {
      training: () => Promise.resolve(seconds(() => (trained = train(table)))),
      scoring: () => Promise.resolve(seconds(() => scoresOf(model, many.columns))),
      ...(python && { ebm: () => ebm(python, folder) }),
    });
    if (trained!.model.terms.length === 0) throw new Error('Nothing was learned');
    const ratios: Ratio[] = [atMost(`scoring ${SCORED} / 0.1 s`, took['scoring']!, 0.1, 1)];
    if (took['ebm']) ratios.push(atMost('training / EBM', took['training']!, took['ebm'], 2));
    return {
      rows: Object.entries(took).map(([id, value]) => ({ id: `risk: ${id}`, value, unit: 's' })),
      ratios,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The outcome depends on some of the features; one value in ten is not known. */
function madeTable(): Table {
  const random = randomOf(7);
  const columns = Array.from({ length: FEATURES }, (_, i) => {
    const kind = i % 8 === 7 ? ('level' as const) : ('number' as const);
    const values = Float64Array.from({ length: ROWS }, () => {
      if (random() < 0.1) return Number.NaN;
      return kind === 'level' ? Math.floor(random() * 12) : Math.round((random() + random()) * 500) / 10;
    });
    return { key: `f${i}`, kind, values };
  });
  const outcomes = Uint8Array.from({ length: ROWS }, (_, row) => {
    const at = (i: number): number => (columns[i]!.values[row]! || 50) / 50 - 1;
    const score = 1.5 * at(0) - 2 * at(1) ** 2 + at(2) * at(3) * 2 + Math.sin(3 * at(4)) - 0.5;
    return random() < 1 / (1 + Math.exp(-score)) ? 1 : 0;
  });
  return { columns, outcomes, students: Int32Array.from({ length: ROWS }, (_, row) => row) };
}

async function ebm(python: string, folder: string): Promise<number> {
  const { stdout } = await promisify(execFile)(python, [PEERS, folder, '--scale']);
  return (JSON.parse(stdout) as { seconds: number }).seconds;
}
