import { IsDateString, IsOptional, IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** Somebody asked for a night check; the service's own background job. */
@Event({ name: 'safety.night-check-requested.v1', consumers: ['safety'], long: true })
export class NightCheckRequestedV1 {
  @IsDateString()
  night: string;

  /** The 202 job that reports on it. */
  @IsUUID()
  jobId: string;

  /** Last night of a range that begins with `night`, inclusive; left out for one night. */
  @IsOptional()
  @IsDateString()
  to?: string;

  constructor(night: string, jobId: string, to?: string) {
    this.night = night;
    this.jobId = jobId;
    if (to !== undefined) this.to = to;
  }
}
