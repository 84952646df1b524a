import { query, raw, sql, type Sql, type Tx } from '#database';
import type { Kind } from './archive-entry.entity.js';

/** Kinds that other services publish, by the service that does. */
const PUBLISHED_BY = {
  participation: 'affairs',
  honour: 'affairs',
  award: 'affairs',
  star: 'affairs',
  claim: 'affairs',
  work_study: 'affairs',
  post: 'affairs',
  party: 'party_building',
} as const satisfies Partial<Record<Kind, string>>;
export type PublishedKind = keyof typeof PUBLISHED_BY;

/** The service that a kind is from, as entries name it. */
export const sourceOf = (kind: PublishedKind): string => PUBLISHED_BY[kind].replace('_', '-');

/** What another service publishes of something that a student did or received. */
export interface Achievement {
  kind: PublishedKind;
  sourceId: string;
  studentId: string;
  happenedAt: Date | null;
  /** YYYY-MM-DD; with `happenedAt` the earlier day of the two. */
  happenedOn: string | null;
  titleZh: string | null;
  titleEn: string | null;
  sealedTitle: Buffer | null;
  sealedPlace: string | null;
  /** Kind of activity, post, stage, number of stars. */
  code: string | null;
  level: string | null;
  credits: number | null;
  hours: number | null;
  workId: string;
  replaces: string | null;
  /** It counts now. */
  counts: boolean;
}

/** What is published under ids, or of a group (a round, a payroll, an admission) with what its rows take the place of. */
export async function achievements(
  tx: Tx,
  kind: PublishedKind,
  which: { ids: readonly string[] } | { groupId: string },
): Promise<Achievement[]> {
  const found = await published(
    tx,
    kind,
    'ids' in which ? sql`v.source_id = ANY(${which.ids}::uuid[])` : sql`v.group_id = ${which.groupId}`,
  );
  const known = new Set(found.map(({ sourceId }) => sourceId));
  const replaced = found.flatMap(({ replaces }) => (replaces && !known.has(replaces) ? [replaces] : []));
  if (replaced.length === 0) return found;
  return [...found, ...(await published(tx, kind, sql`v.source_id = ANY(${replaced}::uuid[])`))];
}

function published(tx: Tx, kind: PublishedKind, where: Sql): Promise<Achievement[]> {
  return query<Achievement>(
    tx,
    sql`SELECT v.kind, v.source_id AS "sourceId", v.student_id AS "studentId", v.happened_at AS "happenedAt", v.happened_on::text AS "happenedOn",
               v.title_zh AS "titleZh", v.title_en AS "titleEn", v.sealed_title AS "sealedTitle", v.sealed_place AS "sealedPlace", v.code, v.level,
               v.credits::float8, v.hours::float8, v.work_id AS "workId", v.replaces, v.counts
          FROM ${raw(PUBLISHED_BY[kind])}.published_achievement_v1 v
          JOIN directory.published_student_v1 s ON s.id = v.student_id
         WHERE v.kind = ${kind} AND ${where} ORDER BY v.source_id`,
  );
}
