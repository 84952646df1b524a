import { query, sql, type Tx } from '#database';
import { holdsOn } from '#roster';
import { eligibilityOf } from '../catalogue/eligibility.js';
import type { Opening, Served, Serving } from '../catalogue/serving.js';
import { ROUND_KINDS, type RoundContent, type RoundKind } from './round-content.js';
import { visibleRound } from './rounds.queries.js';

interface OpenRound {
  id: string;
  kind: RoundKind;
  content: Pick<RoundContent, 'title' | 'entry' | 'entryUntil' | 'eligibility'>;
  entryId: string | null;
}

/** Rounds that a student may enter now, or has entered while they are open. */
async function openings(tx: Tx, { actor, studentId, student, today }: Served): Promise<Opening[]> {
  const { grade } = student;
  const rounds = await query<OpenRound>(
    tx,
    sql`SELECT r.id, r.kind, r.content - 'form' AS content,
               (SELECT e.id FROM affairs.round_entry e WHERE e.round_id = r.id AND e.student_id = ${studentId} AND e.status <> 'withdrawn') AS "entryId"
          FROM affairs.round r
         WHERE r.status = 'open' AND ${visibleRound(actor, today)}
           AND (r.content->>'entryUntil' IS NULL OR (r.content->>'entryUntil')::date >= ${today})
           AND (r.content->'grades' = '[]' OR r.content->'grades' ? ${grade === undefined ? '' : String(grade)})
           AND (r.content->'unitIds' = '[]' OR EXISTS (SELECT FROM directory.published_membership_v1 m
                 WHERE m.person_id = ${studentId} AND r.content->'unitIds' ? m.unit_id::text AND ${holdsOn(sql`m`, today)}))
         ORDER BY r.content->>'entryUntil', r.id`,
  );
  return rounds
    .filter(({ content }) => eligibilityOf(content, student, today).every(({ ok }) => ok))
    .filter(({ content, entryId }) => entryId !== null || content.entry.includes('self'))
    .map(({ id, kind, content: { title, entryUntil: until }, entryId }) => ({
      ...{ kinds: [kind], id, title, until },
      ...(entryId === null
        ? { method: 'POST', path: '/affairs/v1/round-entries', body: { roundId: id } }
        : { method: 'GET', path: `/affairs/v1/round-entries/${entryId}`, body: null }),
    }));
}

export const roundServing: Serving = {
  path: '/affairs/v1/rounds',
  does: { zh: '参加当前开放的批次', en: 'Enter the round that is open' },
  kinds: () => Promise.resolve(Object.keys(ROUND_KINDS)),
  openings,
};
