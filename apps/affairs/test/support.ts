import type supertest from 'supertest';
import type { AppointmentKind } from '#contracts';
import { newId, sql } from '#database';
import { addWorkingDays } from '#roster';
import { campus, campusNow, type Client, type TestApp } from '#testing';
import { addDays, instantOf } from '#time';

const PATH = '/affairs/v1/leaves';
export const PDF = Buffer.from('%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n');
export const zone = 'Asia/Shanghai';
const HOUR = 3_600_000;

export interface LeaveAnswer {
  id: string;
  version: number;
  status: string;
  startsAt: string;
  endsAt: string;
  [key: string]: unknown;
}

/** A form whose period begins `skip` days after the first day that is five working days ahead, and touches `days` days. */
export async function form(test: TestApp, days = 1, skip = 0, more: object = {}): Promise<object> {
  const { date } = await addWorkingDays(test.tx, test.clock.today(), 5);
  const first = addDays(date, 1 + skip);
  return {
    kind: 'personal',
    startsAt: instantOf(first, '08:00', zone).toISOString(),
    endsAt: instantOf(addDays(first, days - 1), '20:00', zone).toISOString(),
    reason: '回家办理私事',
    destination: '宝鸡市',
    ...more,
  };
}

/** A form for an urgent leave that began `ago` hours ago and ends in `ahead` hours. */
export function urgentForm(ago: number, ahead: number, more: object = {}): object {
  return {
    kind: 'personal',
    urgent: true,
    startsAt: new Date(campusNow().getTime() - ago * HOUR).toISOString(),
    endsAt: new Date(campusNow().getTime() + ahead * HOUR).toISOString(),
    reason: '家中急事',
    destination: '宝鸡市',
    ...more,
  };
}

export async function submit(client: Client, body: object): Promise<LeaveAnswer> {
  return (await client.post(PATH, body).expect(201)).body as LeaveAnswer;
}

/** Hands a proof in; answers the id of the file. */
export async function handIn(client: Client, name = '证明.pdf'): Promise<string> {
  const request = client.post('/affairs/v1/files?purpose=leave-proof').attach('file', PDF, name);
  return ((await request.expect(201)).body as { id: string }).id;
}

export function act(client: Client, leave: LeaveAnswer, verb: string, body: object = {}): supertest.Test {
  return client.post(`${PATH}/${leave.id}/${verb}`, body).set('If-Match', `"${leave.version}"`);
}

/** Everybody of the chain says yes. */
export async function approve(test: TestApp, leave: LeaveAnswer): Promise<LeaveAnswer> {
  const { counselorCs, collegeOfficerCs, schoolOfficer } = campus.staff;
  let current = leave;
  for (const id of [counselorCs, collegeOfficerCs, schoolOfficer]) {
    if (!(current['steps'] as { decision: string }[]).some(({ decision }) => decision === 'pending')) break;
    current = (await act(await test.person(id), current, 'approve').expect(200)).body as LeaveAnswer;
  }
  return current;
}

export async function appoint(test: TestApp, personId: string, kind: AppointmentKind, unitId: string): Promise<void> {
  await test.query(
    sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from) VALUES (${newId()}, ${personId}, ${kind}, ${unitId}, '2024-09-01')`,
  );
}

export async function events(
  test: TestApp,
  leaveId: string,
): Promise<{ name: string; payload: Record<string, string> }[]> {
  return test.query(
    sql`SELECT name, payload FROM events.event WHERE aggregate_id = ${leaveId} ORDER BY aggregate_version, occurred_at`,
  );
}
