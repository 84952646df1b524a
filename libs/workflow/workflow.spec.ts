import type { AppointmentKind } from '#contracts';
import {
  act,
  type Action,
  availableActions,
  awaited,
  begin,
  type Command,
  type DeadlineLevel,
  type Definition,
  fold,
  type Inputs,
  type Instance,
  NO_INPUTS,
  type Role,
  type StepDefinition,
} from '#workflow';

const AT = '2026-03-02T02:00:00.000Z';
const hours = (n: number): string => new Date(Date.parse(AT) + n * 3_600_000).toISOString();

const step = (key: string, more: Partial<StepDefinition> = {}): StepDefinition => ({
  ...{ key, name: { zh: key, en: key }, when: [], signers: [{ by: 'person', personId: 'a' }], mode: 'any' },
  ...{ standIn: null, deadline: null, returnTo: ['initiator', 'earlier'], afterReturn: ['on', 'back'], ...more },
});

/** A case of the student s under one definition, and what is done with it. */
class Flow {
  readonly definition: Definition;
  readonly actions: Action[] = [];
  instance: Instance;
  inputs: Inputs = NO_INPUTS;

  constructor(
    steps: StepDefinition[],
    more: Partial<Definition> & { facts?: object; chosen?: object; inputs?: Inputs } = {},
  ) {
    const { facts = { days: 3 }, chosen = {}, inputs = NO_INPUTS, ...rest } = more;
    this.definition = {
      ...{
        key: 'test.flow',
        name: { zh: '测试', en: 'Test' },
        steps,
        mayChange: ['reason', 'days'],
        urgeEveryHours: 24,
      },
      ...{ standIn: { by: 'person', personId: 'z' }, ...rest },
    };
    this.inputs = inputs;
    const start = { op: 'submit', definitionVersion: 1, facts, chosen, initiators: ['s'], ownMatterOf: ['s'] };
    this.actions.push(this.action('s', start as never, AT));
    this.instance = begin(this.versions, this.actions[0]!);
  }

  get versions(): Map<number, Definition> {
    return new Map([[1, this.definition]]);
  }

  action(
    person: string | null,
    command: Action['command'],
    at: string,
    roles: Role[] = [],
    insteadOf: string[] = [],
  ): Action {
    return { command, by: { person, app: 'portal', roles, insteadOf }, at, inputs: this.inputs };
  }

  do(
    person: string | null,
    command: Command,
    { at = AT, roles = [] as Role[], insteadOf = [] as string[] } = {},
  ): this {
    const action = this.action(person, command, at, roles, insteadOf);
    this.instance = act(this.versions, this.instance, action);
    this.actions.push(action);
    expect(JSON.stringify(fold(this.versions, structuredClone(this.actions)))).toBe(JSON.stringify(this.instance));
    return this;
  }

  get waits(): string[] {
    return awaited(this.instance);
  }

  get at(): string {
    return this.instance.status === 'running' ? (this.instance.visit?.step as string) : this.instance.status;
  }
}

const system = { roles: ['system'] as Role[] };
const manager = { roles: ['manager'] as Role[] };
const people = (...ids: string[]): StepDefinition['signers'] => ids.map((personId) => ({ by: 'person', personId }));

describe('who signs', () => {
  it('are the holders of a post over the subject: one seat for all, or one for each', () => {
    const posts = ['b', 'a', 's'].map((personId) => ({
      personId,
      post: 'counselor' as const,
      unitKind: 'class' as const,
    }));
    const rule = { by: 'post' as const, post: 'counselor' as const, unitKind: 'class' as const };
    const inputs = { ...NO_INPUTS, posts };
    const one = new Flow([step('one', { signers: [rule], mode: 'countersign' })], { inputs });
    expect(one.instance.visit!.seats.map(({ signers }) => signers[0]!.candidates)).toEqual([['a', 'b']]);
    const each = new Flow([step('one', { signers: [{ ...rule, each: true }], mode: 'countersign' })], { inputs });
    expect(each.instance.visit!.seats.map(({ signers }) => signers[0]!.candidates)).toEqual([['a'], ['b']]);
    const elsewhere = new Flow([step('one', { signers: [{ ...rule, unitKind: 'college' }] })], { inputs });
    expect(elsewhere.waits).toEqual(['z']);
  });

  it('are the holders of a post over a named unit, and of no other, whatever the case is about', () => {
    const held = (personId: string, unit?: string) => ({
      ...{ personId, post: 'department_clerk' as const, unitKind: 'department' as const },
      ...(unit && { over: 'named' as const, unit }),
    });
    const inputs = { ...NO_INPUTS, posts: [held('a', 'JWC'), held('b', 'CWC'), held('c'), held('s', 'JWC')] };
    const rule = { by: 'post' as const, post: 'department_clerk' as const, over: 'named' as const };
    const signed = (unit: string) => new Flow([step('one', { signers: [{ ...rule, unit }] })], { inputs }).waits;
    expect(signed('JWC')).toEqual(['a']);
    expect(signed('CWC')).toEqual(['b']);
    // A department that nobody works for: the stand-in.
    expect(signed('BWC')).toEqual(['z']);
  });

  it('is at once the stand-in where nobody is there, and the row says so; the number that must agree stays', () => {
    const flow = new Flow([step('one', { signers: people('s'), standIn: { by: 'person', personId: 'y' } })]);
    expect(flow.instance.visit!.seats[0]!.signers[0]).toMatchObject({ candidates: ['y'], standIn: true });
    const short = new Flow([step('one', { signers: people('a'), mode: 'k-of-n', needed: 2 })]);
    expect(short.instance.visit!.seats).toHaveLength(2);
    expect(short.do('a', { op: 'approve' }).at).toBe('one');
    expect(short.do('z', { op: 'approve' }).at).toBe('approved');
    const light = new Flow([step('one', { signers: people('a'), mode: 'weighted', needed: 3 })]);
    expect(light.do('a', { op: 'approve' }).at).toBe('one');
    expect(light.do('z', { op: 'approve' }).at).toBe('approved');
  });

  it('with nobody at all, waits for who manages the cases', () => {
    const flow = new Flow([step('one', { signers: people('s') })], { standIn: null });
    expect(flow.waits).toEqual([]);
    expect(flow.do('m', { op: 'transfer', to: 'b' }, manager).waits).toEqual(['b']);
  });

  it('is whom the initiator chose, who must choose', () => {
    const steps = [step('one', { signers: [{ by: 'chosen' }] })];
    expect(() => new Flow(steps)).toThrow('Choose who signs');
    expect(() => new Flow(steps, { chosen: { one: ['s'] } })).toThrow('Choose who signs');
    expect(new Flow(steps, { chosen: { one: ['c'] } }).waits).toEqual(['c']);
  });

  it('is the system itself where the definition says so', () => {
    const flow = new Flow([step('one', { signers: [{ by: 'system' }] }), step('two')]);
    expect(flow.waits).toEqual([]);
    expect(() => flow.do('a', { op: 'approve' })).toThrow('not yours');
    expect(flow.do(null, { op: 'approve' }, system).at).toBe('two');
  });

  it('follows the offices: who left decides no more, and a delegate who left gives it back', () => {
    const flow = new Flow([step('one', { signers: people('a', 'b'), mode: 'countersign' })]);
    flow.do('a', { op: 'delegate', to: 'x' });
    flow.inputs = { ...NO_INPUTS, gone: ['x', 'b'] };
    expect(flow.do(null, { op: 'refresh' }, system).waits).toEqual(['a', 'z']);
    flow.inputs = NO_INPUTS;
    expect(flow.do(null, { op: 'refresh' }, system).waits).toEqual(['a', 'b']);
  });
});

describe('what an absent signer leaves', () => {
  it('both sign, but nobody twice in a step, nor in their own matter', () => {
    const flow = new Flow([step('one', { signers: people('a', 'b'), mode: 'countersign' })]);
    const instead = (insteadOf: string[]) => ({ insteadOf });
    expect(() => flow.do('s', { op: 'approve' }, instead(['a']))).toThrow('own matter');
    expect(() => flow.do('x', { op: 'approve' }, instead(['c']))).toThrow('not yours');
    flow.do('x', { op: 'approve' }, instead(['a']));
    expect(() => flow.do('x', { op: 'approve' }, instead(['b']))).toThrow('not yours');
    expect(awaited(flow.instance, new Map([['b', 'x']]))).toEqual(['b']);
    expect(flow.do('b', { op: 'approve' }).at).toBe('approved');
    expect(flow.instance.passed[0]!.seats[0]!.signers[0]).toMatchObject({ by: 'x', insteadOf: 'a' });
  });
});

describe('a return', () => {
  const three = (): Flow =>
    new Flow([
      step('one'),
      step('two', { signers: people('b') }),
      step('three', { signers: people('c', 'd'), mode: 'countersign' }),
    ])
      .do('a', { op: 'approve' })
      .do('b', { op: 'approve' })
      .do('c', { op: 'approve' });

  it('from a countersign comes back to who returned it: what others signed stays', () => {
    const flow = three().do('d', { op: 'return', to: 'one', then: 'back' });
    expect([flow.at, flow.waits]).toEqual(['one', ['a']]);
    flow.do('a', { op: 'approve' });
    expect([flow.at, flow.waits]).toEqual(['three', ['d']]);
    expect(flow.do('d', { op: 'approve' }).at).toBe('approved');
  });

  it('within a return comes back step by step', () => {
    const flow = three()
      .do('d', { op: 'return', to: 'two', then: 'back' })
      .do('b', { op: 'return', to: 'one', then: 'back' });
    const seen = [flow.at, flow.do('a', { op: 'approve' }).at, flow.do('b', { op: 'approve' }).at];
    expect([seen, flow.waits]).toEqual([['one', 'two', 'three'], ['d']]);
  });

  it('goes on from there: every later step is asked again', () => {
    const flow = three().do('d', { op: 'return', to: 'one', then: 'on' }).do('a', { op: 'approve' });
    expect(flow.at).toBe('two');
    flow.do('b', { op: 'approve' });
    expect(flow.waits).toEqual(['c', 'd']);
  });

  it('to the initiator opens what it names, and nothing else', () => {
    const flow = three().do('d', { op: 'return', to: 'initiator', then: 'back', fields: ['reason'] });
    const again = (changed: string[], facts: object = { days: 3 }): Command =>
      ({ op: 'resubmit', definitionVersion: 1, facts, chosen: {}, changed }) as Command;
    expect(flow.waits).toEqual(['s']);
    expect(() => flow.do('a', again([]))).toThrow('who asked');
    expect(() => flow.do('s', again(['days']))).toThrow('to be corrected');
    expect(flow.do('s', again(['reason'])).waits).toEqual(['d']);
    // Signatures given to other facts do not count.
    const other = three().do('d', { op: 'return', to: 'initiator', then: 'back' });
    expect(other.do('s', again(['days'], { days: 9 })).at).toBe('one');
    expect(other.instance.passed).toEqual([]);
  });

  it('leads where the step allows', () => {
    const flow = new Flow([step('one'), step('two', { returnTo: ['initiator'], afterReturn: ['on'] })]).do('a', {
      op: 'approve',
    });
    expect(() => flow.do('a', { op: 'return', to: 'one', then: 'on' })).toThrow('to there');
    expect(() => flow.do('a', { op: 'return', to: 'initiator', then: 'back' })).toThrow('way to go on');
    expect(() => flow.do('a', { op: 'return', to: 'initiator', then: 'on', fields: ['grade'] })).toThrow(
      'asked to be corrected',
    );
  });
});

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

describe('steps and facts', () => {
  it('asks for the steps whose conditions hold', () => {
    const steps = [
      step('one'),
      step('two', { when: [{ fact: 'days', atLeast: 3, atMost: 7 }] }),
      step('three', { when: [{ fact: 'kind', oneOf: ['sick'] }] }),
    ];
    const passed = (facts: object): string[] => {
      const flow = new Flow(steps, { facts });
      while (flow.at !== 'approved') flow.do('a', { op: 'approve' });
      return flow.instance.passed.map(({ step: key }) => key);
    };
    expect(passed({ days: 2, kind: 'sick' })).toEqual(['one', 'three']);
    expect(passed({ days: 3, kind: 'personal' })).toEqual(['one', 'two']);
    expect(passed({ days: 8 })).toEqual(['one']);
  });
});

describe('urging and copies', () => {
  it('may be urged again after the hours of the definition; each person gets one copy', () => {
    const flow = new Flow([step('one')]).do('s', { op: 'urge' });
    expect(() => flow.do('s', { op: 'urge' }, { at: hours(23) })).toThrow('urged already');
    flow.do('s', { op: 'urge' }, { at: hours(24) }).do('s', { op: 'copy', to: ['x', 'y'] });
    expect(() => flow.do('s', { op: 'copy', to: ['x'] })).toThrow('their copy');
    expect(flow.do('s', { op: 'copy', to: ['x', 'w'] }).instance.copies).toEqual(['w', 'x', 'y']);
  });

  it('an added signer goes only if the step can still pass', () => {
    const flow = new Flow([step('one', { signers: people('a', 'b'), mode: 'k-of-n', needed: 2 })]);
    flow.do('a', { op: 'add-signer', to: 'x', where: 'parallel' }).do('b', { op: 'reject' });
    const offer = availableActions(flow.definition, flow.instance, flow.actions[1]!.by, new Date(AT)).find(
      ({ op }) => op === 'remove-signer',
    );
    expect(offer).toEqual({ op: 'remove-signer', allowed: false, reason: 'nothing-to-remove' });
    expect(flow.do('a', { op: 'approve' }).do('x', { op: 'approve' }).at).toBe('approved');
  });
});
