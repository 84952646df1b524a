import type { AppointmentKind } from '#contracts';
import { type DeadlineLevel, type Inputs, NO_INPUTS, type StepDefinition } from '#workflow';
import { Flow, hours, manager, people, step, system } from './test/flow-kit.js';

describe('deadlines', () => {
  const due = (deadline: StepDefinition['deadline']): Flow => new Flow([step('one', { deadline }), step('two')]);

  it('remind once', () => {
    const flow = due({ hours: 24, then: 'remind' });
    expect(flow.instance.visit!.dueAt).toBe(hours(24));
    expect(() => flow.do(null, { op: 'expire' }, { ...system, at: hours(23) })).toThrow('not passed');
    expect(() => flow.do('a', { op: 'expire' }, { at: hours(24) })).toThrow('by itself');
    flow.do(null, { op: 'expire' }, { ...system, at: hours(24) });
    expect([flow.at, flow.instance.visit!.dueAt]).toEqual(['one', null]);
  });

  it('let somebody else decide as well', () => {
    const flow = due({ hours: 24, then: 'escalate', to: { by: 'person', personId: 'y' } });
    expect(flow.do(null, { op: 'expire' }, { ...system, at: hours(24) }).waits).toEqual(['a', 'y']);
    expect(flow.do(null, { op: 'refresh' }, system).waits).toEqual(['a', 'y']);
    expect(flow.do('y', { op: 'approve' }).at).toBe('two');
  });

  it('let whoever holds that post now decide, not who left it', () => {
    const holder = (personId: string): Inputs => ({
      ...NO_INPUTS,
      posts: [{ personId, post: 'student_affairs_officer', unitKind: 'college' }],
    });
    const flow = due({ hours: 24, then: 'escalate', to: { by: 'post', post: 'student_affairs_officer' } });
    flow.inputs = holder('y');
    expect(flow.do(null, { op: 'expire' }, { ...system, at: hours(24) }).waits).toEqual(['a', 'y']);
    flow.inputs = holder('x');
    expect(flow.do(null, { op: 'refresh' }, system).waits).toEqual(['a', 'x']);
  });

  it('approve only where a rule is named, and say that the system did', () => {
    const flow = due({ hours: 24, then: 'approve', source: '办法第八条' }).do(
      null,
      { op: 'expire' },
      { ...system, at: hours(24) },
    );
    expect(flow.at).toBe('two');
    expect(flow.instance.passed[0]!.seats[0]!.signers[0]).toMatchObject({ decision: 'approved', by: null });
  });

  it('rest while the case rests, and go on with what was left', () => {
    const flow = due({ hours: 24, then: 'remind' }).do('m', { op: 'suspend' }, { ...manager, at: hours(20) });
    expect([flow.instance.visit!.dueAt, flow.waits]).toEqual([null, []]);
    expect(() => flow.do('a', { op: 'approve' })).toThrow('suspended');
    flow.do('m', { op: 'resume' }, { ...manager, at: hours(100) });
    expect(flow.instance.visit!.dueAt).toBe(hours(104));
  });

  it('counted in working days go on with the working days that were left', () => {
    const endOf = (day: number): string => hours(24 * day + 14);
    const days = (...all: number[]): Inputs => ({ ...NO_INPUTS, workdayEnds: all.map(endOf) });
    const limit = { workingDays: 3, then: 'remind' as const };
    const flow = new Flow([step('one', { deadline: limit })], { inputs: days(1, 2, 3) });
    expect(flow.instance.visit!.dueAt).toBe(endOf(3));
    flow.inputs = days(2, 3, 4);
    flow.do('m', { op: 'suspend' }, { ...manager, at: hours(26) });
    flow.inputs = days(12, 13, 14);
    flow.do('m', { op: 'resume' }, { ...manager, at: hours(24 * 9) });
    expect(flow.instance.visit!.dueAt).toBe(endOf(13));
  });

  it('that have passed are known until the step is over', () => {
    const flow = due({ hours: 24, then: 'remind' }).do(null, { op: 'expire' }, { ...system, at: hours(30) });
    expect(flow.instance.visit!.overdueSince).toBe(hours(24));
    expect(flow.do('a', { op: 'approve' }).instance.visit!.overdueSince).toBeNull();
    expect(flow.do('a', { op: 'take-back' }).instance.visit).toMatchObject({ overdueSince: hours(24), dueAt: null });
  });

  const held = (
    personId: string,
    unitKind: 'college' | 'school',
    post: AppointmentKind = 'student_affairs_officer',
  ) => ({
    ...{ personId, post, unitKind },
  });
  const officer = (unitKind: 'college' | 'school') =>
    ({ by: 'post', post: 'student_affairs_officer', unitKind }) as const;
  const levels = (...later: DeadlineLevel[]): StepDefinition['deadline'] => ({ hours: 1, then: 'remind', later });
  const inputs = { ...NO_INPUTS, posts: [held('y', 'college'), held('x', 'school')] };
  const expire = (flow: Flow, at: number): Flow => flow.do(null, { op: 'expire' }, { ...system, at: hours(at) });

  it('of several levels pass one after the other, none before its time', () => {
    const deadline = levels(
      { hours: 2, then: 'supervise', to: officer('college') },
      { hours: 3, then: 'escalate', to: officer('school') },
      { hours: 5, then: 'approve', source: '办法第八条' },
    );
    const flow = new Flow([step('one', { deadline }), step('two')], { inputs });
    const seen: unknown[] = [];
    for (const at of [1, 2, 3, 5]) {
      expect(() => expire(flow, at - 0.1)).toThrow('not passed');
      const { dueAt, overdueSince, upTheLine } = expire(flow, at).instance.visit!;
      seen.push([flow.at, dueAt, overdueSince, upTheLine, flow.waits]);
    }
    expect(seen).toEqual([
      ['one', hours(2), hours(1), null, ['a']],
      ['one', hours(3), hours(1), { people: ['y'], above: false }, ['a']],
      ['one', hours(5), hours(1), { people: ['x'], above: false }, ['a', 'x']],
      ['two', null, null, null, ['a']],
    ]);
    expect(flow.instance.passed[0]).toMatchObject({ level: 4, overdueSince: hours(1), dueAt: null });
    expect(() => expire(flow, 9)).toThrow('not passed');
  });

  it('tell who is nearest up the line where nobody holds a post, or the step waits for its holder', () => {
    const flow = (posts: Inputs['posts'], signer: string, standIn: StepDefinition['standIn'] = null): unknown => {
      const deadline = levels(
        { hours: 2, then: 'supervise', to: officer('college') },
        { hours: 3, then: 'supervise', to: officer('school') },
      );
      const begun = new Flow([step('one', { deadline, signers: people(signer), standIn })], {
        ...{ inputs: { ...NO_INPUTS, posts }, standIn: { by: 'person', personId: 'z' } },
      });
      return expire(expire(begun, 1), 2).instance.visit!.upTheLine;
    };
    expect(flow([held('y', 'college'), held('x', 'school')], 'a')).toEqual({ people: ['y'], above: false });
    expect(flow([held('x', 'school')], 'a')).toEqual({ people: ['x'], above: true });
    expect(flow([held('y', 'college'), held('x', 'school')], 'y')).toEqual({ people: ['x'], above: true });
    const counselor = { by: 'post', post: 'counselor' } as const;
    expect(flow([held('c', 'college', 'counselor')], 'a', counselor)).toEqual({ people: ['c'], above: true });
    // A stand-in by name would be told of what they cannot see.
    expect(flow([], 'a')).toEqual({ people: [], above: true });
  });

  it('have told whom they told, also when the signature that was lent then is taken back', () => {
    const later: DeadlineLevel[] = [{ hours: 2, then: 'supervise', to: officer('school') }];
    const deadline = { hours: 1, then: 'escalate' as const, to: officer('college'), later };
    const flow = new Flow([step('one', { deadline })], { inputs: { ...NO_INPUTS, posts: [held('x', 'school')] } });
    flow.do('a', { op: 'delegate', to: 'b' });
    expire(expire(flow, 1), 2);
    const told = { people: ['x'], above: false };
    expect([flow.waits, flow.instance.visit!.upTheLine]).toEqual([['b'], told]);
    flow.do('a', { op: 'take-back' }, { at: hours(3) });
    expect([flow.waits, flow.instance.visit!.upTheLine]).toEqual([['a', 'x'], told]);
  });

  it('of several levels rest together, and begin anew where the step does', () => {
    const deadline = levels({ hours: 2, then: 'remind' }, { hours: 4, then: 'remind' });
    const flow = new Flow([step('one', { deadline }), step('two', { signers: people('b') })]);
    expire(flow, 1).do('m', { op: 'suspend' }, { ...manager, at: hours(3) });
    expect(flow.instance.visit).toMatchObject({ dueAt: null, laterAt: [], level: 1 });
    // One passed unseen while nobody looked: it passes at once, and the next one as long after it as it should.
    flow.do('m', { op: 'resume' }, { ...manager, at: hours(10) });
    expect(flow.instance.visit).toMatchObject({
      dueAt: hours(10),
      laterAt: [hours(12)],
      level: 1,
      overdueSince: hours(1),
    });
    flow.do('a', { op: 'approve' }, { at: hours(11) }).do('a', { op: 'take-back' }, { at: hours(11) });
    expect(flow.instance.visit).toMatchObject({ dueAt: hours(10), laterAt: [hours(12)], level: 1 });
    flow.do('a', { op: 'approve' }, { at: hours(11) });
    flow.do('b', { op: 'return', to: 'one', then: 'back' }, { at: hours(20) });
    expect(flow.instance.visit).toMatchObject({ dueAt: hours(21), laterAt: [hours(22), hours(24)], level: 0 });
    expect(flow.instance.visit).toMatchObject({ overdueSince: null, upTheLine: null });
  });

  it('of several levels in working days stay apart when what was due that day moves', () => {
    const endOf = (day: number): string => hours(24 * day + 14);
    const days = (...all: number[]): Inputs => ({ ...NO_INPUTS, workdayEnds: all.map(endOf) });
    const deadline = {
      ...{ workingDays: 1, then: 'remind' as const },
      later: [2, 3].map((workingDays) => ({ workingDays, then: 'remind' as const })),
    };
    const flow = new Flow([step('one', { deadline })], { inputs: days(1, 2, 3) });
    flow.inputs = days(2, 3, 4);
    flow.do('m', { op: 'suspend' }, { ...manager, at: hours(26) });
    flow.inputs = days(12, 13, 14);
    flow.do('m', { op: 'resume' }, { ...manager, at: hours(24 * 9) });
    expect(flow.instance.visit).toMatchObject({ dueAt: endOf(12), laterAt: [endOf(13), endOf(14)] });
  });

  it('that let others decide keep all of them, and nobody when the step is come back to', () => {
    const deadline = levels(
      { hours: 2, then: 'escalate', to: officer('college') },
      { hours: 3, then: 'escalate', to: officer('school') },
    );
    const flow = new Flow([step('zero'), step('one', { deadline, signers: people('b') })], { inputs }).do('a', {
      op: 'approve',
    });
    flow.do('b', { op: 'add-signer', to: 'c', where: 'parallel' });
    expect(expire(expire(flow, 1), 2).waits).toEqual(['b', 'c', 'y']);
    expect(expire(flow, 3).waits).toEqual(['b', 'c', 'x', 'y']);
    expect(flow.do(null, { op: 'refresh' }, system).waits).toEqual(['b', 'c', 'x', 'y']);
    flow
      .do('b', { op: 'return', to: 'zero', then: 'back' }, { at: hours(4) })
      .do('a', { op: 'approve' }, { at: hours(4) });
    expect(flow.waits).toEqual(['b', 'c']);
  });

  it('that let somebody decide who signs by name already add nobody else', () => {
    const deadline = { hours: 1, then: 'escalate' as const, to: officer('college') };
    const flow = new Flow([step('one', { deadline })], { inputs }).do('a', { op: 'transfer', to: 'y' });
    expect(expire(flow, 1).do(null, { op: 'refresh' }, { ...system, at: hours(2) }).waits).toEqual(['y']);
  });

  it('end with the working day', () => {
    const inputs = { ...NO_INPUTS, workdayEnds: [hours(14), hours(38)] };
    const flow = new Flow([step('one', { deadline: { workingDays: 2, then: 'remind' } })], { inputs });
    expect(flow.instance.visit!.dueAt).toBe(hours(38));
  });
});
