import { query, raw, sql, type Tx } from '#database';

/** Brings the closure of a tree (every row with itself and all above it) in line with its parents. */
export async function refreshPaths(tx: Tx, tree: 'unit' | 'place'): Promise<void> {
  const rows = raw(`directory.${tree}`);
  const paths = raw(`directory.${tree}_path`);
  await query(tx, sql`CREATE TEMP TABLE fresh_path (ancestor_id uuid, descendant_id uuid) ON COMMIT DROP`);
  await query(
    tx,
    sql`INSERT INTO fresh_path
        WITH RECURSIVE path AS (
          SELECT id AS ancestor_id, id AS descendant_id, parent_id FROM ${rows}
          UNION ALL SELECT r.id, p.descendant_id, r.parent_id FROM path p JOIN ${rows} r ON r.id = p.parent_id)
        SELECT ancestor_id, descendant_id FROM path`,
  );
  await query(
    tx,
    sql`DELETE FROM ${paths} p WHERE NOT EXISTS (
          SELECT 1 FROM fresh_path f WHERE f.ancestor_id = p.ancestor_id AND f.descendant_id = p.descendant_id)`,
  );
  await query(
    tx,
    sql`INSERT INTO ${paths} (ancestor_id, descendant_id)
        SELECT ancestor_id, descendant_id FROM fresh_path f WHERE NOT EXISTS (
          SELECT 1 FROM ${paths} p WHERE p.ancestor_id = f.ancestor_id AND p.descendant_id = f.descendant_id)`,
  );
  await query(tx, sql`DROP TABLE fresh_path`);
}

/** Imports and merges change the roster one after the other: held until `tx` ends. */
export async function holdRoster(tx: Tx): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('directory.roster'))`);
}
