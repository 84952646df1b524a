import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { PayrollClosedV1 } from '#contracts';
import {
  Database,
  findInScope,
  insert,
  newId,
  onConflict,
  query,
  queryOne,
  sql,
  StaleVersionError,
  type Sql,
  type Tx,
  update,
} from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, personRef, unitInScope } from '#roster';
import { addDays, addMonths, CampusClock } from '#time';
import { offered } from '#workflow';
import { mondayOf, overCaps } from './hour-caps.js';
import { payRefusal } from './pay-floor.js';
import { type Due, type Line, linesFor } from './payroll-lines.js';
import { Payroll, PAYROLL_ACTIONS, type PayrollAction } from './payroll.entity.js';
import {
  type MakePayrollDto,
  PayrollDto,
  PayrollLineDto,
  type PayrollLinesQuery,
  type PayrollsQuery,
} from './payrolls.dto.js';
import type { Post } from './post.entity.js';
import { WorkStudyPolicy } from './work-study.policy.js';
import {
  MonthNotOver,
  NothingToPay,
  PayrollBelowFloor,
  PayrollDraftAlready,
  PayrollOutdated,
  PayrollOverCaps,
  ShiftsUnconfirmed,
} from './work-study.problems.js';
import { capsOf, shiftsOf, vacations } from './work-study.queries.js';

const COLUMNS = sql`r.id, r.unit_id AS "unitId", r.month, r.number, r.status, r.closed_at AS "closedAt", r.version,
  (SELECT count(*)::int FROM affairs.payroll_line l WHERE l.payroll_id = r.id) AS lines,
  (SELECT coalesce(sum(l.amount_fen), 0)::int FROM affairs.payroll_line l WHERE l.payroll_id = r.id) AS "totalFen"`;

type Row = Omit<PayrollDto, 'actions'>;

/** What a unit pays for a month: worked out from confirmed shifts, closed, and corrected by rows that reverse. */
@Injectable()
export class Payrolls {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: PayrollsQuery): Promise<Page<PayrollDto>> {
    const { status, unitId, month, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`affairs.payroll r`,
        where: [
          pays(actor),
          anyOf(sql`r.status`, status),
          anyOf(sql`r.unit_id`, unitId, 'uuid'),
          month && sql`r.month = ${month}`,
          updatedSince && sql`r.updated_at >= ${updatedSince}`,
        ],
        sorts: { month: sql`r.month`, updatedAt: sql`r.updated_at` },
        defaultSort: '-month',
        id: sql`r.id`,
        to: (row: Row) => answerOf(row),
      }),
    );
  }

  get(actor: Actor, id: string): Promise<PayrollDto> {
    return this.database.read(async (tx) => this.answer(tx, await this.find(tx, actor, id)));
  }

  /** Rows of payrolls; a student sees their own of those that are closed. That staff looked is in the audit, an export like a page. */
  lines(actor: Actor, request: PayrollLinesQuery): Promise<Page<PayrollLineDto>> {
    const { payrollId, studentId, month } = request;
    const { personId } = actor.scopeOf('affairs:work-study:apply');
    const mine = inScope({ school: false, unitIds: [], personId }, sql`l.student_id`, this.clock.today());
    return this.database.transaction(actor, async (tx) => {
      const page = await list(tx, request, {
        select: sql`l.id, l.payroll_id AS "payrollId", r.month, ${personRef(sql`l.student_id`)} AS student,
          json_build_object('id', p.id, 'title', p.title) AS post, l.minutes, l.hourly_fen AS "hourlyFen", l.amount_fen AS "amountFen", l.reverses`,
        from: sql`affairs.payroll_line l JOIN affairs.payroll r ON r.id = l.payroll_id JOIN affairs.work_study_post p ON p.id = l.post_id`,
        where: [
          sql`(${pays(actor)} OR (r.status = 'closed' AND ${mine}))`,
          anyOf(sql`l.payroll_id`, payrollId, 'uuid'),
          anyOf(sql`l.student_id`, studentId, 'uuid'),
          month && sql`r.month = ${month}`,
        ],
        sorts: { month: sql`r.month` },
        defaultSort: '-month',
        id: sql`l.id`,
        to: PayrollLineDto.from,
      });
      if (page.data.some(({ student }) => student.id !== actor.personId))
        await auditList(tx, actor, { action: 'affairs.payroll-line.list', rows: page.data.length, filter: request });
      return page;
    });
  }

  /** Throws MonthNotOver, ShiftsUnconfirmed, PayrollOverCaps, PayrollBelowFloor, NothingToPay, PayrollDraftAlready (409), NotFound for a unit out of reach. */
  make(actor: Actor, { unitId, month }: MakePayrollDto): Promise<PayrollDto> {
    return this.database.transaction(actor, async (tx) => {
      const unit = await queryOne(
        tx,
        sql`SELECT FROM directory.published_unit_v1 u WHERE u.id = ${unitId} AND ${unitInScope(actor.scopeOf('affairs:work-study:pay'), sql`u.id`)}`,
      );
      if (!unit) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
      await lockMonth(tx, unitId, month);
      const last = await queryOne<{ number: number }>(
        tx,
        sql`SELECT coalesce(max(number), 0) AS number FROM affairs.payroll WHERE unit_id = ${unitId} AND month = ${month}`,
      );
      const payroll = Object.assign(new Payroll(), { unitId, month, number: last!.number + 1 });
      const lines = await this.computed(tx, payroll);
      if (lines.length === 0) throw new NothingToPay();
      await onConflict(insert(tx, payroll), { payroll_one_draft: () => new PayrollDraftAlready() });
      await write(tx, payroll.id, lines);
      await this.audit(tx, actor, payroll.id, 'make');
      return this.answer(tx, payroll);
    });
  }

  recompute(actor: Actor, id: string, expected: number): Promise<PayrollDto> {
    return this.act(actor, id, expected, 'recompute', async (tx, payroll) => {
      await query(tx, sql`DELETE FROM affairs.payroll_line WHERE payroll_id = ${id}`);
      await write(tx, id, await this.computed(tx, payroll));
    });
  }

  /** What was looked at is what is closed: where shifts have changed since, PayrollOutdated (409). */
  close(actor: Actor, id: string, expected: number): Promise<PayrollDto> {
    return this.act(actor, id, expected, 'close', async (tx, payroll) => {
      const stored = await query<Line>(
        tx,
        sql`SELECT student_id AS "studentId", post_id AS "postId", hourly_fen AS "hourlyFen", minutes, amount_fen AS "amountFen", reverses
              FROM affairs.payroll_line WHERE payroll_id = ${id}`,
      );
      if (fingerprint(stored) !== fingerprint(await this.computed(tx, payroll))) throw new PayrollOutdated();
      payroll.status = 'closed';
      payroll.closedAt = this.clock.now();
      const { unitId, month } = payroll;
      await this.events.publish(tx, new PayrollClosedV1({ payrollId: id, unitId, month }), payroll);
    });
  }

  discard(actor: Actor, id: string, expected: number): Promise<PayrollDto> {
    return this.act(actor, id, expected, 'discard', async (tx, payroll) => {
      await query(tx, sql`DELETE FROM affairs.payroll_line WHERE payroll_id = ${id}`);
      payroll.status = 'discarded';
    });
  }

  /** The rows of a payroll as things stand. Throws what it cannot be paid for. */
  private async computed(tx: Tx, { unitId, month }: Payroll): Promise<Line[]> {
    const first = `${month}-01`;
    const last = addDays(addMonths(first, 1), -1);
    if (this.clock.today() <= last) throw new MonthNotOver();
    const ofMonth = sql`FROM affairs.work_study_shift s JOIN affairs.work_study_post p ON p.id = s.post_id
      WHERE p.unit_id = ${unitId} AND s.day BETWEEN ${first} AND ${last}`;
    const open = await queryOne<{ n: number }>(tx, sql`SELECT count(*)::int AS n ${ofMonth} AND s.status = 'booked'`);
    if (open!.n > 0) throw new ShiftsUnconfirmed({ params: { shifts: open!.n } });
    const due = await query<Due>(
      tx,
      sql`SELECT s.student_id AS "studentId", s.post_id AS "postId", s.hourly_fen AS "hourlyFen", sum(s.minutes)::int AS minutes
            ${ofMonth} AND s.status = 'confirmed' GROUP BY s.student_id, s.post_id, s.hourly_fen`,
    );
    await this.mustBeWithinCaps(tx, [...new Set(due.map(({ studentId }) => studentId))], first, last);
    await this.mustPayEnough(tx, ofMonth);
    const standing = await query<Due & { id: string }>(
      tx,
      sql`SELECT l.id, l.student_id AS "studentId", l.post_id AS "postId", l.hourly_fen AS "hourlyFen", l.minutes
            FROM affairs.payroll_line l JOIN affairs.payroll r ON r.id = l.payroll_id
           WHERE r.unit_id = ${unitId} AND r.month = ${month} AND r.status = 'closed' AND l.reverses IS NULL
             AND NOT EXISTS (SELECT FROM affairs.payroll_line b JOIN affairs.payroll c ON c.id = b.payroll_id WHERE b.reverses = l.id AND c.status = 'closed')`,
    );
    return linesFor(due, standing);
  }

  /** Hours are within what the rules allow when they are booked, when they are confirmed, and when they are paid. */
  private async mustBeWithinCaps(tx: Tx, studentIds: string[], first: string, last: string): Promise<void> {
    const [from, to] = [mondayOf(first), addDays(mondayOf(last), 6)];
    const shifts = await shiftsOf(tx, studentIds, from, to);
    const caps = await capsOf(tx, this.policies, [...shifts.values()].flat());
    const isVacation = await vacations(tx);
    const over = [...shifts.values()].filter((own) =>
      overCaps(own, isVacation, caps).some(({ period, from: begins }) => period !== 'month' || begins === first),
    );
    if (over.length > 0) throw new PayrollOverCaps({ params: { students: over.length } });
  }

  /** The pay is enough on the day that was worked, also where the least of it was raised after the shift was booked. */
  private async mustPayEnough(tx: Tx, ofMonth: Sql): Promise<void> {
    const paid = await query<
      Pick<Post, 'kind' | 'location' | 'region' | 'hourlyFen'> & { day: string; shifts: number }
    >(
      tx,
      sql`SELECT s.day::text, p.kind, p.location, p.region, s.hourly_fen AS "hourlyFen", count(*)::int AS shifts
            ${ofMonth} AND s.status = 'confirmed' AND s.minutes > 0 GROUP BY s.day, p.kind, p.location, p.region, s.hourly_fen ORDER BY s.day`,
    );
    const policies = await this.policies.onEach(
      tx,
      WorkStudyPolicy,
      paid.map(({ day }) => day),
    );
    const low = paid.filter((one, i) => payRefusal(one, policies[i]!.value, one.day));
    const [first] = low;
    const shifts = low.reduce((sum, one) => sum + one.shifts, 0);
    if (first) throw new PayrollBelowFloor({ params: { shifts, date: first.day } });
  }

  private act(
    actor: Actor,
    id: string,
    expected: number,
    action: PayrollAction,
    fn: (tx: Tx, payroll: Payroll) => Promise<void>,
  ): Promise<PayrollDto> {
    return this.database.transaction(actor, async (tx) => {
      const { unitId, month } = await this.find(tx, actor, id);
      await lockMonth(tx, unitId, month);
      const payroll = await this.find(tx, actor, id);
      if (payroll.version !== expected) throw new StaleVersionError();
      const refused = payroll.refusal(action);
      if (refused) throw refused;
      await fn(tx, payroll);
      await update(tx, payroll);
      await this.audit(tx, actor, id, action);
      return this.answer(tx, payroll);
    });
  }

  private audit(tx: Tx, actor: Actor, id: string, action: string): Promise<void> {
    return audit(tx, actor, { action: `affairs.payroll.${action}`, subject: { kind: 'payroll', id } });
  }

  private async find(tx: Tx, actor: Actor, id: string): Promise<Payroll> {
    const payroll = await findInScope(tx, Payroll, id, { alias: 'r', where: pays(actor) });
    if (!payroll) throw new NotFound({ what: 'payroll' });
    return payroll;
  }

  private async answer(tx: Tx, { id }: Payroll): Promise<PayrollDto> {
    return answerOf((await queryOne<Row>(tx, sql`SELECT ${COLUMNS} FROM affairs.payroll r WHERE r.id = ${id}`))!);
  }
}

/** Predicate over a payroll `r`: does the actor pay for its unit? */
function pays(actor: Actor): Sql {
  return unitInScope(actor.scopeOf('affairs:work-study:pay'), sql`r.unit_id`);
}

async function lockMonth(tx: Tx, unitId: string, month: string): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended(${`affairs.payroll ${unitId} ${month}`}, 0))`);
}

async function write(tx: Tx, payrollId: string, lines: readonly Line[]): Promise<void> {
  const rows = lines.map((line) => ({ id: newId(), ...line }));
  await query(
    tx,
    sql`INSERT INTO affairs.payroll_line (id, payroll_id, student_id, post_id, minutes, hourly_fen, amount_fen, reverses)
        SELECT id, ${payrollId}, "studentId", "postId", minutes, "hourlyFen", "amountFen", reverses
          FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, "studentId" uuid, "postId" uuid, minutes int, "hourlyFen" int, "amountFen" int, reverses uuid)`,
  );
}

function fingerprint(lines: readonly Line[]): string {
  return lines
    .map(({ studentId, postId, hourlyFen, minutes, reverses }) =>
      [studentId, postId, hourlyFen, minutes, reverses].join(),
    )
    .sort()
    .join(';');
}

function answerOf(row: Row): PayrollDto {
  const payroll = Object.assign(new Payroll(), { status: row.status });
  const actions = (Object.keys(PAYROLL_ACTIONS) as PayrollAction[]).map((action) => {
    const refused = payroll.refusal(action);
    return offered(action, refused);
  });
  return Object.assign(new PayrollDto(), { ...row, actions });
}
