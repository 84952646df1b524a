import { newId, sql } from '#database';
import { Policies } from '#policy';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { BookingPolicy } from '../src/bookings/bookings.policy.js';

export const BOOKABLES = '/affairs/v1/bookables';
export const BOOKINGS = '/affairs/v1/bookings';
const ALL_WEEK = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '08:00', to: '22:00' }));

export interface Answer {
  id: string;
  version: number;
  status: string;
  offeredUntil: string | null;
  ahead: number | null;
  startsAt: string;
  note: string | null;
  appeal: string | null;
  student: { id: string };
  actions: { action: string; allowed: boolean; reason: { code: string } | null }[];
}

/** 2027-03-01 is a Monday. */
export const at = (day: string, time: string): string => `2027-${day}T${time}:00+08:00`;
export const span = (day: string, from: string, to: string) => ({ startsAt: at(day, from), endsAt: at(day, to) });
export const codeOf = (answer: { body: unknown }): string => (answer.body as { code: string }).code;
export const rules = { name: '活动室', capacity: 10, openingHours: ALL_WEEK, perWeek: 20, daysAhead: 60 };

/** Affairs on a Monday morning, with whoever keeps building 1, four students and an app. */
export class BookingTest {
  test: TestApp;
  head: Client;
  students: Client[];
  app: Client;

  async start(): Promise<void> {
    this.test = await TestApp.create([affairs]);
    this.test.clock.set(at('03-01', '07:00'));
    this.head = await this.test.person(campus.staff.buildingHead1);
    this.students = await Promise.all(campus.students.slice(0, 4).map((id) => this.test.person(id)));
    this.app = await this.test.client('affairs:booking:book', 'affairs:booking:read');
  }

  async clear(): Promise<void> {
    this.test.clock.set(at('03-01', '07:00'));
    await this.test.query(sql`DELETE FROM events.timer`);
    await this.test.query(sql`DELETE FROM affairs.booking`);
    await this.test.query(sql`DELETE FROM affairs.bookable`);
    await this.put({});
  }

  async open(more: object = {}, by = this.head): Promise<Answer> {
    const body = { kind: 'place', unitId: campus.places.building1, ...rules, ...more };
    return (await by.post(BOOKABLES, body).expect(201)).body as Answer;
  }

  book(who: Client, bookable: { id: string }, when: object, more: object = {}) {
    return who.post(BOOKINGS, { bookableId: bookable.id, ...when, ...more });
  }

  async booked(who: Client, bookable: { id: string }, when: object, more: object = {}): Promise<Answer> {
    return (await this.book(who, bookable, when, more).expect(201)).body as Answer;
  }

  act(who: Client, booking: Answer, verb: string, body: object = {}) {
    return who.post(`${BOOKINGS}/${booking.id}/${verb}`, body).set('If-Match', `"${booking.version}"`);
  }

  async see(who: Client, { id }: { id: string }): Promise<Answer> {
    return (await who.get(`${BOOKINGS}/${id}`).expect(200)).body as Answer;
  }

  async newcomers(n: number): Promise<string[]> {
    const ids = Array.from({ length: n }, () => newId());
    await this.test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) SELECT id, 'student', id, '新生' FROM unnest(${ids}::uuid[]) id`,
    );
    return ids;
  }

  /** A school's own numbers, until the next test. */
  put(value: Partial<BookingPolicy>): Promise<unknown> {
    return this.test.app.get(Policies).put(this.test.tx, BookingPolicy, {
      ...{ effectiveFrom: '2000-01-01', source: 'test', by: 'test' },
      value: { ...new BookingPolicy(), ...value },
    });
  }
}
