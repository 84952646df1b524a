import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The public notice of a student's stars is over; the service's own background job. */
@Event({ name: 'affairs.star-notice-over.v1', consumers: ['affairs'] })
export class StarNoticeOverV1 {
  @IsUUID()
  starId: string;

  constructor(starId: string) {
    this.starId = starId;
  }
}
