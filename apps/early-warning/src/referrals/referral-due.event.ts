import { IsUUID } from 'class-validator';
import { Event } from '#contracts';
import type { TimerKey } from '#events';

/** The time to take a referral up is over, or that of a step of the line; the service's own background job. */
@Event({ name: 'early-warning.referral-due.v1', consumers: ['early-warning'] })
export class ReferralDueV1 {
  @IsUUID()
  referralId: string;

  constructor(referralId: string) {
    this.referralId = referralId;
  }
}

export function referralTimer(id: string): TimerKey {
  return `early-warning.referral-due ${id}`;
}
