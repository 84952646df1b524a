import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A file set was accepted for import; the service's own background job. */
@Event({ name: 'directory.import-requested.v1', consumers: ['directory'], long: true })
export class ImportRequestedV1 {
  @IsUUID()
  importId: string;

  constructor(importId: string) {
    this.importId = importId;
  }
}
