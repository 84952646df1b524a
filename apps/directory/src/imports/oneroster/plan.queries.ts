import type { UnitKind } from '#contracts';
import { query, raw, sql, type Tx } from '#database';
import type { RowErrors } from '#exchange';

/** What a roster import works with. */
export interface RosterContext {
  source: string;
  today: string;
  /** What the set brings all of: only that is closed where it is there no more. Units and memberships by the kind of unit. */
  whole: { units: readonly UnitKind[]; people: boolean; memberships: readonly UnitKind[] };
  /** Where the set says who somebody is, for errors and samples. */
  people: { file: string; number: string };
  /** The column that says a unit's code, by the file the unit stands in. */
  codes: Readonly<Record<string, string>>;
  /** Gives the staged units their parents and the ids we know them by, where codes do not tell. */
  recogniseUnits?: (tx: Tx) => Promise<void>;
}

/** Temporary tables for the rows of the set. `action` and `changed` are filled in by `plan`. */
export async function createStaging(tx: Tx): Promise<void> {
  const planned = `id uuid DEFAULT directory.new_id(), linked boolean DEFAULT false, action text DEFAULT 'create', changed text[] DEFAULT '{}'`;
  await query(
    tx,
    sql`
    CREATE TEMP TABLE staged_term (n int, line int, sourced_id text, kind text, name text, school_year int, starts_on date, ends_on date,
      parent_n int, parent_id uuid, ${raw(planned)}) ON COMMIT DROP;
    CREATE TEMP TABLE staged_unit (n int, file text, line int, sourced_id text, kind text, code text, name text, parent_n int, term_n int,
      parent_id uuid, term_id uuid, begins date, ${raw(planned)}) ON COMMIT DROP;
    CREATE TEMP TABLE staged_user (n int, line int, sourced_id text, kind text, number text, name text, grade text, active boolean,
      demographics boolean, sex text, birth_date date, alias boolean DEFAULT false, ${raw(planned)}) ON COMMIT DROP;
    CREATE TEMP TABLE staged_membership (user_n int, unit_n int, begins date, ends date, secondary boolean DEFAULT false) ON COMMIT DROP;
    CREATE TEMP TABLE planned_membership (person_id uuid, unit_id uuid, valid_from date, valid_to date, secondary boolean, action text) ON COMMIT DROP;
    CREATE TEMP TABLE gone_unit (id uuid) ON COMMIT DROP;
    CREATE TEMP TABLE gone_person (id uuid, kind text) ON COMMIT DROP;
    CREATE TEMP TABLE gone_membership (id uuid, person_id uuid, unit_id uuid, valid_from date) ON COMMIT DROP;
  `,
  );
}

/** Finds the rows that are there already, and decides for each what is to be done. Writes staging tables only. */
export async function plan(tx: Tx, context: RosterContext, findings: RowErrors): Promise<void> {
  await query(
    tx,
    sql`ANALYZE staged_unit (n, id), staged_user (n, id, number, sourced_id), staged_membership (user_n, unit_n)`,
  );
  await recognise(tx, context.source, 'term', 'staged_term', 'term', 'e.code = s.sourced_id');
  await recognise(tx, context.source, 'unit', 'staged_unit', 'unit', 'e.kind = s.kind AND e.code = s.code');
  await recognisePeople(tx, context.source);
  await query(tx, sql`UPDATE staged_term s SET parent_id = p.id FROM staged_term p WHERE p.n = s.parent_n`);
  await context.recogniseUnits?.(tx);
  await query(tx, sql`UPDATE staged_unit s SET parent_id = p.id FROM staged_unit p WHERE p.n = s.parent_n`);
  await query(
    tx,
    sql`UPDATE staged_unit s SET term_id = t.id, begins = t.starts_on FROM staged_term t WHERE t.n = s.term_n`,
  );
  await checkNumbers(tx, context, findings);
  await checkCodes(tx, context, findings);
  findings.refuse();
  await compare(tx);
  await planMemberships(tx, context);
  await planClosing(tx, context);
}

/** Gives staged rows the id we know them by: through the link to the source, else by what identifies them here. */
async function recognise(
  tx: Tx,
  source: string,
  kind: string,
  staged: string,
  table: string,
  same: string,
): Promise<void> {
  const [to, existing, sameRow] = [raw(staged), raw(`directory.${table}`), raw(same)];
  await query(
    tx,
    sql`UPDATE ${to} s SET id = l.id, linked = true FROM directory.source_link l
         WHERE l.source = ${source} AND l.kind = ${kind} AND l.sourced_id = s.sourced_id`,
  );
  await query(
    tx,
    sql`UPDATE ${to} s SET id = e.id FROM ${existing} e
         WHERE NOT s.linked AND ${sameRow} AND NOT EXISTS (SELECT 1 FROM ${to} o WHERE o.linked AND o.id = e.id)`,
  );
}

/**
 * People as others, but for rows with the number of a record that was merged: they are an alias of the person it was merged into, about
 * whom they say nothing but where the person belongs.
 */
async function recognisePeople(tx: Tx, source: string): Promise<void> {
  await query(
    tx,
    sql`UPDATE staged_user s SET id = l.id, linked = true FROM directory.source_link l
         WHERE l.source = ${source} AND l.kind = 'person' AND l.sourced_id = s.sourced_id`,
  );
  await query(
    tx,
    sql`UPDATE staged_user s SET id = b.merged_into, alias = true FROM directory.person b
         WHERE b.merged_into IS NOT NULL AND b.kind = s.kind AND b.number = s.number AND (NOT s.linked OR s.id = b.merged_into)`,
  );
  await query(
    tx,
    sql`UPDATE staged_user s SET id = e.id FROM directory.person e
         WHERE NOT s.linked AND NOT s.alias AND e.kind = s.kind AND e.number = s.number
           AND NOT EXISTS (SELECT 1 FROM staged_user o WHERE o.linked AND NOT o.alias AND o.id = e.id)`,
  );
  // Where the file has the person and an alias of theirs, both say where the person belongs.
  await query(
    tx,
    sql`UPDATE staged_membership m SET user_n = p.n
          FROM staged_user a CROSS JOIN LATERAL (SELECT n FROM staged_user o WHERE o.id = a.id ORDER BY alias, n LIMIT 1) p
         WHERE a.alias AND m.user_n = a.n`,
  );
}

async function checkNumbers(tx: Tx, { people }: RosterContext, findings: RowErrors): Promise<void> {
  const twice = await query<{ line: number }>(
    tx,
    sql`SELECT line FROM (SELECT line, row_number() OVER (PARTITION BY kind, number ORDER BY line) AS nth FROM staged_user
         WHERE number <> '') s WHERE nth > 1 ORDER BY line LIMIT 10000`,
  );
  for (const { line } of twice) {
    findings.add(people.file, line, people.number, { zh: '学工号在文件中重复', en: 'two users have this number' });
  }
  const taken = await query<{ line: number }>(
    tx,
    sql`SELECT s.line FROM staged_user s JOIN directory.person e ON e.kind = s.kind AND e.number = s.number AND e.id <> s.id
         WHERE NOT s.alias AND NOT EXISTS (SELECT 1 FROM staged_user o WHERE o.id = e.id) ORDER BY s.line LIMIT 10000`,
  );
  for (const { line } of taken) {
    findings.add(people.file, line, people.number, {
      zh: '学工号已属于另一人',
      en: 'the number belongs to somebody else',
    });
  }
}

async function checkCodes(tx: Tx, { codes }: RosterContext, findings: RowErrors): Promise<void> {
  const taken = await query<{ file: string; line: number }>(
    tx,
    sql`SELECT s.file, s.line FROM staged_unit s JOIN directory.unit e ON e.kind = s.kind AND e.code = s.code AND e.id <> s.id
         WHERE NOT EXISTS (SELECT 1 FROM staged_unit o WHERE o.id = e.id) ORDER BY s.file, s.line LIMIT 10000`,
  );
  for (const { file, line } of taken) {
    findings.add(file, line, codes[file], { zh: '代码已属于另一单位', en: 'the code belongs to another unit' });
  }
}

async function compare(tx: Tx): Promise<void> {
  const changed = (...columns: string[]) =>
    raw(
      `array_remove(ARRAY[${columns.map((c) => `CASE WHEN e.${c} IS DISTINCT FROM s.${c} THEN '${c}' END`).join(', ')}], NULL)`,
    );
  const action = sql`action = CASE WHEN changed = '{}' THEN 'same' ELSE 'change' END`;
  const unlessAlias = sql`CASE WHEN s.alias THEN '{}'::text[] ELSE`;
  const found = sql`action = 'found'`;
  await query(
    tx,
    sql`UPDATE staged_term s SET action = 'found', changed = ${changed('kind', 'name', 'school_year', 'starts_on', 'ends_on', 'parent_id')}
          FROM directory.term e WHERE e.id = s.id`,
  );
  await query(
    tx,
    sql`UPDATE staged_unit s SET action = 'found', changed = ${changed('kind', 'code', 'name', 'parent_id', 'term_id')}
              || CASE WHEN e.active THEN '{}' ELSE '{active}'::text[] END
          FROM directory.unit e WHERE e.id = s.id`,
  );
  // Without a row in demographics.csv nothing is known of it: what we have stays.
  await query(
    tx,
    sql`UPDATE staged_user s SET action = 'found', changed = ${unlessAlias} ${changed('kind', 'number', 'name', 'grade', 'active')}
              || CASE WHEN s.sex IS NOT NULL AND e.sex <> s.sex THEN '{sex}'::text[] ELSE '{}' END
              || CASE WHEN s.demographics AND e.birth_date IS DISTINCT FROM s.birth_date THEN '{birth_date}'::text[] ELSE '{}' END END
          FROM directory.person e WHERE e.id = s.id`,
  );
  for (const staged of ['staged_term', 'staged_unit', 'staged_user']) {
    await query(tx, sql`UPDATE ${raw(staged)} SET ${action} WHERE ${found}`);
  }
}

async function planMemberships(tx: Tx, { source, today }: RosterContext): Promise<void> {
  // Several roles in one unit, or the same enrollment twice, are one membership over the whole time, secondary when all are. A blank begin is open.
  await query(
    tx,
    sql`WITH twice AS (SELECT user_n, unit_n FROM staged_membership GROUP BY user_n, unit_n HAVING count(*) > 1),
             gone AS (DELETE FROM staged_membership s USING twice t WHERE t.user_n = s.user_n AND t.unit_n = s.unit_n RETURNING s.*)
        INSERT INTO staged_membership (user_n, unit_n, begins, ends, secondary)
        SELECT user_n, unit_n, lower(period), upper(period), secondary
          FROM (SELECT user_n, unit_n, bool_and(secondary) AS secondary, unnest(range_agg(daterange(begins, ends))) AS period FROM gone GROUP BY user_n, unit_n) g`,
  );
  // With a begin it is the membership that began that day; without, the one of today.
  await query(
    tx,
    sql`INSERT INTO planned_membership (person_id, unit_id, valid_from, valid_to, secondary, action)
        SELECT p.id, u.id, coalesce(s.begins, m.valid_from, least(
                 -- who comes from another unit of the kind comes now; only who had none has been here since the term began
                 CASE WHEN EXISTS (SELECT 1 FROM directory.membership h JOIN directory.unit hu ON hu.id = h.unit_id
                                    WHERE h.person_id = p.id AND hu.kind = u.kind AND h.valid_from < ${today})
                      THEN greatest(u.begins, ${today}) ELSE coalesce(u.begins, ${today}) END, s.ends - 1)), s.ends,
               -- the college that gives a course is not the college of who takes it
               s.secondary OR u.kind = 'course_class',
               CASE WHEN m.id IS NULL THEN 'create'
                    WHEN m.valid_to IS NOT DISTINCT FROM s.ends AND m.secondary = (s.secondary OR u.kind = 'course_class') THEN 'same' ELSE 'change' END
          FROM staged_membership s JOIN staged_user p ON p.n = s.user_n JOIN staged_unit u ON u.n = s.unit_n
          LEFT JOIN directory.membership m ON m.person_id = p.id AND m.unit_id = u.id
            AND (m.valid_from = s.begins
                 OR s.begins IS NULL AND m.valid_from <= ${today} AND (m.valid_to IS NULL OR m.valid_to > ${today}))`,
  );
  await query(
    tx,
    sql`UPDATE planned_membership d SET action = 'change' FROM directory.membership m
         WHERE d.action = 'create' AND m.person_id = d.person_id AND m.unit_id = d.unit_id
           AND daterange(m.valid_from, m.valid_to) && daterange(d.valid_from, d.valid_to)`,
  );
  // What a merge left out stays out: days on which the person belongs elsewhere, or there by another source.
  await query(
    tx,
    sql`DELETE FROM planned_membership d USING directory.unit u
         WHERE u.id = d.unit_id AND d.action <> 'same' AND d.person_id IN (SELECT id FROM staged_user WHERE alias)
           AND EXISTS (SELECT 1 FROM directory.membership m JOIN directory.unit mu ON mu.id = m.unit_id
                        WHERE m.person_id = d.person_id AND m.source IS DISTINCT FROM ${source}
                          AND (m.unit_id = d.unit_id OR mu.kind = u.kind AND NOT m.secondary AND NOT d.secondary)
                          AND daterange(m.valid_from, m.valid_to) && daterange(d.valid_from, d.valid_to))`,
  );
}

/** What the source brought before and brings no more. */
async function planClosing(tx: Tx, { source, today, whole }: RosterContext): Promise<void> {
  await query(
    tx,
    sql`INSERT INTO gone_unit SELECT u.id FROM directory.source_link l JOIN directory.unit u ON u.id = l.id
         WHERE l.source = ${source} AND l.kind = 'unit' AND u.active
           AND u.kind = ANY(${whole.units})
           AND NOT EXISTS (SELECT 1 FROM staged_unit s WHERE s.id = u.id)`,
  );
  await query(
    tx,
    sql`INSERT INTO gone_person SELECT p.id, p.kind FROM directory.source_link l JOIN directory.person p ON p.id = l.id
         WHERE l.source = ${source} AND l.kind = 'person' AND l.merge_id IS NULL AND p.active AND ${whole.people}::boolean
           AND NOT EXISTS (SELECT 1 FROM staged_user s WHERE s.id = p.id)`,
  );
  await query(
    tx,
    sql`INSERT INTO gone_membership SELECT m.id, m.person_id, m.unit_id, m.valid_from
          FROM directory.membership m JOIN directory.unit u ON u.id = m.unit_id
         WHERE m.source = ${source} AND (m.valid_to IS NULL OR m.valid_to > ${today})
           AND u.kind = ANY(${whole.memberships})
           AND NOT EXISTS (SELECT 1 FROM planned_membership d WHERE d.person_id = m.person_id AND d.unit_id = m.unit_id
                              AND daterange(d.valid_from, d.valid_to) && daterange(m.valid_from, m.valid_to))`,
  );
}
