import type { Tx } from '#database';
import { type CountedPass, membershipsOf } from '#roster';
import type { CampusClock } from '#time';

/** Passes without those into another building than the one the student lived in that day: these are neither leaving nor coming home. */
export async function homePasses(tx: Tx, clock: CampusClock, passes: readonly CountedPass[]): Promise<CountedPass[]> {
  const key = (studentId: string, date: string, buildingId: string): string => `${studentId} ${date} ${buildingId}`;
  const studentsByDate = new Map<string, Set<string>>();
  for (const { studentId, at } of passes) {
    const date = clock.dateOf(at);
    studentsByDate.set(date, (studentsByDate.get(date) ?? new Set()).add(studentId));
  }
  const homes = new Set<string>();
  for (const [date, studentIds] of studentsByDate) {
    for (const { personId, unitId } of await membershipsOf(tx, [...studentIds], date, ['building'])) {
      homes.add(key(personId, date, unitId));
    }
  }
  return passes.filter(
    ({ direction, studentId, at, buildingId }) =>
      direction === 'out' || homes.has(key(studentId, clock.dateOf(at), buildingId)),
  );
}
