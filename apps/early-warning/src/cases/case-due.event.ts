import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A day has come on which something of a case may be due; the service's own background job. */
@Event({ name: 'early-warning.care-case-due.v1', consumers: ['early-warning'] })
export class CareCaseDueV1 {
  @IsUUID()
  caseId: string;

  constructor(caseId: string) {
    this.caseId = caseId;
  }
}

/** The time to accept a transfer is over; the service's own background job. */
@Event({ name: 'early-warning.care-transfer-due.v1', consumers: ['early-warning'] })
export class CareTransferDueV1 {
  @IsUUID()
  transferId: string;

  constructor(transferId: string) {
    this.transferId = transferId;
  }
}
