import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { queryOne, sql, type Tx } from '#database';
import { Invalid } from '#problems';
import { CampusClock } from '#time';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { correctDay, isFiledAway } from '../observations/correcting.js';
import { Warnings } from '../warnings/warnings.service.js';
import type { Correction, Dispute } from './dispute.entity.js';
import type { DisputeDetailDto, UpholdDisputeDto } from './disputes.dto.js';
import { NotWhatItRestsOn, ObservationsFiledAway } from './disputes.problems.js';
import { restsOn } from './disputes.queries.js';
import { Disputes } from './disputes.service.js';

/** Deciding disputes; what is upheld is put right everywhere. */
@Injectable()
export class DisputeDecisions {
  constructor(
    private readonly disputes: Disputes,
    private readonly warnings: Warnings,
    private readonly clock: CampusClock,
  ) {}

  /**
   * Records are corrected, and every rule that rests on them is evaluated anew; a warning may be set aside as well. Throws Invalid (400) for a
   * warning with neither, NotWhatItRestsOn (422), ObservationsFiledAway (409).
   */
  uphold(actor: Actor, id: string, expected: number, body: UpholdDisputeDto): Promise<DisputeDetailDto> {
    return this.disputes.act(actor, id, expected, 'uphold', async (tx, dispute) => {
      const by = actor.personId!;
      const corrections = correctionsOf(dispute, body);
      dispute.decide('upheld', by, body.answer, this.clock.now());
      dispute.corrections = corrections.map(({ metric, day, value }) => ({ metric, day, value }));
      for (const [i, one] of corrections.entries())
        await this.correct(tx, dispute, one, by, body.corrections ? `#/corrections/${i}` : '#');
      if (body.dismiss) await this.warnings.overturn(tx, actor, dispute.warningId!, body.dismiss);
      await this.disputes.end(tx, dispute);
    });
  }

  reject(actor: Actor, id: string, expected: number, answer: string): Promise<DisputeDetailDto> {
    return this.disputes.act(actor, id, expected, 'reject', async (tx, dispute) => {
      dispute.decide('rejected', actor.personId!, answer, this.clock.now());
      await this.disputes.end(tx, dispute);
    });
  }

  private async correct(tx: Tx, dispute: Dispute, one: Correction, by: string, pointer: string): Promise<void> {
    const { studentId, id, round } = dispute;
    const metric = (await metricCatalogue(tx)).get(one.metric);
    const row = await queryOne<{ ordinal: number; concerned: boolean }>(
      tx,
      sql`SELECT o.ordinal, EXISTS (SELECT FROM early_warning.warning w
                 WHERE w.id = ${dispute.warningId}::uuid AND ${restsOn(sql`${one.metric}::text`, sql`${one.day}::date`)}) AS concerned
            FROM early_warning.student_ordinal o WHERE o.student_id = ${studentId}`,
    );
    const same = dispute.metric === one.metric && dispute.day === one.day;
    if (!row || !metric || !(same || row.concerned)) throw new NotWhatItRestsOn({ pointer });
    if (await isFiledAway(tx, one.day)) throw new ObservationsFiledAway({ pointer });
    const stored = one.value === null ? null : Math.round(one.value * 10 ** metric.decimals);
    if (stored !== null && Math.abs(one.value! * 10 ** metric.decimals - stored) > 1e-6) {
      const zh = `最多 ${metric.decimals} 位小数`;
      throw new Invalid({
        errors: [{ pointer: `${pointer}/value`, zh, en: `has at most ${metric.decimals} decimals` }],
      });
    }
    const { ordinal } = row;
    await correctDay(
      tx,
      { metric: { ...metric, code: one.metric }, day: one.day, ordinal, value: stored },
      {
        ...{ source: 'dispute', key: `${id} ${round}`, by },
        ...{ now: this.clock.now(), timeZone: this.clock.timeZone },
      },
    );
  }
}

/** What is put right: of a disputed record that itself, when nothing is said. */
function correctionsOf({ subject, metric, day }: Dispute, { corrections, dismiss }: UpholdDisputeDto): Correction[] {
  const refuse = (pointer: string, zh: string, en: string): never => {
    throw new Invalid({ errors: [{ pointer, zh, en }] });
  };
  if (subject === 'observation') {
    if (dismiss) refuse('#/dismiss', '只用于针对预警的异议', 'is for disputes over warnings');
    return corrections ?? [{ metric: metric!, day: day!, value: null }];
  }
  if (!corrections && !dismiss)
    refuse('#/dismiss', '应更正记录或排除该预警', 'correct records, or set the warning aside');
  return corrections ?? [];
}
