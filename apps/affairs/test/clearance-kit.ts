import { newId, sql } from '#database';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { appoint } from './support.js';

export const LISTS = '/affairs/v1/clearance-lists';
export const CLEARANCES = '/affairs/v1/clearances';
export const SIGN_OFFS = '/affairs/v1/clearance-sign-offs';
export const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;

export interface SignOff {
  id: string;
  entry: string;
  state: string;
  version: number;
  reason?: string | null;
  evidence?: string | null;
  deferredUntil?: string | null;
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
}
export interface Clearance {
  id: string;
  complete: boolean;
  openBlocking: number;
  version: number;
  student: { id: string; number: string };
  entries: SignOff[];
}

/** A list without entries. */
export const content = <T extends object>(more: T) => ({
  kind: 'departure',
  title: { zh: '毕业生离校', en: 'Departure' },
  from: '2027-06-01',
  to: '2027-06-30',
  grades: ['2024'],
  ...more,
});

/** Affairs with clerks of two departments, whoever keeps the lists, and an open list with one entry of each kind. */
export class ClearanceTest {
  test: TestApp;
  officer: Client;
  college: Client;
  library: Client;
  finance: Client;
  student: Client;
  libraryId: string;
  financeId: string;

  async start(): Promise<void> {
    this.test = await TestApp.create([affairs]);
    this.clock();
    [this.libraryId, this.financeId] = (await Promise.all([this.unit('TSG'), this.unit('CWC')])) as [string, string];
    this.officer = await this.test.person(campus.staff.schoolOfficer);
    this.college = await this.test.person(campus.staff.collegeOfficerCs);
    this.library = await this.clerk(this.libraryId);
    this.finance = await this.clerk(this.financeId);
    this.student = await this.test.person(campus.students[0]!);
  }

  clock(): void {
    this.test.clock.set('2027-06-10T10:00:00+08:00');
  }

  async clear(): Promise<void> {
    this.clock();
    await this.test.query(sql`DELETE FROM events.timer`);
    await this.test.query(sql`DELETE FROM affairs.clearance`);
    await this.test.query(sql`DELETE FROM affairs.clearance_list`);
  }

  async clerk(unitId: string): Promise<Client> {
    const id = newId();
    await this.test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${id}, 'staff', ${id}, '经办人')`,
    );
    await appoint(this.test, id, 'department_clerk', unitId);
    return this.test.person(id);
  }

  content(more: object = {}) {
    const entry = (code: string, zh: string, unitId: string | null, rest: object = {}) => ({
      ...{ code, title: { zh, en: code }, unitId },
      ...rest,
    });
    const list = content({
      entries: [
        entry('books', '图书还清', this.libraryId, { automatic: true }),
        entry('fees', '学费结清', this.financeId, { deferrable: true, evidence: 'text' }),
        entry('card', '学生证注销', null, { after: ['books', 'fees'] }),
        entry('survey', '离校问卷', this.libraryId, { blocking: false }),
      ],
    });
    return { ...list, ...more };
  }

  async draft(more: object = {}): Promise<{ id: string; version: number }> {
    return (await this.officer.post(LISTS, this.content(more)).expect(201)).body as { id: string; version: number };
  }

  async open(more: object = {}): Promise<string> {
    const { id, version } = await this.draft(more);
    await this.officer.post(`${LISTS}/${id}/open`).set('If-Match', `"${version}"`).expect(202);
    await drainEvents(this.test);
    return id;
  }

  async of(who: Client, student = 0): Promise<Clearance> {
    const { body } = await who.get(`${CLEARANCES}?studentId=${campus.students[student]}`).expect(200);
    return (body as { data: Clearance[] }).data[0]!;
  }

  async entry(who: Client, code: string, student = 0): Promise<SignOff> {
    return (await this.of(who, student)).entries.find(({ entry }) => entry === code)!;
  }

  act(who: Client, { id, version }: { id: string; version: number }, verb: string, body: object = {}) {
    return who.post(`${SIGN_OFFS}/${id}/${verb}`, body).set('If-Match', `"${version}"`);
  }

  async done(who: Client, code: string, verb: string, body: object = {}, student = 0): Promise<SignOff> {
    return (await this.act(who, await this.entry(who, code, student), verb, body).expect(200)).body as SignOff;
  }

  told(clearanceId: string): Promise<{ name: string }[]> {
    return this.test.query(
      sql`SELECT name FROM events.event WHERE aggregate_id = ${clearanceId} ORDER BY aggregate_version`,
    );
  }

  private async unit(code: string): Promise<string> {
    const [row] = await this.test.query<{ id: string }>(
      sql`SELECT id FROM directory.published_unit_v1 WHERE code = ${code} AND kind = 'department'`,
    );
    return row!.id;
  }
}
