import { IsDateString } from 'class-validator';
import { Event } from '#contracts';

/** Passes, leaves, late passes or outages of a past night changed: what was found then is looked at again. */
@Event({ name: 'safety.night-recheck-requested.v1', consumers: ['safety'], long: true })
export class NightRecheckRequestedV1 {
  @IsDateString()
  night: string;

  constructor(night: string) {
    this.night = night;
  }
}
