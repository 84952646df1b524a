import { newId, query, queryOne, raw, send, sql, type Tx } from '#database';

/** Units that staff belong to. */
const UNIT_KINDS = raw(`('school', 'college', 'academy', 'department')`);

/** Does another member of staff have this number, be it in other letters? */
export async function hasNumber(tx: Tx, personId: string, number: string): Promise<boolean> {
  const found = await queryOne(
    tx,
    sql`SELECT 1 FROM directory.person WHERE kind = 'staff' AND lower(number) = lower(${number}) AND id <> ${personId} LIMIT 1`,
  );
  return found !== undefined;
}

/** Does another source keep the person? */
export async function keptElsewhere(tx: Tx, personId: string, source: string): Promise<boolean> {
  const [found] = await query(
    tx,
    sql`SELECT 1 FROM directory.source_link WHERE id = ${personId} AND kind = 'person' AND source <> ${source} AND merge_id IS NULL LIMIT 1`,
  );
  return found !== undefined;
}

/** Remembers what the source calls the person: by our own id where it has no name for them. Breaks source_link_pkey where it calls another so. */
export async function link(tx: Tx, personId: string, source: string, externalId: string | null): Promise<void> {
  await unlink(tx, personId, source);
  await query(
    tx,
    sql`INSERT INTO directory.source_link (source, kind, sourced_id, id) VALUES (${source}, 'person', ${externalId ?? personId}, ${personId})`,
  );
}

export async function unlink(tx: Tx, personId: string, source: string): Promise<void> {
  await query(
    tx,
    sql`DELETE FROM directory.source_link WHERE source = ${source} AND kind = 'person' AND id = ${personId}`,
  );
}

export async function isUnitOfStaff(tx: Tx, unitId: string): Promise<boolean> {
  const unit = await queryOne(
    tx,
    sql`SELECT 1 FROM directory.unit WHERE id = ${unitId} AND active AND kind IN ${UNIT_KINDS}`,
  );
  return unit !== undefined;
}

/** Units the person mainly belongs to today by the word of another source. */
export async function unitsElsewhere(tx: Tx, personId: string, source: string, today: string): Promise<string[]> {
  const rows = await query<{ id: string }>(
    tx,
    sql`SELECT m.unit_id AS id FROM directory.membership m JOIN directory.unit u ON u.id = m.unit_id
         WHERE m.person_id = ${personId} AND m.source <> ${source} AND NOT m.secondary AND u.kind IN ${UNIT_KINDS}
           AND m.valid_from <= ${today} AND (m.valid_to IS NULL OR m.valid_to > ${today})`,
  );
  return rows.map(({ id }) => id);
}

/** From today the person belongs to this unit and to no other, as far as the source, or nobody, says so. */
export async function moveTo(
  tx: Tx,
  personId: string,
  unitId: string | null,
  source: string,
  today: string,
): Promise<void> {
  const left = sql`m.person_id = ${personId} AND (m.source = ${source} OR m.source IS NULL) AND NOT m.secondary
    AND (m.valid_to IS NULL OR m.valid_to > ${today}) AND m.unit_id IS DISTINCT FROM ${unitId}::uuid
    AND m.unit_id IN (SELECT id FROM directory.unit WHERE kind IN ${UNIT_KINDS})`;
  // What had not begun yet never was.
  void send(tx, sql`DELETE FROM directory.membership m WHERE ${left} AND m.valid_from >= ${today}`);
  void send(
    tx,
    sql`UPDATE directory.membership m SET valid_to = ${today}, version = m.version + 1, updated_at = now()
         WHERE ${left} AND m.valid_from < ${today}`,
  );
  if (unitId === null) return;
  void send(
    tx,
    sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from, source)
        SELECT ${newId()}::uuid, ${personId}::uuid, ${unitId}::uuid, ${today}::date, ${source}
         WHERE NOT EXISTS (SELECT FROM directory.membership m WHERE m.person_id = ${personId} AND m.unit_id = ${unitId}
                              AND (m.valid_to IS NULL OR m.valid_to > ${today}))`,
  );
}

/** Members of staff who left the roster today, and all there were before. */
export async function leavers(tx: Tx, today: string): Promise<{ left: number; before: number }> {
  const row = await queryOne<{ left: number; before: number }>(
    tx,
    sql`SELECT count(*) FILTER (WHERE NOT active)::int AS "left", count(*)::int AS before
          FROM directory.person WHERE kind = 'staff' AND (active OR inactive_since = ${today})`,
  );
  return row!;
}
