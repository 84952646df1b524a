import { IsIn, IsInt, IsUUID } from 'class-validator';
import { Event } from '../event.js';

/** A care case was opened for a student. Whom it is about is not told: whoever may know reads the case. */
@Event({ name: 'early-warning.care-case-opened.v1', consumers: [] })
export class CareCaseOpenedV1 {
  @IsUUID()
  caseId: string;

  constructor(caseId: string) {
    this.caseId = caseId;
  }
}

/** Two persons agreed that a care case is closed, or it was opened again. */
@Event({ name: 'early-warning.care-case-settled.v1', consumers: [] })
export class CareCaseSettledV1 {
  @IsUUID()
  caseId: string;

  @IsIn(['closed', 'reopened'])
  outcome: 'closed' | 'reopened';

  constructor(values: { caseId: string; outcome: CareCaseSettledV1['outcome'] }) {
    Object.assign(this, values);
  }
}

/** A care case is offered to another owner, or what came of that; `ownerId` owns it from now on. */
@Event({ name: 'early-warning.care-case-transferred.v1', consumers: ['integration'] })
export class CareCaseTransferredV1 {
  @IsUUID()
  caseId: string;

  @IsUUID()
  transferId: string;

  @IsIn(['offered', 'accepted', 'refused', 'expired', 'withdrawn'])
  outcome: 'offered' | 'accepted' | 'refused' | 'expired' | 'withdrawn';

  @IsUUID()
  ownerId: string;

  @IsUUID()
  toId: string;

  constructor(values: {
    caseId: string;
    transferId: string;
    outcome: CareCaseTransferredV1['outcome'];
    ownerId: string;
    toId: string;
  }) {
    Object.assign(this, values);
  }
}

/** Who owned a care case left the post by which it was theirs: it is up to whoever holds the post now, or to who is above it. */
@Event({ name: 'early-warning.care-case-handed-over.v1', consumers: ['integration'] })
export class CareCaseHandedOverV1 {
  @IsUUID()
  caseId: string;

  /** Who owns it from now on. */
  @IsUUID()
  ownerId: string;

  constructor(values: { caseId: string; ownerId: string }) {
    Object.assign(this, values);
  }
}

/** Nothing was recorded of a care case for as long as its level allows: it is up for review. */
@Event({ name: 'early-warning.care-case-quiet.v1', consumers: [] })
export class CareCaseQuietV1 {
  @IsUUID()
  caseId: string;

  constructor(caseId: string) {
    this.caseId = caseId;
  }
}

/** Something of a care case is overdue: it is up to these people, a step up the line. Empty: nobody holds a post there. */
@Event({ name: 'early-warning.care-supervision.v1', consumers: ['integration'] })
export class CareSupervisionV1 {
  @IsUUID()
  caseId: string;

  @IsIn(['level', 'review', 'measure'])
  cause: 'level' | 'review' | 'measure';

  /** Place in the school's line, from 1. */
  @IsInt()
  step: number;

  @IsUUID('all', { each: true })
  personIds: string[];

  constructor(values: { caseId: string; cause: CareSupervisionV1['cause']; step: number; personIds: string[] }) {
    Object.assign(this, values);
  }
}

/** A referral was sent, or how it stands has changed, as its sender may know it. */
@Event({ name: 'early-warning.referral-changed.v1', consumers: [] })
export class ReferralChangedV1 {
  @IsUUID()
  referralId: string;

  @IsIn(['sent', 'taken_up', 'closed', 'withdrawn'])
  status: 'sent' | 'taken_up' | 'closed' | 'withdrawn';

  constructor(values: { referralId: string; status: ReferralChangedV1['status'] }) {
    Object.assign(this, values);
  }
}

/** A referral that nobody took up in time is up to these people, a step up the line. Empty: nobody holds a post there. */
@Event({ name: 'early-warning.referral-escalated.v1', consumers: ['integration'] })
export class ReferralEscalatedV1 {
  @IsUUID()
  referralId: string;

  /** Place in the school's line, from 1. */
  @IsInt()
  step: number;

  @IsUUID('all', { each: true })
  personIds: string[];

  constructor(values: { referralId: string; step: number; personIds: string[] }) {
    Object.assign(this, values);
  }
}
