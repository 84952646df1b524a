import { type Actor } from '#auth';
import { afterCommit, newId, query, queryOne, raw, send, sql, StaleVersionError, type Sql, type Tx } from '#database';
import type { TimerKey, Timers } from '#events';
import { peopleByIds } from '#roster';
import { dateOf } from '#time';
import type { OfStudent, StudentKeys } from '#vault';
import { type Available, availableActions } from './available-actions.js';
import { type DeadlineLevel, type Definition, type Facts, levelsOf, stepOf } from './definition.js';
import { Definitions } from './definitions.js';
import { act, begin } from './fold.js';
import { absencesOf, inputsFor } from './inputs.js';
import type { Action, Command, Inputs, Instance, Operation, Role, Start, Who } from './instance.js';
import { entryAtDeadline } from './operations.js';
import { replay, type Replay } from './replay.js';
import { mayBeStale } from './stale.js';
import { changedRows, stepRows } from './step-rows.js';
import { Comments } from './comments.js';
import { type Case, caseOf, caseRows, commentsOf, storedCase, studentOf } from './stored-cases.js';
import { Refused } from './reasons.js';
import { PersonUnknown, problemOf } from './workflow.problems.js';

export interface Opening {
  definition: Definition;
  /** The row of the service that is decided on. */
  subjectId: string;
  /** Whose units say who holds a post over the case. */
  personId?: string;
  /** The unit or place that says so. */
  unitId?: string;
  facts: Facts;
  chosen?: Record<string, string[]>;
  initiators: string[];
  ownMatterOf: string[];
  /** What the history calls it; `submit` when left out. */
  as?: string;
}

/** How somebody acts on a case, beside what they do. */
export interface Acting {
  by: Pick<Actor, 'app' | 'personId'>;
  roles?: Role[];
  at: Date;
  comment?: string | null;
  /** Version the actor has seen; StaleVersionError when it is another by now. */
  expected?: number;
  /** What the history calls it, by what came of it; the operation when left out. */
  as?: (after: Instance) => string;
}

/** How the deadlines of steps become timers: one for each case, which its service's handler answers with `expire`. */
export interface Deadlines {
  timers: Pick<Timers, 'setting' | 'cancelling'>;
  key: (caseId: string) => TimerKey;
  event: (caseId: string, dueAt: string) => object;
}

/** The cases of one service, in the tables of `workflowTables(schema)`. Everything runs in the caller's transaction. */
export class Workflows {
  /** Versions of definitions that are known to be stored, by key and content: what is published never changes. */
  private readonly published = new Map<string, number>();
  readonly comments: Comments;
  readonly definitions: Definitions;
  private readonly deadlines: Deadlines | undefined;

  /** `deadlines`: left out where no definition has one; `keys`: where nobody says anything. */
  constructor(
    private readonly schema: string,
    private readonly timeZone: string,
    { deadlines, keys }: { deadlines?: Deadlines; keys?: StudentKeys } = {},
  ) {
    this.deadlines = deadlines;
    this.comments = new Comments(schema, keys);
    this.definitions = new Definitions(this.table('_definition'));
  }

  /** A table of the service's cases, by its name without `workflow`. */
  table(name: '' | '_definition' | '_step' | '_action' | '_absence'): Sql {
    return raw(`"${this.schema}".workflow${name}`);
  }

  /** The calendar date on campus. */
  dateOf(at: Date): string {
    return dateOf(at, this.timeZone);
  }

  /** A version under which a definition is stored; stores it when the newest one differs. */
  async publish(tx: Tx, definition: Definition): Promise<number> {
    const content = JSON.stringify(definition);
    const of = `${definition.key} ${content}`;
    const known = this.published.get(of);
    if (known !== undefined) return known;
    const version = await this.stored(tx, definition, content);
    afterCommit(tx, () => {
      if (this.published.size >= MOST_PUBLISHED) this.published.clear();
      this.published.set(of, version);
      this.definitions.remember(definition.key, version, JSON.parse(content) as Definition);
    });
    return version;
  }

  private async stored(tx: Tx, definition: Definition, content: string): Promise<number> {
    const known = await this.newest(tx, definition.key, content);
    if (known?.same) return known.version;
    await query(
      tx,
      sql`SELECT pg_advisory_xact_lock(hashtextextended(${`workflow ${this.schema} ${definition.key}`}, 0))`,
    );
    const now = await this.newest(tx, definition.key, content);
    if (now?.same) return now.version;
    const version = (now?.version ?? 0) + 1;
    await query(
      tx,
      sql`INSERT INTO ${this.table('_definition')} (key, version, content) VALUES (${definition.key}, ${version}, ${content}::json)`,
    );
    return version;
  }

  /** A new case, at its first step. */
  async begin(tx: Tx, opening: Opening, acting: Acting): Promise<Case> {
    const { definition, subjectId, personId = null, unitId = null } = opening;
    const { facts, chosen = {}, initiators, ownMatterOf } = opening;
    const [definitionVersion, inputs, by] = await Promise.all([
      this.publish(tx, definition),
      inputsFor(tx, definition, { personId, unitId, chosen }, acting.at, this.timeZone),
      this.who(tx, acting),
    ]);
    const command: Start = { op: 'submit', definitionVersion, facts, chosen, initiators, ownMatterOf };
    const action = { command, by, at: acting.at.toISOString(), inputs };
    const id = newId();
    const instance = refusing(undefined, undefined, () => begin(new Map([[definitionVersion, definition]]), action));
    const begun: Case = { id, subjectId, personId, unitId, version: 0, definition, instance, comments: new Map() };
    return this.write(tx, begun, undefined, [[action, acting.comment ?? null]], opening.as);
  }

  /** Reads cases and locks them, in the order of their ids; `which` is a predicate over `w`. */
  async lock(tx: Tx, which: Sql): Promise<Case[]> {
    const rows = await caseRows(tx, this, sql`${which} ORDER BY w.id FOR UPDATE OF w`);
    // Whoever was waited for has written more than the statement could see when it began.
    const whole = rows.every(({ version, history }) => history.length === version);
    const ids = rows.map(({ id }) => id);
    return (whole ? rows : await caseRows(tx, this, sql`w.id = ANY(${ids}::uuid[]) ORDER BY w.id`)).map((row) =>
      caseOf(row),
    );
  }

  /** Cases by their ids. */
  async read(tx: Tx, ids: readonly string[]): Promise<Case[]> {
    if (ids.length === 0) return [];
    return (await caseRows(tx, this, sql`w.id = ANY(${ids}::uuid[]) ORDER BY w.id`)).map((row) => caseOf(row));
  }

  /**
   * Does something to a case that the caller has locked. Signers are found anew first: who left an office decides no more, who took
   * it over does. A refusal is answered with its reason (403, 409 with the present state, 422).
   */
  async act(tx: Tx, case_: Case, command: Command, acting: Acting): Promise<Case> {
    if (acting.expected !== undefined && acting.expected !== case_.version) throw new StaleVersionError();
    const [before, by] = await Promise.all([this.brought(tx, case_, acting.at, command.op), this.who(tx, acting)]);
    const definition =
      'definitionVersion' in command
        ? await this.version(tx, case_, command.definitionVersion)
        : before.case_.definition;
    const inputs =
      'definitionVersion' in command
        ? await inputsFor(
            tx,
            definition,
            { ...case_, chosen: command.chosen, instance: case_.instance },
            acting.at,
            this.timeZone,
          )
        : before.inputs;
    const action = { command, by, at: acting.at.toISOString(), inputs };
    const versions = new Map([
      [before.case_.instance.definitionVersion, before.case_.definition],
      ...('definitionVersion' in command ? [[command.definitionVersion, definition] as const] : []),
    ]);
    const instance = refusing(before.case_.instance, case_.version, () => act(versions, before.case_.instance, action));
    const comment = acting.comment ?? null;
    await this.mustBeThere(tx, command);
    const actions: [Action, string | null][] = [...before.actions, [action, comment]];
    return this.write(tx, { ...before.case_, definition, instance }, case_, actions, acting.as?.(instance));
  }

  /** A case as the next action on it finds it: with whoever is to sign it now. Writes nothing. */
  async current(tx: Tx, case_: Case, at: Date): Promise<Case> {
    return (await this.brought(tx, case_, at, 'refresh')).case_;
  }

  /** What somebody may do with a case now, or why not. */
  async available(
    tx: Tx,
    { definition, instance }: Case,
    acting: Omit<Acting, 'comment' | 'expected'>,
  ): Promise<Available[]> {
    return availableActions(definition, instance, await this.who(tx, acting), acting.at);
  }

  /** Does somebody stand in for anybody at an instant? */
  async standsIn(tx: Tx, personId: string, at: Date): Promise<boolean> {
    return (await absencesOf(tx, this.table('_absence'), personId, at)).length > 0;
  }

  /**
   * Does what the next level of the deadline of the step under way says, to a case that the caller has locked. `dueAt` is the one whose
   * timer fired: undefined when another one runs by now, or none. Consent by silence keeps its source as the comment.
   */
  async expire(tx: Tx, case_: Case, dueAt: string, by: Acting['by'], now: Date): Promise<Case | undefined> {
    const { status, suspended, visit } = case_.instance;
    if (status !== 'running' || suspended || visit?.dueAt !== dueAt) return undefined;
    const { then, source = null } = levelsOf(stepOf(case_.definition, visit.step))[visit.level] as DeadlineLevel;
    // The timer may have fired by the clock of another process, which is ahead of ours.
    const at = new Date(Math.max(now.getTime(), Date.parse(dueAt)));
    const as = (after: Instance): string => entryAtDeadline(then, after.visit?.upTheLine);
    return this.act(tx, case_, { op: 'expire' }, { by, at, roles: ['system'], comment: source, as });
  }

  /** Works every action of a case out anew, from its definition versions and the inputs it kept, and holds it against what is stored. */
  async replay(tx: Tx, caseId: string): Promise<Replay> {
    const row = await storedCase(tx, this, caseId);
    if (!row) throw new Error(`There is no case ${caseId}`);
    return replay(new Map(row.versions), row, stateOf);
  }

  /** Hands open tasks over where offices changed hands, for the inboxes; a decision looks by itself. Returns the cases that changed. */
  async refreshAll(tx: Tx, at: Date, by: Acting['by']): Promise<Case[]> {
    const stale = await this.lock(tx, mayBeStale(this.table('_step'), dateOf(at, this.timeZone)));
    const changed: Case[] = [];
    for (const case_ of stale) {
      const { case_: brought, actions } = await this.brought(tx, case_, at, 'refresh', by);
      if (actions.length > 0) changed.push(await this.write(tx, brought, case_, actions));
    }
    return changed;
  }

  /** An entry of the service's own in the history of a subject. */
  async note(
    tx: Tx,
    { id: subjectId, studentId }: OfStudent,
    action: string,
    by: Acting['by'],
    at: Date,
    comment: string | null = null,
  ): Promise<void> {
    const id = newId();
    void send(
      tx,
      sql`INSERT INTO ${this.table('_action')} (id, subject_id, action, person_id, app, occurred_at)
          VALUES (${id}, ${subjectId}, ${action}, ${by.personId ?? null}, ${by.app}, ${at})`,
    );
    if (comment !== null) await this.comments.keep(tx, { id, studentId, text: comment });
  }

  private async brought(
    tx: Tx,
    case_: Case,
    at: Date,
    op: Operation,
    by: Acting['by'] = { app: 'system:workflow', personId: undefined },
  ): Promise<{ case_: Case; inputs: Inputs; actions: [Action, null][] }> {
    const { definition, instance } = case_;
    const inputs = await inputsFor(tx, definition, { ...case_, chosen: instance.chosen, op }, at, this.timeZone);
    if (instance.status !== 'running' || instance.suspended) return { case_, inputs, actions: [] };
    const who = await this.who(tx, { by, roles: ['system'], at });
    const action: Action = { command: { op: 'refresh' }, by: who, at: at.toISOString(), inputs };
    const refreshed = act(new Map([[instance.definitionVersion, definition]]), instance, action);
    if (JSON.stringify(refreshed) === JSON.stringify(instance)) return { case_, inputs, actions: [] };
    return { case_: { ...case_, instance: refreshed }, inputs, actions: [[action, null]] };
  }

  private async mustBeThere(tx: Tx, command: Command): Promise<void> {
    const named = 'to' in command && command.op !== 'return' ? [command.to].flat() : [];
    if (named.length === 0) return;
    const there = await peopleByIds(tx, named);
    if (named.some((id) => !there.some((person) => person.id === id && person.active)))
      throw new PersonUnknown({ pointer: '#/to' });
  }

  private async who(tx: Tx, { by, roles = [], at }: Acting): Promise<Who> {
    const person = by.personId ?? null;
    const insteadOf = person ? await absencesOf(tx, this.table('_absence'), person, at) : [];
    return { person, app: by.app, roles, insteadOf };
  }

  private async write(
    tx: Tx,
    case_: Case,
    before: Case | undefined,
    actions: [Action, string | null][],
    as?: string,
  ): Promise<Case> {
    const { id, subjectId, personId, unitId, definition, instance } = case_;
    const version = case_.version + actions.length;
    const due = dueOf(instance);
    const overdue = instance.status === 'running' ? (instance.visit?.overdueSince ?? null) : null;
    const entries = actions.map(([action], i) => ({
      ...{
        id: newId(),
        subject_id: subjectId,
        workflow_id: id,
        no: case_.version + i + 1,
        action: i === actions.length - 1 && as ? as : action.command.op,
      },
      ...{ person_id: action.by.person, app: action.by.app, occurred_at: action.at, content: action },
      ...{ from_state: before ? stateOf(before.instance) : null, to_state: stateOf(instance) },
      definition_version: instance.definitionVersion,
    }));
    const { steps, gone } = changedRows(
      before ? stepRows(before.definition, before.instance) : [],
      stepRows(definition, instance),
    );
    const [head, step, history] = [this.table(''), this.table('_step'), this.table('_action')];
    const timer = this.timer(tx, id, before ? dueOf(before.instance) : null, due);
    const voided =
      gone.length > 0
        ? sql`, void AS (UPDATE ${step} SET state = 'void' WHERE workflow_id = ${id} AND signer = ANY(${gone}::int[]))`
        : sql``;
    void send(
      tx,
      sql`WITH head AS (
            INSERT INTO ${head} (id, definition, definition_version, subject_id, person_id, unit_id, own_matter_of, status, suspended, due_at, overdue_since, version)
            VALUES (${id}, ${definition.key}, ${instance.definitionVersion}, ${subjectId}, ${personId}, ${unitId}, ${instance.ownMatterOf}::uuid[],
                    ${instance.status}, ${instance.suspended !== null}, ${due}, ${overdue}, ${version})
            ON CONFLICT (id) DO UPDATE SET (definition_version, status, suspended, due_at, overdue_since, version, updated_at) =
              (excluded.definition_version, excluded.status, excluded.suspended, excluded.due_at, excluded.overdue_since, excluded.version, now())),
          steps AS (
            INSERT INTO ${step} SELECT * FROM jsonb_populate_recordset(NULL::${step}, ${JSON.stringify(steps.map((row) => ({ workflow_id: id, ...row })))}::jsonb)
            ON CONFLICT (workflow_id, signer) DO UPDATE SET
              (visit, state, candidates, post, unit_kind, over_unit, named_unit, apart, also, also_post, also_unit, stand_in,
               answering, decided_by, instead_of, entered_at, decided_at) =
              (excluded.visit, excluded.state, excluded.candidates, excluded.post, excluded.unit_kind, excluded.over_unit, excluded.named_unit, excluded.apart,
               excluded.also, excluded.also_post, excluded.also_unit, excluded.stand_in, excluded.answering, excluded.decided_by, excluded.instead_of, excluded.entered_at, excluded.decided_at))${voided}${timer}
          INSERT INTO ${history} SELECT * FROM json_populate_recordset(NULL::${history}, ${JSON.stringify(entries)}::json)`,
    );
    for (const [i, [, text]] of actions.entries())
      if (text !== null) await this.comments.keep(tx, { id: entries[i]!.id, studentId: studentOf(case_), text });
    return { ...case_, version, comments: new Map([...case_.comments, ...commentsOf(actions)]) };
  }

  /** The timer of a case runs to the next level of its step's deadline. The levels lie apart, so the next one has another time. */
  private timer(tx: Tx, caseId: string, before: string | null, due: string | null): Sql {
    if (due === before) return sql``;
    if (!this.deadlines) throw new Error(`A step has a deadline, and Workflows of ${this.schema} has no timers`);
    const { timers, key, event } = this.deadlines;
    const on = key(caseId);
    const change =
      due === null
        ? timers.cancelling(on)
        : timers.setting(tx, { key: on, at: new Date(due), event: event(caseId, due) });
    return sql`, timer AS (${change})`;
  }

  private async version(tx: Tx, { definition: { key } }: Case, version: number): Promise<Definition> {
    const [versions] = await this.definitions.of(tx, [{ key, versions: [version] }]);
    return versions!.get(version)!;
  }

  private async newest(tx: Tx, key: string, content: string): Promise<{ version: number; same: boolean } | undefined> {
    return queryOne(
      tx,
      sql`SELECT version, content::jsonb = ${content}::jsonb AS same FROM ${this.table('_definition')}
           WHERE key = ${key} ORDER BY version DESC LIMIT 1`,
    );
  }
}

/** Contents of definitions that are remembered. */
const MOST_PUBLISHED = 500;

/** By when the step under way is to be decided. */
function dueOf({ status, visit }: Instance): string | null {
  return status === 'running' ? (visit?.dueAt ?? null) : null;
}

/** In words of the state: where a case is. */
export function stateOf({ status, visit, suspended }: Instance): string {
  if (suspended) return 'suspended';
  return status === 'running' && visit ? visit.step : status;
}

function refusing<T>(instance: Instance | undefined, version: number | undefined, fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    throw problemOf(error.reason, instance, version);
  }
}
