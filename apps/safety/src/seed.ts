import { query, sql, type Tx } from '#database';

function fixed(kind: number, n: number): string {
  return `00000000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;
}

/** A gate in each building of the small campus (directory's seed); a second time it changes nothing. */
export async function seed(tx: Tx): Promise<void> {
  for (const n of [1, 2]) {
    await query(
      tx,
      sql`INSERT INTO safety.device (id, code, name, status, building_id, direction_mode, approved_at)
          VALUES (${fixed(60, n)}, ${`GATE-B${n}`}, ${`${n}号楼大门`}, 'active', ${fixed(11, n)}, 'both',
                  '2024-09-01T00:00:00+08:00')
          ON CONFLICT DO NOTHING`,
    );
  }
}
