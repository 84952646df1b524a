import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, join, query, queryOne, sql, type Sql, type Tx } from '#database';
import { keyset, type Page, toPage } from '#http';
import { CampusClock } from '#time';
import { Workflows } from '#workflow';
import { bookingTasks } from '../bookings/booking.tasks.js';
import { clearanceTasks } from '../clearances/clearance.tasks.js';
import { appealTasks } from '../discipline/appeal.tasks.js';
import { groupLeaveTasks } from '../group-leaves/group-leave.tasks.js';
import { holidayTasks } from '../holiday-registrations/holiday.tasks.js';
import { roundTasks } from '../rounds/round.tasks.js';
import { claimTasks } from '../second-classroom/claim.tasks.js';
import { ticketTasks } from '../tickets/ticket.tasks.js';
import { starTasks } from '../volunteering/star.tasks.js';
import { workStudyTasks } from '../work-study/work-study.tasks.js';
import { caseTasks } from './case-tasks.js';
import { TASK_KINDS, type TaskAsker, type TaskKind, type TaskSource, type TaskSources } from './task-source.js';
import { TaskCountDto, TaskDto, type TaskRow, type TasksQuery } from './tasks.dto.js';

const FEATURES: readonly TaskSources[] = [
  ...[ticketTasks, roundTasks, clearanceTasks, claimTasks, workStudyTasks, starTasks, appealTasks, bookingTasks],
  ...[groupLeaveTasks, holidayTasks],
];

type Filter = Pick<TasksQuery, 'subjectKind' | 'item' | 'overdue'>;

/** What is to be done of a kind by a day. */
export interface Deadline {
  kind: TaskKind;
  step: string;
  /** YYYY-MM-DD on campus */
  day: string;
  /** In Chinese. */
  name: string;
  count: number;
}

/** The inbox: what waits for somebody, whatever it is about. One statement, of a branch for each way in which something can wait for them. */
@Injectable()
export class Tasks {
  constructor(
    private readonly database: Database,
    private readonly workflows: Workflows,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: TasksQuery): Promise<Page<TaskDto>> {
    const sorts = (since: Sql, dueAt: Sql) => ({ since, dueAt: sql`coalesce(${dueAt}, 'infinity')` });
    const order = { defaultSort: 'dueAt' as const };
    return this.database.read(async (tx) => {
      const { sources, now } = await this.sources(tx, actor, request);
      const all = keyset(request, {
        ...order,
        sorts: sorts(sql`t.since`, sql`t."dueAt"`),
        id: sql`(t.key COLLATE "C")`,
      });
      if (sources.length === 0) return { data: [], nextCursor: null, ...(request.total && { total: 0 }) };
      // Each branch gives a page at the most; what it says of a row is worked out for these alone.
      const branches = sources.map((source) => {
        const page = keyset(request, { ...order, sorts: sorts(source.since, source.dueAt), id: keyOf(source) });
        return sql`(SELECT ${columnsOf(source, now)} FROM ${source.from}
          WHERE ${whereOf(source, request, now)} AND ${page.where} ORDER BY ${page.orderBy} LIMIT ${page.limit})`;
      });
      const rows = await query<TaskRow & { sortKey: string; key: string }>(
        tx,
        sql`SELECT t.*, p.id AS "personId", p.number, p.name AS "personName", ${all.sortKey} AS "sortKey"
              FROM (SELECT * FROM (${join(branches, ' UNION ALL ')}) t ORDER BY ${all.orderBy} LIMIT ${all.limit}) t
              LEFT JOIN directory.published_person_v1 p ON p.id = t.student_id ORDER BY ${all.orderBy}`,
      );
      const page = toPage(
        rows,
        request,
        (row) => [row.sortKey, row.key],
        (row) => TaskDto.from(row),
      );
      return request.total ? { ...page, total: await this.count(tx, sources, request, now) } : page;
    });
  }

  /** How much waits, by kind and item. */
  counts(actor: Actor): Promise<TaskCountDto[]> {
    return this.database.read(async (tx) => {
      const { sources, now } = await this.sources(tx, actor, {});
      if (sources.length === 0) return [];
      const branches = sources.map(
        (source) => sql`(SELECT ${kindOf(source)} AS "subjectKind", ${source.case?.item ?? sql`NULL::text`} AS item,
          ${overdueOf(source, now)} AS overdue FROM ${source.from} WHERE ${whereOf(source, {}, now)})`,
      );
      const rows = await query<TaskCountDto>(
        tx,
        sql`SELECT "subjectKind", item, count(*)::int AS count, count(*) FILTER (WHERE overdue)::int AS overdue
              FROM (${join(branches, ' UNION ALL ')}) t GROUP BY 1, 2 ORDER BY 1, 2`,
      );
      return rows.map((row) => TaskCountDto.from(row));
    });
  }

  /** What is to be done by a day from one on (YYYY-MM-DD), by kind and what it is: the nearest `most`. */
  async deadlines(tx: Tx, actor: Actor, from: string, most: number): Promise<Deadline[]> {
    const { sources, now } = await this.sources(tx, actor, {});
    if (sources.length === 0) return [];
    const branches = sources.map((source) => {
      // Midnight is the end of the day before.
      const day = sql`((${source.dueAt} - interval '1 millisecond') AT TIME ZONE ${this.clock.timeZone})::date`;
      return sql`(SELECT ${keyOf(source)} AS key, ${kindOf(source)} AS kind, ${doneOf(source)}, ${day} AS day
                    FROM ${source.from} WHERE ${whereOf(source, {}, now)} AND ${day} >= ${from}::date)`;
    });
    const rows = await query<Omit<Deadline, 'name'> & { verb: string | null }>(
      tx,
      sql`SELECT kind, step, day::text, verb, count(DISTINCT key)::int AS count
            FROM (${join(branches, ' UNION ALL ')}) t GROUP BY 1, 2, 3, 4 ORDER BY 3, 1, 2 LIMIT ${most}`,
    );
    return rows.map(({ verb, ...row }) => {
      const matter = TASK_KINDS[row.kind].zh;
      return { ...row, name: verb ?? (row.step === 'correct' ? `补正${matter}` : `审批${matter}`) };
    });
  }

  /** Where something can wait for the actor, by their rights and what they ask for. */
  private async sources(
    tx: Tx,
    actor: Actor,
    { subjectKind, item }: Filter,
  ): Promise<{ sources: TaskSource[]; now: Date }> {
    const now = this.clock.now();
    const me = actor.personId;
    if (me === undefined) return { sources: [], now };
    const asker: TaskAsker = { actor, me, now, today: this.clock.today(), timeZone: this.clock.timeZone };
    // Most stand in for nobody, and are asked a shorter question.
    const standingIn = await this.workflows.standsIn(tx, me, now);
    // Applications alone have an item.
    const others = item?.length ? [] : FEATURES.flatMap((of) => of(asker));
    const cases = caseTasks(asker, this.workflows, standingIn, { subjectKind, item });
    const wanted = subjectKind?.length ? others.filter(({ kind }) => subjectKind.includes(kind)) : others;
    return { sources: [...cases, ...wanted], now };
  }

  private async count(tx: Tx, sources: readonly TaskSource[], filter: Filter, now: Date): Promise<number> {
    const counts = sources.map(
      (source) => sql`(SELECT count(*) FROM ${source.from} WHERE ${whereOf(source, filter, now)})`,
    );
    const row = await queryOne<{ total: number }>(tx, sql`SELECT (${join(counts, ' + ')})::int AS total`);
    return row!.total;
  }
}

function kindOf({ kind, case: of }: TaskSource): Sql {
  return of?.kind ?? sql`${kind}::text`;
}

/** Of a row, once in the inbox: somebody who stands in for two is awaited twice in one case. */
function keyOf({ kind, step, id, case: of }: TaskSource): Sql {
  const parts = of ? sql`${of.id} || ' ' || ${of.signer}` : id;
  // Compared byte by byte: of many with the same deadline, the words of a language would take the longer part of the statement.
  return sql`((${`${kind} ${step} `}::text || ${parts}) COLLATE "C")`;
}

/** SQL: what is to be done, `step` and `verb`, in words of the house alone. Cases have steps of a school's own: they are signed, or corrected. */
function doneOf({ step, name, case: of }: TaskSource): Sql {
  if (of) return sql`CASE WHEN ${of.step} = 'initiator' THEN 'correct' ELSE 'decide' END AS step, NULL::text AS verb`;
  return sql`${step}::text AS step, ${'zh' in name ? name.zh : null}::text AS verb`;
}

function overdueOf({ overdue, dueAt }: TaskSource, now: Date): Sql {
  return overdue ?? sql`coalesce(${dueAt} <= ${now}, FALSE)`;
}

function whereOf(source: TaskSource, { overdue }: Filter, now: Date): Sql {
  const where = source.where.filter((one) => one !== undefined);
  return join(overdue === undefined ? where : [...where, sql`(${overdueOf(source, now)}) = ${overdue}`], ' AND ');
}

function columnsOf(source: TaskSource, now: Date): Sql {
  const { step, name, id, version, title, student, since, dueAt, path, case: of } = source;
  return sql`${keyOf(source)} AS key, ${of?.id ?? id} AS id, ${of?.definition ?? sql`NULL::text`} AS definition, ${kindOf(source)} AS "subjectKind",
    ${id} AS "subjectId", ${of?.item ?? sql`NULL::text`} AS item, (${title})::json AS title, ${version} AS version, ${student} AS student_id,
    ${of?.step ?? sql`${step}::text`} AS step, ${'zh' in name ? sql`${JSON.stringify(name)}::json` : name} AS name, ${since} AS since,
    ${dueAt} AS "dueAt", ${overdueOf(source, now)} AS overdue, ${of?.escalated ?? sql`FALSE`} AS escalated,
    ${of?.standIn ?? sql`FALSE`} AS "standIn", ${of?.insteadOf ?? sql`NULL::uuid`} AS "insteadOf", ${of?.delegated ?? sql`FALSE`} AS delegated,
    (${typeof path === 'string' ? sql`${path}::text` : path} || ${id}) AS path`;
}
