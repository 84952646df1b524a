import { query, sql, type Sql, type Tx } from '#database';
import { holdsOn, inScope, inUnits } from '#roster';
import { openSanctionsOf } from '../discipline/discipline.reads.js';
import { largestRemainder } from './ranking.js';
import type { QuotaRowDto, RoundContent } from './round-content.js';
import type { Round } from './round.entity.js';
import { type Facts, scorer } from './scoring.js';
import { type ScoredEntry, type Standing, standingsOf } from './standings.js';

export interface EvaluatedEntry extends ScoredEntry, Standing {
  collegeId: string | null;
}

/** The entries of a round, worked out anew from all that is known on a date: the proposed list, and what a simulation shows of it. */
export async function evaluate(
  tx: Tx,
  round: Round,
  places: readonly QuotaRowDto[],
  today: string,
): Promise<EvaluatedEntry[]> {
  const { content, seed } = round;
  const rows = await entriesOf(tx, round);
  const sanctions = content.exclusions.some(({ kind }) => kind === 'sanction')
    ? await sanctionsOf(tx, rows, today)
    : undefined;
  const scored = scorer(content);
  const entries = rows.map(({ id, studentId, unitId, collegeId, automatic, ...facts }) => {
    const one = {
      id,
      unitId,
      collegeId,
      automatic,
      ...scored({ ...facts, openSanctions: sanctions?.get(studentId) ?? 0 }),
    };
    // What is asked of those who compete is not asked of them.
    return automatic && content.automaticLevel !== null ? { ...one, exclusions: [] } : one;
  });
  const standings = standingsOf(content, seed, entries, places);
  return entries.map((entry) => ({ ...entry, ...standings.get(entry.id)! }));
}

/**
 * The list as it was proposed, without those who were taken out since. Whose scores they are does not change any more. Who is erased
 * meanwhile has none: they are not among the answers, and keep what they got, and its place.
 */
export async function evaluateAgain(
  tx: Tx,
  round: Round,
): Promise<(EvaluatedEntry & { before: Pick<Standing, 'outcome' | 'level'> })[]> {
  const rows = await query<
    ScoredEntry & { collegeId: string | null; outcome: Standing['outcome']; level: string | null }
  >(
    tx,
    sql`SELECT e.id, ${unitOf(round)} AS "unitId", e.college_id AS "collegeId", e.way = 'automatic' AS automatic, e.scores, e.total::text, e.exclusions, e.outcome, e.level
          FROM affairs.round_entry e WHERE e.round_id = ${round.id} AND e.status = 'entered'`,
  );
  const running = rows.filter(({ total }) => total !== null);
  const { automaticLevel } = round.content;
  const kept = rows.filter(({ total, automatic }) => total === null && !(automatic && automaticLevel !== null));
  const places = round.places.map((row) => {
    const gone = kept.filter(({ level, unitId }) => level === row.level && unitId === row.unitId).length;
    return { ...row, places: Math.max(0, row.places - gone) };
  });
  const standings = standingsOf(round.content, round.seed, running, places);
  return running.map((row) => ({
    ...row,
    ...standings.get(row.id)!,
    before: { outcome: row.outcome, level: row.level },
  }));
}

/** Writes what came of entries, with one statement. */
export async function writeStandings(tx: Tx, entries: readonly EvaluatedEntry[]): Promise<void> {
  const rows = entries.map(({ id, scores, total, exclusions, place, outcome, level, overQuota }) => ({
    ...{ id, scores, total, exclusions, place, outcome, level, overQuota },
  }));
  await query(
    tx,
    sql`UPDATE affairs.round_entry e SET scores = r.scores, total = r.total, exclusions = r.exclusions, place = r.place, outcome = r.outcome,
               level = r.level, over_quota = r."overQuota", updated_at = now(), version = e.version + 1
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, scores jsonb, total numeric, exclusions jsonb, place int,
               outcome text, level text, "overQuota" boolean)
         WHERE e.id = r.id`,
  );
}

export interface UnitCount {
  id: string;
  code: string;
  name: string;
  students: number;
}

/** The units that are ranked by themselves, with how many students the round is for in each. */
export async function unitCounts(tx: Tx, { content, unitId }: Round, date: string): Promise<UnitCount[]> {
  const { quotaBy } = content;
  const unit = quotaBy === 'school' ? sql`m.unit_id = ${unitId}` : sql`m.unit_kind = ${quotaBy} AND NOT m.secondary`;
  return query(
    tx,
    sql`SELECT u.id, u.code, u.name, count(DISTINCT s.id)::int AS students
          FROM directory.published_student_v1 s
          JOIN directory.published_membership_v1 m ON m.person_id = s.id AND ${unit} AND ${holdsOn(sql`m`, date)}
          JOIN directory.published_unit_v1 u ON u.id = m.unit_id
         WHERE s.active AND ${isFor(content, unitId, sql`s.id`, sql`s.grade`, date)}
         GROUP BY u.id, u.code, u.name ORDER BY u.code, u.id`,
  );
}

/** Places of levels and units: the numbers that were set, else per mille of the students by the largest remainder; where neither is given there is no limit. */
export function placesOf(
  { levels }: RoundContent,
  units: readonly UnitCount[],
  quota: readonly QuotaRowDto[],
): QuotaRowDto[] {
  return levels.flatMap(({ code: level, perMille }) => {
    const set = quota.filter((row) => row.level === level);
    if (perMille === null) return set;
    const shares = largestRemainder(
      units.map(({ students }) => students),
      perMille,
    );
    return units.map(
      ({ id: unitId }, i) => set.find((row) => row.unitId === unitId) ?? { level, unitId, places: shares[i]! },
    );
  });
}

/** Predicate: is a round for the student in a column, by unit and year? */
export function isFor({ unitIds, grades }: RoundContent, unitId: string, student: Sql, grade: Sql, date: string): Sql {
  const held = inScope({ school: false, unitIds: [unitId] }, student, date);
  const named = inUnits(unitIds, student, date) ?? sql`TRUE`;
  return sql`(${held} AND ${named} AND (${grades.length === 0} OR ${grade} = ANY(${grades}::text[])))`;
}

/** SQL over an entry `e`: how many awards of the round's group and year its student has from rounds that are final. */
function awardsOf({ awardGroup, schoolYear }: Round): Sql {
  return sql`(SELECT count(*)::int FROM affairs.round_entry o JOIN affairs.round r ON r.id = o.round_id
     WHERE o.student_id = e.student_id AND r.id <> e.round_id AND r.status = 'final' AND r.award_group = ${awardGroup}
       AND r.school_year = ${schoolYear} AND o.outcome = 'awarded' AND o.revoked_at IS NULL)`;
}

/** Predicate over an entry `e` of a round: has its student got something else of the group, where the round excludes that? */
export function awardedElsewhere(round: Round): Sql {
  const { exclusions, automaticLevel } = round.content;
  if (!exclusions.some(({ kind }) => kind === 'awarded')) return sql`FALSE`;
  const competes = automaticLevel === null ? sql`TRUE` : sql`e.way <> 'automatic'`;
  return sql`(${competes} AND ${awardsOf(round)} > 0)`;
}

/** SQL over an entry `e`: the unit in which it is ranked; of no such unit, that which holds the round. */
function unitOf(round: Round): Sql {
  return sql`coalesce(${ownUnitOf(round)}, ${round.unitId}::uuid)`;
}

function ownUnitOf({ content: { quotaBy }, unitId }: Round): Sql {
  if (quotaBy === 'college') return sql`e.college_id`;
  if (quotaBy === 'major') return sql`e.major_id`;
  if (quotaBy === 'class') return sql`e.class_id`;
  return sql`${unitId}::uuid`;
}

type EntryRow = Omit<Facts, 'openSanctions'> & {
  id: string;
  studentId: string;
  unitId: string;
  collegeId: string | null;
  automatic: boolean;
};

async function entriesOf(tx: Tx, round: Round): Promise<EntryRow[]> {
  return query(
    tx,
    sql`SELECT e.id, e.student_id AS "studentId", ${unitOf(round)} AS "unitId", e.college_id AS "collegeId", e.way = 'automatic' AS automatic,
               (SELECT coalesce(json_object_agg(f.code, f.value::text), '{}') FROM affairs.round_figure f WHERE f.entry_id = e.id) AS figures,
               (SELECT coalesce(json_object_agg(m.component, m.marks), '{}')
                  FROM (SELECT o.component, json_agg(o.value::text) AS marks FROM affairs.round_mark o
                          JOIN affairs.round_reviewer v ON v.round_id = e.round_id AND v.person_id = o.reviewer_id
                         WHERE o.entry_id = e.id GROUP BY o.component) m) AS marks,
               (SELECT json_build_object('favour', c.favour, 'against', c.against, 'abstained', c.abstained, 'present', c.present, 'due', c.due)
                  FROM affairs.round_class_review c WHERE c.entry_id = e.id) AS "classReview",
               ${awardsOf(round)} AS awards, ${ownUnitOf(round)} IS NULL AS "unitMissing"
          FROM affairs.round_entry e WHERE e.round_id = ${round.id} AND e.status = 'entered' ORDER BY e.id`,
  );
}

async function sanctionsOf(tx: Tx, rows: readonly EntryRow[], today: string): Promise<Map<string, number>> {
  const open = await openSanctionsOf(
    tx,
    rows.map(({ studentId }) => studentId),
    today,
  );
  const counts = new Map<string, number>();
  for (const { studentId } of open) counts.set(studentId, (counts.get(studentId) ?? 0) + 1);
  return counts;
}
