import { newId, sql } from '#database';
import { Policies } from '#policy';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { TicketPolicy } from '../src/tickets/tickets.policy.js';
import { appoint } from './support.js';

export const TICKETS = '/affairs/v1/tickets';
export const ANONYMOUS = '/affairs/v1/anonymous-tickets';
const department = (n: number): string => `00000000-0000-7000-8000-0004${String(n).padStart(8, '0')}`;
/** Departments of the small campus: 学生处 (the desk), 保卫处, 后勤处, 教务处. */
export const units = {
  desk: campus.department,
  guards: department(2),
  logistics: department(5),
  teaching: department(6),
};
export const at = (day: string, time: string): string => `2027-${day}T${time}:00+08:00`;

export interface Answer {
  id: string;
  version: number;
  status: string;
  unit: { id: string; code: string };
  student: { id: string } | null;
  assignee: { id: string } | null;
  text: string | null;
  doneDueAt: string;
  answerDueAt: string;
  overdue: boolean;
  escalation: number;
  reopened: number;
  closedBy: string | null;
  mainId: string | null;
  followerIds: string[];
  history: { action: string; from: string; text: string | null; person?: { id: string } | null }[];
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
}

export const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;

/** Affairs on a Monday morning, with two clerks and a head of logistics, a clerk of the desk, students and an app. */
export class TicketTest {
  test: TestApp;
  clerk: Client;
  secondClerk: Client;
  head: Client;
  desk: Client;
  students: Client[];
  app: Client;
  people = { clerk: newId(), secondClerk: newId(), head: newId(), desk: newId() };

  async start(): Promise<void> {
    this.test = await TestApp.create([affairs]);
    this.test.clock.set(at('03-01', '08:00'));
    const posts = [
      [this.people.clerk, 'department_clerk', units.logistics],
      [this.people.secondClerk, 'department_clerk', units.logistics],
      [this.people.head, 'student_affairs_officer', units.logistics],
      [this.people.desk, 'department_clerk', units.desk],
    ] as const;
    for (const [id, kind, unit] of posts) {
      await this.test.query(
        sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${id}, 'staff', ${id}, '经办人')`,
      );
      await appoint(this.test, id, kind, unit);
    }
    this.clerk = await this.test.person(this.people.clerk);
    this.secondClerk = await this.test.person(this.people.secondClerk);
    this.head = await this.test.person(this.people.head);
    this.desk = await this.test.person(this.people.desk);
    this.students = await Promise.all(campus.students.slice(0, 3).map((id) => this.test.person(id)));
    this.app = await this.test.client('affairs:ticket:report', 'affairs:ticket:report-anonymously');
  }

  async clear(): Promise<void> {
    this.test.clock.set(at('03-01', '08:00'));
    await this.test.query(sql`DELETE FROM events.timer`);
    await this.test.query(sql`DELETE FROM affairs.ticket_action`);
    await this.test.query(sql`DELETE FROM affairs.ticket`);
    await this.put({});
  }

  /** A broken lamp of logistics, in building 1. */
  async report(who = this.students[0]!, more: object = {}): Promise<Answer> {
    const body = { kind: 'repair-electric', text: '走廊的灯不亮', placeId: campus.places.building1, ...more };
    return (await who.post(TICKETS, body).expect(201)).body as Answer;
  }

  act(who: Client, ticket: { id: string; version: number }, verb: string, body: object = {}) {
    return who.post(`${TICKETS}/${ticket.id}/${verb}`, body).set('If-Match', `"${ticket.version}"`);
  }

  async done(who: Client, ticket: { id: string; version: number }, verb: string, body: object = {}): Promise<Answer> {
    return (await this.act(who, ticket, verb, body).expect(200)).body as Answer;
  }

  async see(who: Client, { id }: { id: string }): Promise<Answer> {
    return (await who.get(`${TICKETS}/${id}`).expect(200)).body as Answer;
  }

  events(name: string, ticketId: string): Promise<{ payload: Record<string, unknown> }[]> {
    return this.test.query(
      sql`SELECT payload FROM events.event WHERE name = ${name} AND payload->>'ticketId' = ${ticketId} ORDER BY occurred_at, id`,
    );
  }

  /** A school's own rules, until the next test. */
  put(value: Partial<TicketPolicy>): Promise<unknown> {
    return this.test.app.get(Policies).put(this.test.tx, TicketPolicy, {
      ...{ effectiveFrom: '2000-01-01', source: 'test', by: 'test' },
      value: { ...new TicketPolicy(), ...value },
    });
  }
}
