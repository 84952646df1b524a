import { Injectable } from '@nestjs/common';
import { queryOne, sql, type Tx } from '#database';
import { Every, OnEvent, type Period, type Received } from '#events';
import { Workflows } from '#workflow';
import { ApplicationCases } from '../applications/application-cases.service.js';
import { ITEM_FLOWS } from '../catalogue/item-flow.js';
import { LeaveCases } from '../leave/leave-cases.service.js';
import { SYSTEM } from '../leave/leave-returns.service.js';
import { StepDueV1 } from './step-due.event.js';

/** What happens to cases of all kinds by the clock. */
@Injectable()
export class TaskHandlers {
  constructor(
    private readonly workflows: Workflows,
    private readonly leaves: LeaveCases,
    private readonly applications: ApplicationCases,
  ) {}

  @OnEvent(StepDueV1)
  async whenStepDue(tx: Tx, { data: { caseId, dueAt } }: Received<StepDueV1>): Promise<void> {
    const case_ = await queryOne<{ definition: string }>(
      tx,
      sql`SELECT definition FROM affairs.workflow WHERE id = ${caseId}`,
    );
    const cases = case_?.definition.startsWith(ITEM_FLOWS) ? this.applications : this.leaves;
    await cases.expire(tx, caseId, dueAt);
  }

  /** Hands what is open to whoever holds the posts by now. */
  @Every('*/10 * * * *', { name: 'affairs.signers', catchUp: 'latest' })
  async findSigners(tx: Tx, period: Period): Promise<void> {
    await this.workflows.refreshAll(tx, period.at, SYSTEM);
  }
}
