import { writeFile } from 'node:fs/promises';
import type { Table } from '../../apps/early-warning/src/risk/model/table.js';

/** The table as peers.py reads it: the outcome first, then the features; what is not known is empty. */
export async function writeTable(path: string, { columns, outcomes }: Table): Promise<void> {
  const names = columns.map(({ key, kind }) => (kind === 'level' ? `${key}_level` : key));
  const lines = Array.from(outcomes, (outcome, row) =>
    [outcome, ...columns.map(({ values }) => (Number.isNaN(values[row]!) ? '' : values[row]!))].join(),
  );
  await writeFile(path, [['outcome', ...names].join(), ...lines, ''].join('\n'));
}
