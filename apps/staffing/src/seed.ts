import { query, sql, type Tx } from '#database';

function fixed(kind: number, n: number): string {
  return `00000000-0000-7000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`;
}

// People and units of the small campus (directory's seed); services share ids, not code.
const POSTS: [person: string, kind: string, unit: string][] = [
  [fixed(40, 1), 'counselor', fixed(6, 1)],
  [fixed(40, 1), 'counselor', fixed(6, 2)],
  [fixed(40, 2), 'counselor', fixed(6, 3)],
  [fixed(40, 3), 'student_affairs_officer', fixed(2, 1)],
  [fixed(40, 4), 'student_affairs_officer', fixed(1, 1)],
  [fixed(40, 5), 'building_head', fixed(11, 1)],
  [fixed(40, 6), 'party_organizer', fixed(2, 1)],
  [fixed(40, 7), 'psychologist', fixed(1, 1)],
  [fixed(40, 8), 'class_advisor', fixed(6, 1)],
];

/** Appointments of the small campus; a second time it changes nothing. */
export async function seed(tx: Tx): Promise<void> {
  for (const [i, [person, kind, unit]] of POSTS.entries()) {
    await query(
      tx,
      sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
          VALUES (${fixed(50, i + 1)}, ${person}, ${kind}, ${unit}, '2024-09-01') ON CONFLICT DO NOTHING`,
    );
  }
}
