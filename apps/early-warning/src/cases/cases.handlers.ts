import { Injectable } from '@nestjs/common';
import { findInScope, query, sql, type Tx } from '#database';
import { Every, OnEvent, type Received } from '#events';
import { Policies } from '#policy';
import { termOf } from '#roster';
import { addDays, CampusClock } from '#time';
import { CareCase } from './care-case.entity.js';
import { CarePolicy } from './care.policy.js';
import { CareCaseDueV1, CareTransferDueV1 } from './case-due.event.js';
import { CaseTransfers } from './case-transfers.service.js';
import { CaseSupervision } from './supervision.service.js';

@Injectable()
export class CaseHandlers {
  constructor(
    private readonly policies: Policies,
    private readonly supervision: CaseSupervision,
    private readonly transfers: CaseTransfers,
    private readonly clock: CampusClock,
  ) {}

  @OnEvent(CareCaseDueV1)
  async whenCaseDue(tx: Tx, { data: { caseId } }: Received<CareCaseDueV1>): Promise<void> {
    const of = await lock(tx, caseId);
    if (of) await this.supervision.look(tx, of);
  }

  @OnEvent(CareTransferDueV1)
  async whenTransferDue(tx: Tx, { data: { transferId } }: Received<CareTransferDueV1>): Promise<void> {
    await this.transfers.expire(tx, transferId);
  }

  /** So many days before a term ends every open case is to be reviewed, once a term; a day that was missed is made good the next. */
  @Every('11 7 * * *', { name: 'early-warning.term-reviews', catchUp: 'latest' })
  async everyMorning(tx: Tx): Promise<void> {
    const today = this.clock.today();
    const term = await termOf(tx, today);
    const { value } = await this.policies.at(tx, CarePolicy, today);
    if (!term || today < addDays(term.endsOn, -value.pullUpDays)) return;
    // As `mustBeReviewed` of each.
    const open = await query<{ id: string }>(
      tx,
      sql`UPDATE early_warning.care_case SET review_on = least(review_on, ${today}::date), pulled_up_term = ${term.id}, version = version + 1, updated_at = now()
           WHERE closed_at IS NULL AND level IS NOT NULL AND pulled_up_term IS DISTINCT FROM ${term.id} RETURNING id`,
    );
    await this.supervision.lookAtAll(
      tx,
      open.map(({ id }) => id),
    );
  }
}

function lock(tx: Tx, id: string): Promise<CareCase | undefined> {
  return findInScope(tx, CareCase, id, { alias: 'c', where: sql`TRUE`, lock: 'update' });
}
