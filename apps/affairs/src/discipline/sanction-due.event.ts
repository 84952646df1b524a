import { IsIn, IsOptional, IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The term of a sanction is over, or the time to decide on the appeal against it; the service's own background job. */
@Event({ name: 'affairs.sanction-due.v1', consumers: ['affairs'] })
export class SanctionDueV1 {
  @IsUUID()
  sanctionId: string;

  /** Which of them; left out by those of before, for which both are looked at. */
  @IsOptional()
  @IsIn(['sanction', 'appeal'])
  of?: 'sanction' | 'appeal';

  constructor(sanctionId: string, of: 'sanction' | 'appeal') {
    this.sanctionId = sanctionId;
    this.of = of;
  }
}
