import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The time to decide a dispute is over; the service's own background job. */
@Event({ name: 'early-warning.dispute-due.v1', consumers: ['early-warning'] })
export class DisputeDueV1 {
  @IsUUID()
  disputeId: string;

  constructor(disputeId: string) {
    this.disputeId = disputeId;
  }
}
