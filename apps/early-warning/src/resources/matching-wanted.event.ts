import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A resource was published: whom it fits is to be found; the service's own background job. */
@Event({ name: 'early-warning.resource-matching-wanted.v1', consumers: ['early-warning'], long: true })
export class ResourceMatchingWantedV1 {
  @IsUUID()
  resourceId: string;

  constructor(resourceId: string) {
    this.resourceId = resourceId;
  }
}
