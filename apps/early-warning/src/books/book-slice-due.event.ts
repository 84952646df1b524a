import { IsOptional, IsString, IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The next books of a job are to be made; the service's own background job, one event for each slice. */
@Event({ name: 'early-warning.book-slice-due.v1', consumers: ['early-warning'], long: true })
export class BookSliceDueV1 {
  @IsUUID()
  jobId: string;

  /** Who asked, if it was a person. */
  @IsOptional()
  @IsUUID()
  personId?: string;

  @IsString()
  app: string;

  constructor(values: { jobId: string; personId?: string | undefined; app: string }) {
    Object.assign(this, values);
  }
}
