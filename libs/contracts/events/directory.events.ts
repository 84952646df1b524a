import { IsUUID } from 'class-validator';
import { Event } from '../event.js';

/** A file set was accepted for import; the service's own background job. */
@Event({ name: 'directory.import-requested.v1', consumers: ['directory'], long: true })
export class ImportRequestedV1 {
  @IsUUID()
  importId: string;

  constructor(importId: string) {
    this.importId = importId;
  }
}

/** People, units, places or memberships changed through an import; read the published views for what they are now. */
@Event({ name: 'directory.roster-changed.v1', consumers: ['safety', 'early-warning'] })
export class RosterChangedV1 {
  @IsUUID()
  importId: string;

  constructor(importId: string) {
    this.importId = importId;
  }
}
