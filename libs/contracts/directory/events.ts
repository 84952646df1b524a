import { IsUUID } from 'class-validator';
import { Event } from '../event.js';

/** People, units, places or memberships changed through an import; read the published views for what they are now. */
@Event({ name: 'directory.roster-changed.v1', consumers: ['safety', 'early-warning'] })
export class RosterChangedV1 {
  @IsUUID()
  importId: string;

  constructor(importId: string) {
    this.importId = importId;
  }
}
