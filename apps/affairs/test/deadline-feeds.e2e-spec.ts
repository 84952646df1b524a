import ICAL from 'ical.js';
import supertest from 'supertest';
import { sql } from '#database';
import { addWorkingDays } from '#roster';
import { campus, campusToday, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { LeavePolicy } from '../src/leave/leave.policy.js';
import { act, form, type LeaveAnswer, submit } from './support.js';

const FEEDS = '/affairs/v1/deadline-feeds';
const { counselorCs, counselorFl, schoolOfficer } = campus.staff;

interface Feed {
  id: string;
  path: string;
  version: number;
}

describe('deadlines in a calendar', () => {
  let test: TestApp;
  let student: Client;
  let counselor: Client;
  let skip = 0;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    [student, counselor] = (await Promise.all([campus.students[0]!, counselorCs].map((id) => test.person(id)))) as [
      Client,
      Client,
    ];
    const value = structuredClone(new LeavePolicy()) as { levels: { approvers: object[] }[] };
    for (const { approvers } of value.levels)
      approvers[0] = { kind: 'counselor', deadline: { workingDays: 1, then: 'remind' } };
    const version = { effectiveFrom: campusToday(), value, source: '请假办法' };
    await (await test.person(schoolOfficer)).post('/affairs/v1/policies/affairs.leave/versions', version).expect(201);
  });
  afterAll(() => test?.close());

  const read = (path: string) => supertest(test.url).get(path);
  const make = async (client: Client): Promise<Feed> => (await client.post(FEEDS).expect(201)).body as Feed;
  const on = (client: Client, { id, version }: Pick<Feed, 'id' | 'version'>, verb: string) =>
    client.post(`${FEEDS}/${id}/${verb}`).set('If-Match', `"${version}"`);
  const ask = async (): Promise<LeaveAnswer> => submit(student, await form(test, 1, (skip += 4)));
  async function entries(path: string): Promise<object[]> {
    const { text } = await read(path).expect(200);
    return new ICAL.Component(ICAL.parse(text) as never).getAllSubcomponents('vevent').map((part) => {
      const { uid, summary, sequence, startDate } = new ICAL.Event(part);
      const value = (name: string): unknown => part.getFirstPropertyValue(name);
      return {
        ...{ uid, summary, sequence, day: startDate.toString(), status: value('status') },
        ...{ url: value('url'), stamp: String(value('dtstamp')) },
      };
    });
  }

  it('one entry counts what is due on a day, changes with the next sequence, and is cancelled when all is done', async () => {
    const [one, two] = [await ask(), await ask()];
    const { path } = await make(counselor);
    const { date: day } = await addWorkingDays(test.tx, campusToday(), 1);
    const url = `${test.config.origin}/#/`;
    const [first] = await entries(path);
    // Due at the midnight that ends the day.
    expect(first).toMatchObject({ summary: '审批请假（2）', sequence: 0, day, status: 'CONFIRMED', url });
    expect(await entries(path)).toEqual([first]);
    const { uid } = first as { uid: string };
    await act(counselor, one, 'approve').expect(200);
    expect(await entries(path)).toMatchObject([{ uid, summary: '审批请假（1）', sequence: 1, status: 'CONFIRMED' }]);
    await act(counselor, two, 'approve').expect(200);
    const gone = await entries(path);
    expect(gone).toMatchObject([{ uid, sequence: 2, status: 'CANCELLED', day }]);
    expect(await entries(path)).toEqual(gone);
    const three = await ask();
    expect(await entries(path)).toMatchObject([{ uid, summary: '审批请假（1）', sequence: 3, status: 'CONFIRMED' }]);
    await act(counselor, three, 'approve').expect(200);
  });

  it('says nothing about a student, and is read anew only when it has changed', async () => {
    const leave = await ask();
    const { path } = await make(counselor);
    const answer = await read(path).expect(200);
    expect(answer.headers['content-type']).toBe('text/calendar; charset=utf-8');
    expect(answer.text).toMatch(/REFRESH-INTERVAL;VALUE=DURATION:PT1H/);
    const [person] = await test.query<{ name: string; number: string }>(
      sql`SELECT name, number FROM directory.person WHERE id = ${campus.students[0]}`,
    );
    const unfolded = answer.text.replaceAll('\r\n ', '');
    for (const word of [person!.name, person!.number, campus.students[0]!, leave.id, '回家办理私事', '宝鸡'])
      expect(unfolded).not.toContain(word);
    const tag = answer.headers['etag']!;
    expect((await read(path).set('If-None-Match', `W/${tag}`).expect(304)).text).toBe('');
    await act(counselor, leave, 'approve').expect(200);
    expect((await read(path).set('If-None-Match', tag).expect(200)).headers['etag']).not.toBe(tag);
  });

  it('its address is told once, renewed and withdrawn by its person alone, and is of one kind', async () => {
    const feed = await make(counselor);
    const other = await test.person(counselorFl);
    const listed = (await counselor.get(FEEDS).expect(200)).body as { data: Feed[] };
    expect(listed.data[0]).toMatchObject({ id: feed.id });
    expect(listed.data[0]).not.toHaveProperty('path');
    expect((await counselor.get('/affairs/v1/booking-feeds').expect(200)).body).toMatchObject({ data: [] });
    await read(feed.path.replace('deadline', 'booking')).expect(404);
    for (const verb of ['renew', 'withdraw'])
      await counselor.post(`/affairs/v1/booking-feeds/${feed.id}/${verb}`).set('If-Match', '"1"').expect(404);
    await on(other, feed, 'renew').expect(404);
    const renewed = (await on(counselor, feed, 'renew').expect(200)).body as Feed;
    expect(renewed).toMatchObject({ id: feed.id, version: 2 });
    await on(counselor, feed, 'renew').expect(412);
    await read(feed.path).expect(404);
    await read(renewed.path).expect(200);
    await on(other, renewed, 'withdraw').expect(404);
    await on(counselor, renewed, 'withdraw').expect(200);
    await read(renewed.path).expect(404);
    await on(counselor, { ...renewed, version: 3 }, 'renew').expect(409);
    await (await test.client()).post(FEEDS).expect(403);
  });

  it('shows no more than the app that made it was allowed, and nothing once its person has left', async () => {
    await ask();
    const narrow = await make(await test.person(counselorCs, { scope: 'affairs:booking:manage' }));
    expect(await entries(narrow.path)).toEqual([]);
    const { path } = await make(counselor);
    expect(await entries(path)).toHaveLength(1);
    await test.query(sql`UPDATE directory.person SET active = FALSE WHERE id = ${counselorCs}`);
    await read(path).expect(404);
    await test.query(sql`UPDATE directory.person SET active = TRUE WHERE id = ${counselorCs}`);
    expect(await entries(path)).toHaveLength(1);
  });
});
