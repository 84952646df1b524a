import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A sheet of decisions was accepted; the service's own background job. */
@Event({ name: 'affairs.clearance-import-requested.v1', consumers: ['affairs'], long: true })
export class ClearanceImportRequestedV1 {
  @IsUUID()
  importId: string;

  constructor(importId: string) {
    this.importId = importId;
  }
}
