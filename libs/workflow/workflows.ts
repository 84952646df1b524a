import { type Actor } from '#auth';
import { newId, query, queryOne, raw, sql, StaleVersionError, type Sql, type Tx } from '#database';
import { holdsOn, peopleByIds } from '#roster';
import { dateOf } from '#time';
import { type Available, availableActions } from './available-actions.js';
import { type Definition, type Facts } from './definition.js';
import { act, begin, fold } from './fold.js';
import { absencesOf, inputsFor } from './inputs.js';
import type { Action, Command, Inputs, Instance, Role, Signer, Start, Who } from './instance.js';
import { stepRows } from './step-rows.js';
import { Refused } from './reasons.js';
import { PersonUnknown, problemOf } from './workflow.problems.js';

/** A case as it stands, with its row. */
export interface Case {
  id: string;
  subjectId: string;
  personId: string | null;
  /** Counts the actions on it. */
  version: number;
  definition: Definition;
  instance: Instance;
  /** Comments, by the instant of the action and the person. */
  comments: ReadonlyMap<string, string>;
}

export interface Opening {
  definition: Definition;
  /** The row of the service that is decided on. */
  subjectId: string;
  /** Whose units say who holds a post over the case. */
  personId: string;
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
}

interface Row {
  id: string;
  subjectId: string;
  personId: string | null;
  version: number;
  history: [Action, string | null][];
  versions: [number, Definition][];
}

const MOST_AT_ONCE = 500;

/** The cases of one service, in the tables of `workflowTables(schema)`. Everything runs in the caller's transaction. */
export class Workflows {
  constructor(
    private readonly schema: string,
    private readonly timeZone: string,
  ) {}

  /** A table of the service's cases, by its name without `workflow`. */
  table(name: '' | '_definition' | '_step' | '_action' | '_absence'): Sql {
    return raw(`"${this.schema}".workflow${name}`);
  }

  /** The version under which a definition is stored; stores it when the newest one differs. */
  async publish(tx: Tx, definition: Definition): Promise<number> {
    const content = JSON.stringify(definition);
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
    const { definition, subjectId, personId, facts, chosen = {}, initiators, ownMatterOf } = opening;
    const definitionVersion = await this.publish(tx, definition);
    const command: Start = { op: 'submit', definitionVersion, facts, chosen, initiators, ownMatterOf };
    const inputs = await inputsFor(tx, definition, { personId, chosen }, acting.at, this.timeZone);
    const action = await this.actionOf(tx, command, inputs, acting);
    const id = newId();
    const instance = refusing(undefined, undefined, () => begin(new Map([[definitionVersion, definition]]), action));
    const begun: Case = { id, subjectId, personId, version: 0, definition, instance, comments: new Map() };
    return this.write(tx, begun, undefined, [[action, acting.comment ?? null]], opening.as);
  }

  /** Reads cases and locks them, in the order of their ids; `which` is a predicate over `w`. */
  async lock(tx: Tx, which: Sql): Promise<Case[]> {
    const locked = await query<{ id: string }>(
      tx,
      sql`SELECT w.id FROM ${this.table('')} w WHERE ${which} ORDER BY w.id FOR UPDATE`,
    );
    return this.read(
      tx,
      locked.map(({ id }) => id),
    );
  }

  /** Cases by their ids. */
  async read(tx: Tx, ids: readonly string[]): Promise<Case[]> {
    if (ids.length === 0) return [];
    const rows = await query<Row>(
      tx,
      sql`SELECT w.id, w.subject_id AS "subjectId", w.person_id AS "personId", w.version,
                 (SELECT json_agg(json_build_array(a.content, a.comment) ORDER BY a.no) FROM ${this.table('_action')} a
                   WHERE a.workflow_id = w.id AND a.no IS NOT NULL) AS history,
                 (SELECT json_agg(json_build_array(d.version, d.content)) FROM ${this.table('_definition')} d
                   WHERE d.key = w.definition AND d.version IN (
                     SELECT a.definition_version FROM ${this.table('_action')} a WHERE a.workflow_id = w.id)) AS versions
            FROM ${this.table('')} w WHERE w.id = ANY(${ids}::uuid[]) ORDER BY w.id`,
    );
    return rows.map(({ versions: stored, history, ...row }) => {
      const versions = new Map(stored);
      const instance = fold(
        versions,
        history.map(([action]) => action),
      );
      const definition = versions.get(instance.definitionVersion) as Definition;
      return { ...row, definition, instance, comments: commentsOf(history) };
    });
  }

  /**
   * Does something to a case that the caller has locked. Signers are found anew first: who left an office decides no more, who took
   * it over does. A refusal is answered with its reason (403, 409 with the present state, 422).
   */
  async act(tx: Tx, case_: Case, command: Command, acting: Acting): Promise<Case> {
    if (acting.expected !== undefined && acting.expected !== case_.version) throw new StaleVersionError();
    await this.mustBeThere(tx, command);
    const before = await this.brought(tx, case_, acting.at);
    const definition =
      'definitionVersion' in command
        ? await this.version(tx, case_.definition.key, command.definitionVersion)
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
    const action = await this.actionOf(tx, command, inputs, acting);
    const versions = new Map([
      [before.case_.instance.definitionVersion, before.case_.definition],
      ...('definitionVersion' in command ? [[command.definitionVersion, definition] as const] : []),
    ]);
    const instance = refusing(before.case_.instance, case_.version, () => act(versions, before.case_.instance, action));
    const comment = acting.comment ?? null;
    return this.write(tx, { ...before.case_, definition, instance }, case_.instance, [
      ...before.actions,
      [action, comment],
    ]);
  }

  /** What somebody may do with a case now, or why not. */
  async available(
    tx: Tx,
    { definition, instance }: Case,
    acting: Omit<Acting, 'comment' | 'expected'>,
  ): Promise<Available[]> {
    return availableActions(definition, instance, await this.who(tx, acting), acting.at);
  }

  /** Does what the deadlines of overdue steps say. Returns the cases that changed. */
  async expireDue(tx: Tx, at: Date, by: Acting['by']): Promise<Case[]> {
    const due = await this.lock(
      tx,
      sql`w.id IN (SELECT id FROM ${this.table('')} WHERE due_at <= ${at} ORDER BY due_at LIMIT ${MOST_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
    const changed: Case[] = [];
    for (const case_ of due) changed.push(await this.act(tx, case_, { op: 'expire' }, { by, at, roles: ['system'] }));
    return changed;
  }

  /** Hands open tasks over where offices changed hands, for the inboxes; a decision looks by itself. Returns the cases that changed. */
  async refreshAll(tx: Tx, at: Date, by: Acting['by']): Promise<Case[]> {
    const stale = await this.lock(tx, this.mayBeStale(at));
    const changed: Case[] = [];
    for (const case_ of stale) {
      const { case_: brought, actions } = await this.brought(tx, case_, at, by);
      if (actions.length > 0) changed.push(await this.write(tx, brought, case_.instance, actions));
    }
    return changed;
  }

  /** An entry of the service's own in the history of a subject. */
  async note(
    tx: Tx,
    subjectId: string,
    action: string,
    by: Acting['by'],
    at: Date,
    comment: string | null = null,
  ): Promise<void> {
    await query(
      tx,
      sql`INSERT INTO ${this.table('_action')} (id, subject_id, action, person_id, app, comment, occurred_at)
          VALUES (${newId()}, ${subjectId}, ${action}, ${by.personId ?? null}, ${by.app}, ${comment}, ${at})`,
    );
  }

  private async brought(
    tx: Tx,
    case_: Case,
    at: Date,
    by: Acting['by'] = { app: 'system:workflow', personId: undefined },
  ): Promise<{ case_: Case; inputs: Inputs; actions: [Action, null][] }> {
    const { definition, instance } = case_;
    const inputs = await inputsFor(tx, definition, { ...case_, chosen: instance.chosen }, at, this.timeZone);
    if (instance.status !== 'running' || instance.suspended) return { case_, inputs, actions: [] };
    const action = await this.actionOf(tx, { op: 'refresh' }, inputs, { by, roles: ['system'], at });
    const refreshed = act(new Map([[instance.definitionVersion, definition]]), instance, action);
    if (JSON.stringify(refreshed) === JSON.stringify(instance)) return { case_, inputs, actions: [] };
    return { case_: { ...case_, instance: refreshed }, inputs, actions: [[action, null]] };
  }

  /** Predicate over `w`: may its open signers be others by now? */
  private mayBeStale(at: Date): Sql {
    const holders = sql`ARRAY(SELECT DISTINCT a.person_id FROM staffing.published_appointment_v1 a
        JOIN directory.published_membership_v1 m ON m.unit_id = a.unit_id
       WHERE m.person_id = w.person_id AND a.kind = s.post AND (s.unit_kind IS NULL OR m.unit_kind = s.unit_kind)
         AND a.person_id <> ALL(w.own_matter_of) AND ${holdsOn(sql`a`, dateOf(at, this.timeZone))} AND ${holdsOn(sql`m`, dateOf(at, this.timeZone))} ORDER BY 1)`;
    const left = sql`EXISTS (SELECT FROM unnest(s.candidates) c WHERE c NOT IN (SELECT id FROM directory.published_person_v1 WHERE active))`;
    return sql`w.status = 'running' AND NOT w.suspended AND EXISTS (
      SELECT FROM ${this.table('_step')} s WHERE s.workflow_id = w.id AND s.state IN ('open', 'waiting')
         AND CASE WHEN s.post IS NULL THEN ${left}
                  WHEN s.stand_in THEN ${holders} <> '{}' OR ${left}
                  WHEN s.apart THEN NOT s.candidates <@ ${holders}
                  ELSE s.candidates <> ${holders} END)`;
  }

  private async mustBeThere(tx: Tx, command: Command): Promise<void> {
    const named = 'to' in command && command.op !== 'return' ? [command.to].flat() : [];
    if (named.length === 0) return;
    const there = await peopleByIds(tx, named);
    if (named.some((id) => !there.some((person) => person.id === id && person.active)))
      throw new PersonUnknown({ pointer: '#/to' });
  }

  private async actionOf(tx: Tx, command: Action['command'], inputs: Inputs, acting: Acting): Promise<Action> {
    return { command, by: await this.who(tx, acting), at: acting.at.toISOString(), inputs };
  }

  private async who(tx: Tx, { by, roles = [], at }: Acting): Promise<Who> {
    const person = by.personId ?? null;
    const insteadOf = person ? await absencesOf(tx, this.table('_absence'), person, at) : [];
    return { person, app: by.app, roles, insteadOf };
  }

  private async write(
    tx: Tx,
    case_: Case,
    before: Instance | undefined,
    actions: [Action, string | null][],
    as?: string,
  ): Promise<Case> {
    const { id, subjectId, personId, definition, instance } = case_;
    const version = case_.version + actions.length;
    const due = instance.status === 'running' ? (instance.visit?.dueAt ?? null) : null;
    const entries = actions.map(([action, comment], i) => ({
      ...{
        id: newId(),
        subject_id: subjectId,
        workflow_id: id,
        no: case_.version + i + 1,
        action: as ?? action.command.op,
      },
      ...{ person_id: action.by.person, app: action.by.app, comment, occurred_at: action.at, content: action },
      ...{ from_state: before ? stateOf(before) : null, to_state: stateOf(instance) },
      definition_version: instance.definitionVersion,
    }));
    const steps = stepRows(definition, instance).map((row) => ({ workflow_id: id, ...row }));
    const [head, step, history] = [this.table(''), this.table('_step'), this.table('_action')];
    await query(
      tx,
      sql`WITH head AS (
            INSERT INTO ${head} (id, definition, definition_version, subject_id, person_id, own_matter_of, status, suspended, due_at, version)
            VALUES (${id}, ${definition.key}, ${instance.definitionVersion}, ${subjectId}, ${personId}, ${instance.ownMatterOf}::uuid[],
                    ${instance.status}, ${instance.suspended !== null}, ${due}, ${version})
            ON CONFLICT (id) DO UPDATE SET (definition_version, status, suspended, due_at, version, updated_at) =
              (excluded.definition_version, excluded.status, excluded.suspended, excluded.due_at, excluded.version, now())),
          void AS (
            UPDATE ${step} SET state = 'void'
             WHERE workflow_id = ${id} AND state IN ('open', 'waiting') AND signer <> ALL(${steps.map(({ signer }) => signer)}::int[])),
          steps AS (
            INSERT INTO ${step} SELECT * FROM jsonb_populate_recordset(NULL::${step}, ${JSON.stringify(steps)}::jsonb)
            ON CONFLICT (workflow_id, signer) DO UPDATE SET
              (visit, state, candidates, post, unit_kind, apart, stand_in, answering, decided_by, instead_of, entered_at, decided_at) =
              (excluded.visit, excluded.state, excluded.candidates, excluded.post, excluded.unit_kind, excluded.apart, excluded.stand_in,
               excluded.answering, excluded.decided_by, excluded.instead_of, excluded.entered_at, excluded.decided_at))
          INSERT INTO ${history} SELECT * FROM json_populate_recordset(NULL::${history}, ${JSON.stringify(entries)}::json)`,
    );
    return { ...case_, version, comments: new Map([...case_.comments, ...commentsOf(actions)]) };
  }

  private async newest(tx: Tx, key: string, content: string): Promise<{ version: number; same: boolean } | undefined> {
    return queryOne(
      tx,
      sql`SELECT version, content::jsonb = ${content}::jsonb AS same FROM ${this.table('_definition')}
           WHERE key = ${key} ORDER BY version DESC LIMIT 1`,
    );
  }

  private async version(tx: Tx, key: string, version: number): Promise<Definition> {
    const row = await queryOne<{ content: Definition }>(
      tx,
      sql`SELECT content FROM ${this.table('_definition')} WHERE key = ${key} AND version = ${version}`,
    );
    if (!row) throw new Error(`Definition ${key} has no version ${version}`);
    return row.content;
  }
}

/** What was said with a signature. */
export function commentOn({ comments }: Case, { at, by }: Signer): string | null {
  return comments.get(`${at} ${by}`) ?? null;
}

function commentsOf(history: readonly [Action, string | null][]): Map<string, string> {
  return new Map(
    history.flatMap(([{ at, by }, comment]) => (comment === null ? [] : [[`${at} ${by.person}`, comment]])),
  );
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
