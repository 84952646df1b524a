import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The time for which an entry was deferred is over, if it still is deferred; the service's own background job. */
@Event({ name: 'affairs.clearance-deferral-over.v1', consumers: ['affairs'] })
export class ClearanceDeferralOverV1 {
  @IsUUID()
  signOffId: string;

  constructor(signOffId: string) {
    this.signOffId = signOffId;
  }
}
