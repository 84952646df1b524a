import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A file of appointments was accepted; the service's own background job. */
@Event({ name: 'staffing.import-requested.v1', consumers: ['staffing'], long: true })
export class AppointmentImportRequestedV1 {
  @IsUUID()
  importId: string;

  constructor(importId: string) {
    this.importId = importId;
  }
}
