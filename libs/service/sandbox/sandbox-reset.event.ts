import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A sandbox is to be put back to what it was; the directory's own background job. */
@Event({ name: 'directory.sandbox-reset-requested.v1', consumers: ['directory'], long: true })
export class SandboxResetRequestedV1 {
  @IsUUID()
  jobId: string;

  constructor(jobId: string) {
    this.jobId = jobId;
  }
}
