import { Injectable } from '@nestjs/common';
import { PassesRecordedV1, PassesRetractedV1, StudentErasedV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { Every, OnEvent, type Period, type Received } from '#events';
import { FileKeys, Files } from '#files';
import { eraseTexts, sealedTableOf, StudentKeys, sealTexts } from '#vault';
import { Workflows } from '#workflow';
import { Leave } from './leave.entity.js';
import { Certificate } from '../certificates/certificate.entity.js';
import { markErased } from '../certificates/certificates.queries.js';
import { StepDueV1 } from '../tasks/step-due.event.js';
import { LeaveCases } from './leave-cases.service.js';
import { LeaveReturns, SYSTEM } from './leave-returns.service.js';

/** Rows that are sealed in one go. */
const SEALED_AT_ONCE = 1_000;

/** What leave hears of others, and does by the clock. */
@Injectable()
export class LeaveHandlers {
  constructor(
    private readonly returns: LeaveReturns,
    private readonly cases: LeaveCases,
    private readonly workflows: Workflows,
    private readonly students: StudentKeys,
    private readonly files: Files,
    private readonly fileKeys: FileKeys,
  ) {}

  @OnEvent(PassesRecordedV1)
  async whenPassesRecorded(tx: Tx, event: Received<PassesRecordedV1>): Promise<void> {
    await this.returns.record(tx, event.data.passes);
  }

  @OnEvent(PassesRetractedV1)
  async whenPassesRetracted(tx: Tx, event: Received<PassesRetractedV1>): Promise<void> {
    await this.returns.retract(tx, event.data.passes);
  }

  /** That there were leaves and certificates, and when, stays: what they are about goes. */
  @OnEvent(StudentErasedV1)
  async whenStudentErased(tx: Tx, { data: { studentId } }: Received<StudentErasedV1>): Promise<void> {
    await eraseTexts(tx, sealedTableOf(tx, Leave), studentId);
    await eraseTexts(tx, sealedTableOf(tx, Certificate), studentId);
    await markErased(tx, studentId);
    const leaves = sql`(SELECT id FROM affairs.leave WHERE student_id = ${studentId})`;
    await query(
      tx,
      sql`UPDATE affairs.workflow_action SET comment = NULL WHERE subject_id IN ${leaves} AND comment IS NOT NULL`,
    );
    await query(tx, sql`DELETE FROM affairs.leave_pass WHERE leave_id IN ${leaves}`);
    await this.files.deleteOfStudent(tx, 'affairs', studentId);
  }

  /** What is from before texts and files were sealed with the keys of students. */
  @Every('*/10 * * * *', { name: 'affairs.seal-texts', catchUp: 'latest' })
  async sealTexts(tx: Tx): Promise<void> {
    await sealTexts(tx, this.students, sealedTableOf(tx, Leave), SEALED_AT_ONCE);
    await this.fileKeys.giveAttached(tx, 'affairs', SEALED_AT_ONCE);
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
