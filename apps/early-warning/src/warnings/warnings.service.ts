import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { type Actor, audit, queryOneAudited } from '#auth';
import {
  type AppointmentKind,
  type Permission,
  RaiserToldV1,
  WARNING_LEVELS,
  type WarningLevel,
  WarningSettledV1,
} from '#contracts';
import { Database, findInScope, onceIn, query, queryOne, sql, type Sql, type Tx, update } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page, rowByRow } from '#http';
import { Invalid, NotFound } from '#problems';
import { answeredBy, responsibleStaffOf, inUnits, personRef } from '#roster';
import { CampusClock } from '#time';
import { offered } from '#workflow';
import { type BulkTriageDto, BulkTriageResultDto, type TriageRowDto } from './bulk-triage.dto.js';
import { listedRisks, riskOfRows, type StoredRisk } from '../risk/listed-risks.js';
import { whereOf } from '../cases/cases.queries.js';
import { WaitingSupervision } from '../cases/waiting-supervision.service.js';
import { WarnedStudentDto, type WarnedStudentsQuery } from './warned-students.dto.js';
import { ruleOfWarning, visibleTo } from './visibility.js';
import {
  type DISMISS_REASONS,
  type HistoryEntry,
  type OUTCOMES,
  refusalOf,
  type Status,
  Warning,
  WARNING_ACTIONS,
  type WarningAction,
} from './warning.entity.js';
import { WarningNotTakeable, WarningNotYours } from './warnings.problems.js';
import {
  type CloseDto,
  type ConfirmDto,
  type DismissDto,
  historyOf,
  WarningDetailDto,
  WarningDto,
  type WarningRow,
  type WarningsQuery,
  type WarningSummaryDto,
} from './warnings.dto.js';

const READ: Permission = 'early-warning:warning:read';
const TRIAGE: Permission = 'early-warning:warning:triage';
/** Who is shown as answering for the student, nearest first. */
const POSTS: AppointmentKind[] = ['counselor', 'class_advisor'];

// Sub-selects are worked out for the rows of the page alone: definitions are long, and unpacked for each look into them.
const COLUMNS = sql`w.id, w.rule_code AS "ruleCode", r.number AS "ruleNumber",
  (SELECT j.number FROM early_warning.rule j WHERE j.id = coalesce(w.judged_rule_id, w.rule_id)) AS "evaluatedNumber", (SELECT t.definition -> 'title' FROM early_warning.rule t WHERE t.id = w.rule_id) AS title, w.student_id AS "studentId",
  s.number, s.name, w.level, w.status, w.first_day::text AS "firstDay", w.last_day::text AS "lastDay", w.hits, w.holds,
  w.raised_at AS "raisedAt", w.triage_due_at AS "triageDueAt", w.muted, w.told_at AS "toldAt", w.reached_at AS "reachedAt", w.corrected_at AS "correctedAt", w.reason_zh AS "reasonZh", w.reason_en AS "reasonEn", w.version`;
const TABLES = sql`early_warning.warning w JOIN early_warning.rule r ON r.id = w.rule_id
  JOIN directory.published_student_v1 s ON s.id = w.student_id`;

/** Statuses in which a care case may take a warning. */
const TAKEABLE: readonly Status[] = ['open', 'notice', 'confirmed'];

type DetailRow = WarningRow &
  Pick<WarningDetailDto, 'evidence' | 'assignees'> & { history: HistoryEntry[]; triages: boolean };
type WarnedRow = Omit<WarnedStudentDto, 'level' | 'risk'> & { rank: number; risk: StoredRisk | null };

/** What a person, or an app, does to a warning. */
type Change = (warning: Warning, by: string, now: Date) => unknown;

@Injectable()
export class Warnings {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly supervision: WaitingSupervision,
    private readonly clock: CampusClock,
  ) {}

  /** One statement, the audit's entry included: it shows names and reasons. A counselor opens this list all day long. */
  async list(actor: Actor, page: WarningsQuery): Promise<Page<WarningDto>> {
    const {
      status,
      level,
      rule,
      studentId,
      unitId,
      grade,
      assigneeId,
      raisedFrom,
      raisedTo,
      overdue,
      corrected,
      updatedSince,
      muted = false,
    } = page;
    const [date, connection] = [this.clock.today(), this.database.connection];
    return list(connection, page, {
      audit: { actor, action: 'early-warning.warnings.list' },
      select: sql`${COLUMNS}, ${whereOf(sql`w.student_id`, date)} AS "where"`,
      from: TABLES,
      where: [
        this.visible(actor, READ),
        sql`w.muted = ${muted}`,
        anyOf(sql`w.status`, status) ?? sql`w.status <> 'withdrawn'`,
        anyOf(sql`w.level`, level),
        anyOf(sql`w.rule_code`, rule),
        anyOf(sql`w.student_id`, studentId, 'uuid'),
        inUnits(unitId, sql`w.student_id`, date),
        anyOf(sql`s.grade`, grade),
        assigneeId && answeredBy(assigneeId, sql`w.student_id`, date),
        raisedFrom && sql`w.raised_at >= ${this.clock.instantOf(raisedFrom, '00:00')}`,
        raisedTo && sql`w.raised_at < ${this.clock.instantOf(raisedTo, '24:00')}`,
        overdue === undefined ? undefined : overdueIs(overdue, this.clock.now()),
        corrected === undefined ? undefined : sql`(w.corrected_at IS NOT NULL) = ${corrected}`,
        updatedSince && sql`w.updated_at >= ${updatedSince}`,
      ],
      sorts: { raisedAt: sql`w.raised_at`, level: sql`w.level_rank`, updatedAt: sql`w.updated_at` },
      defaultSort: '-raisedAt',
      id: sql`w.id`,
      to: WarningDto.from,
    });
  }

  /** Warnings that are not settled, grouped by student: what one would talk to a student about. */
  async students(actor: Actor, page: WarnedStudentsQuery): Promise<Page<WarnedStudentDto>> {
    const [date, connection] = [this.clock.today(), this.database.connection];
    const risk = riskOfRows(actor, sql`g.student_id`, date, page.sort);
    const found = await list(connection, page, {
      audit: { actor, action: 'early-warning.warnings.students' },
      select: sql`${personRef(sql`g.student_id`)} AS student, ${whereOf(sql`g.student_id`, date)} AS "where", g.rank, g.open, g.confirmed,
        g.raised_at AS "raisedAt", ${risk.column} AS risk`,
      from: sql`(SELECT w.student_id, max(w.level_rank) AS rank, max(w.raised_at) AS raised_at,
          count(*) FILTER (WHERE w.status = 'open')::int AS open, count(*) FILTER (WHERE w.status = 'confirmed')::int AS confirmed
        FROM early_warning.warning w WHERE w.status IN ('open', 'confirmed') AND ${this.visible(actor, READ)} GROUP BY w.student_id) g ${risk.join}`,
      where: [inUnits(page.unitId, sql`g.student_id`, date)],
      sorts: { raisedAt: sql`g.raised_at`, level: sql`g.rank`, risk: risk.sort },
      defaultSort: '-level',
      id: sql`g.student_id`,
      to: (row: WarnedRow) => row,
    });
    const risks = await listedRisks(
      connection,
      found.data.map((row) => row.risk),
    );
    return { ...found, data: found.data.map((row, i) => WarnedStudentDto.from({ ...row, risk: risks[i]! })) };
  }

  async summary(actor: Actor): Promise<WarningSummaryDto> {
    const rows = await query<{ level: WarningLevel; open: number; confirmed: number }>(
      this.database.connection,
      sql`SELECT w.level, count(*) FILTER (WHERE w.status = 'open')::int AS open, count(*) FILTER (WHERE w.status = 'confirmed')::int AS confirmed
            FROM early_warning.warning w JOIN early_warning.rule r ON r.id = w.rule_id
           WHERE w.status IN ('open', 'confirmed') AND ${this.visible(actor, READ)} GROUP BY w.level`,
    );
    const byLevel = new Map(rows.map((row) => [row.level, row]));
    const levels = Object.keys(WARNING_LEVELS) as WarningLevel[];
    return { levels: levels.map((level) => byLevel.get(level) ?? { level, open: 0, confirmed: 0 }) };
  }

  /** The whole of a warning. Reading it leaves an audit entry. */
  get(actor: Actor, id: string): Promise<WarningDetailDto> {
    const entry = { action: 'early-warning.warning.read', subject: { kind: 'warning', id } };
    return this.detail(this.database.connection, actor, READ, id, (tx, one) => queryOneAudited(tx, actor, entry, one));
  }

  confirm(actor: Actor, id: string, expected: number, { note }: ConfirmDto): Promise<WarningDetailDto> {
    return this.settle(actor, id, expected, (warning, by, now) => warning.confirm(by, now, note));
  }

  dismiss(actor: Actor, id: string, expected: number, { reason, note }: DismissDto): Promise<WarningDetailDto> {
    return this.settle(actor, id, expected, (warning, by, now) => warning.dismiss(by, now, reason, note));
  }

  close(actor: Actor, id: string, expected: number, { outcome, note }: CloseDto): Promise<WarningDetailDto> {
    return this.settle(actor, id, expected, (warning, by, now) => warning.close(by, now, outcome, note));
  }

  mute(actor: Actor, id: string, expected: number, muted: boolean): Promise<WarningDetailDto> {
    return this.settle(actor, id, expected, (warning, by, now) => warning.mute(muted, by, now));
  }

  private settle(actor: Actor, id: string, expected: number, change: Change): Promise<WarningDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.settleOne(tx, actor, id, expected, change);
      return this.detail(tx, actor, TRIAGE, id);
    });
  }

  private async settleOne(tx: Tx, actor: Actor, id: string, expected: number, change: Change): Promise<Warning> {
    return this.write(tx, actor, await this.find(tx, actor, id), change, expected);
  }

  private async write(tx: Tx, actor: Actor, warning: Warning, change: Change, expected?: number): Promise<Warning> {
    const before = warning.status;
    const { id } = warning;
    change(warning, actor.personId ?? actor.app, this.clock.now());
    await update(tx, warning, expected);
    if (warning.status === before) return warning;
    if (before === 'open') await this.supervision.end(tx, 'warning', [id]);
    const outcome = warning.status as 'confirmed' | 'dismissed' | 'closed';
    await this.events.publish(
      tx,
      new WarningSettledV1({ warningId: id, studentId: warning.studentId, outcome }),
      warning,
    );
    const personId = await authorOf(tx, warning.ruleId);
    const told = {
      subject: 'warning',
      subjectId: id,
      outcome: outcome === 'confirmed' ? 'taken_up' : 'closed',
    } as const;
    if (personId) await this.events.publish(tx, new RaiserToldV1({ personId, ...told }), warning);
    await audit(tx, actor, { action: `early-warning.warning.${outcome}`, subject: { kind: 'warning', id } });
    return warning;
  }

  /** Many at once, each by itself: a row that cannot be done says why and changes nothing, the others are done. */
  triage(actor: Actor, { rows }: BulkTriageDto): Promise<BulkTriageResultDto> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, (row, i) =>
        this.settleOne(tx, actor, row.id, row.version, actionOf(row, i)),
      );
      return Object.assign(new BulkTriageResultDto(), { results });
    });
  }

  /** A care case takes warnings of its student; those that are open are confirmed by that. Throws WarningNotTakeable (422). */
  async takeInto(tx: Tx, actor: Actor, of: { id: string; studentId: string }, ids: readonly string[]): Promise<void> {
    for (const [i, id] of [...ids].sort().entries()) {
      const warning = await this.find(tx, actor, id).catch(() => undefined);
      const fits = warning?.studentId === of.studentId && warning.caseId === null && TAKEABLE.includes(warning.status);
      if (!warning || !fits) throw new WarningNotTakeable({ pointer: `#/warningIds/${i}` });
      warning.caseId = of.id;
      await this.write(tx, actor, warning, (one, by, now) => one.status !== 'confirmed' && one.confirm(by, now));
    }
  }

  /** Warnings that a care case took are closed with it. */
  async closeWith(tx: Tx, actor: Actor, caseId: string, outcome: keyof typeof OUTCOMES): Promise<void> {
    const taken = await tx.find(Warning, { where: { caseId, status: 'confirmed' }, order: { id: 'ASC' } });
    for (const warning of taken) await this.write(tx, actor, warning, (one, by, now) => one.close(by, now, outcome));
  }

  /** A dispute over a warning was upheld; whoever decided it need not be among those who triage. */
  async overturn(tx: Tx, actor: Actor, id: string, reason: keyof typeof DISMISS_REASONS): Promise<void> {
    const warning = await tx.findOneOrFail(Warning, { where: { id }, lock: { mode: 'pessimistic_write' } });
    await this.write(tx, actor, warning, (one, by, now) => one.overturn(by, now, reason));
  }

  private async find(tx: Tx, actor: Actor, id: string): Promise<Warning> {
    const where = sql`EXISTS (SELECT FROM early_warning.rule r WHERE r.id = w.rule_id AND ${this.visible(actor, TRIAGE)})`;
    const warning = await findInScope(tx, Warning, id, { alias: 'w', where, lock: 'update' });
    if (!warning) throw new NotFound({ what: 'warning' });
    return warning;
  }

  private async detail(
    tx: Tx,
    actor: Actor,
    permission: Permission,
    id: string,
    read: (tx: Tx, one: Sql) => Promise<DetailRow | undefined> = queryOne,
  ): Promise<WarningDetailDto> {
    const row = await read(
      tx,
      sql`SELECT ${COLUMNS}, ${whereOf(sql`w.student_id`, this.clock.today())} AS "where", w.evidence, w.history,
                 ${this.visible(actor, TRIAGE)} AS triages, ${responsibleStaffOf(sql`w.student_id`, this.clock.today(), POSTS)} AS assignees
            FROM ${TABLES} WHERE w.id = ${id} AND ${this.visible(actor, permission)}`,
    );
    if (!row) throw new NotFound({ what: 'warning' });
    return Object.assign(new WarningDetailDto(), WarningDto.from(row), {
      evidence: row.evidence,
      history: historyOf(row.history),
      assignees: row.assignees,
      actions: (Object.keys(WARNING_ACTIONS) as WarningAction[]).map((action) =>
        offered(action, row.triages ? refusalOf(row, action) : new WarningNotYours()),
      ),
    });
  }

  private visible(actor: Actor, permission: Permission): Sql {
    return visibleTo(actor, permission, ruleOfWarning, sql`w.student_id`, this.clock.today());
  }
}

/** The person who drafted a version of a rule; undefined: it came with the house, or an app drafted it. */
function authorOf(tx: Tx, ruleId: string): Promise<string | undefined> {
  return onceIn(tx, `author of rule ${ruleId}`, async () => {
    const row = await queryOne<{ by: string }>(
      tx,
      sql`SELECT created_by AS by FROM early_warning.rule WHERE id = ${ruleId}`,
    );
    return row && isUUID(row.by) ? row.by : undefined;
  });
}

/** Whether a warning still waits for a person though its time limit is over. */
function overdueIs(overdue: boolean, now: Date): Sql {
  return overdue
    ? sql`w.status = 'open' AND w.triage_due_at < ${now}`
    : sql`(w.status <> 'open' OR w.triage_due_at IS NULL OR w.triage_due_at >= ${now})`;
}

/** What a row of a bulk triage does to its warning. */
function actionOf({ action, reason, outcome, note }: TriageRowDto, i: number): Change {
  const missing = (name: string): never => {
    throw new Invalid({ errors: [{ pointer: `#/rows/${i}/${name}`, zh: `缺少 ${name}`, en: `${name} is required` }] });
  };
  return (warning, by, now) => {
    if (action === 'confirm') warning.confirm(by, now, note);
    else if (action === 'dismiss') warning.dismiss(by, now, reason ?? missing('reason'), note);
    else warning.close(by, now, outcome ?? missing('outcome'), note);
  };
}
