import { sql } from '#database';
import { Policies } from '#policy';
import { campus, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { type Ask, assess, type Assessment } from '../src/leave/leave.checks.js';
import { leaveFlow } from '../src/leave/leave.flow.js';
import { LeavePolicy } from '../src/leave/leave.policy.js';
import { form, submit, zone } from './support.js';

// The seeded term runs from 2026-09-01 to 2027-01-20; 2026-11-16 is a Monday without holidays around it.
const MONDAY = new Date('2026-11-16T10:00:00+08:00');
const SUNDAY = new Date('2026-11-15T10:00:00+08:00');

describe('checks of a leave', () => {
  let test: TestApp;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
  });
  afterAll(() => test.close());

  async function check(from: string, to: string, more: Partial<Ask> = {}, now = MONDAY): Promise<Assessment> {
    const policy = await test.app.get(Policies).at(test.tx, LeavePolicy, '2026-11-16');
    const [startsAt, endsAt] = [new Date(`${from}+08:00`), new Date(`${to}+08:00`)];
    const ask = { studentId: campus.students[0]!, kind: 'personal' as const, urgent: false, attachments: [], ...more };
    return assess(test.tx, policy, { ...ask, startsAt, endsAt }, now, zone);
  }
  const codes = ({ findings }: Assessment): string[] => findings.map(({ severity, code }) => `${severity} ${code}`);

  it.each([
    ['2026-11-23T08:00', '2026-11-24T00:00', 1, 1],
    ['2026-11-23T23:00', '2026-11-25T00:00', 2, 1],
    ['2026-11-23T23:00', '2026-11-25T00:01', 3, 2],
    ['2026-11-23T00:00', '2026-11-30T00:00', 7, 2],
    ['2026-11-23T00:00', '2026-12-01T00:00', 8, 3],
    ['2026-11-23T00:00', '2027-01-22T00:00', 60, 3],
  ])('%s to %s touches %d days and takes %d decisions', async (from, to, days, decisions) => {
    const found = await check(from, to);
    expect(found.days).toBe(days);
    const { counselorCs, collegeOfficerCs, schoolOfficer } = campus.staff;
    const chain = [counselorCs, collegeOfficerCs, schoolOfficer].slice(0, decisions);
    expect(found.steps.map(({ personIds }) => personIds)).toEqual(chain.map((id) => [id]));
    expect(found.findings.filter(({ severity }) => severity === 'blocker')).toEqual([]);
  });

  it('counts half days where the policy says so', async () => {
    const policy = await test.app.get(Policies).at(test.tx, LeavePolicy, '2026-11-16');
    const counselor = { kind: 'counselor' as const };
    const college = { kind: 'student_affairs_officer' as const, unitKind: 'college' as const };
    const levels = [
      { upToDays: 0.5, approvers: [counselor], applyWorkingDaysAhead: 0 },
      { upToDays: 3, approvers: [counselor, college], applyWorkingDaysAhead: 0 },
    ];
    const value = Object.assign(new LeavePolicy(), policy.value, { halfDayFrom: '12:30', levels });
    const days = async (from: string, to: string) => {
      const [startsAt, endsAt] = [new Date(`${from}+08:00`), new Date(`${to}+08:00`)];
      const ask = { studentId: campus.students[0]!, kind: 'personal' as const, urgent: false, attachments: [] };
      const { days: n, steps } = await assess(
        test.tx,
        { ...policy, value },
        { ...ask, startsAt, endsAt },
        MONDAY,
        zone,
      );
      return [n, steps.length];
    };
    expect(await days('2026-11-23T08:00', '2026-11-23T12:30')).toEqual([0.5, 1]);
    expect(await days('2026-11-23T12:30', '2026-11-24T00:00')).toEqual([0.5, 1]);
    expect(await days('2026-11-23T08:00', '2026-11-23T12:31')).toEqual([1, 2]);
    expect(await days('2026-11-23T13:00', '2026-11-24T12:00')).toEqual([1, 2]);
    expect(await days('2026-11-23T13:00', '2026-11-25T12:00')).toEqual([2, 2]);
    expect(await days('2026-11-23T08:00', '2026-11-25T10:00')).toEqual([2.5, 2]);
    // The steps of the definition ask for the same days.
    const { steps } = leaveFlow(value);
    expect(steps.map(({ key, when }) => [key, when])).toEqual([
      ['step-1-from-0-5', []],
      ['step-2-from-1', [{ fact: 'days', atLeast: 1 }]],
    ]);
  });

  it('refuses a day more than the longest leave, and periods that make no sense', async () => {
    expect(codes(await check('2026-11-23T00:00', '2027-01-22T00:01'))).toEqual(['blocker too-long']);
    expect(codes(await check('2026-11-23T08:00', '2026-11-23T08:00'))).toEqual(['blocker end-before-start']);
    expect(codes(await check('2026-11-16T09:59', '2026-11-16T20:00'))).toEqual(['blocker in-the-past']);
    expect(codes(await check('2027-05-16T00:00', '2027-05-17T00:00'))).toEqual(['blocker too-far-ahead']);
    expect(codes(await check('9999-12-30T00:00', '9999-12-31T00:00'))).toEqual(['blocker too-far-ahead']);
  });

  it('wants working days between asking and leaving: the day of asking counts, weekends do not', async () => {
    expect(codes(await check('2026-11-16T12:00', '2026-11-16T20:00'))).toEqual(['blocker apply-earlier']);
    expect(codes(await check('2026-11-17T08:00', '2026-11-17T20:00'))).toEqual([]);
    expect(codes(await check('2026-11-17T08:00', '2026-11-20T00:00'))).toEqual(['blocker apply-earlier']);
    expect(codes(await check('2026-11-18T08:00', '2026-11-21T00:00'))).toEqual([]);
    expect(codes(await check('2026-11-16T08:00', '2026-11-16T20:00', {}, SUNDAY))).toEqual(['blocker apply-earlier']);
    expect(codes(await check('2026-11-17T08:00', '2026-11-17T20:00', {}, SUNDAY))).toEqual([]);
  });

  it('asks neither the sick nor the urgent to apply ahead, and lets the urgent reach three days back', async () => {
    expect(codes(await check('2026-11-16T10:00', '2026-11-16T20:00', { kind: 'sick' }))).toEqual([]);
    const urgent = { urgent: true };
    expect(codes(await check('2026-11-13T00:00', '2026-11-13T20:00', urgent))).toEqual([]);
    expect(codes(await check('2026-11-12T23:59', '2026-11-13T20:00', urgent))).toEqual(['blocker too-far-back']);
  });

  it('wants proof of sickness beyond a day and of official leave always; urgent, later', async () => {
    const sick = { kind: 'sick' as const };
    const [from, oneDay, twoDays] = ['2026-11-23T00:00', '2026-11-24T00:00', '2026-11-25T00:00'] as const;
    expect(codes(await check(from, oneDay, sick))).toEqual([]);
    expect(codes(await check(from, twoDays, sick))).toEqual(['blocker proof-missing']);
    expect(codes(await check(from, twoDays, { ...sick, attachments: ['files/1'] }))).toEqual([]);
    expect(codes(await check(from, oneDay, { kind: 'official' }))).toEqual(['blocker proof-missing']);
    const later = await check(from, twoDays, { ...sick, urgent: true });
    expect(codes(later)).toEqual(['warning papers-later']);
    expect(later.proofPending).toBe(true);
  });

  it('points out weekends and a period outside the term', async () => {
    expect(codes(await check('2026-11-21T08:00', '2026-11-22T20:00'))).toEqual(['warning no-workday']);
    expect(codes(await check('2027-01-21T08:00', '2027-01-21T20:00'))).toContain('warning outside-term');
  });

  it('adds up the leaves of a term and points out more than a third of it', async () => {
    const student = campus.students[3]!;
    // 141 days in the term: a third is 46.99.
    await test.query(sql`
      INSERT INTO affairs.leave (id, student_id, kind, status, starts_at, ends_at, planned_ends_at, reason, destination, urgent,
        proof_pending, returned_count, closed_how, submitted_by_app)
      VALUES (gen_random_uuid(), ${student}, 'personal', 'closed', '2026-08-20T00:00:00+08:00', '2026-10-16T00:00:00+08:00',
        '2026-10-16T00:00:00+08:00', '事由', '去向', false, false, 0, 'self', 'portal')`);
    expect(codes(await check('2026-11-23T00:00', '2026-11-24T00:00', { studentId: student }))).toEqual([]);
    expect(codes(await check('2026-11-23T00:00', '2026-11-25T00:00', { studentId: student }))).toEqual([
      'warning term-share',
    ]);
  });

  it('adds up class hours where the policy says how many a week has', async () => {
    const policy = await test.app.get(Policies).at(test.tx, LeavePolicy, '2026-11-16');
    const share = async (hours: number[], warnTermShare: number, to: string) => {
      const classHours = hours.map((n, i) => ({ weekday: i + 1, hours: n }));
      const value = Object.assign(new LeavePolicy(), policy.value, { classHours, warnTermShare });
      const [startsAt, endsAt] = [new Date('2026-11-23T00:00+08:00'), new Date(`${to}T00:00+08:00`)];
      const ask = { studentId: campus.students[2]!, kind: 'personal' as const, urgent: false, attachments: [] };
      const found = await assess(test.tx, { ...policy, value }, { ...ask, startsAt, endsAt }, MONDAY, zone);
      return found.findings.find(({ code }) => code === 'term-share');
    };
    // All classes on Mondays: a Monday is one of some twenty, Tuesday to Sunday are none.
    expect(await share([10, 0, 0, 0, 0], 0.06, '2026-11-24')).toBeUndefined();
    expect(await share([10, 0, 0, 0, 0], 0.001, '2026-11-24')).toMatchObject({
      zh: expect.stringContaining('10 学时'),
    });
    expect((await share([10, 2, 2, 2, 2], 0.001, '2026-11-30'))?.en).toContain('18 class hours');
  });

  it('counts leaves in a row together, so that cutting a leave up changes nothing', async () => {
    const student = await test.person(campus.students[7]!);
    const first = { ...(await form(test, 2, 20)) } as { startsAt: string; endsAt: string };
    const day = (date: string, days: number): string => new Date(Date.parse(date) + days * 86_400_000).toISOString();
    const steps: number[] = [];
    for (const n of [0, 2, 4]) {
      const asked = { ...first, startsAt: day(first.startsAt, n), endsAt: day(first.endsAt, n) };
      const precheck = (
        await student
          .post('/affairs/v1/leaves/precheck', { kind: 'personal', startsAt: asked.startsAt, endsAt: asked.endsAt })
          .expect(200)
      ).body;
      const leave = await submit(student, asked);
      expect(precheck.findings.some(({ code }: { code: string }) => code === 'in-a-row')).toBe(n > 0);
      steps.push((leave['steps'] as unknown[]).length);
    }
    // 2, 4 and 6 days: the college decides beyond 2.
    expect(steps).toEqual([1, 2, 2]);
  });

  it('says when nobody is appointed to decide', async () => {
    const before = await check('2026-11-23T00:00', '2026-11-26T00:00', { studentId: campus.students[8]! });
    expect(codes(before)).toEqual(['blocker nobody-decides']);
    expect(before.steps.map(({ personIds }) => personIds.length)).toEqual([1, 0]);
  });

  it('follows the version of the policy that is in force on the day', async () => {
    const policies = test.app.get(Policies);
    await test.database.transaction(null, async (tx) => {
      const levels = [{ upToDays: 5, approvers: [{ kind: 'class_advisor' }], applyWorkingDaysAhead: 0 }];
      const value = { ...new LeavePolicy(), levels };
      await policies.put(tx, LeavePolicy, { effectiveFrom: '2026-12-01', value, source: '学生请假办法', by: 'test' });
    });
    const [old, now] = [
      await policies.at(test.tx, LeavePolicy, '2026-11-30'),
      await policies.at(test.tx, LeavePolicy, '2026-12-01'),
    ];
    const ask: Ask = {
      studentId: campus.students[0]!,
      kind: 'personal',
      startsAt: new Date('2026-12-08T00:00+08:00'),
      endsAt: new Date('2026-12-12T00:00+08:00'),
      urgent: false,
      attachments: [],
    };
    const [before, after] = [
      await assess(test.tx, old, ask, MONDAY, zone),
      await assess(test.tx, now, ask, MONDAY, zone),
    ];
    expect([before.policyVersion, before.steps.length]).toEqual([0, 2]);
    expect([after.policyVersion, after.steps]).toEqual([
      1,
      [{ kind: 'class_advisor', unitKind: null, personIds: [campus.staff.classAdvisorSe2401] }],
    ]);
  });
});
