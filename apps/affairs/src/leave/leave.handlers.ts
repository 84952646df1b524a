import { Injectable } from '@nestjs/common';
import { PassesRecordedV1, PassesRetractedV1 } from '#contracts';
import type { Tx } from '#database';
import { Every, OnEvent, type Period, type Received } from '#events';
import { Workflows } from '#workflow';
import { StepDueV1 } from '../tasks/step-due.event.js';
import { LeaveCases } from './leave-cases.service.js';
import { LeaveReturns, SYSTEM } from './leave-returns.service.js';

/** What leave hears of others, and does by the clock. */
@Injectable()
export class LeaveHandlers {
  constructor(
    private readonly returns: LeaveReturns,
    private readonly cases: LeaveCases,
    private readonly workflows: Workflows,
  ) {}

  @OnEvent(PassesRecordedV1)
  async whenPassesRecorded(tx: Tx, event: Received<PassesRecordedV1>): Promise<void> {
    await this.returns.record(tx, event.data.passes);
  }

  @OnEvent(PassesRetractedV1)
  async whenPassesRetracted(tx: Tx, event: Received<PassesRetractedV1>): Promise<void> {
    await this.returns.retract(tx, event.data.passes);
  }

  @OnEvent(StepDueV1)
  async whenStepDue(tx: Tx, { data }: Received<StepDueV1>): Promise<void> {
    await this.cases.expire(tx, data.caseId, data.dueAt);
  }

  @Every('17 0 * * *', { name: 'affairs.leave-overdue', catchUp: 'latest' })
  async closeOverdue(tx: Tx, period: Period): Promise<void> {
    await this.returns.closeOverdue(tx, period.at);
  }

  @Every('43 3 * * *', { name: 'affairs.leave-passes', catchUp: 'latest' })
  async forgetPasses(tx: Tx, period: Period): Promise<void> {
    await this.returns.forgetPasses(tx, period.at);
  }

  /** Hands what is open to whoever holds the posts by now. */
  @Every('*/10 * * * *', { name: 'affairs.signers', catchUp: 'latest' })
  async findSigners(tx: Tx, period: Period): Promise<void> {
    await this.workflows.refreshAll(tx, period.at, SYSTEM);
  }
}
