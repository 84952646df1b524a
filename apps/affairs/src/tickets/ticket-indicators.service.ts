import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, join, query, sql, type Sql } from '#database';
import { anyOf } from '#http';
import { unitInScope } from '#roster';
import { CampusClock } from '#time';
import {
  type Ratio,
  TICKET_FORMULAS,
  type TicketFigure,
  TicketIndicatorDto,
  type TicketIndicatorsQuery,
} from './ticket-indicators.dto.js';
import type { PlaceOrUnitDto } from './tickets.dto.js';
import { unitRef } from './tickets.queries.js';

interface Row {
  kind: string;
  unitId: string;
  unit: PlaceOrUnitDto;
  asked: number;
  answered: number;
  done: number;
  inTime: number;
  reopened: number;
  rated: number;
  ratings: number;
}

/** Of what is worked out for each kind and unit, what each formula divides by what. */
const OF: Record<TicketFigure, (row: Row) => Ratio> = {
  'answered-in-time': ({ answered, asked }) => ({ numerator: answered, denominator: asked }),
  'done-in-time': ({ inTime, done }) => ({ numerator: inTime, denominator: done }),
  reopened: ({ reopened, done }) => ({ numerator: reopened, denominator: done }),
  satisfaction: ({ ratings, rated }) => ({ numerator: ratings, denominator: rated }),
};

/** How well tickets are dealt with, over the departments that the caller answers for. */
@Injectable()
export class TicketIndicators {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  async list(actor: Actor, request: TicketIndicatorsQuery): Promise<TicketIndicatorDto[]> {
    const rows = await query<Row>(this.database.connection, this.perKindAndUnit(actor, request));
    return (Object.keys(TICKET_FORMULAS) as TicketFigure[]).map((code) => {
      const each = rows.map((row) => ({ ...row, ...OF[code](row) }));
      const kinds = grouped(each, ({ kind }) => kind).map(([ratio, { kind }]) => ({ ...ratio, kind }));
      const units = grouped(each, ({ unitId }) => unitId).map(([ratio, { unit }]) => ({ ...ratio, unit }));
      return TicketIndicatorDto.of(code, sumOf(each), kinds, units);
    });
  }

  private perKindAndUnit(actor: Actor, { from, to, kind, unitId }: TicketIndicatorsQuery): Sql {
    const within = (instant: Sql): Sql =>
      join(
        [
          sql`${instant} IS NOT NULL`,
          ...(from ? [sql`${instant} >= ${this.clock.instantOf(from, '00:00')}`] : []),
          ...(to ? [sql`${instant} < ${this.clock.instantOf(to, '24:00')}`] : []),
        ],
        ' AND ',
      );
    const [sent, done] = [within(sql`t.reported_at`), within(sql`t.done_at`)];
    const asked = sql`${sent} AND t.closed_by IS DISTINCT FROM 'withdrawn'
      AND (t.answered_at IS NOT NULL OR t.answer_due_at <= ${this.clock.now()})`;
    return sql`
      SELECT t.kind, t.unit_id AS "unitId", ${unitRef(sql`t.unit_id`)} AS unit, count(*) FILTER (WHERE ${asked})::int AS asked,
             count(*) FILTER (WHERE ${asked} AND t.answered_at <= t.answer_due_at)::int AS answered,
             count(*) FILTER (WHERE ${done})::int AS done,
             count(*) FILTER (WHERE ${done} AND t.done_at <= t.done_due_at)::int AS "inTime",
             count(*) FILTER (WHERE ${done} AND t.reopened > 0)::int AS reopened,
             coalesce(sum(r.rated), 0)::int AS rated, coalesce(sum(r.ratings), 0)::int AS ratings
        FROM affairs.ticket t
        LEFT JOIN (SELECT a.ticket_id, count(*) AS rated, sum(a.rating) AS ratings FROM affairs.ticket_action a
                    WHERE a.rating IS NOT NULL AND ${within(sql`a.at`)} GROUP BY 1) r ON r.ticket_id = t.id
       WHERE (${sent} OR ${done} OR r.ticket_id IS NOT NULL) AND ${unitInScope(actor.scopeOf('affairs:indicator:read'), sql`t.unit_id`)}
         AND ${anyOf(sql`t.kind`, kind) ?? sql`TRUE`} AND ${anyOf(sql`t.unit_id`, unitId, 'uuid') ?? sql`TRUE`}
       GROUP BY 1, 2 ORDER BY 1, 2`;
  }
}

function grouped<R extends Ratio>(rows: readonly R[], keyOf: (row: R) => string): [Ratio, R][] {
  const groups = new Map<string, R[]>();
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row]);
  const summed = [...groups.values()].map((group): [Ratio, R] => [sumOf(group), group[0]!]);
  return summed.filter(([{ denominator }]) => denominator > 0);
}

function sumOf(each: readonly Ratio[]): Ratio {
  return {
    numerator: each.reduce((sum, { numerator }) => sum + numerator, 0),
    denominator: each.reduce((sum, { denominator }) => sum + denominator, 0),
  };
}
