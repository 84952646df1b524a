import type { Actor } from '#auth';
import { PersonNeeded } from './notifications.problems.js';

/** The person who asks. Throws PersonNeeded (403) for an app alone. */
export function ownPerson({ personId }: Actor): string {
  if (personId === undefined) throw new PersonNeeded();
  return personId;
}
