import { Injectable } from '@nestjs/common';
import { RESOURCE_OFFERS_AT_ONCE, ResourcesOfferedV1 } from '#contracts';
import { newId, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { CANNOT_SAY } from '#rule-language';
import { addDays, CampusClock } from '#time';
import { Engine } from '../engine/engine.js';
import { Questions } from '../evaluations/questions.js';
import { Processing } from '../processing/processing.service.js';
import { ruleOf } from './matching-rule.js';
import type { Match } from './resource.entity.js';

/** Resources that are judged together: their features are worked out once. */
const AT_ONCE = 50;

/** Offers resources to whom they fit as of yesterday, by the engine that judges warnings. */
@Injectable()
export class ResourceMatching {
  constructor(
    private readonly events: Events,
    private readonly clock: CampusClock,
    private readonly engine: Engine,
    private readonly questions: Questions,
    private readonly processing: Processing,
  ) {}

  /** What is on offer today and has places left; with `resourceId` that one alone. */
  async match(tx: Tx, resourceId?: string): Promise<void> {
    const today = this.clock.today();
    const asOf = addDays(today, -1);
    const resources = await query<{ id: string; kind: string; match: Match }>(
      tx,
      sql`SELECT id, kind, match FROM early_warning.resource
           WHERE state = 'published' AND ${today} BETWEEN first_day AND last_day AND (capacity IS NULL OR taken < capacity)
             AND (${resourceId ?? null}::uuid IS NULL OR id = ${resourceId ?? null}) ORDER BY id`,
    );
    for (let from = 0; from < resources.length; from += AT_ONCE) {
      const some = resources.slice(from, from + AT_ONCE);
      const lanes = await this.lanesOf(
        some.map(({ match }) => match),
        asOf,
      );
      for (const [i, { id, kind }] of some.entries()) await this.offer(tx, { id, kind }, lanes[i]!, asOf);
    }
  }

  /** Whom each fits, by lane. */
  private lanesOf(matches: readonly Match[], asOf: string): Promise<number[][]> {
    const rules = matches.map((match) => ({ number: 0, definition: ruleOf(match) }));
    return this.questions.ask((read) =>
      this.engine.evaluate(read, { rules, asOf }, (firings) =>
        rules.map((_, i) => {
          const levels = firings.levels(i);
          return firings.about(i).filter((lane) => levels[lane]! > 0 && levels[lane] !== CANNOT_SAY);
        }),
      ),
    );
  }

  /**
   * Once a term each: whoever was offered it since the term began, whatever they said, is not offered it again, nor who has it, nor who
   * wants none of its kind, or of any.
   */
  private async offer(
    tx: Tx,
    { id, kind }: { id: string; kind: string },
    lanes: number[],
    asOf: string,
  ): Promise<void> {
    if (lanes.length === 0) return;
    const now = this.clock.now();
    const offered = await query<{ id: string }>(
      tx,
      sql`INSERT INTO early_warning.resource_offer (id, resource_id, student_id, origin, status, term_starts_on, as_of, offered_at)
          SELECT w.id, ${id}, o.student_id, 'match', 'offered', ${termStart(this.clock.today())}, ${asOf}, ${now}
            FROM unnest(${lanes.map(() => newId())}::uuid[], ${lanes}::int[]) AS w(id, ordinal)
            JOIN early_warning.student_ordinal o ON o.ordinal = w.ordinal
           WHERE o.student_id IS NOT NULL
             AND NOT EXISTS (SELECT FROM early_warning.resource_opt_out n WHERE n.student_id = o.student_id AND n.kind = ${kind})
             AND ${await this.processing.allowed(tx, 'resources', sql`o.student_id`)}
          ON CONFLICT DO NOTHING RETURNING id`,
    );
    const ids = offered.map((one) => one.id);
    for (let from = 0; from < ids.length; from += RESOURCE_OFFERS_AT_ONCE)
      await this.events.publish(tx, new ResourcesOfferedV1(ids.slice(from, from + RESOURCE_OFFERS_AT_ONCE)));
  }
}

/** First day of the term, or in a break of the term before; of a school without terms all days are one. */
export function termStart(today: string) {
  return sql`coalesce((SELECT max(t.starts_on) FROM directory.published_term_v1 t WHERE t.kind = 'term' AND t.starts_on <= ${today}), DATE '1900-01-01')`;
}
