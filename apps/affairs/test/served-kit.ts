import fc from 'fast-check';
import { sql } from '#database';
import { Policies } from '#policy';
import { campus, type Client, drainEvents, fireTimers, type TestApp } from '#testing';
import type { PublishedItem } from '../src/catalogue/catalogue.queries.js';
import { formOf } from '../src/catalogue/form.js';
import type { Opening } from '../src/catalogue/serving.js';
import { type RoundContent, type RoundKind } from '../src/rounds/round-content.js';
import { VolunteeringPolicy } from '../src/volunteering/volunteering.policy.js';
import { ActivityTest } from './activity-kit.js';
import { type Answer, rules, span } from './booking-kit.js';
import { content as clearanceContent, SIGN_OFFS } from './clearance-kit.js';
import { formArbitrary } from './form-arbitrary.js';
import { content as roundContent, ENTRIES, type Entry, ok, RoundTest } from './round-kit.js';
import { approve, form, type LeaveAnswer } from './support.js';

export interface Served {
  test: TestApp;
  me: Client;
  other: Client;
  /** Staff who have nothing to do with it. */
  foreign: Client;
  officer: Client;
  clerkOf(code: string): Promise<Client>;
}

interface Row {
  id: string;
  version: number;
  status: string;
}
interface ItemAnswer {
  mayApply: boolean;
  servedAt: { path: string; does: object };
  openings: Opening[];
}

/** Runs items that are dealt with elsewhere, each from where the item leads its student to its end. Nobody else may. */
export class ServedItems {
  constructor(private readonly on: Served) {}

  async run({ code, content }: PublishedItem): Promise<void> {
    const { servedAt, servedKind } = content;
    const runs: Record<string, (item: PublishedItem['content'], code: string) => Promise<void>> = {
      '/affairs/v1/leaves': () => (code === 'leave' ? this.leave() : this.leaveReturn()),
      '/affairs/v1/rounds': (item) => this.round(code, item, servedKind as RoundKind),
      '/affairs/v1/tickets': () => this.ticket(code),
      '/affairs/v1/clearances': () => this.clearance(code, servedKind!),
      '/affairs/v1/bookables': () => this.booking(code),
      '/affairs/v1/second-classroom/claims': () => this.claim(code),
      '/affairs/v1/volunteering/stars': () => this.stars(code),
      '/affairs/v1/work-study-posts': () => this.workStudy(code),
      '/affairs/v1/sanction-appeals': () => this.appeal(code),
      '/affairs/v1/holiday-registrations': () => this.holiday(code),
    };
    await runs[servedAt!]!(content, code);
  }

  private async item(code: string): Promise<ItemAnswer> {
    const { me } = this.on;
    const { data } = ok<{ data: { id: string }[] }>(await me.get(`/affairs/v1/items?code=${code}`), 200);
    return ok(await me.get(`/affairs/v1/items/${data[0]!.id}`), 200);
  }

  /** Where the item leads now, which is among what concerns the student. */
  private async opening(code: string): Promise<Opening> {
    const seen = await this.item(code);
    if (!seen.mayApply || seen.openings.length === 0) throw new Error(`${code} is not open: ${JSON.stringify(seen)}`);
    const { data } = ok<{ data: { code: string }[] }>(
      await this.on.me.get('/affairs/v1/items?forMe=true&limit=200'),
      200,
    );
    // Of what is always open the month decides as well.
    if (seen.openings[0]!.id !== null && !data.some((one) => one.code === code))
      throw new Error(`${code} does not concern`);
    return seen.openings[0]!;
  }

  private async closed(code: string): Promise<void> {
    const { mayApply, openings } = await this.item(code);
    if (mayApply || openings.length > 0) throw new Error(`${code} is open: ${JSON.stringify(openings)}`);
  }

  private async begin<T = Row>({ method, path, body }: Opening, more: object = {}): Promise<T> {
    if (method !== 'POST') throw new Error(`${method} ${path}`);
    return ok(await this.on.me.post(path, { ...body, ...more }), 201);
  }

  private act(who: Client, path: string, { id, version }: { id: string; version: number }, verb: string, body = {}) {
    return who.post(`${path}/${id}/${verb}`, body).set('If-Match', `"${version}"`);
  }

  private async done<T = Row>(...args: Parameters<ServedItems['act']>): Promise<T> {
    return ok(await this.act(...args), 200);
  }

  /** Another student, and staff of another unit, see none of it and can do nothing with it. */
  private async closedToOthers(path: string, row: { id: string; version: number }, verb: string, body = {}) {
    for (const who of [this.on.other, this.on.foreign]) {
      const answers = [await who.get(`${path}/${row.id}`), await this.act(who, path, row, verb, body)];
      for (const { status, text } of answers)
        if (status !== 404 && status !== 403) throw new Error(`${path} ${verb}: ${status} ${text.slice(0, 300)}`);
    }
  }

  private async leave(): Promise<void> {
    const { path } = await this.opening('leave');
    const asked = ok<LeaveAnswer>(await this.on.me.post(path, await form(this.on.test)), 201);
    await this.closedToOthers(path, asked, 'approve');
    const approved = await approve(this.on.test, asked);
    if (approved.status !== 'approved') throw new Error(approved.status);
  }

  private async leaveReturn(): Promise<void> {
    const { path } = await this.opening('leave-return');
    const asked = ok<LeaveAnswer>(await this.on.me.post(path, await form(this.on.test, 1, 7)), 201);
    const approved = await approve(this.on.test, asked);
    const before = this.on.test.clock.now();
    this.on.test.clock.set(approved.endsAt);
    await this.closedToOthers(path, approved, 'close');
    const counselor = await this.on.test.person(campus.staff.counselorCs);
    const now = ok<Row>(await counselor.get(`${path}/${approved.id}`), 200);
    const { status } = await this.done(counselor, path, now, 'close', { returnedAt: approved.endsAt });
    if (status !== 'closed') throw new Error(status);
    this.on.test.clock.set(before);
  }

  private async round(code: string, item: PublishedItem['content'], kind: RoundKind): Promise<void> {
    const { test, officer, me, other, foreign } = this.on;
    const kit = Object.assign(new RoundTest(), { test, officer, app: await test.client() });
    const properties = item.form['properties'] as Record<string, { readOnly?: boolean }>;
    const asked = Object.fromEntries(Object.entries(properties).filter(([, field]) => !field.readOnly));
    const form = { ...item.form, properties: asked };
    await this.closed(code);
    const content: Partial<RoundContent> = {
      ...{ title: item.name, kind, source: item.source, form, grades: [], exclusions: [], figures: [], group: null },
      ...{ components: [roundContent().components[0]!], collegeApproval: false, quotaBy: 'school' },
    };
    let round = await kit.act(kit.app, await kit.draft(content), 'open');
    const opening = await this.opening(code);
    const fits = formArbitrary(form, []).filter((data) => formOf({ form }).errorsOf(data).length === 0);
    const [data] = fc.sample(fits, { numRuns: 1, seed: 20_261_202 });
    const entry = await this.begin<Entry>(opening, { data });
    // From now on the item leads to what was handed in.
    const { path } = await this.opening(code);
    if (path !== `${ENTRIES}/${entry.id}`) throw new Error(path);
    await this.closedToOthers(ENTRIES, entry, 'withdraw');
    for (const who of [me, other, foreign]) {
      const { status } = await kit.try(who, round, 'close');
      if (status !== 403 && status !== 404) throw new Error(`close: ${status}`);
    }
    round = await kit.act(kit.app, round, 'close');
    await this.closed(code);
    ok(await kit.sheet(round, 'figures', `学号,学业成绩\n${entry.student.number},90\n`), 200);
    const places = [{ level: 'star', unitId: campus.school, places: 1 }];
    round = ok(
      await kit.app.put(`/affairs/v1/rounds/${round.id}/quota`, { places }).set('If-Match', `"${round.version}"`),
      200,
    );
    round = await kit.act(kit.app, round, 'propose');
    round = await kit.act(officer, round, 'approve');
    const before = test.clock.now();
    await kit.waitNotice(round);
    await kit.act(kit.app, round, 'finish');
    test.clock.set(before);
    const { outcome } = ok<Entry>(await me.get(`${ENTRIES}/${entry.id}`), 200);
    if (outcome !== 'awarded') throw new Error(`${code}: ${outcome}`);
  }

  private async ticket(code: string): Promise<void> {
    const opening = await this.opening(code);
    const more = { text: '水管漏水', placeId: campus.rooms.b1r101 };
    let ticket = await this.begin(opening, more);
    await this.closedToOthers('/affairs/v1/tickets', ticket, 'done', { text: '好了' });
    const clerk = await this.on.clerkOf('HQC');
    ticket = ok(await clerk.post(`/affairs/v1/tickets/${ticket.id}/take`), 200);
    ticket = await this.done(clerk, '/affairs/v1/tickets', ticket, 'done', { text: '已更换' });
    const { status } = await this.done(this.on.me, '/affairs/v1/tickets', ticket, 'confirm');
    if (status !== 'closed') throw new Error(status);
  }

  private async clearance(code: string, kind: string): Promise<void> {
    const { test, officer, me } = this.on;
    await this.closed(code);
    const [library] = await test.query<{ id: string }>(sql`SELECT id FROM directory.unit WHERE code = 'TSG'`);
    const entries = [{ code: 'books', title: { zh: '图书', en: 'Books' }, unitId: library!.id }];
    const body = clearanceContent({ kind, grades: [], entries, from: '2027-02-01', to: '2027-03-31' });
    const list = ok<Row>(await officer.post('/affairs/v1/clearance-lists', body), 201);
    await officer.post(`/affairs/v1/clearance-lists/${list.id}/open`).set('If-Match', '"1"').expect(202);
    await drainEvents(test);
    const { path } = await this.opening(code);
    const seen = ok<{ entries: Row[] }>(await me.get(path), 200);
    await this.closedToOthers(SIGN_OFFS, seen.entries[0]!, 'clear');
    await this.done(await this.on.clerkOf('TSG'), SIGN_OFFS, seen.entries[0]!, 'clear');
    const { complete } = ok<{ complete: boolean }>(await me.get(path), 200);
    if (!complete) throw new Error('The clearance is not complete');
  }

  private async booking(code: string): Promise<void> {
    await this.closed(code);
    const head = await this.on.test.person(campus.staff.buildingHead1);
    const body = { kind: 'place', unitId: campus.places.building1, ...rules };
    const bookable = ok<Answer>(await head.post('/affairs/v1/bookables', body), 201);
    const { path } = await this.opening(code);
    ok(await this.on.me.get(`${path}?from=2027-03-02&to=2027-03-02`), 200);
    const when = { bookableId: bookable.id, ...span('03-02', '10:00', '11:00') };
    const booking = ok<Answer>(await this.on.me.post('/affairs/v1/bookings', when), 201);
    await this.closedToOthers('/affairs/v1/bookings', booking, 'cancel');
    const before = this.on.test.clock.now();
    this.on.test.clock.set(when.startsAt);
    const { status } = await this.done(head, '/affairs/v1/bookings', booking, 'attend');
    if (status !== 'attended') throw new Error(status);
    this.on.test.clock.set(before);
  }

  private async claim(code: string): Promise<void> {
    const { test } = this.on;
    const opening = await this.opening(code);
    const happenedOn = test.clock.today();
    let claim = await this.begin<Row>(opening, { kind: 'lecture', title: '讲座', credits: 0.5, happenedOn });
    await this.closedToOthers(opening.path, claim, 'approve');
    const college = await test.person(campus.staff.collegeOfficerCs);
    claim = await this.done(college, opening.path, claim, 'approve');
    const before = test.clock.now();
    test.clock.advance({ days: 30 });
    const { status } = await this.done(await this.on.clerkOf('TW'), opening.path, claim, 'confirm');
    if (status !== 'confirmed') throw new Error(status);
    test.clock.set(before);
  }

  private async stars(code: string): Promise<void> {
    const { test, me, officer } = this.on;
    const college = await test.person(campus.staff.collegeOfficerCs);
    await Object.assign(new ActivityTest(), { test, officer: college }).took([me], { kind: 'volunteering', hours: 2 });
    await test.app.get(Policies).put(test.tx, VolunteeringPolicy, {
      ...{ effectiveFrom: '2000-01-01', source: 'test', by: 'test' },
      value: { ...new VolunteeringPolicy(), starHours: [2] },
    });
    const opening = await this.opening(code);
    const star = await this.begin<Row & { noticeUntil: string }>(opening);
    await this.on.other.post(`${opening.path}/${star.id}/objections`, { text: '有异议' }).expect(201);
    await this.closedToOthers(opening.path, star, 'dismiss', { text: '不成立' });
    const before = test.clock.now();
    test.clock.set(star.noticeUntil);
    await fireTimers(test);
    const seen = ok<Row>(await officer.get(`${opening.path}/${star.id}`), 200);
    const { status } = await this.done(officer, opening.path, seen, 'dismiss', { text: '不成立' });
    if (status !== 'final') throw new Error(status);
    test.clock.set(before);
  }

  private async workStudy(code: string): Promise<void> {
    await this.closed(code);
    const clerk = await this.on.clerkOf('TSG');
    const [library] = await this.on.test.query<{ id: string }>(sql`SELECT id FROM directory.unit WHERE code = 'TSG'`);
    const post = ok<Row>(
      await clerk.post('/affairs/v1/work-study-posts', {
        ...{
          unitId: library!.id,
          title: '整架助理',
          description: '整理书架',
          kind: 'temporary',
          location: 'on_campus',
        },
        ...{ region: '西安市', dangers: [], hourlyFen: 5000, places: 1, startsOn: '2027-01-01', endsOn: '2027-12-31' },
      }),
      201,
    );
    await this.done(clerk, '/affairs/v1/work-study-posts', post, 'open');
    const application = await this.begin(await this.opening(code), { statement: '周二有空' });
    const path = '/affairs/v1/work-study-applications';
    await this.closedToOthers(path, application, 'assign');
    const { status } = await this.done(clerk, path, application, 'assign');
    if (status !== 'assigned') throw new Error(status);
    await this.closed(code);
  }

  private async appeal(code: string): Promise<void> {
    const { test, officer } = this.on;
    await this.closed(code);
    const app = await test.client();
    const today = test.clock.today();
    const given = { studentId: campus.students[0], kind: 'demerit', decidedOn: today, months: 12, grounds: '考试违纪' };
    const sanction = ok<Row>(await app.post('/affairs/v1/sanctions', given), 201);
    await this.done(app, '/affairs/v1/sanctions', sanction, 'deliver', { deliveredOn: today });
    const appeal = await this.begin(await this.opening(code), { text: '事实有误' });
    const body = { outcome: 'revoked', conclusion: '撤销' };
    await this.closedToOthers('/affairs/v1/sanction-appeals', appeal, 'decide', body);
    const { status } = await this.done(officer, '/affairs/v1/sanction-appeals', appeal, 'decide', body);
    if (status !== 'revoked') throw new Error(status);
  }
  private async holiday(code: string): Promise<void> {
    const { test, officer, me } = this.on;
    await this.closed(code);
    const campaigns = '/affairs/v1/holiday-campaigns';
    const drafted = ok<Row>(
      await officer.post(campaigns, {
        ...{ title: { zh: '清明节去向登记', en: 'Qingming' }, opensOn: '2027-03-01', closesOn: '2027-03-20' },
        ...{ startsAt: '2027-04-02T18:00:00+08:00', endsAt: '2027-04-05T22:00:00+08:00' },
        destinations: [{ code: 'home', title: { zh: '回家', en: 'Home' }, away: true, asks: [] }],
      }),
      201,
    );
    await this.closed(code);
    await this.done(officer, campaigns, drafted, 'open');
    const registered = await this.begin(await this.opening(code), { destination: 'home' });
    // From now on the item leads to what was registered, also when registration is over.
    const before = test.clock.now();
    test.clock.set('2027-04-05T20:00:00+08:00');
    const { method, path } = (await this.item(code)).openings[0]!;
    const list = '/affairs/v1/holiday-registrations';
    if (`${method} ${path}` !== `GET ${list}/${registered.id}`) throw new Error(path);
    await this.closedToOthers(list, registered, 'return');
    const back = await this.done<{ returnedAt: string | null }>(me, list, registered, 'return');
    if (!back.returnedAt) throw new Error('not back');
    test.clock.set(before);
  }
}
