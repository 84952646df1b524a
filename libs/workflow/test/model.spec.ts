import fc from 'fast-check';
import { APPOINTMENT_KINDS, type AppointmentKind, UNIT_KINDS, type UnitKind } from '#contracts';
import {
  act,
  availableActions,
  awaited,
  begin,
  type Action,
  type Command,
  type DeadlineLevel,
  type Definition,
  fold,
  type Inputs,
  type Instance,
  levelsOf,
  type Mode,
  MODES,
  type Operation,
  Refused,
  refusalOf,
  type StepDefinition,
  stepOf,
  tasksOf,
  type Visit,
  type Who,
} from '#workflow';
import { ableOf, type Entry, type Level, nextLevel, play, waitingFor, withoutLast } from './reference.js';

const POSTS = Object.keys(APPOINTMENT_KINDS) as AppointmentKind[];
const UNITS = Object.keys(UNIT_KINDS) as UnitKind[];
/** Flows that are drawn, each with up to 12 commands. */
const RUNS = 120;
const START = Date.parse('2026-03-02T02:00:00.000Z');
const HOUR = 3_600_000;
/** Signers, the student whose case it is, the stand-in, people from outside the step, those up the line, and who manages stuck cases. */
const SIGNERS = ['a', 'b', 'c', 'd'];
const [STUDENT, STAND_IN, MANAGER] = ['s', 'z', 'm'];
const ABOVE = ['e', 'f'];
const EVERYBODY = [...SIGNERS, STUDENT, STAND_IN, 'x', 'y', ...ABOVE, MANAGER];
const SYSTEM = 'system';

interface Flow {
  definition: Definition;
  inputs: Inputs;
  /** Who signs, seat by seat, as the flow was drawn. */
  signers: (step: StepDefinition) => string[][];
  levels: (step: StepDefinition) => Level[];
}

const drawnStep = fc.record({
  mode: fc.constantFrom(...(Object.keys(MODES) as Mode[])),
  people: fc.shuffledSubarray([...SIGNERS, STUDENT], { minLength: 1, maxLength: 4 }),
  /** After which of the people a new rule begins. */
  cuts: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  /** Which of the rules are over a named unit. */
  named: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  each: fc.boolean(),
  needed: fc.nat(),
  weights: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 4, maxLength: 4 }),
  /** Levels of the deadline: hours after the one before, what happens, and who holds the post it names. */
  levels: fc.array(
    fc.record({
      hours: fc.integer({ min: 1, max: 3 }),
      then: fc.constantFrom(...(['remind', 'supervise', 'escalate'] as const)),
      holders: fc.subarray([...ABOVE, 'a', STUDENT!], { maxLength: 2 }),
    }),
    { maxLength: 4 },
  ),
  silence: fc.boolean(),
});

const drawnFlow = fc.array(drawnStep, { minLength: 1, maxLength: 3 }).map((drawn): Flow => {
  const inputs: Inputs = { posts: [], gone: [], workdayEnds: [] };
  const people = new Map<string, string[][]>();
  const above = new Map<string, Level[]>();
  const steps = drawn.map(
    ({ mode, people: all, cuts, named, each, needed, weights, levels, silence }, s): StepDefinition => {
      const key = `step-${s + 1}`;
      const groups: string[][] = [];
      for (const [i, person] of all.entries()) {
        const group = i === 0 || cuts[i] ? groups[groups.push([]) - 1] : groups.at(-1);
        (group as string[]).push(person);
      }
      // Seats of one's own and weights do not go together: what a seat counts is the rule's.
      const apart = each && mode !== 'weighted';
      const signers = groups.map((group, i) => {
        const rule = { by: 'post' as const, post: POSTS[i]!, unitKind: UNITS[s]! };
        // Some over a named unit: holders of the same post over the person, or over another unit, do not sign.
        const over = named[i] ? { over: 'named' as const, unit: `unit-${s}-${i}` } : {};
        for (const personId of group)
          inputs.posts.push({ personId, post: rule.post, unitKind: rule.unitKind, ...over });
        if (named[i]) {
          const { post, unitKind } = rule;
          inputs.posts.push(
            { personId: 'x', post, unitKind },
            { personId: 'y', post, unitKind, over: 'named', unit: 'other' },
          );
        }
        return { ...rule, ...over, each: apart, weight: weights[i]! };
      });
      const seats = groups.flatMap((group) => {
        const able = group.filter((person) => person !== STUDENT).sort();
        if (able.length === 0) return [[STAND_IN]];
        return apart ? able.map((person) => [person]) : [able];
      });
      people.set(key, seats);
      const deadline = levels.map(({ hours, then, holders }, n): DeadlineLevel => {
        const after = levels.slice(0, n).reduce((sum, one) => sum + one.hours, hours);
        if (silence && n === levels.length - 1) return { hours: after, then: 'approve', source: '办法' };
        const rule = { by: 'post' as const, post: POSTS[4 + n]!, unitKind: UNITS[s]! };
        const { post, unitKind } = rule;
        if (then !== 'remind') for (const personId of holders) inputs.posts.push({ personId, post, unitKind });
        return { hours: after, then, ...(then !== 'remind' && { to: rule }) };
      });
      const holding = (n: number): string[] =>
        deadline[n]!.to ? levels[n]!.holders.filter((one) => one !== STUDENT).sort() : [];
      above.set(
        key,
        deadline.map(({ hours, then }, n) => ({ hours: hours!, then, holders: holding(n) })),
      );
      const [first, ...later] = deadline;
      const most = mode === 'weighted' ? signers.reduce((sum, { weight }) => sum + weight, 0) : seats.length;
      return {
        ...{ key, name: { zh: key, en: key }, when: [], signers, mode, needed: 1 + (needed % most) },
        standIn: { by: 'person', personId: STAND_IN },
        deadline: first ? { ...first, ...(later.length > 0 && { later }) } : null,
        returnTo: ['initiator', 'earlier'],
        afterReturn: ['on', 'back'],
      };
    },
  );
  const definition: Definition = {
    ...{ key: 'test.flow', name: { zh: '测试', en: 'Test' }, steps, standIn: null, mayChange: [], urgeEveryHours: 24 },
  };
  return {
    ...{ definition, inputs, signers: ({ key }) => people.get(key) as string[][] },
    levels: ({ key }) => above.get(key) as Level[],
  };
});

const whoIs = (person: string): Who => ({
  ...{ person: person === SYSTEM ? null : person, app: 'portal', insteadOf: [] },
  roles: person === MANAGER ? ['manager'] : person === SYSTEM ? ['system'] : [],
});

/** Everything a person may do now, spelled out, without what does not change the case. */
function commandsOf({ definition }: Flow, instance: Instance, person: string, now: Date): Drawn[] {
  const others = EVERYBODY.filter((one) => one !== person && one !== MANAGER);
  return availableActions(definition, instance, whoIs(person), now).flatMap((available): Drawn[] => {
    if (!available.allowed) return [];
    const { op, choices } = available;
    const placeOf = (no: number): [number, number] => {
      const { seats } = instance.visit!;
      const row = seats.findIndex(({ signers }) => signers.some((signer) => signer.no === no));
      return [row, seats[row]!.signers.findIndex((signer) => signer.no === no)];
    };
    const entries = (commands: Command[]): Drawn[] => commands.map((command) => ({ person, command }));
    const perSigner = (make: (signer: number) => Command[]): Drawn[] =>
      choices.signers!.flatMap((no) => make(no).map((command) => ({ person, command, place: placeOf(no) })));
    switch (op) {
      case 'approve':
      case 'reject':
      case 'answer':
        return perSigner((signer) => [{ op, signer }]);
      case 'delegate':
      case 'transfer':
        return perSigner((signer) => others.map((to) => ({ op, to, signer })));
      case 'add-signer':
        return perSigner((signer) =>
          others.flatMap((to) => choices.where!.map((where): Command => ({ op, to, where, signer }))),
        );
      case 'remove-signer':
        return perSigner((signer) => [{ op, signer }]);
      case 'return':
        return perSigner((signer) =>
          choices.targets!.flatMap((to) => choices.resumes!.map((then): Command => ({ op, to, then, signer }))),
        );
      case 'resubmit':
        return entries([{ op, definitionVersion: 1, facts: {}, chosen: {}, changed: [] }]);
      case 'withdraw':
      case 'take-back':
      case 'suspend':
      case 'resume':
      case 'expire':
        return entries([{ op }]);
      default:
        return [];
    }
  });
}

type Drawn = Omit<Entry, 'at'>;

class Run {
  instance: Instance;
  journal: Entry[] = [];
  move: number | null = null;
  readonly versions: ReadonlyMap<number, Definition>;
  readonly actions: Action[] = [];
  hours = 0;

  constructor(readonly flow: Flow) {
    this.versions = new Map([[1, flow.definition]]);
    const command = {
      ...{ op: 'submit' as const, definitionVersion: 1, facts: {}, chosen: {} },
      ...{ initiators: [STUDENT!], ownMatterOf: [STUDENT!] },
    };
    const action = this.action(STUDENT!, command);
    this.actions.push(action);
    this.instance = begin(this.versions, action);
  }

  get now(): Date {
    return new Date(START + this.hours * HOUR);
  }

  action(person: string, command: Action['command']): Action {
    return { command, by: whoIs(person), at: this.now.toISOString(), inputs: this.flow.inputs };
  }

  seen(): ReturnType<typeof play> {
    const { definition, signers, levels } = this.flow;
    return play(definition.steps, signers, levels, STAND_IN!, this.journal);
  }

  /** Does it in both, when what was drawn fits. */
  do(drawn: Drawn): void {
    // No two at the same instant.
    this.hours += 1 / 64;
    const { person, command } = drawn;
    const entry = { ...drawn, at: this.hours };
    if (refusalOf(this.flow.definition, this.instance, whoIs(person), this.now, command)) return;
    const action = this.action(person, command);
    const before = this.seen();
    const instance = act(this.versions, this.instance, action);
    this.actions.push(action);
    if (command.op === 'take-back') {
      const rest = withoutLast(before, this.journal, person, this.move);
      expect(rest).toBeDefined();
      this.journal = rest as Entry[];
      this.move = null;
    } else {
      this.journal.push(entry);
      const moved =
        ['approve', 'return', 'resubmit'].includes(command.op) && this.seen().beginning !== before.beginning;
      if (moved) this.move = this.journal.length - 1;
      else if (command.op !== 'suspend' && command.op !== 'resume') this.move = null;
    }
    this.instance = instance;
  }
}

/** What both know, in the same words; ours as the next action finds it. */
function compared(run: Run): [unknown, unknown] {
  const waits = run.instance.status === 'running' && run.instance.suspended === null;
  const instance = waits ? act(run.versions, run.instance, run.action(SYSTEM, { op: 'refresh' })) : run.instance;
  const seen = run.seen();
  const open = seen.status === 'running';
  const ours = {
    ...{ status: instance.status, resting: instance.suspended !== null, waits: awaited(instance) },
    ...{ step: open ? (instance.visit?.step ?? null) : null },
    seats: open
      ? instance.visit?.seats.map(({ signers }) =>
          signers.map(({ candidates, decision, by, delegated }) => ({
            // Who could have signed what is signed is past.
            ...{
              people: decision === null ? candidates : null,
              yes: decision === null ? null : decision === 'approved',
              by,
            },
            lent: delegated?.to ?? null,
          })),
        )
      : null,
    deadline: open && instance.visit ? deadlineOf(instance.visit) : null,
  };
  const theirs = {
    ...{ status: seen.status, resting: seen.resting, waits: waitingFor(seen, STUDENT!) },
    ...{ step: open ? seen.step : null },
    seats: open
      ? seen.rows.map((row) =>
          row.map((mark) => ({
            people: mark.yes === null ? ableOf(mark) : null,
            yes: mark.yes,
            by: mark.by,
            lent: mark.lent?.to ?? null,
          })),
        )
      : null,
    deadline: open
      ? {
          ...{ next: seen.resting ? null : hourOf(nextLevel(seen.watch)), since: hourOf(seen.watch.overdue) },
          ...{ level: seen.watch.reached, found: seen.watch.told },
        }
      : null,
  };
  return [ours, theirs];
}

function deadlineOf({ dueAt, overdueSince, level, upTheLine }: Visit): object {
  return { next: dueAt, since: overdueSince, level, found: upTheLine?.people ?? null };
}

function hourOf(hours: number | null): string | null {
  return hours === null ? null : new Date(START + hours * HOUR).toISOString();
}

/** Nothing that is not offered can be done; who is awaited is who may act. */
function checkOffers(run: Run): void {
  const { instance, flow, now } = run;
  const acting = new Set<string>();
  for (const person of EVERYBODY) {
    for (const available of availableActions(flow.definition, instance, whoIs(person), now)) {
      const { op } = available;
      if (available.allowed) {
        if ((op === 'approve' || op === 'answer') && person !== MANAGER) acting.add(person);
        if (op === 'resubmit') acting.add(person);
        if (op === 'approve' || op === 'delegate' || op === 'return')
          if (person === STUDENT) throw new Error(`${op} of one's own matter`);
        continue;
      }
      const command = { op, to: op === 'copy' ? ['x'] : 'x', then: 'on', where: 'after', signer: 1, changed: [] };
      let reason: string | undefined;
      try {
        act(run.versions, instance, run.action(person, command as unknown as Command));
      } catch (error) {
        reason = error instanceof Refused ? error.reason : String(error);
      }
      if (reason !== available.reason)
        throw new Error(`${person} ${op}: ${available.reason}, but refused by ${reason}`);
    }
  }
  expect([...acting].sort()).toEqual(awaited(instance));
  const open = instance.status === 'running' || instance.status === 'returned';
  if (open && !instance.suspended) expect(awaited(instance).length).toBeGreaterThan(0);
  for (const { people } of tasksOf(instance)) expect(people.length).toBeGreaterThan(0);
}

function levelNow({ flow, instance }: Run): string {
  const { step, level } = instance.visit!;
  return `${level === 0 ? 'first' : 'later'} level ${levelsOf(stepOf(flow.definition, step))[level]!.then}`;
}

/** Everybody just says yes: the case must come to its end. */
function endOf(run: Run): Instance {
  let { instance } = run;
  for (let n = 0; n < 100 && ['running', 'returned'].includes(instance.status); n++) {
    const person = instance.suspended ? MANAGER! : (awaited(instance)[0] as string);
    const yes = commandsOf(run.flow, instance, person, run.now).find(({ command }) =>
      (['approve', 'answer', 'resubmit', 'resume'] as Operation[]).includes(command.op),
    ) as Drawn;
    instance = act(run.versions, instance, run.action(person, yes.command));
  }
  return instance;
}

/** An approved case has passed every step by the signatures its mode asks for. */
function checkSignatures({ definition }: Flow, instance: Instance): void {
  expect(instance.passed.map(({ step }) => step)).toEqual(definition.steps.map(({ key }) => key));
  for (const [i, { mode, needed = 1 }] of definition.steps.entries()) {
    const { seats, level } = instance.passed[i]!;
    const levels = levelsOf(definition.steps[i]!);
    // Silence counts when every level has passed, and the last one says so.
    const silence = level === levels.length && levels.at(-1)?.then === 'approve';
    const agreed = seats.filter(({ signers }) =>
      signers.every(({ decision, by }) => decision === 'approved' && (by !== null || silence)),
    );
    const weight = agreed.reduce((sum, seat) => sum + (mode === 'weighted' ? seat.weight : 1), 0);
    const least = { serial: seats.length, countersign: seats.length, any: 1, 'k-of-n': needed, weighted: needed };
    expect(weight).toBeGreaterThanOrEqual(least[mode]);
  }
}

describe('the flow against a reference that is told in another way', () => {
  it('comes to the same state by any order of operations, is never stuck, and offers what it takes', () => {
    const ops = new Map<string, number>();
    fc.assert(
      fc.property(drawnFlow, fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat(3)), { maxLength: 12 }), (flow, picks) => {
        const run = new Run(flow);
        checkOffers(run);
        for (const [kind, which, hours] of picks) {
          run.hours += hours;
          const all = [...EVERYBODY, SYSTEM].flatMap((person) => commandsOf(flow, run.instance, person, run.now));
          if (all.length === 0) break;
          // First the operation, then one of its forms: those with many forms would drown the others.
          const kinds = [...new Set(all.map(({ command }) => command.op))].filter(
            (op) => op !== 'withdraw' || kind % 7 === 0,
          );
          // What is due mostly comes at once.
          const op = kinds.includes('expire') && kind % 3 > 0 ? 'expire' : kinds[kind % kinds.length];
          const forms = all.filter(({ command }) => command.op === op);
          const entry = forms[which % forms.length] as Drawn;
          const level = op === 'expire' ? levelNow(run) : undefined;
          run.do(entry);
          for (const seenOf of [op as string, ...(level ? [level] : [])]) ops.set(seenOf, (ops.get(seenOf) ?? 0) + 1);
          const [ours, theirs] = compared(run);
          expect(ours).toEqual(theirs);
          checkOffers(run);
        }
        const end = endOf(run);
        expect(['approved', 'rejected', 'withdrawn']).toContain(end.status);
        if (end.status === 'approved') checkSignatures(flow, end);
        expect(JSON.stringify(fold(run.versions, structuredClone(run.actions)))).toBe(JSON.stringify(run.instance));
      }),
      { numRuns: RUNS },
    );
    for (const op of [
      'approve',
      'reject',
      'return',
      'resubmit',
      'withdraw',
      'take-back',
      'delegate',
      'answer',
      'transfer',
      'add-signer',
      'remove-signer',
      'suspend',
      'resume',
      ...['first', 'later'].flatMap((which) =>
        ['remind', 'supervise', 'escalate', 'approve'].map((then) => `${which} level ${then}`),
      ),
    ]) {
      expect([op, (ops.get(op) ?? 0) > 0]).toEqual([op, true]);
    }
  });
});
