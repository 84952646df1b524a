import { sql } from '#database';
import { Policies } from '#policy';
import type { Client, TestApp } from '#testing';
import { campus, drainEvents, studentNumbers } from '#testing';
import { RetentionPolicy } from '../src/passes/retention.policy.js';

let lastRecord = 0;

/** A pass at a gate; `when` = `YYYY-MM-DD HH:mm` on campus (UTC+8), `who` = student 1–12. */
export function pass(who: number, direction: 'in' | 'out', when: string, device = who <= 8 ? 'GATE-B1' : 'GATE-B2') {
  const [date, time] = when.split(' ') as [string, string];
  const at = `${date}T${time.length === 5 ? `${time}:00` : time}+08:00`;
  return {
    deviceCode: device,
    recordId: String(++lastRecord),
    studentNumber: studentNumbers[who - 1] as string,
    direction,
    at,
  };
}

export function student(who: number): string {
  return campus.students[who - 1] as string;
}

export interface Batch {
  accepted: number;
  duplicates: number;
  held: number;
  renumbered: number;
  rejected: { index: number; pointer: string; zh: string; en: string }[];
}

export async function send(client: Client, passes: object[]): Promise<Batch> {
  const answer = await client.post('/safety/v1/passes/batches', { passes });
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as Batch;
}

export interface FindingAnswer {
  id: string;
  student: { id: string };
  finding: string;
  observed: string | null;
  minutesLate: number | null;
  excuse: string | null;
  revision: number;
}

/** Runs the night check and answers its findings, `clear` ones left out, by student 1–12. */
export async function check(test: TestApp, client: Client, night: string): Promise<Record<number, FindingAnswer>> {
  const answer = await client.post('/safety/v1/night-checks', { night });
  if (answer.status !== 202) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  await drainEvents(test);
  return findings(client, night);
}

export async function findings(client: Client, night: string): Promise<Record<number, FindingAnswer>> {
  const answer = await client.get(`/safety/v1/night-checks/${night}/findings?limit=200`);
  if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`);
  const { data } = answer.body as { data: FindingAnswer[] };
  return Object.fromEntries(data.map((row) => [campus.students.indexOf(row.student.id as never) + 1, row]));
}

export interface Told {
  revision: number;
  results: { studentId: string; finding: string; minutesLate?: number }[];
}

/** What others were told of a night, in order. */
export async function told(test: TestApp, night: string): Promise<Told[]> {
  const rows = await test.query<{ payload: Told }>(
    sql`SELECT payload FROM events.event
         WHERE name = 'safety.night-checked.v1' AND payload->>'night' = ${night} ORDER BY id`,
  );
  return rows.map((row) => row.payload);
}

/** Passes and nights of the tests are of 2025: kept whatever day it is. */
export async function keepAll(test: TestApp): Promise<void> {
  const value = { passMonths: 600, findingMonths: 600 };
  await test.app
    .get(Policies)
    .put(test.tx, RetentionPolicy, { effectiveFrom: '2000-01-01', value, source: 'test', by: 'test' });
}
