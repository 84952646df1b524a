import { query, raw, sql, type Tx } from '#database';
import { refreshPaths } from '../paths.queries.js';
import type { RosterContext } from './plan.queries.js';

/** Makes the directory what the plan says. */
export async function apply(tx: Tx, { source, today }: RosterContext): Promise<void> {
  await applyTerms(tx);
  await applyUnits(tx);
  await applyPeople(tx, today);
  for (const [kind, staged] of [
    ['term', 'staged_term'],
    ['unit', 'staged_unit'],
    ['person', 'staged_user'],
  ] as const) {
    await link(tx, source, kind, staged);
  }
  await applyMemberships(tx, source, today);
  await query(
    tx,
    sql`ANALYZE directory.unit, directory.unit_path, directory.person, directory.membership, directory.membership_closure, directory.source_link`,
  );
}

async function applyTerms(tx: Tx): Promise<void> {
  await query(
    tx,
    sql`UPDATE directory.term e SET kind = s.kind, name = s.name, school_year = s.school_year, starts_on = s.starts_on,
               ends_on = s.ends_on, parent_id = s.parent_id, version = e.version + 1, updated_at = now()
          FROM staged_term s WHERE s.id = e.id AND s.action = 'change'`,
  );
  await query(
    tx,
    sql`INSERT INTO directory.term (id, code, kind, name, school_year, starts_on, ends_on, parent_id)
        SELECT id, sourced_id, kind, name, school_year, starts_on, ends_on, parent_id FROM staged_term WHERE action = 'create'`,
  );
}

async function applyUnits(tx: Tx): Promise<void> {
  // Two units may have exchanged their codes: each lets go of its old one first.
  await query(
    tx,
    sql`UPDATE directory.unit e SET code = e.id::text FROM staged_unit s WHERE s.id = e.id AND s.changed && '{kind,code}'`,
  );
  // Parents may be new, and children of new ones old: rows first, then the tree.
  await query(
    tx,
    sql`INSERT INTO directory.unit (id, kind, code, name, term_id)
        SELECT id, kind, code, name, term_id FROM staged_unit WHERE action = 'create'`,
  );
  await query(
    tx,
    sql`UPDATE directory.unit e SET kind = s.kind, code = s.code, name = s.name, parent_id = s.parent_id, term_id = s.term_id,
               active = true, version = e.version + (s.action = 'change')::int, updated_at = now()
          FROM staged_unit s WHERE s.id = e.id AND s.action <> 'same'`,
  );
  await query(
    tx,
    sql`UPDATE directory.unit e SET active = false, version = e.version + 1, updated_at = now() FROM gone_unit g WHERE g.id = e.id`,
  );
  const [moved] = await query(
    tx,
    sql`SELECT 1 FROM staged_unit WHERE action = 'create' OR 'parent_id' = ANY(changed) LIMIT 1`,
  );
  if (moved) await refreshPaths(tx, 'unit');
}

async function applyPeople(tx: Tx, today: string): Promise<void> {
  await query(
    tx,
    sql`UPDATE directory.person e SET number = e.id::text FROM staged_user s WHERE s.id = e.id AND s.changed && '{kind,number}'`,
  );
  await query(
    tx,
    sql`UPDATE directory.person e SET kind = s.kind, number = s.number, name = s.name, grade = s.grade, active = s.active,
               inactive_since = CASE WHEN NOT s.active THEN coalesce(e.inactive_since, ${today}::date) END,
               sex = coalesce(s.sex, e.sex), birth_date = CASE WHEN s.demographics THEN s.birth_date ELSE e.birth_date END,
               version = e.version + 1, updated_at = now()
          FROM staged_user s WHERE s.id = e.id AND s.action = 'change'`,
  );
  await query(
    tx,
    sql`INSERT INTO directory.person (id, kind, number, name, grade, active, inactive_since, sex, birth_date)
        SELECT id, kind, number, name, grade, active, CASE WHEN NOT active THEN ${today}::date END, coalesce(sex, '0'), birth_date FROM staged_user WHERE action = 'create'`,
  );
  await query(
    tx,
    sql`UPDATE directory.person e SET active = false, inactive_since = ${today}, version = e.version + 1, updated_at = now() FROM gone_person g WHERE g.id = e.id`,
  );
}

/** Remembers what the source calls them. A sourcedId that was replaced by another is forgotten. */
async function link(tx: Tx, source: string, kind: string, staged: string): Promise<void> {
  const rows = raw(staged);
  await query(
    tx,
    sql`DELETE FROM directory.source_link l USING ${rows} s
         WHERE l.source = ${source} AND l.kind = ${kind} AND l.id = s.id AND NOT s.linked AND s.action <> 'create'
           AND NOT EXISTS (SELECT FROM ${rows} o WHERE o.linked AND o.sourced_id = l.sourced_id)`,
  );
  await query(
    tx,
    sql`INSERT INTO directory.source_link (source, kind, sourced_id, id) SELECT ${source}, ${kind}, sourced_id, id FROM ${rows} WHERE NOT linked`,
  );
}

async function applyMemberships(tx: Tx, source: string, today: string): Promise<void> {
  // What had not begun yet never was.
  await query(
    tx,
    sql`DELETE FROM directory.membership m USING gone_membership g WHERE g.id = m.id AND g.valid_from >= ${today}`,
  );
  await query(
    tx,
    sql`UPDATE directory.membership m SET valid_to = ${today}, version = m.version + 1, updated_at = now()
          FROM gone_membership g WHERE g.id = m.id AND g.valid_from < ${today}`,
  );
  await query(
    tx,
    sql`DELETE FROM directory.membership m USING planned_membership d
         WHERE d.action = 'change' AND m.person_id = d.person_id AND m.unit_id = d.unit_id
           AND daterange(m.valid_from, m.valid_to) && daterange(d.valid_from, d.valid_to)`,
  );
  await query(
    tx,
    sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from, valid_to, secondary, source)
        SELECT directory.new_id(), person_id, unit_id, valid_from, valid_to, secondary, ${source} FROM planned_membership WHERE action <> 'same'
         ORDER BY person_id, unit_id`, // in the order of its index: twice as fast
  );
  await query(
    tx,
    sql`UPDATE directory.membership m SET source = ${source} FROM planned_membership d
         WHERE d.action = 'same' AND m.source IS NULL AND m.person_id = d.person_id AND m.unit_id = d.unit_id AND m.valid_from = d.valid_from`,
  );
}
