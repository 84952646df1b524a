import type supertest from 'supertest';
import { newId, sql } from '#database';
import { campus, type Client, type TestApp } from '#testing';

export const CASES = '/early-warning/v1/cases';
export const SUPERVISIONS = '/early-warning/v1/supervisions';
export const { staff, students } = campus;

export interface CaseAnswer {
  id: string;
  version: number;
  stage: string;
  level: string | null;
  owner: { id: string };
  team: { id: string; person: { id: string } }[];
  measures: { id: string; status: string }[];
  proposals: { id: string }[];
  transfer: { id: string } | null;
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
  [key: string]: unknown;
}

export const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;

/** Something done with a case as it was last seen. */
export function act(who: Client, of: CaseAnswer, path: string, body: object = {}): supertest.Test {
  const send = path === 'plan' ? who.put : who.post;
  return send(`${CASES}/${of.id}/${path}`, body).set('If-Match', `"${of.version}"`);
}

export async function done(who: Client, of: CaseAnswer, path: string, body: object = {}): Promise<CaseAnswer> {
  const answer = await act(who, of, path, body);
  if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as CaseAnswer;
}

export async function openCase(who: Client, student: number, more: object = {}): Promise<CaseAnswer> {
  const body = { studentId: students[student], kind: 'study', summary: '连续缺课', ...more };
  return (await who.post(CASES, body).expect(201)).body as CaseAnswer;
}

export async function see(who: Client, { id }: { id: string }): Promise<CaseAnswer> {
  return (await who.get(`${CASES}/${id}`).expect(200)).body as CaseAnswer;
}

/** Proposed by one, confirmed by another. */
export async function agree(one: Client, other: Client, of: CaseAnswer, body: object): Promise<CaseAnswer> {
  const proposed = await done(one, of, 'proposals', { reason: '理由', ...body });
  return done(other, proposed, `proposals/${proposed.proposals[0]!.id}/confirm`, { answer: '同意' });
}

/** An open warning of a student, as a rule raised it. */
export async function warn(test: TestApp, student: number): Promise<string> {
  const [rule] = await test.query<{ id: string; code: string }>(
    sql`SELECT id, code FROM early_warning.rule WHERE definition -> 'visibility' IS NULL ORDER BY code LIMIT 1`,
  );
  const id = newId();
  await test.query(
    sql`INSERT INTO early_warning.warning (id, rule_code, rule_id, student_id, level, level_rank, status, first_day, last_day, raised_at, hwm,
               reason_zh, reason_en, evidence)
        VALUES (${id}, ${`t.${id}`}, ${rule!.id}, ${students[student]}, 'yellow', 2, 'open', '2026-11-18', '2026-11-18', ${test.clock.now()}, 1,
                '理由', 'reason', '{}')`,
  );
  return id;
}

export async function clearCases(test: TestApp): Promise<void> {
  await test.query(sql`DELETE FROM events.timer WHERE key LIKE 'early-warning.care-%'`);
  await test.query(sql`UPDATE early_warning.warning SET case_id = NULL WHERE case_id IS NOT NULL`);
  await test.query(sql`DELETE FROM early_warning.care_case`);
}
