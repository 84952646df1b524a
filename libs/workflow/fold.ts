import { insteadOfWhom, refusalOf, refusalOfStart, signedBy, signerFor, without } from './available-actions.js';
import { type DeadlineLevel, type Definition, levelsOf, type StepDefinition, stepOf, stepsFor } from './definition.js';
import {
  type Action,
  type Command,
  type Instance,
  isRejected,
  openSigners,
  type Seat,
  type Signer,
  type Start,
  type Visit,
} from './instance.js';
import { Refused } from './reasons.js';
import { copyOf } from './copy.js';
import { deadlineFrom, dueAgain, leftOf, timesOf } from './due.js';
import { enter, escalate, named, refresh, supervise } from './signers.js';
import { outcomeOf } from './tally.js';

/** Definitions by their version. */
export type Versions = ReadonlyMap<number, Definition>;

/** The state that some actions lead to. Pure: the same actions give the same JSON, byte for byte. */
export function fold(versions: Versions, [first, ...rest]: readonly Action[]): Instance {
  if (first?.command.op !== 'submit') throw new Error('A case begins with its submission');
  return rest.reduce((instance, action) => act(versions, instance, action), begin(versions, first));
}

/** A new case, at its first step. Throws Refused. */
export function begin(versions: Versions, { command, at, inputs }: Action): Instance {
  const start = command as Start;
  const reason = refusalOfStart(versionOf(versions, start.definitionVersion), start);
  if (reason) throw new Refused(reason);
  const { op: _op, ...given } = start;
  const instance: Instance = {
    ...{ status: 'running', ...copyOf(given), visit: null, passed: [], behind: [], correctable: [] },
    ...{ suspended: null, copies: [], urgedAt: null, undo: null, lastVisit: 0, lastSigner: 0 },
  };
  goOn(instance, { definition: versionOf(versions, start.definitionVersion), inputs, at });
  return instance;
}

/** The state after an action; the given one stays as it is. Throws Refused with the reason that `availableActions` gives. */
export function act(versions: Versions, before: Instance, action: Action): Instance {
  const { command, by, at } = action;
  if (command.op === 'submit') throw new Error('A case is submitted once');
  const definition = versionOf(versions, before.definitionVersion);
  const now = new Date(at);
  const refusal = refusalOf(definition, before, by, now, command);
  if (refusal) throw new Refused(refusal);
  if (command.op === 'resubmit') {
    const reason = refusalOfStart(versionOf(versions, command.definitionVersion), { ...before, ...command });
    if (reason) throw new Refused(reason);
  }
  const instance = copyOf(before);
  if (MOVES.has(command.op)) instance.undo = null;
  const move: Move = { versions, definition, instance, before, inputs: action.inputs, by, at };
  (APPLY[command.op] as (move: Move, command: Command) => void)(move, command);
  return instance;
}

interface Surroundings {
  definition: Definition;
  inputs: Action['inputs'];
  at: string;
}

interface Move extends Surroundings {
  versions: Versions;
  instance: Instance;
  before: Instance;
  by: Action['by'];
}

/** Whoever acts like this is "the next": what came before cannot be taken back any more. */
const MOVES = new Set<string>([
  ...['approve', 'reject', 'return', 'resubmit', 'withdraw', 'take-back', 'delegate', 'answer', 'transfer'],
  ...['add-signer', 'remove-signer', 'expire'],
]);

const APPLY: { [Op in Command['op']]: (move: Move, command: Command & { op: Op }) => void } = {
  approve: (move, command) => {
    sign(move, command, 'approved');
    settle(move);
    undoable(move);
  },
  reject: (move, command) => {
    sign(move, command, 'rejected');
    settle(move);
  },
  return: (move, command) => {
    const { instance, definition } = move;
    sign(move, command, 'returned');
    const visit = instance.visit as Visit;
    if (command.then === 'on') instance.behind = [];
    else instance.behind.push(reopened(visit));
    if (command.to === 'initiator') {
      instance.status = 'returned';
      instance.correctable = command.fields ?? definition.mayChange;
      if (command.then === 'on') instance.passed = [];
    } else {
      if (command.then === 'on') {
        instance.passed = instance.passed.slice(
          0,
          instance.passed.findIndex(({ step }) => step === command.to),
        );
      }
      instance.visit = enter(instance, definition, stepOf(definition, command.to), move.inputs, move.at);
    }
    undoable(move);
  },
  resubmit: (move, { definitionVersion, facts, chosen }) => {
    const { instance, versions, inputs, at } = move;
    // Signatures that were given to other facts do not count: everything is asked for again.
    const same = sameJson(facts, instance.facts) && definitionVersion === instance.definitionVersion;
    Object.assign(instance, copyOf({ facts, chosen, definitionVersion }), {
      status: 'running',
      correctable: [],
    });
    const definition = versionOf(versions, definitionVersion);
    if (!same) instance.behind = [];
    if (instance.behind.length === 0) instance.passed = [];
    goOn(instance, { definition, inputs, at });
    undoable(move);
  },
  withdraw: ({ instance }) => {
    instance.status = 'withdrawn';
    instance.suspended = null;
  },
  'take-back': ({ instance, before, by, definition, inputs }) => {
    const person = by.person as string;
    const visit = instance.visit;
    const delegated = visit ? openSigners(visit).find((signer) => signer.delegated?.by === person) : undefined;
    if (delegated) delegated.delegated = null;
    else if (before.undo?.by === person) {
      const { copies, urgedAt, lastVisit, lastSigner } = instance;
      Object.assign(instance, copyOf(before.undo.before), { copies, urgedAt, lastVisit, lastSigner });
      refresh(instance, definition, inputs);
    } else reopen(signedBy(instance, person) as Signer);
  },
  delegate: (move, command) => {
    signerOf(move, command).delegated = { to: command.to, by: move.by.person as string };
  },
  answer: (move, command) => {
    signerOf(move, command).delegated = null;
  },
  transfer: (move, command) => {
    const signer = signerOf(move, command);
    Object.assign(signer, {
      rule: null,
      candidates: [command.to],
      own: [command.to],
      also: [],
      standIn: false,
      delegated: null,
    });
  },
  'add-signer': (move, command) => {
    const { instance, by } = move;
    const beside = signerOf(move, command);
    const added = named(instance, command.to, by.person);
    const { seats } = instance.visit as Visit;
    const seat = seats.find(({ signers }) => signers.includes(beside)) as Seat;
    const at = seat.signers.indexOf(beside);
    if (command.where === 'parallel') seats.push({ weight: 1, signers: [added] });
    else seat.signers.splice(command.where === 'before' ? at : at + 1, 0, added);
  },
  'remove-signer': (move, { signer }) => {
    const visit = move.instance.visit as Visit;
    visit.seats = without(visit.seats, signer);
    settle(move);
  },
  urge: ({ instance, at }) => {
    instance.urgedAt = at;
  },
  copy: ({ instance }, { to }) => {
    instance.copies = [...new Set([...instance.copies, ...to])].sort();
  },
  suspend: ({ instance, definition, inputs, at }) => {
    const { visit } = instance;
    const left = visit ? leftOf(stepOf(definition, visit.step), visit, inputs, at) : null;
    instance.suspended = { at, left };
    if (visit) Object.assign(visit, timesOf([]));
  },
  resume: ({ instance, definition, inputs, at }) => {
    const left = instance.suspended?.left ?? null;
    instance.suspended = null;
    if (instance.visit && left) Object.assign(instance.visit, dueAgain(left, inputs, at));
    if (instance.status === 'running') refresh(instance, definition, inputs);
  },
  refresh: ({ instance, definition, inputs }) => refresh(instance, definition, inputs),
  expire: (move) => {
    const { instance, definition, inputs, at } = move;
    const visit = instance.visit as Visit;
    const { then } = levelsOf(stepOf(definition, visit.step))[visit.level] as DeadlineLevel;
    visit.overdueSince ??= visit.dueAt;
    visit.level++;
    Object.assign(visit, timesOf(visit.laterAt));
    if (then === 'supervise') supervise(instance, definition, inputs);
    if (then === 'escalate') escalate(instance, definition, inputs);
    if (then !== 'approve') return;
    for (const signer of visit.seats.flatMap((seat) => (isRejected(seat) ? [] : seat.signers))) {
      if (signer.decision === null) Object.assign(signer, { decision: 'approved', at, delegated: null });
    }
    settle(move);
  },
};

function sign(
  move: Move,
  command: Command & { signer?: number },
  decision: 'approved' | 'rejected' | 'returned',
): void {
  const signer = signerOf(move, command);
  const insteadOf = insteadOfWhom(move.before, signer, move.by) ?? null;
  Object.assign(signer, { decision, by: move.by.person, insteadOf, at: move.at });
}

/** Goes on when the step is decided. */
function settle(move: Move): void {
  const { instance, definition } = move;
  const visit = instance.visit as Visit;
  const outcome = outcomeOf(stepOf(definition, visit.step), visit.seats);
  if (outcome === 'rejected') instance.status = 'rejected';
  if (outcome !== 'passed') return;
  const passed = new Map([...instance.passed, visit].map((one) => [one.step, one]));
  instance.passed = definition.steps.flatMap(({ key }) => passed.get(key) ?? []);
  goOn(instance, move, visit.step);
}

/** To the step to come back to, else to the next one after `from` (the first, when it is left out), else to the end. */
function goOn(instance: Instance, { definition, inputs, at }: Surroundings, from?: string): void {
  const back = instance.behind.pop();
  if (back) {
    const deadline = deadlineFrom(stepOf(definition, back.step), inputs, at);
    instance.visit = { ...back, no: ++instance.lastVisit, enteredAt: at, ...deadline };
    return refresh(instance, definition, inputs);
  }
  const next = following(definition, instance, from);
  if (next) instance.visit = enter(instance, definition, next, inputs, at);
  else instance.status = 'approved';
}

/** The next step after `from` that a case asks for; its first one where that is left out. */
export function following(definition: Definition, { facts }: Instance, from?: string): StepDefinition | undefined {
  const steps = stepsFor(definition, facts);
  return steps[from === undefined ? 0 : steps.findIndex(({ key }) => key === from) + 1];
}

/** The step as its returner will find it again: what others signed stays, the returner decides anew. */
function reopened(visit: Visit): Visit {
  const copy = copyOf(visit);
  for (const signer of copy.seats.flatMap(({ signers }) => signers)) if (signer.decision === 'returned') reopen(signer);
  return copy;
}

function reopen(signer: Signer): void {
  Object.assign(signer, { decision: null, by: null, insteadOf: null, at: null });
}

/** A move to another step may be taken back by who made it, until somebody acts. */
function undoable({ instance, before, by }: Move): void {
  const moved = instance.visit?.no !== before.visit?.no || instance.status !== before.status;
  if (by.person === null || !moved || !['running', 'returned'].includes(instance.status)) return;
  instance.undo = { by: by.person, before: { ...copyOf(before), undo: null } };
}

function signerOf({ definition, before, instance, by, at }: Move, command: Command & { signer?: number }): Signer {
  const { no } = signerFor(definition, before, by, new Date(at), command);
  return instance.visit?.seats.flatMap(({ signers }) => signers).find((signer) => signer.no === no) as Signer;
}

function versionOf(versions: Versions, version: number): Definition {
  const definition = versions.get(version);
  if (!definition) throw new Error(`Version ${version} of the definition is missing`);
  return definition;
}

function sameJson(a: object, b: object): boolean {
  const sorted = (value: object): string => JSON.stringify(Object.entries(value).sort());
  return sorted(a) === sorted(b);
}
