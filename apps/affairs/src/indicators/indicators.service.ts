import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, join, query, sql, type Sql } from '#database';
import { anyOf } from '#http';
import { inScope, inUnits } from '#roster';
import { CampusClock } from '#time';
import { IndicatorDto, type IndicatorsQuery } from './indicators.dto.js';
import { FORMULAS, type IndicatorCode, type Ratio } from './indicators.formulas.js';

interface Row {
  item: string;
  submitted: number;
  online: number;
  decided: number;
  firstTime: number;
  promised: number;
  inTime: number;
}

/** Of what is worked out for each item, what each formula divides by what. */
const OF: Record<Exclude<IndicatorCode, 'online-items'>, (row: Row) => Ratio> = {
  'first-time-completion': ({ firstTime, decided }) => ({ numerator: firstTime, denominator: decided }),
  'in-time': ({ inTime, promised }) => ({ numerator: inTime, denominator: promised }),
  'online-volume': ({ online, submitted }) => ({ numerator: online, denominator: submitted }),
  'service-count': ({ submitted }) => ({ numerator: submitted, denominator: null }),
};

/** How well the service hall does, over the students that the caller answers for. */
@Injectable()
export class Indicators {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: IndicatorsQuery): Promise<IndicatorDto[]> {
    return this.database.read(async (tx) => {
      const rows = await query<Row>(tx, this.perItem(actor, request));
      const items = await query<Ratio & { item: string }>(
        tx,
        sql`SELECT i.code AS item, (v.content->'channels' ? 'online')::int AS numerator, 1 AS denominator
              FROM affairs.item i JOIN affairs.item_version v ON v.item_id = i.id AND v.number = i.number
             WHERE i.retired_at IS NULL AND ${anyOf(sql`i.code`, request.item) ?? sql`TRUE`} ORDER BY 1`,
      );
      return (Object.keys(FORMULAS) as IndicatorCode[]).map((code) => {
        const each = code === 'online-items' ? items : rows.map((row) => ({ item: row.item, ...OF[code](row) }));
        return IndicatorDto.of(code, sumOf(each, code === 'service-count'), each);
      });
    });
  }

  private perItem(actor: Actor, { from, to, item, unitId }: IndicatorsQuery): Sql {
    const date = this.clock.today();
    const within = (instant: Sql): Sql =>
      join(
        [
          sql`${instant} IS NOT NULL`,
          ...(from ? [sql`${instant} >= ${this.clock.instantOf(from, '00:00')}`] : []),
          ...(to ? [sql`${instant} < ${this.clock.instantOf(to, '24:00')}`] : []),
        ],
        ' AND ',
      );
    const [submitted, ended] = [within(sql`a.submitted_at`), within(sql`a.ended_at`)];
    const decided = sql`a.status IN ('completed', 'rejected') AND ${ended}`;
    return sql`
      SELECT a.item, count(*) FILTER (WHERE ${submitted})::int AS submitted,
             count(*) FILTER (WHERE ${submitted} AND a.channel = 'online')::int AS online,
             count(*) FILTER (WHERE ${decided})::int AS decided,
             count(*) FILTER (WHERE ${decided} AND a.returned_count = 0)::int AS "firstTime",
             count(*) FILTER (WHERE ${decided} AND a.due_at IS NOT NULL)::int AS promised,
             count(*) FILTER (WHERE ${decided} AND a.ended_at <= a.due_at)::int AS "inTime"
        FROM affairs.application a
       WHERE a.status <> 'draft' AND (${submitted} OR ${ended})
         AND ${inScope(actor.scopeOf('affairs:indicator:read'), sql`a.student_id`, date)}
         AND ${anyOf(sql`a.item`, item) ?? sql`TRUE`} AND ${inUnits(unitId, sql`a.student_id`, date) ?? sql`TRUE`}
       GROUP BY a.item ORDER BY a.item`;
  }
}

function sumOf(each: readonly Ratio[], count: boolean): Ratio {
  const sum = (of: (ratio: Ratio) => number): number => each.reduce((total, ratio) => total + of(ratio), 0);
  return {
    numerator: sum(({ numerator }) => numerator),
    denominator: count ? null : sum(({ denominator }) => denominator ?? 0),
  };
}
