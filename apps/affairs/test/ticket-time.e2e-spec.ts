import { sql } from '#database';
import { campus, type Client, fireTimers, type TestApp } from '#testing';
import { ANONYMOUS, type Answer, at, codeOf, TicketTest, TICKETS, units } from './ticket-kit.js';

describe('tickets as time goes by', () => {
  const kit = new TicketTest();
  let test: TestApp;
  let clerk: Client;
  let student: Client;
  beforeAll(async () => {
    await kit.start();
    ({ test, clerk } = kit);
    student = kit.students[0]!;
  });
  afterEach(() => kit.clear());
  afterAll(() => test?.close());

  async function when(day: string, time: string): Promise<void> {
    test.clock.set(at(day, time));
    await fireTimers(test);
  }

  it('that are not answered in time are told to the head of the department, then to the school', async () => {
    const sent = await kit.report();
    await when('03-01', '19:59');
    expect(await kit.see(clerk, sent)).toMatchObject({ overdue: false, escalation: 0 });
    await when('03-01', '20:01');
    const late = await kit.see(clerk, sent);
    expect(late).toMatchObject({ overdue: true, escalation: 1 });
    const told = async () => (await kit.events('affairs.ticket-overdue.v1', sent.id)).map(({ payload }) => payload);
    expect(await told()).toEqual([
      {
        ...{ ticketId: sent.id, unitId: units.logistics, what: 'answer', dueAt: sent.answerDueAt, level: 1 },
        waitsFor: [kit.people.head],
      },
    ]);
    await when('03-02', '20:01');
    expect((await told())[1]).toMatchObject({ what: 'answer', level: 2 });
    expect((await told())[1]!['waitsFor']).toEqual([campus.staff.schoolOfficer, kit.people.head].sort());
    expect((await clerk.get(`${TICKETS}?overdue=true`)).body.data).toHaveLength(1);
    // Answered, the next deadline runs.
    const answered = await kit.done(clerk, await kit.see(clerk, sent), 'answer', { text: '明天来' });
    expect(answered).toMatchObject({ overdue: false, escalation: 0 });
    await when('03-03', '08:01');
    expect((await told())[2]).toMatchObject({ what: 'done', level: 1 });
    await kit.done(clerk, await kit.see(clerk, sent), 'done', { text: '好了' });
    await when('03-05', '08:01');
    expect(await told()).toHaveLength(3);
  });

  it('do not run while they wait for the sender, and close when no word comes', async () => {
    const sent = await kit.report();
    test.clock.set(at('03-01', '18:00'));
    const asked = await kit.done(clerk, sent, 'answer', { text: '请问哪一盏', asks: true });
    expect(asked.status).toBe('waiting');
    expect(codeOf(await kit.act(student, asked, 'urge').expect(409))).toBe('affairs/ticket-not-in-state');
    await when('03-04', '18:00');
    expect(await kit.see(clerk, sent)).toMatchObject({ overdue: false, escalation: 0 });
    const said = await kit.done(student, asked, 'message', { text: '二楼东头' });
    expect(said.status).toBe('assigned');
    // Three days later than at first.
    expect(said.doneDueAt).toMatch(/^2027-03-06T00:00:/);
    await when('03-06', '08:01');
    const late = await kit.see(clerk, sent);
    expect(late.escalation).toBe(1);
    await kit.done(clerk, late, 'answer', { text: '还在吗', asks: true });
    await when('03-13', '08:02');
    const closed = await kit.see(student, sent);
    expect(closed).toMatchObject({ status: 'closed', closedBy: 'silence' });
    expect(closed.history.at(-1)).toMatchObject({ action: 'close', from: 'system' });
  });

  it('close by themselves after they are done, and are reopened for some days', async () => {
    const sent = await kit.report();
    const finished = await kit.done(clerk, sent, 'done', { text: '好了' });
    const notYet = await kit.done(clerk, finished, 'not-done', { text: '看错了房间' });
    expect(notYet).toMatchObject({ status: 'assigned', assignee: { id: kit.people.clerk } });
    const again = await kit.done(clerk, notYet, 'done', { text: '好了' });
    await when('03-08', '08:02');
    const closed = await kit.see(student, again);
    expect(closed).toMatchObject({ status: 'closed', closedBy: 'silence' });
    await kit.act(student, closed, 'reopen').expect(400);
    const reopened = await kit.done(student, closed, 'reopen', { text: '又不亮了' });
    expect(reopened).toMatchObject({ status: 'assigned', reopened: 1, closedBy: null });
    expect(reopened.answerDueAt).toMatch(/^2027-03-08T12:02:/);
    const third = await kit.done(clerk, reopened, 'done', { text: '换了整套' });
    const confirmed = await kit.done(student, third, 'confirm');
    test.clock.set(at('03-15', '08:03'));
    expect((await kit.see(student, confirmed)).actions.find(({ action }) => action === 'reopen')).toMatchObject({
      allowed: false,
      reason: { code: 'ticket-reopen-too-late' },
    });
    expect(codeOf(await kit.act(student, confirmed, 'reopen', { text: '还是不行' }).expect(409))).toBe(
      'affairs/ticket-reopen-too-late',
    );
  });

  it('are counted: what was answered and done in time, reopened, and how satisfied the senders were', async () => {
    const good = await kit.done(clerk, await kit.report(), 'done', { text: '好了' });
    await kit.done(student, good, 'rate', { rating: 5 });
    const again = await kit.done(clerk, await kit.report(), 'done', { text: '好了' });
    const bad = await kit.done(student, again, 'rate', { rating: 1, comment: '没修' });
    const reopened = await kit.done(student, bad, 'reopen', { text: '没好' });
    // What was said of the handling before is no answer to this one, and stays in the history.
    expect(reopened).toMatchObject({ rating: null, ratingComment: null });
    expect(reopened.history.find(({ action }) => action === 'rate')).toMatchObject({ rating: 1, text: '没修' });
    await kit.report(student, { kind: 'question-affairs', placeId: undefined });
    await kit.done(student, await kit.report(), 'withdraw');
    test.clock.set(at('03-04', '08:00'));
    const late = await kit.done(clerk, reopened, 'done', { text: '好了' });
    expect(await kit.done(student, late, 'rate', { rating: 2 })).toMatchObject({ rating: 2 });
    const read = async (who: Client, query = '') =>
      (await who.get(`/affairs/v1/indicators/tickets${query}`).expect(200)).body as Record<string, unknown>[];
    const of = (rows: Record<string, unknown>[]) =>
      Object.fromEntries(rows.map(({ code, numerator, denominator }) => [code, [numerator, denominator]]));
    const school = await read(await test.person(campus.staff.schoolOfficer));
    expect(of(school)).toEqual({
      'answered-in-time': [1, 3],
      'done-in-time': [1, 2],
      reopened: [1, 2],
      satisfaction: [8, 3],
    });
    expect(school[3]).toMatchObject({ value: 8 / 3, units: [{ unit: { code: 'HQC' }, value: 8 / 3 }] });
    expect(of(await read(kit.head))['answered-in-time']).toEqual([1, 2]);
    expect(of(await read(kit.head, '?from=2027-03-02'))['done-in-time']).toEqual([0, 1]);
    expect(of(await read(await test.person(campus.staff.collegeOfficerCs)))['done-in-time']).toEqual([0, 0]);
  });

  it('are urged once a day', async () => {
    const urged = await kit.done(student, await kit.report(), 'urge');
    expect(urged).toMatchObject({ urged: 1 });
    expect(codeOf(await kit.act(student, urged, 'urge').expect(409))).toBe('affairs/ticket-urged-before');
    test.clock.set(at('03-02', '08:01'));
    expect(await kit.done(student, urged, 'urge')).toMatchObject({ urged: 2 });
  });

  describe('about the same', () => {
    const lift = { kind: 'repair-lift', text: '电梯停在三楼' };
    let tickets: Answer[];
    beforeEach(async () => {
      tickets = [];
      for (const who of kit.students) tickets.push(await kit.report(who, lift));
    });

    it('are proposed, merged, and answered together; each sender hears', async () => {
      const [main, second, third] = tickets as [Answer, Answer, Answer];
      await kit.report(student);
      const same = (await clerk.get(`${TICKETS}/${second.id}/same`).expect(200)).body as Answer[];
      expect(same.map(({ id }) => id)).toEqual([main.id, third.id]);
      const merged = await kit.done(clerk, second, 'merge', { mainId: main.id });
      expect(merged).toMatchObject({ status: 'merged', mainId: main.id });
      await kit.done(clerk, third, 'merge', { mainId: main.id });
      // Whose it follows is not the sender's to know.
      expect((await kit.see(kit.students[1]!, second)).mainId).toBeNull();
      expect((await kit.students[1]!.get(TICKETS)).body.data[0].mainId).toBeNull();
      expect(codeOf(await kit.act(clerk, main, 'merge', { mainId: second.id }).expect(409))).toBe(
        'affairs/ticket-has-followers',
      );
      const answered = await kit.done(clerk, main, 'answer', { text: '厂家已在路上' });
      expect(answered.followerIds).toEqual([second.id, third.id]);
      for (const [i, who] of kit.students.entries()) {
        const seen = await kit.see(who, tickets[i]!);
        expect(seen.history.find(({ action }) => action === 'answer')).toMatchObject({ text: '厂家已在路上' });
      }
      // Only the main one's clock runs.
      await when('03-03', '08:01');
      expect(await kit.events('affairs.ticket-overdue.v1', second.id)).toEqual([]);
      expect(await kit.events('affairs.ticket-overdue.v1', main.id)).toHaveLength(1);
      const finished = await kit.done(clerk, await kit.see(clerk, main), 'done', { text: '已修好' });
      const theirs = await kit.see(kit.students[1]!, second);
      expect(theirs).toMatchObject({ status: 'done' });
      await kit.done(clerk, finished, 'not-done', { text: '又停了' });
      expect((await kit.see(kit.students[1]!, second)).status).toBe('merged');
      await kit.done(clerk, await kit.see(clerk, main), 'done', { text: '已修好' });
      const confirmed = await kit.done(kit.students[1]!, await kit.see(kit.students[1]!, second), 'confirm');
      expect(confirmed.closedBy).toBe('sender');
      // Who is not content goes on alone.
      const alone = await kit.done(kit.students[2]!, await kit.see(kit.students[2]!, third), 'reopen', {
        text: '没好',
      });
      expect(alone).toMatchObject({ status: 'open' });
      expect(await kit.see(clerk, third)).toMatchObject({ mainId: null });
    });

    it('come apart again, and are not taken back with the main one', async () => {
      const [main, second, third] = tickets as [Answer, Answer, Answer];
      const merged = await kit.done(clerk, second, 'merge', { mainId: main.id });
      await kit.done(clerk, third, 'merge', { mainId: main.id });
      expect(codeOf(await kit.act(clerk, merged, 'answer', { text: '?' }).expect(409))).toBe(
        'affairs/ticket-not-in-state',
      );
      const apart = await kit.done(clerk, merged, 'unmerge');
      expect(apart).toMatchObject({ status: 'open', mainId: null });
      await kit.done(student, main, 'withdraw');
      expect(await kit.see(clerk, third)).toMatchObject({ status: 'open', mainId: null });
      // Their own clocks run again.
      await when('03-01', '20:01');
      for (const one of [second, third]) expect((await kit.see(clerk, one)).escalation).toBe(1);
      expect(await kit.see(clerk, main)).toMatchObject({ status: 'closed', closedBy: 'withdrawn', escalation: 0 });
    });

    it('go on by themselves when the main one closes because its sender says nothing more', async () => {
      const [main, second] = tickets as [Answer, Answer];
      await kit.done(clerk, second, 'merge', { mainId: main.id });
      await kit.done(clerk, main, 'answer', { text: '请问哪一层', asks: true });
      await when('03-08', '08:02');
      expect(await kit.see(clerk, main)).toMatchObject({ status: 'closed', closedBy: 'silence' });
      expect(await kit.see(clerk, second)).toMatchObject({ status: 'open', mainId: null });
    });

    it('are merged into what is under way in the same queue alone', async () => {
      const [main, second] = tickets as [Answer, Answer];
      const into = (mainId: string) => kit.act(clerk, second, 'merge', { mainId });
      expect(codeOf(await into(second.id).expect(422))).toBe('affairs/ticket-merge-wrong');
      const elsewhere = await kit.report(student, { kind: 'question-affairs', placeId: undefined });
      await into(elsewhere.id).expect(404);
      await kit.done(clerk, main, 'done', { text: '好了' });
      expect(codeOf(await into(main.id).expect(422))).toBe('affairs/ticket-merge-wrong');
    });
  });

  describe('sent anonymously', () => {
    const form = { kind: 'complaint-life', text: '食堂二楼的菜是凉的' };
    const send = (more: object = {}) => kit.app.post(ANONYMOUS, { ...form, ...more });
    const by = (code: string, action: string, more: object = {}) =>
      kit.app.post(`${ANONYMOUS}/act`, { code, action, ...more });

    it('are opened by a code alone, and tell nobody who sent them', async () => {
      const key = '"once-or-twice"';
      const { body } = await send().set('Idempotency-Key', key).expect(201);
      const code = body.code as string;
      expect(code.replaceAll('-', '')).toMatch(/^[0-9A-HJKMNP-TV-Z]{28}$/);
      const [row] = await test.query<{ id: string }>(sql`SELECT id FROM affairs.ticket`);
      const seen = await kit.see(clerk, row!);
      expect(seen).toMatchObject({ student: null, text: form.text });
      const answered = await kit.done(clerk, seen, 'answer', { text: '已告知食堂，请问哪一天', asks: true });
      const open = (await kit.app.post(`${ANONYMOUS}/open`, { code: code.toLowerCase() }).expect(200)).body as Answer;
      expect(open.history.at(-1)).toMatchObject({ action: 'answer', text: '已告知食堂，请问哪一天' });
      expect(open).not.toHaveProperty('assignee');
      await by(code, 'message').expect(400);
      await by(code, 'message', { text: '周一中午' }).expect(200);
      await kit.done(clerk, { ...answered, version: answered.version + 1 }, 'done', { text: '已整改' });
      await by(code, 'confirm').expect(200);
      const rated = (await by(code, 'rate', { rating: 4, text: '可以' }).expect(200)).body as Answer;
      expect(rated).toMatchObject({ rating: 4, ratingComment: '可以', status: 'closed' });
      // Neither who sent it nor the code is in any table.
      const bare = code.replaceAll('-', '');
      for (const table of await test.query<{ name: string }>(
        sql`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
             WHERE schemaname IN ('affairs', 'platform', 'events') AND tablename <> 'migration'`,
      )) {
        const found = await test.tx.query(`SELECT 1 FROM ${table.name} t WHERE t::text ILIKE ANY($1) LIMIT 1`, [
          [`%${bare}%`, `%${code}%`],
        ]);
        expect([table.name, found]).toEqual([table.name, []]);
      }
      const kept = await test.query(sql`SELECT 1 FROM platform.idempotency_key WHERE key LIKE '%once-or-twice%'`);
      expect(kept).toEqual([]);
      const [written] = await test.query<{ people: number }>(
        sql`SELECT count(a.person_id)::int AS people FROM affairs.ticket_action a
             WHERE a.action IN ('report', 'message', 'confirm', 'rate')`,
      );
      expect(written!.people).toBe(0);
    });

    it('come from apps that name no person; who tries leaves no trace', async () => {
      const counted = () =>
        test.query<{ n: number }>(
          sql`SELECT (SELECT count(*) FROM affairs.ticket)::int + (SELECT count(*) FROM platform.audit WHERE person_id = ${campus.students[0]})::int AS n`,
        );
      const before = await counted();
      // A person's token does not carry the permission at all.
      await student.post(ANONYMOUS, form).expect(403);
      await student.post(`${ANONYMOUS}/open`, { code: '0'.repeat(28) }).expect(403);
      expect(await counted()).toEqual(before);
    });

    it('are switched off by the school, by kind, and are few a day', async () => {
      expect(codeOf(await send({ kind: 'question-affairs' }).expect(403))).toBe('affairs/anonymous-tickets-off');
      await kit.put({ anonymous: false });
      expect(codeOf(await send().expect(403))).toBe('affairs/anonymous-tickets-off');
      await kit.put({ anonymousPerDay: 1 });
      await send().expect(201);
      await send().expect(429);
    });

    it('of whose code nobody finds one by trying', async () => {
      const { body } = await send().expect(201);
      const open = (code: string) => kit.app.post(`${ANONYMOUS}/open`, { code });
      expect(codeOf(await open('nothing').expect(404))).toBe('affairs/ticket-code-unknown');
      for (let i = 0; i < 9; i++) await open('0'.repeat(28)).expect(404);
      await open(body.code as string).expect(429);
    });
  });
});
