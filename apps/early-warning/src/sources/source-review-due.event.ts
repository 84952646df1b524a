import { Event } from '#contracts';

/** It is time to look whether a source fell silent, or is back; the service's own background job. */
@Event({ name: 'early-warning.source-review-due.v1', consumers: ['early-warning'] })
export class SourceReviewDueV1 {}
