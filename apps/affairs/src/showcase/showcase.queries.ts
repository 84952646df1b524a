import type { Actor } from '#auth';
import { empty, findInScope, queryOne, sql, type Sql, type Tx } from '#database';
import { NotFound } from '#problems';
import { unitInScope } from '#roster';
import { unitRef } from '../tickets/tickets.queries.js';
import { Campaign } from './campaign.entity.js';
import { Nomination, Work } from './work.entity.js';

/** SQL: a work `w` of a campaign `c`, with what was selected of it. */
export const WORK = sql`w.id, w.campaign_id AS "campaignId", c.year, ${unitRef(sql`w.unit_id`)} AS unit, w.section, w.title, w.abstract,
  n.selected_at AS "selectedAt", w.withdrawn_at AS "withdrawnAt", w.updated_at AS "updatedAt", w.version`;
export const WORKS = sql`affairs.showcase_work w JOIN affairs.showcase_campaign c ON c.id = w.campaign_id
  LEFT JOIN affairs.showcase_nomination n ON n.work_id = w.id AND n.withdrawn_at IS NULL`;

/** Predicate over a work `w`: may the actor change it? */
export function inCharge(actor: Actor): Sql {
  return unitInScope(actor.scopeOf('affairs:showcase:submit'), sql`w.unit_id`);
}

/** Predicate over a work `w`: everybody sees what is shown, and who is in charge of it what was taken back. */
export function shownTo(actor: Actor): Sql {
  return sql`(w.withdrawn_at IS NULL OR ${inCharge(actor)})`;
}

/** Predicate over a work `w`: title or abstract has it in it. From two characters on by an index. */
export function mentions(q: string): Sql {
  const part = `%${q.replaceAll(/[\\%_]/g, '\\$&')}%`;
  const contains = sql`(w.title || ' ' || w.abstract) ILIKE ${part}`;
  return [...q].length < 2
    ? contains
    : sql`affairs.bigrams(w.title || ' ' || w.abstract) @> affairs.bigrams(${q}) AND ${contains}`;
}

/** Throws NotFound. `lock`: it stays as it is (share), or is the caller's alone (update), until `tx` ends. */
export async function campaignById(
  tx: Tx,
  id: string,
  { pointer, lock }: { pointer?: string; lock?: 'share' | 'update' } = {},
): Promise<Campaign> {
  const campaign = await findInScope(tx, Campaign, id, { alias: 'c', where: sql`TRUE`, ...(lock && { lock }) });
  if (!campaign) throw new NotFound({ what: 'campaign', ...(pointer && { pointer }) });
  return campaign;
}

/** A work to oneself until `tx` ends. Throws NotFound. */
export async function lockWork(tx: Tx, id: string, where: Sql): Promise<Work> {
  const work = await findInScope(tx, Work, id, { alias: 'w', where, lock: 'update' });
  if (!work) throw new NotFound({ what: 'work' });
  return work;
}

/** A nomination to oneself until `tx` ends. Throws NotFound. */
export async function lockNomination(tx: Tx, id: string, where: Sql): Promise<Nomination> {
  const nomination = await findInScope(tx, Nomination, id, { alias: 'n', where, lock: 'update' });
  if (!nomination) throw new NotFound({ what: 'nomination' });
  return nomination;
}

/**
 * The lowest place from 1 to `most` that no nomination of a campaign holds; undefined: as many as that stand, also where some hold places
 * beyond because there were more before. `tx` holds the campaign's lock.
 */
export async function freePlace(
  tx: Tx,
  campaignId: string,
  most: number,
  section?: string,
): Promise<number | undefined> {
  const column = section === undefined ? sql`n.school_place` : sql`n.section_place`;
  const of = section === undefined ? empty : sql`AND n.section = ${section}`;
  const row = await queryOne<{ place: number | null }>(
    tx,
    sql`WITH held AS (SELECT ${column} AS place FROM affairs.showcase_nomination n WHERE n.campaign_id = ${campaignId} AND n.withdrawn_at IS NULL ${of})
        SELECT min(place)::int AS place FROM generate_series(1, ${most}::int) place
         WHERE place NOT IN (SELECT place FROM held) AND (SELECT count(*) FROM held) < ${most}`,
  );
  return row!.place ?? undefined;
}
