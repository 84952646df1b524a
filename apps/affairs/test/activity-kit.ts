import { newId, sql } from '#database';
import { Policies, type PolicyClass } from '#policy';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';

export const ACTIVITIES = '/affairs/v1/activities';
export const ENROLMENTS = '/affairs/v1/enrolments';

export interface Answer {
  id: string;
  version: number;
  status: string;
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
  [key: string]: unknown;
}

export const at = (day: string, time: string): string => `2027-${day}T${time}:00+08:00`;
export const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;
export const reasonOf = (answer: Answer, action: string): string | null | undefined => {
  const found = answer.actions.find((one) => one.action === action);
  return found?.allowed ? null : found?.reason?.code;
};

/** A talk on a Wednesday evening; enrolment has begun. */
export const talk = {
  kind: 'lecture',
  title: { zh: '讲座', en: 'Talk' },
  place: '主楼 101',
  startsAt: at('03-03', '19:00'),
  endsAt: at('03-03', '21:00'),
  enrolFrom: at('03-01', '08:00'),
  enrolUntil: at('03-03', '18:00'),
  cancelUntil: at('03-03', '12:00'),
  capacity: 10,
  credits: 0.1,
  hours: 2,
};

/** Affairs on a Monday morning, with the officer of a college, its counselor, students of it and an app. */
export class ActivityTest {
  test: TestApp;
  officer: Client;
  counselor: Client;
  foreign: Client;
  school: Client;
  students: Client[];
  app: Client;

  async start(): Promise<void> {
    this.test = await TestApp.create([affairs]);
    this.test.clock.set(at('03-01', '09:00'));
    const { collegeOfficerCs, counselorCs, counselorFl, schoolOfficer } = campus.staff;
    [this.officer, this.counselor, this.foreign, this.school] = (await Promise.all(
      [collegeOfficerCs, counselorCs, counselorFl, schoolOfficer].map((id) => this.test.person(id)),
    )) as [Client, Client, Client, Client];
    this.students = await Promise.all(campus.students.slice(0, 10).map((id) => this.test.person(id)));
    this.app = await this.test.client();
  }

  async draft(more: object = {}, by = this.officer): Promise<Answer> {
    return (await by.post(ACTIVITIES, { unitId: campus.colleges.cs, ...talk, ...more }).expect(201)).body as Answer;
  }

  async published(more: object = {}, by = this.officer): Promise<Answer> {
    return this.done(by, ACTIVITIES, await this.draft(more, by), 'publish');
  }

  act(who: Client, path: string, { id, version }: { id: string; version: number }, verb: string, body: object = {}) {
    return who.post(`${path}/${id}/${verb}`, body).set('If-Match', `"${version}"`);
  }

  async done(who: Client, path: string, row: Answer, verb: string, body: object = {}): Promise<Answer> {
    return (await this.act(who, path, row, verb, body).expect(200)).body as Answer;
  }

  async see(who: Client, path: string, { id }: { id: string }): Promise<Answer> {
    return (await who.get(`${path}/${id}`).expect(200)).body as Answer;
  }

  enrol(who: Client, { id }: { id: string }, more: object = {}) {
    return who.post(ENROLMENTS, { activityId: id, ...more });
  }

  async enrolled(who: Client, activity: { id: string }, more: object = {}): Promise<Answer> {
    return (await this.enrol(who, activity, more).expect(201)).body as Answer;
  }

  /** Students take part in an activity that is held and closed on the spot. Returns their enrolments. */
  async took(students: Client[], more: object = {}): Promise<Answer[]> {
    const activity = await this.published(more);
    const enrolments = [];
    for (const student of students) enrolments.push(await this.enrolled(student, activity));
    const before = this.test.clock.now();
    this.test.clock.set(String((activity as { endsAt?: string }).endsAt));
    const rows = enrolments.map(({ id }) => ({ id, present: true }));
    await this.officer.post(`${ACTIVITIES}/${activity.id}/roll`, { rows }).expect(200);
    await this.done(this.officer, ACTIVITIES, activity, 'close');
    this.test.clock.set(before);
    return Promise.all(enrolments.map((one) => this.see(this.officer, ENROLMENTS, one)));
  }

  async newcomers(n: number): Promise<string[]> {
    const ids = Array.from({ length: n }, () => newId());
    await this.test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) SELECT id, 'student', id, '新生' FROM unnest(${ids}::uuid[]) id`,
    );
    return ids;
  }

  /** A school's own numbers. */
  put<T extends object>(policy: PolicyClass<T>, value: Partial<T>): Promise<unknown> {
    return this.test.app.get(Policies).put(this.test.tx, policy, {
      ...{ effectiveFrom: '2000-01-01', source: 'test', by: 'test' },
      value: { ...new policy(), ...value },
    });
  }
}
