import type { AppointmentKind } from '#contracts';
import { onceIn, query, sql, type Tx } from '#database';
import { type Appointment, responsibleFor, nextWorkingDays, peopleByIds, postsOver, postsOverNamed } from '#roster';
import { dateOf, instantOf } from '#time';
import { type Definition, levelsOf, type OVER, type SignerRule, type StepDefinition, stepOf } from './definition.js';
import type { Inputs, Instance, Operation, PostHolder } from './instance.js';
import { following } from './fold.js';

/** What a case is about: whose units, or which unit or place, say who holds a post over it. */
export interface About {
  personId: string | null;
  unitId: string | null;
}

/** What an action on a case looks up: holders of the posts that the definition names; who has left; working days. */
export async function inputsFor(
  tx: Tx,
  definition: Definition,
  case_: About & { chosen: Record<string, string[]>; instance?: Instance; op?: Operation },
  at: Date,
  timeZone: string,
): Promise<Inputs> {
  const date = dateOf(at, timeZone);
  const rules = rulesOf(definition);
  const named = [...rules.flatMap(({ personId }) => personId ?? []), ...Object.values(case_.chosen).flat()];
  const [held, left, ends] = await Promise.all([
    posts(tx, case_, date, rules),
    gone(tx, [...named, ...namedIn(case_.instance)]),
    workdayEnds(tx, mayBegin(definition, case_), date, timeZone),
  ]);
  return { posts: held, gone: left, workdayEnds: ends };
}

/** Who holds the posts over a person that the rules of a definition ask for, on a date. */
export function postsOverPerson(
  tx: Tx,
  definition: Definition,
  personId: string,
  date: string,
): Promise<Omit<Appointment, 'unitId'>[]> {
  return heldOver(tx, personId, date, kindsOver(rulesOf(definition), 'person'));
}

/** What is planned and what is begun ask for the same. */
function heldOver(tx: Tx, personId: string, date: string, kinds: AppointmentKind[]): Promise<Appointment[]> {
  if (kinds.length === 0) return Promise.resolve([]);
  return onceIn(tx, `posts over ${personId} ${date} ${kinds.join()}`, () =>
    responsibleFor(tx, [personId], date, kinds),
  );
}

/** Every rule of a definition: of its steps, their stand-ins and their deadlines. */
export function rulesOf({ steps, standIn }: Definition): SignerRule[] {
  const rules = steps.flatMap((step) => [...step.signers, step.standIn, ...levelsOf(step).map(({ to }) => to ?? null)]);
  return [...rules, standIn].filter((rule) => rule !== null);
}

/** The kinds of posts that rules ask for over one of these. */
function kindsOver(rules: readonly SignerRule[], what: keyof typeof OVER): AppointmentKind[] {
  return [...new Set(rules.flatMap(({ post, over = 'person' }) => (post && over === what ? post : [])))];
}

async function posts(
  tx: Tx,
  { personId, unitId }: About,
  date: string,
  rules: readonly SignerRule[],
): Promise<PostHolder[]> {
  const overUnit = kindsOver(rules, 'unit');
  const [ofPerson, ofUnit, ofNamed] = await Promise.all([
    personId ? heldOver(tx, personId, date, kindsOver(rules, 'person')) : [],
    unitId && overUnit.length > 0 ? postsOver(tx, unitId, date, overUnit) : [],
    postsOfNamedUnits(tx, date, rules),
  ]);
  return sorted([
    ...ofPerson.map((row) => holderOf(row)),
    ...ofUnit.map((row) => ({ ...holderOf(row), over: 'unit' as const })),
    ...ofNamed,
  ]);
}

/** Holders of posts over the units that rules name, all of them with one statement. */
async function postsOfNamedUnits(tx: Tx, date: string, rules: readonly SignerRule[]): Promise<PostHolder[]> {
  const codes = [...new Set(rules.flatMap(({ over, unit }) => (over === 'named' && unit ? unit : [])))];
  if (codes.length === 0) return [];
  const rows = await postsOverNamed(tx, codes, date, kindsOver(rules, 'named'));
  return rows.map((row) => ({ ...holderOf(row), over: 'named' as const, unit: row.code }));
}

function holderOf({ personId, kind, unitKind }: Pick<Appointment, 'personId' | 'kind' | 'unitKind'>): PostHolder {
  return { personId, post: kind, unitKind };
}

function sorted(holders: PostHolder[]): PostHolder[] {
  return holders.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** Inputs for trying a definition on persons, by their ids, with few statements; see `definitionErrors`. */
export async function inputsOfPeople(
  tx: Tx,
  definition: Definition,
  personIds: readonly string[],
  date: string,
): Promise<Map<string, Inputs>> {
  const rules = rulesOf(definition);
  const rows = await responsibleFor(tx, personIds, date, kindsOver(rules, 'person'));
  const ofUnits = await postsOfNamedUnits(tx, date, rules);
  const left = await gone(
    tx,
    rules.flatMap(({ personId }) => personId ?? []),
  );
  return new Map(
    personIds.map((id) => {
      const held = rows.filter(({ studentId }) => studentId === id);
      return [id, { posts: sorted([...held.map((row) => holderOf(row)), ...ofUnits]), gone: left, workdayEnds: [] }];
    }),
  );
}

async function gone(tx: Tx, people: string[]): Promise<string[]> {
  if (people.length === 0) return [];
  const known = await peopleByIds(tx, [...new Set(people)]);
  const active = new Set(known.filter((person) => person.active).map(({ id }) => id));
  return [...new Set(people)].filter((id) => !active.has(id)).sort();
}

/** Persons whom a case names beside those its rules find. */
function namedIn(instance: Instance | undefined): string[] {
  const signers = [...(instance?.behind ?? []), ...(instance?.visit ? [instance.visit] : [])].flatMap(({ seats }) =>
    seats.flatMap((seat) => seat.signers),
  );
  return signers.flatMap(({ rule, candidates, also, delegated }) => [
    ...(rule === null ? candidates : []),
    ...also,
    ...(delegated ? [delegated.to] : []),
  ]);
}

/** Ends of as many working days as a deadline of the steps may be counted in. */
async function workdayEnds(
  tx: Tx,
  steps: readonly StepDefinition[],
  date: string,
  timeZone: string,
): Promise<string[]> {
  const most = Math.max(0, ...steps.flatMap(levelsOf).map(({ workingDays = 0 }) => workingDays));
  if (most === 0) return [];
  const { dates } = await nextWorkingDays(tx, date, most);
  return dates.map((day) => instantOf(day, '24:00', timeZone).toISOString());
}

/** For whom each person stands in at an instant; `table`: the service's `workflow_absence`. */
export async function absencesOf(tx: Tx, table: ReturnType<typeof sql>, personId: string, at: Date): Promise<string[]> {
  const rows = await onceIn(tx, `stands in ${table.sql} ${personId} ${at.toISOString()}`, () =>
    query<{ id: string }>(
      tx,
      sql`SELECT DISTINCT person_id AS id FROM ${table}
           WHERE stand_in_id = ${personId} AND starts_at <= ${at} AND ends_at > ${at} ORDER BY 1`,
    ),
  );
  return rows.map(({ id }) => id);
}

/** Of these each either leads to the step that comes next, or to none. Others may begin any, or let the present one go on. */
const TO_NEXT: readonly Operation[] = ['approve', 'remove-signer', 'expire'];
const TO_NONE: readonly Operation[] = [
  ...([
    'reject',
    'withdraw',
    'take-back',
    'delegate',
    'answer',
    'transfer',
    'add-signer',
    'urge',
    'copy',
    'refresh',
  ] as const),
];

/** Steps whose deadlines may begin, or go on, with an operation: what works with no days does not ask for any. */
function mayBegin(definition: Definition, { instance, op }: { instance?: Instance; op?: Operation }): StepDefinition[] {
  if (op && TO_NONE.includes(op)) return [];
  if (!instance?.visit || !op || !TO_NEXT.includes(op)) return definition.steps;
  const back = instance.behind.at(-1);
  const next = back ? stepOf(definition, back.step) : following(definition, instance, instance.visit.step);
  return next ? [next] : [];
}
