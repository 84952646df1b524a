import { sql } from '#database';
import { campus, type Client, type TestApp } from '#testing';
import { addDays } from '#time';
import { PortraitsDueV1 } from '../src/portraits/portraits-due.event.js';
import { mondayOf } from '../src/portraits/weekly-values.js';
import { daysAgo, tell } from './kit.js';

export const GROUPS = '/early-warning/v1/portraits/groups';

/** Monday of the week so many weeks before this one. */
export function weekBefore(weeks: number): string {
  return mondayOf(daysAgo(7 * weeks));
}

export interface Newcomer {
  id: string;
  number: string;
}

let newcomers = 0;

/** Adds students to a class. */
export async function addStudents(test: TestApp, classId: string, n: number): Promise<Newcomer[]> {
  const added = Array.from({ length: n }, (): Newcomer => {
    const tail = String(++newcomers).padStart(8, '0');
    return { id: `00000000-0000-7000-8000-9900${tail}`, number: `P${tail}` };
  });
  const [ids, numbers] = [added.map(({ id }) => id), added.map(({ number }) => number)];
  await test.query(
    sql`INSERT INTO directory.person (id, kind, number, name, sex, grade)
        SELECT id, 'student', number, '学生' || number, '1', '2024' FROM unnest(${ids}::uuid[], ${numbers}::text[]) AS n(id, number)`,
  );
  await test.query(
    sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from)
        SELECT gen_random_uuid(), id, ${classId}, '2024-09-01' FROM unnest(${ids}::uuid[]) AS n(id)`,
  );
  return added;
}

/** Moves students of the class they are in to another, from a day on. */
export async function moveStudents(test: TestApp, ids: string[], classId: string, day: string): Promise<void> {
  const classes = Object.values(campus.classes) as string[];
  await test.query(
    sql`UPDATE directory.membership SET valid_to = ${day} WHERE person_id = ANY(${ids}::uuid[]) AND unit_id = ANY(${classes}::uuid[]) AND valid_to IS NULL`,
  );
  await test.query(
    sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from) SELECT gen_random_uuid(), id, ${classId}, ${day} FROM unnest(${ids}::uuid[]) AS n(id)`,
  );
}

let batches = 0;

/** Delivers `[student number, metric, day, value]`. */
export async function deliver(client: Client, rows: [string, string, string, number][]): Promise<void> {
  const observations = rows.map(([studentNumber, metric, day, value]) => ({ studentNumber, metric, day, value }));
  const body = { source: 'test', batchKey: `portraits-${++batches}`, observations };
  const answer = await client.post('/early-warning/v1/observations/batches', body);
  if (answer.status !== 200 || answer.body.rejected.length > 0) throw new Error(JSON.stringify(answer.body));
}

/** Publishes a week as its schedule does. */
export function publishWeek(test: TestApp, week: string): Promise<void> {
  return tell(test, [new PortraitsDueV1(week)]);
}

/** The days of a week. */
export function daysOf(week: string): string[] {
  return Array.from({ length: 7 }, (_, i) => addDays(week, i));
}
