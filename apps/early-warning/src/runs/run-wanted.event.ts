import { Event } from '#contracts';

/** There is new data that a run must look at; the service's own background job. Wishes that come together make one run. */
@Event({ name: 'early-warning.run-wanted.v1', consumers: ['early-warning'], long: true })
export class RunWantedV1 {}
