import { IsDateString, IsUUID } from 'class-validator';
import { Event } from '../event.js';

abstract class LeavePeriod {
  @IsUUID()
  leaveId: string;

  @IsUUID()
  studentId: string;

  /** First instant of absence, inclusive. */
  @IsDateString()
  startsAt: string;

  /** End of absence, exclusive: the approved end, or the actual return when that is earlier. */
  @IsDateString()
  endsAt: string;

  constructor(values: { leaveId: string; studentId: string; startsAt: string; endsAt: string }) {
    Object.assign(this, values);
  }
}

/** A leave counts from now on: the night check excuses the student, attendance rules pause. */
@Event({ name: 'affairs.leave-approved.v1', consumers: ['safety', 'early-warning'] })
export class LeaveApprovedV1 extends LeavePeriod {}

/** An approved leave's end moved: extended, or ended early by the return. */
@Event({ name: 'affairs.leave-changed.v1', consumers: ['safety', 'early-warning'] })
export class LeaveChangedV1 extends LeavePeriod {}

/** An approved leave no longer counts (withdrawn or revoked before it began). */
@Event({ name: 'affairs.leave-cancelled.v1', consumers: ['safety', 'early-warning'] })
export class LeaveCancelledV1 {
  @IsUUID()
  leaveId: string;

  @IsUUID()
  studentId: string;

  constructor(leaveId: string, studentId: string) {
    this.leaveId = leaveId;
    this.studentId = studentId;
  }
}
