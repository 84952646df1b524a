import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import type { Bilingual, WarningLevel } from '#contracts';
import { Database, empty, query, sql, type Tx } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import type { Evidence, NamedMetric, Rule } from '#rule-language';
import { addDays, CampusClock } from '#time';
import { RefusalDto } from '#workflow';
import { DisputePolicy } from '../disputes/disputes.policy.js';
import { disputeRefusal, type DisputesOver, overObservation, OVER_WARNING } from '../disputes/may-dispute.js';
import { inputsOf } from '../explanations/explanations.service.js';
import { CARE_NOTICE, forStudent, type Names } from '../explanations/wording.js';
import {
  OwnObservationDto,
  type OwnObservationsQuery,
  OwnWarningDto,
  type OwnWarningsQuery,
  type OwnWarningStatus,
} from './own.dto.js';
import { OWN_VALUES } from './own.queries.js';
import { OwnViewPolicy } from './own-view.policy.js';

const STATUS = sql`CASE w.status WHEN 'open' THEN 'being_looked_at' WHEN 'notice' THEN 'for_information' WHEN 'confirmed' THEN 'followed_up' WHEN 'withdrawn' THEN 'taken_back'
  ELSE 'settled' END`;

interface WarningRow extends DisputesOver {
  id: string;
  status: OwnWarningStatus;
  level: WarningLevel;
  firstDay: string;
  lastDay: string;
  raisedAt: Date;
  evidence: Evidence;
  rule: Rule;
}

type ObservationRow = DisputesOver & Omit<OwnObservationDto, 'dispute' | 'name'> & Bilingual;

/** What students see of what is recorded and said of them; of nobody else, whatever posts they hold. */
@Injectable()
export class OwnData {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  /** Day by day, what rules see. What has just come is seen once it was folded, within seconds. */
  observations(actor: Actor, request: OwnObservationsQuery): Promise<Page<OwnObservationDto>> {
    const { metric, from, to } = request;
    return this.database.read(async (tx) => {
      const [view, disputes] = await this.rules(tx);
      const first = from ?? addDays(this.clock.today(), -view.recentDays);
      return list(tx, request, {
        select: sql`m.code AS metric, m.zh, m.en, m.unit, v.day::text AS day, (x.value / (10 ^ m.decimals)::numeric)::float8 AS value,
          coalesce((SELECT json_agg(json_build_object('zh', s.zh, 'en', s.en) ORDER BY s.code) FROM early_warning.source s
                     WHERE s.active AND m.code = ANY(s.metrics)), '[]') AS sources,
          ${overObservation(sql`o.student_id`, sql`m.code`, sql`v.day`)}`,
        from: sql`${OWN_VALUES} JOIN early_warning.metric m ON m.number = v.metric`,
        where: [
          sql`o.student_id = ${this.self(actor)}::uuid AND x.value >= 0 AND v.day >= ${first}`,
          to && sql`v.day <= ${to}`,
          anyOf(sql`m.code`, metric),
        ],
        sorts: { day: sql`v.day` },
        defaultSort: '-day',
        id: sql`m.code`,
        to: ({ disputeId, decided, openInAll, zh, en, ...row }: ObservationRow) =>
          Object.assign(new OwnObservationDto(), row, {
            name: { zh, en },
            dispute: this.disputable(
              { disputeId, decided, openInAll },
              this.clock.instantOf(row.day, '00:00'),
              disputes,
            ),
          }),
      });
    });
  }

  warnings(actor: Actor, request: OwnWarningsQuery): Promise<Page<OwnWarningDto>> {
    return this.database.read(async (tx) => {
      const [view, disputes] = await this.rules(tx);
      const open = view.showRestricted ? empty : sql` AND r.definition -> 'visibility' IS NULL`;
      const { data, ...rest } = await list(tx, request, {
        select: sql`w.id, ${STATUS} AS status, w.level, w.first_day::text AS "firstDay", w.last_day::text AS "lastDay", w.raised_at AS "raisedAt",
          w.evidence, r.definition AS rule, ${OVER_WARNING}`,
        // By the version that raised it: the evidence is of its features.
        from: sql`early_warning.warning w JOIN early_warning.rule r ON r.id = coalesce((SELECT e.id FROM early_warning.rule e
          WHERE e.code = w.rule_code AND e.number = (w.evidence ->> 'number')::int), w.rule_id)`,
        where: [sql`w.student_id = ${this.self(actor)}::uuid${open}`, anyOf(STATUS, request.status)],
        sorts: { raisedAt: sql`w.raised_at` },
        defaultSort: '-raisedAt',
        id: sql`w.id`,
        to: (row: WarningRow) => row,
      });
      const names = await namesOf(tx, data);
      return { data: data.map((row) => this.own(row, names, view, disputes)), ...rest };
    });
  }

  private own(row: WarningRow, names: Names, view: OwnViewPolicy, disputes: DisputePolicy): OwnWarningDto {
    const { id, status, level, firstDay, lastDay, raisedAt, rule, evidence } = row;
    const { timeZone } = this.clock;
    const finding = { rule, evidence, names, timeZone, verdict: 'holds' as const, cause: null, silences: [] };
    return Object.assign(new OwnWarningDto(), {
      ...{ id, status, firstDay, lastDay, raisedAt, title: CARE_NOTICE },
      text: forStudent(finding),
      level: view.showLevel ? level : null,
      inputs: inputsOf(finding),
      dispute: this.disputable(row, raisedAt, disputes),
    });
  }

  private disputable(over: DisputesOver, since: Date, policy: DisputePolicy): OwnWarningDto['dispute'] {
    const refused = disputeRefusal(over, since, policy, this.clock.now());
    return { disputeId: over.disputeId, allowed: !refused, reason: RefusalDto.of(refused) };
  }

  private async rules(tx: Tx): Promise<[OwnViewPolicy, DisputePolicy]> {
    const today = this.clock.today();
    return [
      (await this.policies.at(tx, OwnViewPolicy, today)).value,
      (await this.policies.at(tx, DisputePolicy, today)).value,
    ];
  }

  private self(actor: Actor): string | null {
    return actor.scopeOf('early-warning:own-data:read').personId ?? null;
  }
}

/** Names and units of the metrics that the rules use. */
async function namesOf(tx: Tx, rows: readonly { rule: Rule }[]): Promise<Names> {
  const codes = rows.flatMap(({ rule }) => Object.values(rule.features).map(({ metric }) => metric));
  if (codes.length === 0) return new Map();
  const found = await query<NamedMetric & { code: string }>(
    tx,
    sql`SELECT code, zh, en, unit FROM early_warning.metric WHERE code = ANY(${[...new Set(codes)]}::text[])`,
  );
  return new Map(found.map(({ code, ...metric }) => [code, metric]));
}
