import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A list was opened: its students get their clearances; the service's own background job. */
@Event({ name: 'affairs.clearance-list-opened.v1', consumers: ['affairs'], long: true })
export class ClearanceListOpenedV1 {
  @IsUUID()
  listId: string;

  @IsUUID()
  jobId: string;

  constructor(values: { listId: string; jobId: string }) {
    Object.assign(this, values);
  }
}
