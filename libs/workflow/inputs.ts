import type { AppointmentKind } from '#contracts';
import { query, sql, type Tx } from '#database';
import { answerersFor, nextWorkingDays, peopleByIds } from '#roster';
import { dateOf, instantOf } from '#time';
import type { Definition, SignerRule } from './definition.js';
import type { Inputs, Instance } from './instance.js';

/** What an action on a case looks up: holders of the posts that the definition names, over the person; who has left; working days. */
export async function inputsFor(
  tx: Tx,
  definition: Definition,
  case_: { personId: string | null; chosen: Record<string, string[]>; instance?: Instance },
  at: Date,
  timeZone: string,
): Promise<Inputs> {
  const date = dateOf(at, timeZone);
  const rules = rulesOf(definition);
  const kinds = [...new Set(rules.flatMap(({ post }) => post ?? []))];
  const named = [...rules.flatMap(({ personId }) => personId ?? []), ...Object.values(case_.chosen).flat()];
  return {
    posts: await posts(tx, case_.personId, date, kinds),
    gone: await gone(tx, [...named, ...namedIn(case_.instance)]),
    workdayEnds: await workdayEnds(tx, definition, date, timeZone),
  };
}

/** Every rule of a definition: of its steps, their stand-ins and their deadlines. */
export function rulesOf({ steps, standIn }: Definition): SignerRule[] {
  const rules = steps.flatMap((step) => [...step.signers, step.standIn, step.deadline?.to ?? null]);
  return [...rules, standIn].filter((rule) => rule !== null);
}

async function posts(
  tx: Tx,
  personId: string | null,
  date: string,
  kinds: AppointmentKind[],
): Promise<Inputs['posts']> {
  if (personId === null || kinds.length === 0) return [];
  const rows = await answerersFor(tx, [personId], date, kinds);
  const holders = rows.map(({ personId: holder, kind, unitKind }) => ({ personId: holder, post: kind, unitKind }));
  return holders.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
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

async function workdayEnds(tx: Tx, definition: Definition, date: string, timeZone: string): Promise<string[]> {
  const most = Math.max(0, ...definition.steps.map(({ deadline }) => deadline?.workingDays ?? 0));
  if (most === 0) return [];
  const { dates } = await nextWorkingDays(tx, date, most);
  return dates.map((day) => instantOf(day, '24:00', timeZone).toISOString());
}

/** For whom each person stands in at an instant; `table`: the service's `workflow_absence`. */
export async function absencesOf(tx: Tx, table: ReturnType<typeof sql>, personId: string, at: Date): Promise<string[]> {
  const rows = await query<{ id: string }>(
    tx,
    sql`SELECT DISTINCT person_id AS id FROM ${table}
         WHERE stand_in_id = ${personId} AND starts_at <= ${at} AND ends_at > ${at} ORDER BY 1`,
  );
  return rows.map(({ id }) => id);
}
