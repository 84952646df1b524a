import { type Definition, levelsOf, type SignerRule, type StepDefinition, stepOf } from './definition.js';
import { deadlineFrom } from './due.js';
import type { Inputs, Instance, Seat, Signer, Visit } from './instance.js';
import { openSigners, tasksOf } from './instance.js';

/** Begins a step: who signs, found from the inputs, and by when. */
export function enter(
  instance: Instance,
  definition: Definition,
  step: StepDefinition,
  inputs: Inputs,
  at: string,
): Visit {
  const seats = seatsOf(instance, definition, step, inputs);
  const no = ++instance.lastVisit;
  return { step: step.key, no, enteredAt: at, ...deadlineFrom(step, inputs, at), seats };
}

/** Finds the signers of the open step anew: whoever left hands over to who holds the post now, else to the stand-in. */
export function refresh(instance: Instance, definition: Definition, inputs: Inputs): void {
  const { visit } = instance;
  if (!visit) return;
  const step = stepOf(definition, visit.step);
  for (const signer of visit.seats.flatMap(({ signers }) => signers)) {
    if (signer.decision !== null || signer.system) continue;
    if (signer.delegated && inputs.gone.includes(signer.delegated.to)) signer.delegated = null;
    const people = present(instance, visit, step, signer, inputs);
    signer.also = alsoNow(instance, definition, visit, signer, inputs);
    const found = people.length > 0 ? people : standIns(instance, definition, step, inputs);
    signer.standIn = people.length === 0 || (signer.rule === null && signer.standIn);
    signer.own = found;
    signer.candidates = unique([...found, ...signer.also]);
  }
}

/** Who was added by escalation, as the rules find them now. A signature handed to a named person keeps who was added to it. */
function alsoNow(
  instance: Instance,
  definition: Definition,
  { overdueSince }: Visit,
  { rule, also }: Signer,
  inputs: Inputs,
): string[] {
  if (also.length === 0 || overdueSince === null) return [];
  return rule === null
    ? also.filter((person) => !inputs.gone.includes(person))
    : unique(escalations(instance, definition, inputs).flatMap(({ people }) => people));
}

/** Those whom the level that has just passed lets decide as well. */
export function escalate(instance: Instance, definition: Definition, inputs: Inputs): void {
  const visit = instance.visit as Visit;
  const all = escalations(instance, definition, inputs);
  visit.upTheLine = all.at(-1) as UpTheLine;
  for (const signer of openSigners(visit).filter(({ system }) => !system)) {
    const added = signer.rule === null ? all.slice(-1) : all;
    signer.also = unique([...signer.also, ...added.flatMap(({ people }) => people)]);
    signer.candidates = unique([...signer.candidates, ...signer.also]);
  }
}

/** Those whom the level that has just passed tells: whoever the step waits for is nobody to tell about themselves. */
export function supervise(instance: Instance, definition: Definition, inputs: Inputs): void {
  const visit = instance.visit as Visit;
  const waits = tasksOf(instance).flatMap(({ people }) => people);
  visit.upTheLine = upTheLine(instance, definition, visit.level - 1, (rule) =>
    tellable(rule) ? resolve(rule, instance, visit.step, inputs).filter((person) => !waits.includes(person)) : [],
  );
}

/** May a rule name who is told? Only a post over the person or the unit lets its holder see the case. */
export function tellable({ by, over }: SignerRule): boolean {
  return by === 'post' && over !== 'named';
}

type UpTheLine = NonNullable<Visit['upTheLine']>;

/** What each escalation that has passed finds now. */
function escalations(instance: Instance, definition: Definition, inputs: Inputs): UpTheLine[] {
  const { step, level } = instance.visit as Visit;
  const passed = levelsOf(stepOf(definition, step)).slice(0, level);
  return passed.flatMap(({ then }, i) =>
    then === 'escalate' ? upTheLine(instance, definition, i, (rule) => resolve(rule, instance, step, inputs)) : [],
  );
}

/** Whom a level finds; where that is nobody, at once those of the nearest level above it, else the stand-in. */
function upTheLine(
  { visit }: Instance,
  definition: Definition,
  level: number,
  find: (rule: SignerRule) => string[],
): UpTheLine {
  const step = stepOf(definition, (visit as Visit).step);
  for (const [i, rule] of [
    ...levelsOf(step)
      .slice(level)
      .map(({ to }) => to),
    step.standIn,
    definition.standIn,
  ].entries()) {
    const people = rule ? find(rule) : [];
    if (people.length > 0) return { people, above: i > 0 };
  }
  return { people: [], above: true };
}

/** A named person's signature, added or in the place of another. */
export function named(instance: Instance, person: string, addedBy: string | null): Signer {
  return signer(instance, null, [person], { addedBy });
}

function seatsOf(instance: Instance, definition: Definition, step: StepDefinition, inputs: Inputs): Seat[] {
  const seats: Seat[] = [];
  const seated = (): string[] => seats.flatMap(({ signers }) => signers.flatMap(({ candidates }) => candidates));
  const add = (weight: number, one: Signer): number => seats.push({ weight, signers: [one] });
  const stepIn = (rule: number | null): Signer =>
    signer(instance, rule, standIns(instance, definition, step, inputs), { standIn: true });
  for (const [i, rule] of step.signers.entries()) {
    const weight = rule.weight ?? 1;
    const people = resolve(rule, instance, step.key, inputs);
    if (rule.by === 'system') add(weight, signer(instance, i, [], { system: true }));
    else if (people.length === 0) add(weight, stepIn(i));
    else if (!rule.each) add(weight, signer(instance, i, people));
    else for (const person of people) if (!seated().includes(person)) add(weight, signer(instance, i, [person]));
  }
  // Too few for the number that must agree: the stand-in fills up, and the number stays.
  const short = missing(step, seats);
  if (step.mode === 'weighted' && short > 0) add(short, stepIn(null));
  else for (let n = 0; n < short; n++) add(1, stepIn(null));
  return step.mode === 'serial' ? [{ weight: 1, signers: seats.flatMap(({ signers }) => signers) }] : seats;
}

function missing({ mode, needed = 1 }: StepDefinition, seats: readonly Seat[]): number {
  if (mode === 'k-of-n') return Math.max(0, needed - seats.length);
  if (mode === 'weighted') return Math.max(0, needed - seats.reduce((sum, { weight }) => sum + weight, 0));
  return seats.length === 0 ? 1 : 0;
}

/** Who a signature's own rule finds now. */
function present(
  instance: Instance,
  visit: Visit,
  step: StepDefinition,
  { no, rule, own }: Signer,
  inputs: Inputs,
): string[] {
  if (rule === null) return own.filter((person) => !inputs.gone.includes(person));
  const found = resolve(step.signers[rule] as SignerRule, instance, visit.step, inputs);
  if (!step.signers[rule]?.each) return found;
  const stay = own.filter((person) => found.includes(person));
  if (stay.length === 1) return stay;
  const others = visit.seats
    .flatMap(({ signers }) => signers)
    .filter((other) => other.no !== no)
    .flatMap((other) => (other.by ? [other.by, ...other.own] : other.own));
  return found.filter((person) => !others.includes(person));
}

function standIns(instance: Instance, definition: Definition, step: StepDefinition, inputs: Inputs): string[] {
  for (const rule of [step.standIn, definition.standIn]) {
    const people = rule ? resolve(rule, instance, step.key, inputs) : [];
    if (people.length > 0) return people;
  }
  return [];
}

/** The persons a rule means now, without those whose own matter it is. */
function resolve(rule: SignerRule, instance: Instance, step: string, { posts, gone }: Inputs): string[] {
  const meant = {
    system: () => [],
    person: () => (rule.personId ? [rule.personId] : []),
    chosen: () => instance.chosen[step] ?? [],
    post: () =>
      posts
        .filter(
          ({ post, unitKind, over = 'person', unit }) =>
            post === rule.post &&
            over === (rule.over ?? 'person') &&
            unit === rule.unit &&
            (rule.unitKind === undefined || rule.unitKind === unitKind),
        )
        .map(({ personId }) => personId),
  }[rule.by]();
  return unique(meant.filter((person) => !gone.includes(person) && !instance.ownMatterOf.includes(person)));
}

function signer(
  instance: Instance,
  rule: number | null,
  candidates: string[],
  more: Partial<Pick<Signer, 'system' | 'standIn' | 'addedBy'>> = {},
): Signer {
  const { system = false, standIn = false, addedBy = null } = more;
  return {
    ...{
      no: ++instance.lastSigner,
      rule,
      candidates,
      own: candidates,
      also: [],
      system,
      standIn,
      delegated: null,
      addedBy,
    },
    ...{ decision: null, by: null, insteadOf: null, at: null },
  };
}

function unique(people: readonly string[]): string[] {
  return [...new Set(people)].sort();
}
