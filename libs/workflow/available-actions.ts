import { type Definition, type Resume, type StepDefinition, stepOf, stepsFor } from './definition.js';
import {
  type Command,
  type Instance,
  isRejected,
  openSigners,
  type Operation,
  type Role,
  type Signer,
  type Start,
  tasksOf,
  type Who,
} from './instance.js';
import type { ReasonCode } from './reasons.js';
import { outcomeOf } from './tally.js';

/** What may be given with an operation that is there. */
export interface Choices {
  /** Numbers of the signatures it may be about. */
  signers?: number[];
  /** Where a return may lead: `initiator`, or the key of a step that was passed. */
  targets?: string[];
  resumes?: Resume[];
  /** Where a signer may be added, beside the signature it is about. */
  where?: ('before' | 'after' | 'parallel')[];
  /** What may be corrected. */
  fields?: string[];
}

export type Available =
  { op: Operation; allowed: true; choices: Choices } | { op: Operation; allowed: false; reason: ReasonCode };
type Offer = Choices | ReasonCode;

const HOUR = 3_600_000;

/** What the offers look at. */
interface View {
  definition: Definition;
  instance: Instance;
  who: Who;
  now: Date;
  step: StepDefinition | undefined;
  open: Signer[];
}

/**
 * Every operation on a case, in a fixed order: allowed, with what may be given with it, or not, with the reason. The guard of each
 * endpoint, `actions[]` of each answer and the inbox come from it. Pure.
 */
export function availableActions(definition: Definition, instance: Instance, who: Who, now: Date): Available[] {
  const { status, visit, suspended } = instance;
  const underWay = status === 'running' && visit !== null && !suspended;
  const view: View = {
    ...{ definition, instance, who, now },
    step: status === 'running' && visit ? stepOf(definition, visit.step) : undefined,
    open: underWay ? openSigners(visit) : [],
  };
  return (Object.keys(OFFERS) as Operation[]).map((op) => {
    const offer = OFFERS[op](view);
    return typeof offer === 'string' ? { op, allowed: false, reason: offer } : { op, allowed: true, choices: offer };
  });
}

/** Why a command cannot be done now; undefined when it can. What is not offered is refused with the reason given there. */
export function refusalOf(
  definition: Definition,
  instance: Instance,
  who: Who,
  now: Date,
  command: Command,
): ReasonCode | undefined {
  const available = availableActions(definition, instance, who, now).find(({ op }) => op === command.op) as Available;
  if (!available.allowed) return available.reason;
  const { signers, targets, resumes, where, fields } = available.choices;
  if ('signer' in command && command.signer !== undefined && !signers?.includes(command.signer))
    return 'not-that-signer';
  switch (command.op) {
    case 'return':
      if (!targets?.includes(command.to)) return 'not-that-step';
      if (!resumes?.includes(command.then)) return 'not-that-resume';
      return command.fields?.every((field) => fields?.includes(field)) === false ? 'not-that-field' : undefined;
    case 'resubmit':
      return command.changed.every((field) => fields?.includes(field)) ? undefined : 'not-correctable';
    case 'add-signer':
      return where?.includes(command.where) ? cannotSign(instance, command.to) : 'not-that-place';
    case 'delegate':
    case 'transfer':
      return cannotSign(instance, command.to);
    case 'copy':
      return command.to.every((person) => instance.copies.includes(person)) ? 'copied-already' : undefined;
    default:
      return undefined;
  }
}

/** Why a case cannot begin (or begin again) like this. */
export function refusalOfStart(
  definition: Definition,
  { facts, chosen, ownMatterOf }: Pick<Start, 'facts' | 'chosen' | 'ownMatterOf'>,
): ReasonCode | undefined {
  const unchosen = stepsFor(definition, facts).some(
    ({ key, signers }) =>
      signers.some(({ by }) => by === 'chosen') && (chosen[key] ?? []).every((person) => ownMatterOf.includes(person)),
  );
  return unchosen ? 'choose-signers' : undefined;
}

/** The signature a command is about: the one it names, else the first that is offered. */
export function signerFor(
  definition: Definition,
  instance: Instance,
  who: Who,
  now: Date,
  command: Command & { signer?: number },
): Signer {
  const available = availableActions(definition, instance, who, now).find(({ op }) => op === command.op);
  const no = command.signer ?? (available?.allowed ? available.choices.signers?.[0] : undefined);
  const signer = instance.visit?.seats.flatMap(({ signers }) => signers).find((one) => one.no === no);
  if (!signer) throw new Error(`${command.op}: there is no signature ${no}`);
  return signer;
}

const OFFERS: Record<Operation, (view: View) => Offer> = {
  approve: (view) => mine(view),
  reject: (view) => mine(view),
  return: (view) => {
    const offer = mine(view);
    if (typeof offer === 'string') return offer;
    const { returnTo, afterReturn } = view.step as StepDefinition;
    const earlier = returnTo.includes('earlier') ? passedBefore(view) : [];
    const targets = [...(returnTo.includes('initiator') ? ['initiator'] : []), ...earlier];
    if (targets.length === 0) return 'no-return';
    return { ...offer, targets, resumes: afterReturn, fields: view.definition.mayChange };
  },
  resubmit: ({ instance, who }) => {
    if (instance.status !== 'returned') return isOpen(instance) ? 'not-returned' : 'ended';
    if (instance.suspended) return 'suspended';
    return speaksFor(instance, who) ? { fields: instance.correctable } : 'not-initiator';
  },
  withdraw: ({ instance, who }) => {
    if (!isOpen(instance)) return 'ended';
    return speaksFor(instance, who) ? {} : 'not-initiator';
  },
  'take-back': ({ instance, who, open }) => {
    const reason = closedReason(instance);
    if (reason) return reason;
    if (!who.person) return 'needs-person';
    const { person } = who;
    const delegated = open.some((signer) => signer.delegated?.by === person);
    return delegated || instance.undo?.by === person || signedBy(instance, person) ? {} : 'nothing-to-take-back';
  },
  delegate: (view) => (view.who.person ? mine(view) : (notRunning(view) ?? 'needs-person')),
  answer: (view) => {
    const reason = notRunning(view) ?? barred(view);
    if (reason) return reason;
    return numbers(
      view.open.filter(({ delegated }) => delegated?.to === view.who.person),
      'not-delegated',
    );
  },
  transfer: (view) => {
    if (!has(view, 'manager')) return view.who.person ? mine(view) : (notRunning(view) ?? 'needs-person');
    return (
      notRunning(view) ??
      numbers(
        view.open.filter(({ system }) => !system),
        'not-yours',
      )
    );
  },
  'add-signer': (view) => {
    const offer = view.who.person ? mine(view) : (notRunning(view) ?? 'needs-person');
    if (typeof offer === 'string') return offer;
    const beside = ['countersign', 'any', 'k-of-n'].includes((view.step as StepDefinition).mode);
    return { ...offer, where: beside ? ['before', 'after', 'parallel'] : ['before', 'after'] };
  },
  'remove-signer': (view) => notRunning(view) ?? numbers(removable(view), 'nothing-to-remove'),
  urge: ({ instance, who, now, definition }) => {
    const reason = closedReason(instance);
    if (reason) return reason;
    if (instance.status === 'returned') return 'returned';
    if (!speaksFor(instance, who)) return 'not-initiator';
    const again =
      instance.urgedAt === null || now.getTime() >= Date.parse(instance.urgedAt) + definition.urgeEveryHours * HOUR;
    return again ? {} : 'urged-already';
  },
  copy: (view) => {
    if (!isOpen(view.instance)) return 'ended';
    if (speaksFor(view.instance, view.who) || has(view, 'manager')) return {};
    const offer = mine(view);
    return typeof offer === 'string' ? offer : {};
  },
  suspend: (view) => closedReason(view.instance) ?? (has(view, 'manager') ? {} : 'not-manager'),
  resume: (view) => {
    if (!isOpen(view.instance)) return 'ended';
    if (!view.instance.suspended) return 'not-suspended';
    return has(view, 'manager') ? {} : 'not-manager';
  },
  refresh: (view) => notRunning(view) ?? (has(view, 'system') ? {} : 'system-only'),
  expire: (view) => {
    const reason = notRunning(view);
    if (reason) return reason;
    if (!has(view, 'system')) return 'system-only';
    const dueAt = view.instance.visit?.dueAt ?? null;
    return dueAt !== null && view.now.getTime() >= Date.parse(dueAt) ? {} : 'not-due';
  },
};

/** Steps that were passed and lie before the one under way: after a return, later ones may be passed too. */
function passedBefore({ definition, instance, step }: View): string[] {
  const passed = instance.passed.map((visit) => visit.step);
  const before = definition.steps.slice(0, definition.steps.indexOf(step as StepDefinition));
  return before.map(({ key }) => key).filter((key) => passed.includes(key));
}

function isOpen({ status }: Instance): boolean {
  return status === 'running' || status === 'returned';
}

function closedReason(instance: Instance): ReasonCode | undefined {
  if (!isOpen(instance)) return 'ended';
  return instance.suspended ? 'suspended' : undefined;
}

function notRunning({ instance }: View): ReasonCode | undefined {
  return closedReason(instance) ?? (instance.status === 'returned' ? 'returned' : undefined);
}

function has({ who }: Pick<View, 'who'>, role: Role): boolean {
  return who.roles.includes(role);
}

function speaksFor({ initiators }: Instance, who: Who): boolean {
  return has({ who }, 'initiator') || (who.person !== null && initiators.includes(who.person));
}

/** What bars somebody from every decision of the case. */
function barred({ instance, who }: View): ReasonCode | undefined {
  if (who.person === null) return 'needs-person';
  return instance.ownMatterOf.includes(who.person) ? 'own-matter' : undefined;
}

/** The signatures that the actor may give now. */
function mine(view: View): { signers: number[] } | ReasonCode {
  const { who, open } = view;
  const reason = notRunning(view);
  if (reason) return reason;
  if (has(view, 'system'))
    return numbers(
      open.filter(({ system }) => system),
      'not-yours',
    );
  const bar = barred(view);
  if (bar) return bar;
  const able = open.filter((signer) => insteadOfWhom(view.instance, signer, who) !== undefined);
  if (able.length === 0 && open.some(({ delegated }) => delegated?.by === who.person)) return 'delegated-away';
  return numbers(able, 'not-yours');
}

/** null: signs for themselves; a person: stands in for that one; undefined: may not sign. */
export function insteadOfWhom(
  { visit }: Instance,
  signer: Signer,
  { person, insteadOf }: Who,
): string | null | undefined {
  if (person === null || signer.system || signer.delegated) return undefined;
  if (signer.candidates.includes(person)) return null;
  // Nobody gives two signatures of a step by standing in for another.
  const signers = visit?.seats.flatMap((seat) => seat.signers) ?? [];
  if (signers.some(({ by, candidates }) => by === person || candidates.includes(person))) return undefined;
  return signer.candidates.find((candidate) => insteadOf.includes(candidate));
}

/** The signature of the step under way that the person gave last and that nobody followed in its seat. */
export function signedBy({ status, visit }: Instance, person: string): Signer | undefined {
  if (status !== 'running' || !visit) return undefined;
  const last = visit.seats.flatMap((seat) =>
    isRejected(seat) ? [] : (seat.signers.filter((one) => one.decision !== null).at(-1) ?? []),
  );
  return last.filter(({ by }) => by === person).sort((a, b) => ((a.at as string) < (b.at as string) ? 1 : -1))[0];
}

function numbers(signers: Signer[], otherwise: ReasonCode): { signers: number[] } | ReasonCode {
  return signers.length > 0 ? { signers: signers.map(({ no }) => no) } : otherwise;
}

/** Added signers who have not signed, when the step can still pass without them. */
function removable({ instance, who, step }: View): Signer[] {
  const { visit } = instance;
  if (!visit || !step) return [];
  const all = visit.seats.filter((seat) => !isRejected(seat)).flatMap(({ signers }) => signers);
  return all.filter(
    ({ no, addedBy, decision }) =>
      addedBy !== null &&
      decision === null &&
      (addedBy === who.person || who.roles.includes('manager')) &&
      outcomeOf(step, without(visit.seats, no)) !== 'rejected',
  );
}

/** The seats without one signer; a seat that nobody is left in goes with it. */
export function without(seats: Instance['passed'][number]['seats'], no: number): typeof seats {
  return seats
    .map((seat) => ({ ...seat, signers: seat.signers.filter((signer) => signer.no !== no) }))
    .filter(({ signers }) => signers.length > 0);
}

function cannotSign({ visit, ownMatterOf }: Instance, person: string): ReasonCode | undefined {
  if (ownMatterOf.includes(person)) return 'their-own-matter';
  const signers = visit?.seats.flatMap((seat) => seat.signers) ?? [];
  const there = signers.some(
    ({ candidates, by, delegated }) => candidates.includes(person) || by === person || delegated?.to === person,
  );
  return there ? 'signs-already' : undefined;
}

/** Persons for whom the case stands in an inbox now; `absent`: stand-ins of absent persons. Same as whoever is offered to sign, answer or correct. */
export function awaited(instance: Instance, standIns: ReadonlyMap<string, string> = new Map()): string[] {
  const people = tasksOf(instance).flatMap(({ signer, people: able }) => {
    const instead = signer
      ? able.flatMap((absent) => {
          const person = standIns.get(absent);
          const who = { person: person ?? null, app: '', roles: [], insteadOf: [absent] };
          return person && insteadOfWhom(instance, signer, who) !== undefined ? [person] : [];
        })
      : [];
    return [...able, ...instead.filter((person) => !instance.ownMatterOf.includes(person))];
  });
  return [...new Set(people)].sort();
}
