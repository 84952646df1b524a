import { availableActions, awaited, type Command, NO_INPUTS } from '#workflow';
import { AT, Flow, hours, manager, people, step, system } from './test/flow-kit.js';

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
