import { query, sql, type Tx } from '#database';
import type { Policies } from '#policy';
import { Calendar, dateOfDay, dayOf, firstMaskDays, type MaskDay, type Plan, type Ranges } from '#rule-language';
import { holidaysBetween } from './holidays.js';
import { leavesSince } from './leave-mask.js';
import { type SpecialDays, SpecialDaysPolicy } from './special-days.policy.js';

/** First and last day of the school's terms, in their order. */
export async function termsOf(tx: Tx): Promise<{ from: number; to: number }[]> {
  const rows = await query<{ from: string; end: string }>(
    tx,
    sql`SELECT starts_on::text AS "from", ends_on::text AS "end" FROM directory.published_term_v1 WHERE kind = 'term' ORDER BY starts_on`,
  );
  return rows.map(({ from, end }) => ({ from: dayOf(from), to: dayOf(end) - 1 }));
}

/** The calendar that plans ask for, days ascending: each kind of days as far back as one of them looks. */
export async function calendarFor(tx: Tx, policies: Policies, plans: readonly Plan[]): Promise<Calendar> {
  const first = firstMaskDays(plans);
  const to = plans.at(-1)!.moment.asOf;
  const [holiday, leave] = [first.get('holiday'), first.get('leave')];
  const forAll: Partial<Record<MaskDay, Set<number>>> = {};
  const byLane: Partial<Record<MaskDay, Map<number, Ranges>>> = {};
  if (holiday !== undefined) forAll.holiday = await holidaysBetween(tx, holiday, to);
  if (leave !== undefined) byLane.leave = await leavesSince(tx, dateOfDay(leave));
  const kinds = (['exam', 'internship'] as const).filter((kind) => first.has(kind));
  if (kinds.length === 0) return new Calendar(forAll, byLane);
  const { periods } = (await policies.at(tx, SpecialDaysPolicy, dateOfDay(to))).value;
  for (const kind of kinds) {
    const of = periods.filter((period) => period.kind === kind);
    forAll[kind] = new Set(of.filter(({ units }) => !units).flatMap((period) => daysOf(period)));
    byLane[kind] = await lanesOf(tx, of);
  }
  return new Calendar(forAll, byLane);
}

function daysOf({ from, to }: SpecialDays): number[] {
  return Array.from({ length: Math.max(0, dayOf(to) - dayOf(from) + 1) }, (_, i) => dayOf(from) + i);
}

/** Days on which students were members of a period's units within the period. */
async function lanesOf(tx: Tx, periods: readonly SpecialDays[]): Promise<Map<number, Ranges>> {
  const some = periods.flatMap(({ from, to, units }) => (units ?? []).map((unit) => ({ from, to, unit })));
  const rows = await query<{ ordinal: number; first: string; last: string }>(
    tx,
    sql`SELECT o.ordinal, greatest(p.first, m.valid_from)::text AS first, least(p.last, m.valid_to - 1)::text AS last
          FROM unnest(${some.map(({ unit }) => unit)}::uuid[], ${some.map(({ from }) => from)}::date[], ${some.map(({ to }) => to)}::date[])
               AS p(unit, first, last)
          JOIN directory.published_membership_v1 m ON m.unit_id = p.unit AND m.valid_from <= p.last AND (m.valid_to IS NULL OR m.valid_to > p.first)
          JOIN early_warning.student_ordinal o ON o.student_id = m.person_id`,
  );
  const byLane = new Map<number, [number, number][]>();
  for (const { ordinal, first, last } of rows) {
    const ranges = byLane.get(ordinal);
    if (ranges) ranges.push([dayOf(first), dayOf(last)]);
    else byLane.set(ordinal, [[dayOf(first), dayOf(last)]]);
  }
  return byLane;
}
