import { query, sql, type Tx } from '#database';
import { DateOnly, ListOf, OneOf } from '#fields';
import { Policy } from '#policy';
import type { FieldError } from '#problems';
import { daysBetween } from '#time';

const KINDS = {
  exam: { zh: '考试周', en: 'exam weeks' },
  internship: { zh: '实习', en: 'internship' },
} as const;

/** Days of one period: a longer one is a mistake. */
const MAX_DAYS = 800;

/** Days of a kind for the whole school, or for the students of some units. */
export class SpecialDays {
  @OneOf(KINDS, { zh: '类别', en: 'Kind', example: 'exam' })
  kind: keyof typeof KINDS;

  @DateOnly({ zh: '首日', en: 'First day', example: '2027-01-04' })
  from: string;

  @DateOnly({ zh: '末日', en: 'Last day', example: '2027-01-15' })
  to: string;

  @ListOf('uuid', {
    zh: '限定的单位；不填为全校',
    en: 'Only the students of these units; left out: the whole school',
    minItems: 1,
    maxItems: 500,
    optional: true,
    example: ['0192f7a0-0000-7000-8000-000000000001'],
  })
  units?: string[];
}

/** Exam weeks and internships, which no calendar of the state knows. */
@Policy({ key: 'early-warning.special-days', title: { zh: '考试周与实习', en: 'Exam weeks and internships' } })
export class SpecialDaysPolicy {
  @ListOf(() => SpecialDays, { zh: '考试周与实习的起止日期', en: 'Exam weeks and internships', maxItems: 500 })
  periods: SpecialDays[] = [];

  /** Periods that end before they begin or go on for years, and units that nobody knows. */
  async findings(tx: Tx): Promise<FieldError[]> {
    const named = this.periods.flatMap(({ units }) => units ?? []);
    const rows = await query<{ id: string }>(
      tx,
      sql`SELECT id FROM directory.published_unit_v1 WHERE id = ANY(${named}::uuid[])`,
    );
    const known = new Set(rows.map(({ id }) => id));
    return this.periods.flatMap(({ from, to, units = [] }, i) => [
      ...(to < from
        ? [{ pointer: `#/periods/${i}/to`, zh: '不能早于首日', en: 'must not be before the first day' }]
        : []),
      ...(daysBetween(from, to) >= MAX_DAYS
        ? [{ pointer: `#/periods/${i}/to`, zh: `最长 ${MAX_DAYS} 天`, en: `must be at most ${MAX_DAYS} days on` }]
        : []),
      ...units.flatMap((unit, j) =>
        known.has(unit.toLowerCase())
          ? []
          : [{ pointer: `#/periods/${i}/units/${j}`, zh: '没有这个单位', en: 'is not a known unit' }],
      ),
    ]);
  }
}
