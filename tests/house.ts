import { randomUUID } from 'node:crypto';
import { services } from '../apps/campus/src/services.js';
import { sql } from '#database';
import { campus, type Client, drainEvents, studentNumbers, TestApp } from '#testing';
import { instantOf } from '#time';

export const ZONE = 'Asia/Shanghai';

export interface Leave {
  id: string;
  version: number;
  status: string;
  closedHow: string | null;
  endsAt: string;
  returnedAt: string | null;
}

/** What each service says of a student's night. */
export interface Story {
  /** `status`, how it was closed, when the return was; the newest leave. */
  leave: Pick<Leave, 'status' | 'closedHow' | 'returnedAt'> | null;
  night: { finding: string; excuse: string | null; minutesLate: number | null } | null;
  /** Of the warning that somebody did not return at night. */
  warning: string | null;
}

/** All services in one process, with the deeds that concern more than one of them. Students are numbered from 0. */
export class House {
  private constructor(
    readonly test: TestApp,
    readonly app: Client,
    readonly counselor: Client,
  ) {}

  static async open(): Promise<House> {
    const test = await TestApp.create(services);
    return new House(test, await test.client(), await test.person(campus.staff.counselorCs));
  }

  close(): Promise<void> {
    return this.test.close();
  }

  /** Passes of a student at the gate of building 1; every service hears of them. Returns the records as they were sent. */
  async send(who: number, ...passes: ['in' | 'out', string][]): Promise<object[]> {
    const rows = passes.map(([direction, at]) => ({
      ...{ deviceCode: 'GATE-B1', recordId: randomUUID(), studentNumber: studentNumbers[who], direction, at },
    }));
    await this.sendRows(rows);
    return rows;
  }

  async sendRows(rows: object[]): Promise<void> {
    const { body } = await this.app.post('/safety/v1/passes/batches', { passes: rows }).expect(200);
    expect(body).toMatchObject({ accepted: rows.length, rejected: [] });
    await drainEvents(this.test);
  }

  /** An urgent leave, filed by the student and approved by the counselor now. */
  async leaveOf(who: number, startsAt: string, endsAt: string): Promise<Leave> {
    const form = { kind: 'personal', urgent: true, startsAt, endsAt, reason: '家中急事', destination: '宝鸡市' };
    const student = await this.test.person(campus.students[who]!);
    const filed = (await student.post('/affairs/v1/leaves', form).expect(201)).body as Leave;
    const approved = await this.counselor
      .post(`/affairs/v1/leaves/${filed.id}/approve`, {})
      .set('If-Match', `"${filed.version}"`)
      .expect(200);
    await drainEvents(this.test);
    return approved.body as Leave;
  }

  /** A pass is taken back: somebody else used the card. */
  async takeBack(who: number, at: string): Promise<void> {
    const { body } = await this.app
      .get(`/safety/v1/passes?studentId=${campus.students[who]}&status=counted`)
      .expect(200);
    const pass = (body.data as { id: string; at: string }[]).find((one) => one.at === at);
    await this.app.post(`/safety/v1/passes/${pass?.id}/void`, { reason: '他人代刷' }).expect(200);
    await drainEvents(this.test);
  }

  async check(night: string): Promise<void> {
    await this.app.post('/safety/v1/night-checks', { night }).expect(202);
    await drainEvents(this.test);
  }

  /** Evaluates the rules as of a day, and says what each service says of the student's night. */
  async story(who: number, night: string, asOf: string): Promise<Story> {
    await this.app.post('/early-warning/v1/runs', { asOf }).expect(202);
    await drainEvents(this.test);
    const studentId = campus.students[who]!;
    const [leave = null] = (await this.app.get(`/affairs/v1/leaves?studentId=${studentId}`).expect(200)).body
      .data as Leave[];
    const findings = await this.app
      .get(`/safety/v1/findings?studentId=${studentId}&from=${night}&to=${night}`)
      .expect(200);
    const [found] = (findings.body.data as NonNullable<Story['night']>[]).filter(({ finding }) => finding !== 'clear');
    const [warning] = await this.test.query<{ status: string }>(
      sql`SELECT status FROM early_warning.warning WHERE student_id = ${studentId} AND rule_code = 'dorm.not-returned'`,
    );
    return {
      leave: leave && { status: leave.status, closedHow: leave.closedHow, returnedAt: leave.returnedAt },
      night: found ? { finding: found.finding, excuse: found.excuse, minutesLate: found.minutesLate } : null,
      warning: warning?.status ?? null,
    };
  }
}

/** The instant of a wall-clock time on campus. */
export function wall(date: string, time: string): string {
  return instantOf(date, time, ZONE).toISOString();
}
