import { Injectable } from '@nestjs/common';
import { StudentErasedV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { Files } from '#files';
import { eraseTexts, sealedTableOf } from '#vault';
import { Enrolments } from '../activities/enrolments.service.js';
import { Application } from '../applications/application.entity.js';
import { Bookings } from '../bookings/bookings.service.js';
import { eraseBookings } from '../bookings/erase-bookings.js';
import { Certificate } from '../certificates/certificate.entity.js';
import { markErased } from '../certificates/certificates.queries.js';
import { SignOff } from '../clearances/sign-off.entity.js';
import { SanctionAppeals } from '../discipline/appeals.service.js';
import { eraseSanctions } from '../discipline/erase-sanctions.js';
import { HolidayRegistration } from '../holiday-registrations/registration.entity.js';
import { eraseHonours } from '../honours/honours.queries.js';
import { Leave } from '../leave/leave.entity.js';
import { eraseRounds } from '../rounds/erase-rounds.js';
import { Claim } from '../second-classroom/claim.entity.js';
import { Claims } from '../second-classroom/claims.service.js';
import { TicketAction } from '../tickets/ticket-action.entity.js';
import { Organisations } from '../organisations/organisations.service.js';
import { WorkflowComment } from '../tasks/workflow-comment.entity.js';
import { TicketCases } from '../tickets/ticket-cases.service.js';
import { Ticket } from '../tickets/ticket.entity.js';
import { StarObjection } from '../volunteering/star.entity.js';
import { Stars } from '../volunteering/stars.service.js';
import { PostApplications } from '../work-study/post-applications.service.js';
import { PostApplication } from '../work-study/post.entity.js';

/** What is sealed with the student's key and shows its row without it. */
const SEALED = [
  ...[Leave, HolidayRegistration, Application, Certificate, SignOff],
  ...[Ticket, TicketAction, Claim, StarObjection, PostApplication, WorkflowComment],
];
/** What else each room does about it. */
const ERASE = [markErased, eraseBookings, eraseSanctions, eraseRounds, eraseHonours];

/** That there were leaves, applications, bookings and all the others, and when, stays: what they are about goes, and what was still to come ends. */
@Injectable()
export class ErasureHandlers {
  constructor(
    private readonly files: Files,
    private readonly bookings: Bookings,
    private readonly enrolments: Enrolments,
    private readonly posts: PostApplications,
    private readonly tickets: TicketCases,
    private readonly organisations: Organisations,
    private readonly claims: Claims,
    private readonly stars: Stars,
    private readonly appeals: SanctionAppeals,
  ) {}

  /** In the order in which they are asked. */
  private get rooms(): { endAllOf(tx: Tx, studentId: string): Promise<void> }[] {
    const { bookings, enrolments, posts, organisations, tickets, claims, stars, appeals } = this;
    return [bookings, enrolments, posts, organisations, tickets, claims, stars, appeals];
  }

  @OnEvent(StudentErasedV1)
  async whenStudentErased(tx: Tx, { data: { studentId } }: Received<StudentErasedV1>): Promise<void> {
    // Before the texts go: each of these takes its locks in the order in which everybody else does.
    for (const room of this.rooms) await room.endAllOf(tx, studentId);
    // Nobody else has seen a draft.
    await query(tx, sql`DELETE FROM affairs.application WHERE student_id = ${studentId} AND status = 'draft'`);
    for (const entity of SEALED) await eraseTexts(tx, sealedTableOf(tx, entity), studentId);
    const leaves = sql`SELECT id FROM affairs.leave WHERE student_id = ${studentId}`;
    await query(tx, sql`DELETE FROM affairs.leave_pass WHERE leave_id IN (${leaves})`);
    await query(tx, sql`DELETE FROM affairs.holiday_reminder WHERE student_id = ${studentId}`);
    await query(tx, sql`DELETE FROM affairs.untold_absence WHERE student_id = ${studentId}`);
    await query(tx, sql`DELETE FROM affairs.attendance WHERE student_id = ${studentId}`);
    await query(tx, sql`DELETE FROM affairs.work_study_priority WHERE student_id = ${studentId}`);
    for (const erase of ERASE) await erase(tx, studentId);
    await this.files.deleteOfStudent(tx, 'affairs', studentId);
  }
}
