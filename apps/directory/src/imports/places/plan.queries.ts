import { query, raw, queryOne, sql, type Tx } from '#database';
import type { RowErrors } from '#exchange';
import { refreshPaths } from '../paths.queries.js';
import type { PlacesHeader } from './load.js';

export interface PlacesContext {
  source: string;
  today: string;
  header: PlacesHeader;
}

/** Temporary tables for the rows of the file and what is to be done with them. */
export async function createStaging(tx: Tx): Promise<void> {
  const planned = `action text DEFAULT 'create', changed text[] DEFAULT '{}'`;
  await query(
    tx,
    sql`
    CREATE TEMP TABLE staged_grid (code text, name text, id uuid DEFAULT directory.new_id(), ${raw(planned)}) ON COMMIT DROP;
    CREATE TEMP TABLE staged_place (n int, line int, kind text, code text, name text, fallback text, parent_n int, grid_code text,
      parent_id uuid, grid_id uuid, id uuid DEFAULT directory.new_id(), ${raw(planned)}) ON COMMIT DROP;
    CREATE TEMP TABLE staged_residence (line int, bed_n int, number text, begins date, alias boolean DEFAULT false, person_id uuid, bed_id uuid,
      known_id uuid, valid_from date, action text DEFAULT 'create') ON COMMIT DROP;
    CREATE TEMP TABLE gone_place (id uuid) ON COMMIT DROP;
    CREATE TEMP TABLE ended_residence (id uuid, valid_from date, ends date, gone boolean) ON COMMIT DROP;
  `,
  );
}

/** Decides what is to be done with each row. Writes staging tables only. */
export async function plan(tx: Tx, file: string, context: PlacesContext, findings: RowErrors): Promise<void> {
  await planGrids(tx);
  await planPlaces(tx, context);
  await planResidents(tx, file, context, findings);
  findings.refuse();
}

async function planGrids(tx: Tx): Promise<void> {
  await query(
    tx,
    sql`UPDATE staged_grid s SET id = u.id,
               action = CASE WHEN u.active AND (s.name IS NULL OR s.name = u.name) THEN 'same' ELSE 'change' END
          FROM directory.unit u WHERE u.kind = 'grid' AND u.code = s.code`,
  );
}

async function planPlaces(tx: Tx, { source, header }: PlacesContext): Promise<void> {
  await query(
    tx,
    sql`UPDATE staged_place s SET id = e.id FROM directory.place e WHERE e.kind = s.kind AND e.code = s.code`,
  );
  await query(tx, sql`UPDATE staged_place s SET parent_id = p.id FROM staged_place p WHERE p.n = s.parent_n`);
  await query(tx, sql`UPDATE staged_place s SET grid_id = g.id FROM staged_grid g WHERE g.code = s.grid_code`);
  // What the file does not say (a name, a parent, grids at all) stays.
  await query(
    tx,
    sql`UPDATE staged_place s
           SET name = coalesce(s.name, e.name), parent_id = coalesce(s.parent_id, e.parent_id),
               grid_id = CASE WHEN ${header.grids}::boolean THEN s.grid_id ELSE e.grid_id END, action = 'same'
          FROM directory.place e WHERE e.id = s.id`,
  );
  await query(
    tx,
    sql`UPDATE staged_place s SET action = 'change', changed = array_remove(ARRAY[
               CASE WHEN s.name <> e.name THEN 'name' END, CASE WHEN s.parent_id IS DISTINCT FROM e.parent_id THEN 'parent_id' END,
               CASE WHEN s.grid_id IS DISTINCT FROM e.grid_id THEN 'grid_id' END, CASE WHEN NOT e.active THEN 'active' END], NULL)
          FROM directory.place e WHERE e.id = s.id AND (s.name, s.parent_id, s.grid_id, true) IS DISTINCT FROM (e.name, e.parent_id, e.grid_id, e.active)`,
  );
  await query(
    tx,
    sql`INSERT INTO gone_place SELECT e.id FROM directory.place e
         WHERE e.source = ${source} AND e.active AND ${header.places}::boolean AND NOT EXISTS (SELECT 1 FROM staged_place s WHERE s.id = e.id)`,
  );
}

async function planResidents(
  tx: Tx,
  file: string,
  { source, today, header }: PlacesContext,
  findings: RowErrors,
): Promise<void> {
  await query(tx, sql`UPDATE staged_residence s SET bed_id = p.id FROM staged_place p WHERE p.n = s.bed_n`);
  await query(
    tx,
    sql`UPDATE staged_residence s SET person_id = coalesce(p.merged_into, p.id), alias = p.merged_into IS NOT NULL
          FROM directory.person p WHERE p.kind = 'student' AND p.number = s.number`,
  );
  const unknown = await query<{ line: number }>(
    tx,
    sql`SELECT line FROM staged_residence WHERE person_id IS NULL ORDER BY line LIMIT 10000`,
  );
  for (const { line } of unknown) {
    findings.add(file, line, 'student_number', { zh: '没有该学号的学生', en: 'no student has this number' });
  }
  // A number of a record that was merged adds no second bed.
  await query(
    tx,
    sql`DELETE FROM staged_residence s WHERE s.alias AND (
          EXISTS (SELECT 1 FROM staged_residence o WHERE o.person_id = s.person_id AND NOT o.alias)
          OR EXISTS (SELECT 1 FROM directory.residence r WHERE r.person_id = s.person_id AND r.bed_id <> s.bed_id
                        AND r.source IS DISTINCT FROM ${source} AND (r.valid_to IS NULL OR r.valid_to > ${today})))`,
  );
  // Already in that bed: the same residence, also when the file has another first day.
  await query(
    tx,
    sql`UPDATE staged_residence s SET known_id = r.id, valid_from = coalesce(s.begins, r.valid_from),
               action = CASE WHEN coalesce(s.begins, r.valid_from) = r.valid_from AND r.valid_to IS NULL THEN 'same' ELSE 'change' END
          FROM directory.residence r
         WHERE r.person_id = s.person_id AND r.bed_id = s.bed_id AND (r.valid_to IS NULL OR r.valid_to > ${today})`,
  );
  await query(tx, sql`UPDATE staged_residence SET valid_from = coalesce(begins, ${today}) WHERE valid_from IS NULL`);
  // Whoever was in the bed, and wherever the student was before, ends when the new residence begins.
  await query(
    tx,
    sql`INSERT INTO ended_residence
        SELECT r.id, r.valid_from, min(s.valid_from), false
          FROM staged_residence s JOIN directory.residence r ON (r.person_id = s.person_id OR r.bed_id = s.bed_id)
         WHERE s.action <> 'same' AND r.id IS DISTINCT FROM s.known_id AND (r.valid_to IS NULL OR r.valid_to > s.valid_from)
         GROUP BY r.id, r.valid_from`,
  );
  await query(
    tx,
    sql`INSERT INTO ended_residence
        SELECT r.id, r.valid_from, ${today}::date, true FROM directory.residence r
         WHERE r.source = ${source} AND (r.valid_to IS NULL OR r.valid_to > ${today}) AND ${header.residents}::boolean
           AND NOT EXISTS (SELECT 1 FROM staged_residence s WHERE s.known_id = r.id)
           AND NOT EXISTS (SELECT 1 FROM ended_residence e WHERE e.id = r.id)`,
  );
}

export async function apply(tx: Tx, { source }: PlacesContext): Promise<void> {
  await applyPlaces(tx, source);
  await query(
    tx,
    sql`DELETE FROM directory.residence r USING ended_residence e WHERE e.id = r.id AND e.valid_from >= e.ends`,
  );
  await query(
    tx,
    sql`UPDATE directory.residence r SET valid_to = e.ends, version = r.version + 1, updated_at = now()
          FROM ended_residence e WHERE e.id = r.id AND e.valid_from < e.ends`,
  );
  await query(
    tx,
    sql`UPDATE directory.residence r SET valid_from = s.valid_from, valid_to = NULL, source = ${source}, version = r.version + 1, updated_at = now()
          FROM staged_residence s WHERE s.known_id = r.id AND s.action = 'change'`,
  );
  await query(
    tx,
    sql`UPDATE directory.residence r SET source = ${source} FROM staged_residence s
         WHERE s.known_id = r.id AND s.action = 'same' AND r.source IS NULL`,
  );
  await query(
    tx,
    sql`INSERT INTO directory.residence (id, person_id, bed_id, valid_from, source)
        SELECT directory.new_id(), person_id, bed_id, valid_from, ${source} FROM staged_residence WHERE action = 'create'`,
  );
  await query(
    tx,
    sql`ANALYZE directory.place, directory.place_path, directory.residence, directory.membership_closure`,
  );
}

async function applyPlaces(tx: Tx, source: string): Promise<void> {
  // Grids belong to the school, when there is exactly one.
  await query(
    tx,
    sql`INSERT INTO directory.unit (id, kind, code, name, parent_id)
        SELECT s.id, 'grid', s.code, coalesce(s.name, s.code),
               (SELECT (array_agg(u.id))[1] FROM directory.unit u WHERE u.kind = 'school' AND u.active HAVING count(*) = 1)
          FROM staged_grid s WHERE s.action = 'create'`,
  );
  await query(
    tx,
    sql`UPDATE directory.unit u SET name = coalesce(s.name, u.name), active = true, version = u.version + 1, updated_at = now()
          FROM staged_grid s WHERE s.id = u.id AND s.action = 'change'`,
  );
  await query(
    tx,
    sql`INSERT INTO directory.place (id, kind, code, name, parent_id, grid_id, source)
        SELECT id, kind, code, coalesce(name, fallback), parent_id, grid_id, ${source} FROM staged_place WHERE action = 'create'`,
  );
  await query(
    tx,
    sql`UPDATE directory.place e SET name = s.name, parent_id = s.parent_id, grid_id = s.grid_id, active = true,
               source = coalesce(e.source, ${source}), version = e.version + (s.action = 'change')::int, updated_at = now()
          FROM staged_place s WHERE s.id = e.id AND (s.action = 'change' OR s.action = 'same' AND e.source IS NULL)`,
  );
  await query(
    tx,
    sql`UPDATE directory.place e SET active = false, version = e.version + 1, updated_at = now() FROM gone_place g WHERE g.id = e.id`,
  );
  const changed = await queryOne<{ grids: boolean; places: boolean }>(
    tx,
    sql`SELECT EXISTS (SELECT 1 FROM staged_grid WHERE action = 'create') AS grids,
               EXISTS (SELECT 1 FROM staged_place WHERE action = 'create' OR 'parent_id' = ANY(changed)) AS places`,
  );
  if (changed?.grids) await refreshPaths(tx, 'unit');
  if (changed?.places) await refreshPaths(tx, 'place');
}
