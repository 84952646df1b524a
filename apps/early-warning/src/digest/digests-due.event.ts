import { Event } from '#contracts';

/** The hour of the digests has come; the service's own background job. */
@Event({ name: 'early-warning.digests-due.v1', consumers: ['early-warning'], long: true })
export class DigestsDueV1 {}
