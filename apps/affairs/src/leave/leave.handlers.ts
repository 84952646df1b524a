import { Injectable } from '@nestjs/common';
import { type PassFact, PassesRecordedV1, PassesRetractedV1 } from '#contracts';
import { type Tx } from '#database';
import { Every, OnEvent, type Period, type Received } from '#events';
import { FileKeys } from '#files';
import { sealedTableOf, StudentKeys, sealTexts } from '#vault';
import { HolidayReturns } from '../holiday-registrations/holiday-returns.service.js';
import { WorkflowComment } from '../tasks/workflow-comment.entity.js';
import { Leave } from './leave.entity.js';
import { LeaveReturns } from './leave-returns.service.js';

/** Rows that are sealed in one go. */
const SEALED_AT_ONCE = 1_000;

/** What leave hears of others, and does by the clock. Of a pass, registrations for holidays hear here too: an event has one handler. */
@Injectable()
export class LeaveHandlers {
  constructor(
    private readonly returns: LeaveReturns,
    private readonly holidays: HolidayReturns,
    private readonly students: StudentKeys,
    private readonly fileKeys: FileKeys,
  ) {}

  @OnEvent(PassesRecordedV1)
  async whenPassesRecorded(tx: Tx, event: Received<PassesRecordedV1>): Promise<void> {
    await this.returns.record(tx, event.data.passes);
    await this.holidays.settle(tx, studentsOf(event.data.passes));
  }

  @OnEvent(PassesRetractedV1)
  async whenPassesRetracted(tx: Tx, event: Received<PassesRetractedV1>): Promise<void> {
    await this.returns.retract(tx, event.data.passes);
    await this.holidays.settle(tx, studentsOf(event.data.passes));
  }

  /** What is from before texts and files were sealed with the keys of students. */
  @Every('*/10 * * * *', { name: 'affairs.seal-texts', catchUp: 'latest' })
  async sealTexts(tx: Tx): Promise<void> {
    for (const entity of [Leave, WorkflowComment])
      await sealTexts(tx, this.students, sealedTableOf(tx, entity), SEALED_AT_ONCE);
    await this.fileKeys.giveAttached(tx, 'affairs', SEALED_AT_ONCE);
  }

  @Every('17 0 * * *', { name: 'affairs.leave-overdue', catchUp: 'latest' })
  async closeOverdue(tx: Tx, period: Period): Promise<void> {
    await this.returns.closeOverdue(tx, period.at);
  }

  @Every('43 3 * * *', { name: 'affairs.leave-passes', catchUp: 'latest' })
  async forgetPasses(tx: Tx, period: Period): Promise<void> {
    await this.returns.forgetPasses(tx, period.at);
  }
}

function studentsOf(passes: readonly PassFact[]): string[] {
  return passes.map(({ studentId }) => studentId);
}
