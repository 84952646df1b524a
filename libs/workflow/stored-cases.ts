import { query, queryOne, type Sql, sql, type Tx } from '#database';
import type { Comments } from './comments.js';
import type { Definition } from './definition.js';
import type { Definitions } from './definitions.js';
import { fold, type Versions } from './fold.js';
import type { Action, Instance, Signer } from './instance.js';
import type { StoredCase } from './replay.js';

/** A case as it stands, with its row. */
export interface Case {
  id: string;
  subjectId: string;
  personId: string | null;
  unitId: string | null;
  /** Counts the actions on it. */
  version: number;
  definition: Definition;
  instance: Instance;
  /** Comments, by the instant of the action and the person. */
  comments: ReadonlyMap<string, string>;
}

/** A case as SQL gives it. */
export interface CaseRow {
  id: string;
  subjectId: string;
  personId: string | null;
  unitId: string | null;
  version: number;
  history: [Action, string | null][];
  versions: Versions;
}

/** The tables of a service's cases, by their names without `workflow`. */
export interface CaseTables {
  table(name: '' | '_definition' | '_step' | '_action' | '_absence'): Sql;
  readonly comments: Comments;
  readonly definitions: Definitions;
}

/** `which`: predicate over `w`, and what follows it. */
export async function caseRows(tx: Tx, tables: CaseTables, which: Sql): Promise<CaseRow[]> {
  const [head, history] = [tables.table(''), tables.table('_action')];
  const rows = await query<
    Omit<CaseRow, 'history' | 'versions'> & { key: string; history: [Action, string, string | null][] }
  >(
    tx,
    sql`SELECT w.id, w.subject_id AS "subjectId", w.person_id AS "personId", w.unit_id AS "unitId", w.version, w.definition AS key,
               (SELECT json_agg(json_build_array(a.content, a.id, encode(${tables.comments.ofEntry}, 'hex')) ORDER BY a.no) FROM ${history} a
                 WHERE a.workflow_id = w.id AND a.no IS NOT NULL) AS history
          FROM ${head} w WHERE ${which}`,
  );
  const entries = rows.flatMap(({ history: all, ...row }) =>
    all.map(([, id, hex]) => ({
      id,
      studentId: studentOf(row),
      comment: hex === null ? null : Buffer.from(hex, 'hex'),
    })),
  );
  const versions = await tables.definitions.of(
    tx,
    rows.map(({ key, history: all }) => ({ key, versions: versionsIn(all.map(([action]) => action)) })),
  );
  const opened = (await tables.comments.open(tx, entries)).values();
  return rows.map(({ key: _key, ...row }, i) => ({
    ...row,
    history: row.history.map(([action]): [Action, string | null] => [action, opened.next().value?.comment ?? null]),
    versions: versions[i]!,
  }));
}

/** Of the definition: those under which a case was submitted. */
function versionsIn(history: readonly Action[]): Set<number> {
  return new Set(history.flatMap(({ command }) => ('definitionVersion' in command ? [command.definitionVersion] : [])));
}

/** Whose key seals the comments of a case: the person's whom it is about, else one of its subject's own. */
export function studentOf({ personId, subjectId }: Pick<Case, 'personId' | 'subjectId'>): string {
  return personId ?? subjectId;
}

/** All that is stored of a case, for `replay`. */
export function storedCase(
  tx: Tx,
  tables: CaseTables,
  caseId: string,
): Promise<(StoredCase & { versions: [number, Definition][] }) | undefined> {
  const [head, step, history] = [tables.table(''), tables.table('_step'), tables.table('_action')];
  return queryOne(
    tx,
    sql`SELECT json_build_object('definitionVersion', w.definition_version, 'status', w.status, 'suspended', w.suspended,
                 'dueAt', ${iso(sql`w.due_at`)}, 'overdueSince', ${iso(sql`w.overdue_since`)}) AS head,
               (SELECT json_agg(to_jsonb(s) - 'workflow_id' || jsonb_build_object(
                         'entered_at', ${iso(sql`s.entered_at`)}, 'decided_at', ${iso(sql`s.decided_at`)}) ORDER BY s.signer)
                  FROM ${step} s WHERE s.workflow_id = w.id) AS steps,
               (SELECT json_agg(json_build_object('no', a.no, 'from', a.from_state, 'to', a.to_state,
                         'definitionVersion', a.definition_version, 'content', a.content) ORDER BY a.no)
                  FROM ${history} a WHERE a.workflow_id = w.id AND a.no IS NOT NULL) AS actions,
               (SELECT json_agg(json_build_array(d.version, d.content)) FROM ${tables.table('_definition')} d
                 WHERE d.key = w.definition) AS versions
          FROM ${head} w WHERE w.id = ${caseId}`,
  );
}

/** The case of a row. */
export function caseOf({ versions, history, ...row }: CaseRow): Case {
  const instance = fold(
    versions,
    history.map(([action]) => action),
  );
  const definition = versions.get(instance.definitionVersion) as Definition;
  return { ...row, definition, instance, comments: commentsOf(history) };
}

/** What was said with a signature. */
export function commentOn({ comments }: Case, { at, by }: Signer): string | null {
  return comments.get(`${at} ${by}`) ?? null;
}

export function commentsOf(history: readonly [Action, string | null][]): Map<string, string> {
  return new Map(
    history.flatMap(([{ at, by }, comment]) => (comment === null ? [] : [[`${at} ${by.person}`, comment]])),
  );
}

/** SQL: an instant as actions have it. */
function iso(column: Sql): Sql {
  return sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
