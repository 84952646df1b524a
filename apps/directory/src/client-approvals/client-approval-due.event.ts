import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The end of an approval is near, or there; the directory's own background job, which looks at the day. */
@Event({ name: 'directory.client-approval-due.v1', consumers: ['directory'] })
export class ClientApprovalDueV1 {
  @IsUUID()
  approvalId: string;

  constructor(approvalId: string) {
    this.approvalId = approvalId;
  }
}
