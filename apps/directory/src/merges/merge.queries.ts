import { query, queryOne, raw, send, sql, type Sql, type Tx } from '#database';

/** What a merge may change, and which rows of it are those of two people. */
const BY_ID = { key: sql`t.id::text`, found: sql`t.id = c.row_key::uuid` };
/** `key` names a row `t`; `found`: it is the one that a change `c` is about, by an index. */
const TABLES = {
  person: { table: raw('directory.person'), ...BY_ID },
  source: {
    table: raw('directory.source_link'),
    key: sql`concat_ws(' ', t.source, t.sourced_id)`,
    found: sql`t.kind = 'person' AND (t.source, t.sourced_id) = (coalesce(c.before, c.after) ->> 'source', coalesce(c.before, c.after) ->> 'sourced_id')`,
  },
  membership: { table: raw('directory.membership'), ...BY_ID },
  residence: { table: raw('directory.residence'), ...BY_ID },
} as const;
export type MergedWhat = keyof typeof TABLES;
const WHATS = Object.keys(TABLES) as MergedWhat[];

export interface MergePair {
  id: string;
  keptId: string;
  givenUpId: string;
}

/** A row that a merge changes. */
export interface MergeChange {
  what: MergedWhat;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** What a row says, without when it was written. */
const says = (column: string): Sql => sql`(${raw(column)} - '{version,created_at,updated_at}'::text[])`;

/**
 * Makes one of two: what names the record that is given up names the one that is kept. Who of both is active says who the person is and
 * comes first where both belong somewhere on the same days; the kept one when both are. Keeps in merge_change what it changed.
 */
export async function applyMerge(tx: Tx, pair: MergePair, today: string): Promise<void> {
  const { id, keptId, givenUpId } = pair;
  for (const what of WHATS) await noteBefore(tx, pair, what);
  const stand = await queryOne<{ follows: boolean }>(
    tx,
    sql`SELECT bool_or(active AND id = ${givenUpId}) AND NOT bool_or(active AND id = ${keptId}) AS follows
          FROM directory.person WHERE id IN (${keptId}, ${givenUpId})`,
  );
  const keptFollows = stand!.follows;
  const [first, second] = keptFollows ? [givenUpId, keptId] : [keptId, givenUpId];
  await cutMemberships(tx, first, second);
  await cutResidences(tx, first, second);
  for (const table of [TABLES.membership.table, TABLES.residence.table])
    await query(
      tx,
      sql`UPDATE ${table} SET person_id = ${keptId}, version = version + 1, updated_at = now() WHERE person_id = ${givenUpId}`,
    );
  await query(
    tx,
    keptFollows
      ? sql`UPDATE directory.source_link SET merge_id = ${id} WHERE kind = 'person' AND id = ${keptId} AND merge_id IS NULL`
      : sql`UPDATE directory.source_link SET merge_id = ${id} WHERE kind = 'person' AND id = ${givenUpId} AND merge_id IS NULL`,
  );
  await query(tx, sql`UPDATE directory.source_link SET id = ${keptId} WHERE kind = 'person' AND id = ${givenUpId}`);
  await giveUp(tx, pair, keptFollows, today);
  for (const what of WHATS) await noteAfter(tx, pair, what);
}

async function giveUp(tx: Tx, { keptId, givenUpId }: MergePair, keptFollows: boolean, today: string): Promise<void> {
  const [before] = await query<{ kept: string; given: string }>(
    tx,
    sql`SELECT k.number AS kept, g.number AS given FROM directory.person k, directory.person g WHERE k.id = ${keptId} AND g.id = ${givenUpId}`,
  );
  if (keptFollows) {
    // Both numbers stay known: the one that is no longer in use with the record that is given up.
    await query(tx, sql`UPDATE directory.person SET number = id::text WHERE id = ${givenUpId}`);
    await query(
      tx,
      sql`UPDATE directory.person k
             SET number = ${before!.given}, name = g.name, sex = CASE g.sex WHEN '0' THEN k.sex ELSE g.sex END,
                 birth_date = coalesce(g.birth_date, k.birth_date), grade = g.grade, active = true, inactive_since = NULL
            FROM directory.person g WHERE k.id = ${keptId} AND g.id = ${givenUpId}`,
    );
    await query(tx, sql`UPDATE directory.person SET number = ${before!.kept} WHERE id = ${givenUpId}`);
  }
  await query(
    tx,
    sql`UPDATE directory.person SET active = false, inactive_since = coalesce(inactive_since, ${today}::date), merged_into = ${keptId}
         WHERE id = ${givenUpId}`,
  );
  await query(tx, sql`UPDATE directory.person SET merged_into = ${keptId} WHERE merged_into = ${givenUpId}`);
  await query(
    tx,
    sql`UPDATE directory.person SET version = version + 1, updated_at = now() WHERE id = ${keptId} OR merged_into = ${keptId}`,
  );
}

/** Leaves of a stay what is not also the other's: in the same unit, or in another one of its kind to which both mainly belong. */
function cutMemberships(tx: Tx, first: string, second: string): Promise<void> {
  return cut(
    tx,
    sql`directory.membership s JOIN directory.unit su ON su.id = s.unit_id
          JOIN directory.membership f ON f.person_id = ${first}
          JOIN directory.unit fu ON fu.id = f.unit_id
           AND (f.unit_id = s.unit_id OR fu.kind = su.kind AND NOT f.secondary AND NOT s.secondary)
         WHERE s.person_id = ${second}`,
    'directory.membership',
    'unit_id, secondary, source',
  );
}

function cutResidences(tx: Tx, first: string, second: string): Promise<void> {
  return cut(
    tx,
    sql`directory.residence s JOIN directory.residence f ON f.person_id = ${first} WHERE s.person_id = ${second}`,
    'directory.residence',
    'bed_id, source',
  );
}

async function cut(tx: Tx, overlapping: Sql, name: string, columns: string): Promise<void> {
  const table = raw(name);
  const rows = await query<{ id: string; rest: { from: string; to: string | null }[] }>(
    tx,
    sql`SELECT o.id, ARRAY(SELECT jsonb_build_object('from', lower(p), 'to', upper(p)) FROM unnest(o.rest) p ORDER BY p) AS rest
          FROM (SELECT s.id, datemultirange(daterange(s.valid_from, s.valid_to)) - range_agg(daterange(f.valid_from, f.valid_to)) AS rest
                  FROM ${overlapping} AND daterange(s.valid_from, s.valid_to) && daterange(f.valid_from, f.valid_to)
                 GROUP BY s.id) o`,
  );
  for (const { id, rest } of rows) {
    const [head, ...tail] = rest;
    if (!head) {
      await query(tx, sql`DELETE FROM ${table} WHERE id = ${id}`);
      continue;
    }
    await query(
      tx,
      sql`UPDATE ${table} SET valid_from = ${head.from}, valid_to = ${head.to}, version = version + 1, updated_at = now() WHERE id = ${id}`,
    );
    for (const { from, to } of tail)
      await query(
        tx,
        sql`INSERT INTO ${table} (id, person_id, valid_from, valid_to, ${raw(columns)})
            SELECT directory.new_id(), person_id, ${from}::date, ${to}::date, ${raw(columns)} FROM ${table} WHERE id = ${id}`,
      );
  }
}

function rowsOf({ keptId, givenUpId }: MergePair, what: MergedWhat): Sql {
  switch (what) {
    case 'person':
      return sql`(t.id IN (${keptId}, ${givenUpId}) OR t.merged_into = ${givenUpId})`;
    case 'source':
      return sql`t.kind = 'person' AND t.id IN (${keptId}, ${givenUpId})`;
    default:
      return sql`t.person_id IN (${keptId}, ${givenUpId})`;
  }
}

async function noteBefore(tx: Tx, pair: MergePair, what: MergedWhat): Promise<void> {
  const { table, key } = TABLES[what];
  await query(
    tx,
    sql`INSERT INTO directory.merge_change (merge_id, what, row_key, before)
        SELECT ${pair.id}::uuid, ${what}::text, ${key}, to_jsonb(t) FROM ${table} t WHERE ${rowsOf(pair, what)}`,
  );
}

async function noteAfter(tx: Tx, pair: MergePair, what: MergedWhat): Promise<void> {
  const { table, key, found } = TABLES[what];
  const { id } = pair;
  await query(
    tx,
    sql`UPDATE directory.merge_change c SET after = to_jsonb(t) FROM ${table} t WHERE c.merge_id = ${id} AND c.what = ${what} AND ${found}`,
  );
  // Parts of a stay that was cut in the middle.
  await query(
    tx,
    sql`INSERT INTO directory.merge_change (merge_id, what, row_key, after)
        SELECT ${id}::uuid, ${what}::text, ${key}, to_jsonb(t) FROM ${table} t WHERE ${rowsOf(pair, what)} ON CONFLICT DO NOTHING`,
  );
  await query(
    tx,
    sql`DELETE FROM directory.merge_change WHERE merge_id = ${id} AND what = ${what} AND ${says('before')} = ${says('after')}`,
  );
}

/** What a merge changed, or in a preview would. */
export function changesOf(tx: Tx, mergeId: string): Promise<MergeChange[]> {
  return query(
    tx,
    sql`SELECT what, before, after FROM directory.merge_change WHERE merge_id = ${mergeId} ORDER BY what, row_key`,
  );
}

/** How many rows are not as the merge left them, or were added since by a source that it moved. */
export async function changedSince(tx: Tx, pair: MergePair): Promise<Record<MergedWhat, number>> {
  const { id, keptId } = pair;
  const changed = { person: 0, source: 0, membership: 0, residence: 0 };
  for (const what of WHATS) {
    const { table, found } = TABLES[what];
    const row = await queryOne<{ n: number }>(
      tx,
      sql`SELECT count(*)::int AS n FROM directory.merge_change c LEFT JOIN ${table} t ON ${found}
           WHERE c.merge_id = ${id} AND c.what = ${what} AND ${says('to_jsonb(t)')} IS DISTINCT FROM ${says('c.after')}`,
    );
    changed[what] = row!.n;
  }
  for (const what of ['membership', 'residence'] as const) {
    const row = await queryOne<{ n: number }>(
      tx,
      sql`SELECT count(*)::int AS n FROM ${TABLES[what].table} t
           WHERE t.person_id = ${keptId} AND NOT EXISTS (SELECT FROM directory.merge_change c WHERE c.merge_id = ${id} AND c.row_key = t.id::text)
             AND t.created_at > (SELECT max(created_at) FROM directory.merge_change WHERE merge_id = ${id})
             AND t.source IN (SELECT after ->> 'source' FROM directory.merge_change WHERE merge_id = ${id} AND what = 'source')`,
    );
    changed[what] += row!.n;
  }
  return changed;
}

/** Puts everything back as it was before the merge. */
export async function revertMerge(tx: Tx, { id, givenUpId }: MergePair): Promise<void> {
  // Two may have exchanged their numbers: the one lets go of it first.
  await query(tx, sql`UPDATE directory.person SET number = id::text WHERE id = ${givenUpId}`);
  for (const person of [sql`t.id <> ${givenUpId}`, sql`t.id = ${givenUpId}`])
    await query(
      tx,
      sql`UPDATE directory.person t
             SET number = b.number, name = b.name, sex = b.sex, birth_date = b.birth_date, grade = b.grade, active = b.active,
                 inactive_since = b.inactive_since, merged_into = b.merged_into, version = t.version + 1, updated_at = now()
            FROM directory.merge_change c, jsonb_populate_record(NULL::directory.person, c.before) b
           WHERE c.merge_id = ${id} AND c.what = 'person' AND ${BY_ID.found} AND ${person}`,
    );
  await query(
    tx,
    sql`UPDATE directory.source_link t SET id = b.id, merge_id = b.merge_id
          FROM directory.merge_change c, jsonb_populate_record(NULL::directory.source_link, c.before) b
         WHERE c.merge_id = ${id} AND c.what = 'source' AND ${TABLES.source.found}`,
  );
  for (const what of ['membership', 'residence'] as const) {
    const { table } = TABLES[what];
    const newer = sql`jsonb_build_object('version', greatest((before ->> 'version')::int, (after ->> 'version')::int) + 1, 'updated_at', now())`;
    await query(
      tx,
      sql`DELETE FROM ${table} t USING directory.merge_change c WHERE c.merge_id = ${id} AND c.what = ${what} AND ${BY_ID.found}`,
    );
    await query(
      tx,
      sql`INSERT INTO ${table} SELECT b.* FROM directory.merge_change c, jsonb_populate_record(NULL::${table}, before || ${newer}) b
           WHERE c.merge_id = ${id} AND c.what = ${what} AND before IS NOT NULL`,
    );
  }
  // Those are there again.
  await query(
    tx,
    sql`DELETE FROM directory.deleted_membership d USING directory.merge_change c
         WHERE c.merge_id = ${id} AND c.what = 'membership' AND c.before IS NOT NULL AND d.id = c.row_key::uuid`,
  );
}

/** In an erasure: what the student's record was like before merges. They cannot be undone any more. */
export async function forgetMergesOf(tx: Tx, studentId: string): Promise<void> {
  void send(
    tx,
    sql`DELETE FROM directory.merge_change WHERE merge_id IN
          (SELECT id FROM directory.person_merge WHERE kept_id = ${studentId} OR given_up_id = ${studentId})`,
  );
}
