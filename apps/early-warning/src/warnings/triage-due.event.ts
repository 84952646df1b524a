import { IsDateString } from 'class-validator';
import { Event } from '#contracts';
import type { Timer } from '#events';

/** The time limit of the warnings that were to be triaged by this instant is over, or that of a step of the line; the service's own background job. */
@Event({ name: 'early-warning.triage-due.v1', consumers: ['early-warning'] })
export class TriageDueV1 {
  /** ISO instant, to the millisecond. */
  @IsDateString()
  dueAt: string;

  constructor(dueAt: string) {
    this.dueAt = dueAt;
  }
}

/** One timer for all warnings of which something is due at the same instant. */
export function timersOf(dueAt: readonly Date[]): Timer[] {
  const instants = [...new Set(dueAt.map((at) => at.toISOString()))];
  return instants.map((iso) => ({
    key: `early-warning.triage-due ${iso}`,
    at: new Date(iso),
    event: new TriageDueV1(iso),
  }));
}
