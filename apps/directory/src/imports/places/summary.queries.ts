import { query, queryOne, sql, type Tx } from '#database';
import { type Changes, type Samples, withoutNulls } from '../changes.js';
import type { ShrinkGuard } from '../shrink-guard.js';
import type { PlacesContext } from './plan.queries.js';

export interface PlacesChanges {
  grids: Changes;
  places: Changes;
  residences: Changes;
}

/** What the planned import does, and whether the guard lets it. */
export async function checkPlaces(tx: Tx, context: PlacesContext, guard: ShrinkGuard): Promise<PlacesChanges> {
  const changes = await countChanges(tx);
  const { open, ended } = await measureShrinking(tx, context);
  guard.check({ zh: '当前入住', en: 'open residences' }, open, ended);
  return changes;
}

async function countChanges(tx: Tx): Promise<PlacesChanges> {
  const row = await queryOne<PlacesChanges>(
    tx,
    sql`SELECT (SELECT jsonb_build_object('create', count(*) FILTER (WHERE action = 'create'),
                         'change', count(*) FILTER (WHERE action = 'change'), 'close', 0) FROM staged_grid) AS grids,
               (SELECT jsonb_build_object('create', count(*) FILTER (WHERE action = 'create'),
                         'change', count(*) FILTER (WHERE action = 'change'), 'close', (SELECT count(*) FROM gone_place)) FROM staged_place) AS places,
               (SELECT jsonb_build_object('create', count(*) FILTER (WHERE action = 'create'),
                         'change', count(*) FILTER (WHERE action = 'change'), 'close', (SELECT count(*) FROM ended_residence WHERE gone))
                  FROM staged_residence) AS residences`,
  );
  return row!;
}

/** Open residences of the source, and how many of them the import would end without a new one. */
async function measureShrinking(tx: Tx, { source, today }: PlacesContext): Promise<{ open: number; ended: number }> {
  const row = await queryOne<{ open: number; ended: number }>(
    tx,
    sql`SELECT (SELECT count(*)::int FROM directory.residence WHERE source = ${source} AND (valid_to IS NULL OR valid_to > ${today})) AS open,
               (SELECT count(*)::int FROM ended_residence WHERE gone) AS ended`,
  );
  return row!;
}

/** Some of what would be made, changed and ended: lines and ids, no contents. */
export async function sampleChanges(tx: Tx, file: string): Promise<Samples> {
  const staged = (action: 'create' | 'change') =>
    query(
      tx,
      sql`(SELECT 'place' AS what, ${file}::text AS file, line, CASE WHEN action <> 'create' THEN id END AS id, changed AS columns
             FROM staged_place WHERE action = ${action} ORDER BY line LIMIT 50)
          UNION ALL (SELECT 'residence', ${file}, line, known_id, NULL FROM staged_residence WHERE action = ${action} ORDER BY line LIMIT 50)`,
    );
  const close = await query(
    tx,
    sql`(SELECT 'place' AS what, id FROM gone_place LIMIT 50) UNION ALL (SELECT 'residence', id FROM ended_residence WHERE gone LIMIT 50)`,
  );
  return withoutNulls({ create: await staged('create'), change: await staged('change'), close });
}
