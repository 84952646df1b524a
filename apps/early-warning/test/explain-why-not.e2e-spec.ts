import { LeaveApprovedV1 } from '#contracts';
import { newId, query, sql } from '#database';
import { campus, type Client, studentNumbers, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { isStudent } from '../src/explanations/explanations.service.js';
import { daysAgo, holdSchedules, observe, publish, retireShipped, run, simpleRule, tell } from './kit.js';

const EXPLAIN = '/early-warning/v1/explain';

describe('explanations', () => {
  let test: TestApp;
  let app: Client;
  let counselor: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    app = await test.client();
    counselor = await test.person(campus.staff.counselorCs);
    const day = { agg: 'sum', window: '1d' };
    const spent = { metric: 'canteen_spend', agg: 'sum', window: '7d' };
    const atLeast = (f: string, n: number) => ({ ge: [{ f }, n] });
    const title = { zh: '题', en: 'Rule' };
    const rules = [
      simpleRule('on.leave', spent, { all: [atLeast('x', 50), { not: { calendar: 'leave|holiday' } }] }, { title }),
      simpleRule('of.exams', spent, { all: [atLeast('x', 50), { calendar: 'exam' }] }, { title }),
      simpleRule('not.much', spent, { all: [atLeast('x', 100), { not: atLeast('x', 1000) }] }, { title }),
      simpleRule('too.much', spent, { not: atLeast('x', 50) }, { title }),
      simpleRule(
        'either',
        spent,
        { all: [{ any: [atLeast('x', 999), atLeast('x', 5)] }, atLeast('x', 100)] },
        { title },
      ),
      simpleRule('share', spent, { lt: [{ f: 'x' }, { mul: [0.5, { f: 'x' }] }] }, { title }),
      simpleRule('of.term', spent, { all: [atLeast('x', 50), { termWeek: { le: 1 } }] }, { title }),
      simpleRule('of.term-end', spent, { all: [atLeast('x', 50), { termWeeksLeft: { le: 1 } }] }, { title }),
      simpleRule('no.data', { metric: 'book_loans', ...day }, atLeast('x', 5), { title, onNoData: 'false' }),
      simpleRule(
        'days.on',
        { metric: 'library_visits', ...day },
        { all: [atLeast('x', 5), { not: { calendar: 'leave' } }] },
        { title, for: '3d' },
      ),
      simpleRule('days.unknown', { metric: 'library_visits', ...day }, atLeast('x', 1), { title, for: '5d' }),
      simpleRule(
        'placed',
        { metric: 'sport_min', agg: 'sum', window: '7d', rank: { cohort: 'campus', minCohort: 2 } },
        { lt: [{ f: 'x' }, 0] },
        { title },
      ),
      simpleRule('courses', { metric: 'failed_courses', agg: 'last', window: 'all' }, atLeast('x', 5), { title }),
    ];
    for (const rule of rules) await publish(test, rule);
    await observe(app, [
      [0, 'canteen_spend', daysAgo(1), 90],
      [0, 'library_visits', daysAgo(2), 4],
      [0, 'library_visits', daysAgo(1), 3],
      [0, 'library_visits', daysAgo(0), 5],
      [0, 'sport_min', daysAgo(1), 30],
      [1, 'sport_min', daysAgo(1), 60],
      [0, 'failed_courses', daysAgo(1), 2],
    ]);
    const leave = {
      ...{ leaveId: newId(), studentId: campus.students[0]! },
      ...{ startsAt: `${daysAgo(1)}T09:00:00+08:00`, endsAt: `${daysAgo(-1)}T09:00:00+08:00` },
    };
    await tell(test, [new LeaveApprovedV1(leave)], { id: leave.leaveId, version: 1 });
  });
  afterAll(() => test.close());

  const ask = async (rule: string, student = 0, client = counselor) =>
    (await client.get(`${EXPLAIN}?student=${studentNumbers[student]}&rule=${rule}`).expect(200)).body;
  const sentence = async (rule: string, student = 0) => (await ask(rule, student)).staff.sentence;

  describe('why not', () => {
    it('names the kind of day', async () => {
      expect(await sentence('on.leave')).toEqual({
        zh: '“题”不成立：食堂消费 0.90 元；当日在请假中',
        en: '“Rule” does not hold: canteen spending 0.90 yuan; approved leave of the student on the day',
      });
      expect(await sentence('of.exams')).toEqual({
        zh: '“题”不成立：食堂消费 0.90 元；当日不在考试周中',
        en: '“Rule” does not hold: canteen spending 0.90 yuan; no exam weeks on the day',
      });
    });

    it('names the part of the term', async () => {
      const term = (starts: string, ends: string) =>
        test.query(sql`UPDATE directory.term SET starts_on = ${starts}, ends_on = ${ends} WHERE id = ${campus.term}`);
      await term(daysAgo(35), daysAgo(-35));
      expect(await sentence('of.term')).toEqual({
        zh: '“题”不成立：食堂消费 0.90 元；当日在第 6 教学周',
        en: '“Rule” does not hold: canteen spending 0.90 yuan; the day is in week 6 of term',
      });
      expect(await sentence('of.term-end')).toEqual({
        zh: '“题”不成立：食堂消费 0.90 元；当日距期末还有 5 周',
        en: '“Rule” does not hold: canteen spending 0.90 yuan; the day has 5 weeks of term left',
      });
      await term(daysAgo(60), daysAgo(30));
      expect((await sentence('of.term')).zh).toBe('“题”不成立：食堂消费 0.90 元；当日不在学期内');
      expect((await sentence('of.term')).en).toContain('; the day is outside of terms');
    });

    it('tells what is not met as it is meant, in the unit of what is compared', async () => {
      expect((await sentence('not.much')).zh).toBe('“题”不成立：食堂消费 0.90 元；不满足：0.90 元 ≥ 1.00 元');
      expect(await sentence('too.much')).toEqual({
        zh: '“题”不成立：食堂消费 0.90 元；不满足：0.90 元 < 0.50 元',
        en: '“Rule” does not hold: canteen spending 0.90 yuan; not met: 0.90 yuan < 0.50 yuan',
      });
      expect((await sentence('share')).zh).toContain('不满足：0.90 元 < 0.45 元');
      expect((await sentence('courses')).zh).toBe(
        '“题”不成立：不及格门数，累计 2 门（最近一次记录）；不满足：2 门 ≥ 5 门',
      );
    });

    it('leaves out what need not be met', async () => {
      expect((await sentence('either')).zh).toBe('“题”不成立：食堂消费 0.90 元；不满足：0.90 元 ≥ 1.00 元');
    });

    it('names what nothing is known of', async () => {
      expect(await sentence('no.data')).toEqual({
        zh: '“题”不成立：数据不足：借阅册数',
        en: '“Rule” does not hold: too little data: books borrowed',
      });
    });

    it('names the days of what is repeated', async () => {
      expect(await sentence('days.on')).toEqual({
        zh: `“题”不成立：到图书馆次数 5 次；当日在请假中，${daysAgo(1)}在请假中；不满足：3 次 ≥ 5 次（${daysAgo(1)}），4 次 ≥ 5 次（${daysAgo(2)}）`,
        en: `“Rule” does not hold: library visits 5; approved leave of the student on the day, approved leave of the student on ${daysAgo(1)}; not met: 3 ≥ 5 (${daysAgo(1)}), 4 ≥ 5 (${daysAgo(2)})`,
      });
      expect(await sentence('days.unknown')).toEqual({
        zh: `“题”无法判断：该生数据不足（到图书馆次数（${daysAgo(3)}），到图书馆次数（${daysAgo(4)}））`,
        en: `“Rule” cannot be evaluated: there is too little data of the student (library visits (${daysAgo(3)}), library visits (${daysAgo(4)}))`,
      });
    });
  });

  it('keep the days behind earlier periods', async () => {
    const { evidence } = (await ask('days.on')).staff;
    expect(evidence.conditions.slice(2)).toEqual([
      { pointer: '/when/all/0/ge', op: 'ge', left: 3, right: 5, holds: false, day: daysAgo(1) },
      { pointer: '/when/all/1/not/calendar', calendar: 'leave', not: true, holds: false, day: daysAgo(1) },
      { pointer: '/when/all/0/ge', op: 'ge', left: 4, right: 5, holds: false, day: daysAgo(2) },
      { pointer: '/when/all/1/not/calendar', calendar: 'leave', not: true, holds: true, day: daysAgo(2) },
    ]);
    expect(evidence.features.x.days).toEqual([{ day: daysAgo(0), value: 5 }]);
    expect(evidence.earlier).toMatchObject(
      [3, 4].map((value, i) => {
        const day = daysAgo(i + 1);
        const x = { metric: 'library_visits', value, window: { from: day, to: day }, days: [{ day, value }] };
        return { asOf: day, features: { x } };
      }),
    );
    expect((await ask('on.leave')).staff.evidence).not.toHaveProperty('earlier');
  });

  it('keep the unit of what is ranked', async () => {
    const body = await ask('placed');
    expect(body.inputs).toMatchObject([{ metric: 'sport_min', value: 30, unit: 'min' }]);
    expect(body.forStudent.zh).toContain('运动时长 30 分钟');
    expect(body.staff.evidence.features.x).toMatchObject({ unit: '%', cohort: { value: 30, unit: 'min' } });
  });

  describe('of sources', () => {
    const sources = async (rule: string) => (await ask(rule)).staff.evidence.sources;

    it('tell the newest data of those nobody declared', async () => {
      expect(await sources('courses')).toEqual([
        {
          ...{ source: 'test', name: null, metrics: ['failed_courses'], batches: 1, presence: { failed_courses: 0 } },
          ...{ lastReceivedAt: expect.any(String), lastHeartbeatAt: null, seenAt: expect.any(String) },
        },
      ]);
    });

    it('tell the newest data, the last heartbeat and the later of the two of declared ones', async () => {
      for (const [code, metrics] of [
        ['test', ['library_visits']],
        ['pulse', ['library_visits', 'awards']],
      ] as const)
        await app
          .post('/early-warning/v1/sources', {
            ...{ code, zh: '图书馆', en: 'library', metrics, rhythmHours: 24, minPresence: 0, active: true },
          })
          .expect(201);
      await app.post('/early-warning/v1/sources/pulse/heartbeat', {}).expect(200);
      await test.query(
        sql`INSERT INTO early_warning.source_heartbeat (source, at) VALUES ('test', '2026-01-01T08:00:00+08:00')`,
      );
      const [pulse, delivering] = await sources('days.on');
      expect(pulse).toMatchObject({
        ...{ source: 'pulse', name: { zh: '图书馆', en: 'library' }, metrics: ['library_visits'], batches: 0 },
        ...{ lastReceivedAt: null, presence: { library_visits: 1 } },
      });
      expect(pulse.seenAt).toBe(pulse.lastHeartbeatAt);
      expect(delivering).toMatchObject({
        source: 'test',
        batches: 1,
        presence: { library_visits: 1 },
        lastHeartbeatAt: '2026-01-01T00:00:00Z',
      });
      expect(delivering.seenAt).toBe(delivering.lastReceivedAt);
      expect(delivering.seenAt > delivering.lastHeartbeatAt).toBe(true);
    });
  });

  it('are kept with a warning alike', async () => {
    await publish(
      test,
      simpleRule(
        'raised',
        { metric: 'library_visits', agg: 'sum', window: '1d' },
        { ge: [{ f: 'x' }, 3] },
        { for: '3d' },
      ),
    );
    await run(test, app, { rules: ['raised'] });
    const [{ id }] = (await app.get('/early-warning/v1/warnings?rule=raised').expect(200)).body.data;
    const { evidence } = (await app.get(`/early-warning/v1/warnings/${id}`).expect(200)).body;
    expect(evidence.conditions.map(({ day }: { day?: string }) => day)).toEqual([undefined, daysAgo(1), daysAgo(2)]);
    expect(evidence.earlier).toHaveLength(2);
    expect(evidence.sources).toMatchObject([{ source: 'pulse' }, { source: 'test' }]);
  });

  it('find the student by an index, by number and by id', async () => {
    const planOf = (who: string) =>
      test.database.transaction(null, async (tx) => {
        // The roster of a test is so small that it would be read as a whole.
        await query(tx, sql`SET LOCAL enable_seqscan = off`);
        return JSON.stringify(
          await query(tx, sql`EXPLAIN SELECT 1 FROM directory.published_student_v1 s WHERE ${isStudent(who)}`),
        );
      });
    for (const who of [studentNumbers[0]!, campus.students[0]!, campus.students[0]!.toUpperCase()]) {
      expect(await planOf(who)).toMatch(/Index Cond: \([^"]*\b(number|id) = /);
      const { body } = await counselor.get(`${EXPLAIN}?student=${who}&rule=on.leave`).expect(200);
      expect(body.student.id).toBe(campus.students[0]);
    }
  });

  it('of a rule for some posts only are for these, and for the student', async () => {
    await publish(
      test,
      simpleRule(
        'for.officers',
        { metric: 'awards', agg: 'count', window: '1d' },
        { ge: [{ f: 'x' }, 9] },
        { visibility: ['student_affairs_officer'] },
      ),
    );
    const url = `${EXPLAIN}?student=${studentNumbers[0]}&rule=for.officers`;
    await counselor.get(url).expect(404);
    await (await test.person(campus.staff.schoolOfficer)).get(url).expect(200);
    const { body } = await (await test.person(campus.students[0]!)).get(url).expect(200);
    expect(body).not.toHaveProperty('staff');
  });

  it('tell students nothing of the title, which evaluates', async () => {
    const student = await test.person(campus.students[0]!);
    const body = await ask('on.leave', 0, student);
    expect(body.rule).toEqual({
      code: 'on.leave',
      number: 1,
      title: { zh: '一项关怀提示', en: 'a care notice' },
    });
    expect(JSON.stringify(body)).not.toMatch(/题”|Rule/);
    expect((await ask('on.leave')).rule.title).toEqual({ zh: '题', en: 'Rule' });
  });
});
