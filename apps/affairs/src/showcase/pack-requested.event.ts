import { IsOptional, IsString, IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The pack of what a campaign's school nominates was asked for; the service's own background job. */
@Event({ name: 'affairs.showcase-pack-requested.v1', consumers: ['affairs'], long: true })
export class ShowcasePackRequestedV1 {
  @IsUUID()
  jobId: string;

  @IsUUID()
  campaignId: string;

  /** Who asked, if it was a person. */
  @IsOptional()
  @IsUUID()
  personId?: string;

  @IsString()
  app: string;

  constructor(values: { jobId: string; campaignId: string; personId?: string | undefined; app: string }) {
    Object.assign(this, values);
  }
}
