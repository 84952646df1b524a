import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** The time is over in which an erasure could be cancelled; the service's own timer. */
@Event({ name: 'directory.erasure-due.v1', consumers: ['directory'] })
export class ErasureDueV1 {
  @IsUUID()
  erasureId: string;

  constructor(erasureId: string) {
    this.erasureId = erasureId;
  }
}
