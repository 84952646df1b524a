import type { Actor } from '#auth';
import { findInScope, queryOne, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { inScope, unitInScope } from '#roster';
import { awardedElsewhere } from './round-evaluation.js';
import { shownTo } from './round-notices.service.js';
import { type EntryAsker, RoundEntry } from './round-entry.entity.js';
import { Round } from './round.entity.js';

/** SQL: is a round `r` as far as its list may be known to those on it? */
export const PUBLISHED = sql`r.status IN ('notice', 'final')`;

/** An entry of a round, and the round; it stays as it is until `tx` ends, the entry to oneself. Throws NotFound, or 412 when it is stale. */
export async function findEntry(
  tx: Tx,
  where: Sql,
  id: string,
  expected?: number,
): Promise<{ entry: RoundEntry; round: Round }> {
  const seen = await findInScope(tx, RoundEntry, id, { alias: 'e', where });
  if (!seen) throw new NotFound({ what: 'round-entry' });
  // The round before its entries, as whoever works the list out does.
  const round = await findInScope(tx, Round, seen.roundId, { alias: 'r', where: sql`TRUE`, lock: 'share' });
  const entry = await findInScope(tx, RoundEntry, id, { alias: 'e', where: sql`TRUE`, lock: 'update' });
  if (expected !== undefined && entry!.version !== expected) throw new StaleVersionError();
  return { entry: entry!, round: round! };
}

/** What the student has withdrawn of the round first, if anything, to oneself until `tx` ends. */
export async function withdrawnEntry(tx: Tx, roundId: string, studentId: string): Promise<RoundEntry | null> {
  const row = await queryOne<{ id: string }>(
    tx,
    sql`SELECT id FROM affairs.round_entry WHERE round_id = ${roundId} AND student_id = ${studentId} AND status = 'withdrawn'
         ORDER BY id LIMIT 1 FOR UPDATE`,
  );
  return row ? tx.findOneByOrFail(RoundEntry, { id: row.id }) : null;
}

/** Predicate over an entry `e`: can it be objected to by the actor, because a notice shows it to them, or because it is their own? */
export function objectable(actor: Actor, date: string): Sql {
  const own = actor.personId ? sql`e.student_id = ${actor.personId}` : sql`FALSE`;
  return sql`(${own} OR EXISTS (SELECT FROM affairs.round r JOIN affairs.round_notice n ON n.id = e.notice_id
    WHERE r.id = e.round_id AND ${shownTo(actor, date)}))`;
}

/** Who asks what may be done with an entry, and whether it is within their scope; one statement. */
export async function entryAsker(
  tx: Tx,
  actor: Actor,
  { id, studentId, createdBy, roundId, revokedAt }: RoundEntry,
  round: Round,
  date: string,
): Promise<EntryAsker & { within: boolean }> {
  const { personId } = actor;
  const student = sql`${studentId}::uuid`;
  const row = await queryOne<Omit<EntryAsker, 'personId'> & { within: boolean }>(
    tx,
    sql`SELECT ${inScope(actor.scopeOf('affairs:round:read'), student, date)} AS within,
               ${inScope(actor.scopeOf('affairs:round:enter'), student, date)} AS owns,
               ${inScope(actor.scopeOf('affairs:round:review'), student, date)} AS reviews,
               EXISTS (SELECT FROM affairs.round_reviewer v WHERE v.round_id = ${roundId} AND v.person_id = ${personId ?? null}) AS reviewer,
               ${unitInScope(actor.scopeOf('affairs:round:manage'), sql`${round.unitId}::uuid`)} AS manages,
               EXISTS (SELECT FROM affairs.round_entry e WHERE ${revokedAt !== null} AND e.id = ${id} AND ${awardedElsewhere(round)}) AS "awardedElsewhere",
               CASE WHEN ${personId === studentId}
                    THEN EXISTS (SELECT FROM affairs.round r JOIN affairs.round_notice n ON n.round_id = r.id
                                  WHERE r.id = ${roundId} AND r.status = 'notice' AND n.withdrawn_at IS NULL AND n.starts_on <= ${date} AND n.ends_on >= ${date})
                    ELSE EXISTS (SELECT FROM affairs.round_entry e JOIN affairs.round r ON r.id = e.round_id JOIN affairs.round_notice n ON n.id = e.notice_id
                                  WHERE e.id = ${id} AND ${shownTo(actor, date)}) END AS "noticeRuns"`,
  );
  const enters = actor.can('affairs:round:enter') && personId !== undefined;
  const owns = row!.owns || (personId !== undefined && personId === createdBy);
  return {
    ...row!,
    personId,
    owns,
    reviewer: row!.reviewer && actor.can('affairs:round:review'),
    noticeRuns: row!.noticeRuns && enters,
  };
}
