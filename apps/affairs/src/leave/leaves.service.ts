import { Injectable } from '@nestjs/common';
import { type Actor, MissingPermission } from '#auth';
import { Database, findInScope, insert, query, queryOne, sql, type Sql, type Tx, update } from '#database';
import { type FileDto, Files } from '#files';
import { anyOf, keyset, list, type Page, toPage } from '#http';
import { Policies, type PolicyAt } from '#policy';
import { Invalid, NotFound } from '#problems';
import { type Person, peopleByIds, personById, type Scope, inUnits, reaches } from '#roster';
import { addDays, addMonths, CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { type Case, subjectAwaits, Workflows } from '#workflow';
import type {
  AttachmentsDto,
  CloseLeaveDto,
  ExtendLeaveDto,
  LeavesQuery,
  LeaveSummaryQuery,
  PrecheckLeaveDto,
  SubmitLeaveDto,
} from './leave-forms.dto.js';
import { lockOneStudent } from '../students.queries.js';
import { LeaveFormDto } from './leave-forms.dto.js';
import { type Ask, assess, type Assessment } from './leave.checks.js';
import { Leave } from './leave.entity.js';
import { LEAVE_PROOF, proofsOf } from './leave.files.js';
import { extensionFlow, leaveFlow } from './leave.flow.js';
import { LeavePolicy } from './leave.policy.js';
import { LeaveNotPossible, LeaveReturnProofMissing } from './leave.problems.js';
import { LeaveCases } from './leave-cases.service.js';
import { LeaveReturns } from './leave-returns.service.js';
import {
  LeaveActionDto,
  type LeaveActionRow,
  LeaveDetailDto,
  LeaveDto,
  type LeaveHistoryQuery,
  LeavePrecheckDto,
} from './leaves.dto.js';
import { LeaveSummaryDto } from './leave-summary.dto.js';
import { findForChange, leavesByIds } from './leaves.queries.js';

/** Asking for leave, correcting it, taking it back, making it longer, and coming back. */
@Injectable()
export class Leaves {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly returns: LeaveReturns,
    private readonly files: Files,
    private readonly cases: LeaveCases,
    private readonly workflows: Workflows,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: LeavesQuery): Promise<Page<LeaveDto>> {
    return this.database.read(async (tx) => {
      const { data, ...rest } = await list(tx, request, {
        select: sql`l.id`,
        from: sql`affairs.leave l`,
        where: [this.readable(actor), this.filters(actor, request)],
        sorts: { startsAt: sql`l.starts_at`, createdAt: sql`l.created_at`, updatedAt: sql`l.updated_at` },
        defaultSort: '-startsAt',
        id: sql`l.id`,
        to: ({ id }: { id: string }) => id,
      });
      const leaves = await leavesByIds(tx, data);
      return { data: data.map((id) => leaves.get(id) as LeaveDto), ...rest };
    });
  }

  get(actor: Actor, id: string): Promise<LeaveDetailDto> {
    return this.database.read(async (tx) => {
      const leave = await findInScope(tx, Leave, id, { alias: 'l', where: this.readable(actor) });
      if (!leave) throw new NotFound({ what: 'leave' });
      return this.cases.detailOf(tx, actor, leave);
    });
  }

  history(actor: Actor, id: string, request: LeaveHistoryQuery): Promise<Page<LeaveActionDto>> {
    const page = keyset(request, {
      sorts: { occurredAt: sql`a.occurred_at` },
      defaultSort: 'occurredAt',
      id: sql`a.id`,
    });
    return this.database.read(async (tx) => {
      const leave = await queryOne<{ studentId: string }>(
        tx,
        sql`SELECT l.student_id AS "studentId" FROM affairs.leave l WHERE l.id = ${id} AND ${this.readable(actor)}`,
      );
      if (!leave) throw new NotFound({ what: 'leave' });
      const { comments } = this.workflows;
      const rows = await query<Omit<LeaveActionRow, 'comment'> & { comment: Buffer | null }>(
        tx,
        sql`SELECT a.id, a.action, a.person_id AS "personId", a.app, ${comments.ofEntry} AS comment, a.from_state AS "from", a.to_state AS "to", a.occurred_at AS "occurredAt", ${page.sortKey} AS key
              FROM affairs.workflow_action a WHERE a.subject_id = ${id} AND ${page.where}
             ORDER BY ${page.orderBy} LIMIT ${page.limit}`,
      );
      return toPage(
        await comments.open(
          tx,
          rows.map((row) => ({ ...row, ...leave })),
        ),
        request,
        (row) => [row.key, row.id],
        (row) => LeaveActionDto.from(row),
      );
    });
  }

  /** Counts the leaves in scope that begin in a time; without its first day, in the year before its last. */
  async summary(actor: Actor, request: LeaveSummaryQuery): Promise<LeaveSummaryDto> {
    const { to } = request;
    const from = request.from ?? addMonths(to ?? this.clock.today(), -12);
    const rows = await query<LeaveSummaryDto['counts'][number] & { overdue: number; firstTime: number }>(
      this.database.connection,
      sql`SELECT l.status, l.kind, count(*)::int AS count, count(*) FILTER (WHERE l.closed_how = 'late')::int AS overdue,
                 count(*) FILTER (WHERE l.status = 'closed' AND l.returned_count = 0)::int AS "firstTime"
            FROM affairs.leave l
           WHERE ${this.readable(actor)} AND l.starts_at >= ${this.midnight(from)}
             AND ${to ? sql`l.starts_at < ${this.midnight(to, '24:00')}` : sql`TRUE`}
           GROUP BY l.status, l.kind ORDER BY l.status, l.kind`,
    );
    const sum = (of: (row: (typeof rows)[number]) => number): number => rows.reduce((total, row) => total + of(row), 0);
    const closed = sum((row) => (row.status === 'closed' ? row.count : 0));
    const closedFirstTime = sum((row) => row.firstTime);
    return Object.assign(new LeaveSummaryDto(), {
      counts: rows.map(({ status, kind, count }) => ({ status, kind, count })),
      overdue: sum((row) => row.overdue),
      closed,
      closedFirstTime,
      firstTimeCompletionRate: closed === 0 ? null : closedFirstTime / closed,
    });
  }

  /** Says what submission would say, and who would decide. Writes nothing. */
  precheck(actor: Actor, body: PrecheckLeaveDto): Promise<LeavePrecheckDto> {
    return this.database.read(async (tx) => {
      const student = await this.student(tx, body.studentId ?? actor.personId, actor.scopeOf('affairs:leave:read'));
      await this.files.check(tx, actor, body.attachments, { purpose: LEAVE_PROOF, id: body.leaveId }, '#/attachments');
      const [startsAt, endsAt] = [new Date(body.startsAt), new Date(body.endsAt)];
      const { assessment } = await this.assess(tx, { ...body, startsAt, endsAt, studentId: student.id });
      const people = await peopleByIds(tx, [...new Set(assessment.steps.flatMap(({ personIds }) => personIds))]);
      return LeavePrecheckDto.from(assessment, people);
    });
  }

  /** A student's own request, or one that an app brings in for a student. */
  submit(actor: Actor, body: SubmitLeaveDto): Promise<LeaveDetailDto> {
    return this.file(actor, body.studentId ?? actor.personId, actor.scopeOf('affairs:leave:submit'), body);
  }

  /** A request that staff make for a student they answer for. */
  submitOnBehalf(actor: Actor, body: SubmitLeaveDto): Promise<LeaveDetailDto> {
    return this.file(actor, body.studentId, actor.scopeOf('affairs:leave:decide'), body);
  }

  resubmit(actor: Actor, id: string, expected: number, body: LeaveFormDto): Promise<LeaveDetailDto> {
    return this.change(actor, id, expected, async (tx, leave) => {
      await this.cases.mustOffer(tx, actor, leave, 'resubmit');
      const request = LeaveFormDto.toRequest(body);
      const { attachments } = body;
      const ask = { ...request, attachments, studentId: leave.studentId, leaveId: id };
      const accepted = await this.accept(tx, ask);
      leave.resubmit(request, accepted.assessment.proofPending);
      await this.students.sealFields(tx, leave);
      await this.files.free(tx, proofsOf(leave), attachments);
      await this.attachProofs(tx, actor, leave, attachments);
      await this.returns.reconsider(tx, leave);
      // A corrected request is decided on by the rules of today, from the first step.
      const definitionVersion = await this.workflows.publish(tx, leaveFlow(accepted.policy.value));
      const command = { op: 'resubmit' as const, definitionVersion, facts: factsOf(accepted), chosen: {}, changed: [] };
      return this.cases.act(tx, actor, leave, command, null);
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<LeaveDetailDto> {
    return this.change(actor, id, expected, async (tx, leave) => {
      const case_ = await this.cases.act(tx, actor, leave, { op: 'withdraw' }, null);
      if (leave.status === 'withdrawn') await this.files.free(tx, proofsOf(leave));
      return case_;
    });
  }

  /** Takes an approved leave back before it begins. */
  cancel(actor: Actor, id: string, expected: number, comment: string | null): Promise<LeaveDetailDto> {
    return this.change(actor, id, expected, async (tx, leave) => {
      await this.cases.mustOffer(tx, actor, leave, 'cancel');
      await this.cases.cancel(tx, actor, leave, comment);
    });
  }

  /** 续假: the chain of the total days decides on the later end. */
  extend(actor: Actor, id: string, expected: number, body: ExtendLeaveDto): Promise<LeaveDetailDto> {
    return this.change(actor, id, expected, async (tx, leave) => {
      await this.cases.mustOffer(tx, actor, leave, 'extend');
      const [endsAt, now] = [new Date(body.endsAt), this.clock.now()];
      leave.extend(endsAt, body.reason, now);
      await this.students.sealFields(tx, leave);
      if (body.attachments.length > 0) leave.takeProofs(now);
      const attachments = (await this.attachProofs(tx, actor, leave, body.attachments)).map((file) => file.id);
      const { kind, studentId, startsAt, urgent, plannedEndsAt } = leave;
      const ask = { kind, studentId, startsAt, endsAt, urgent, attachments, leaveId: id, extendsFrom: plannedEndsAt };
      const accepted = await this.accept(tx, ask);
      leave.proofPending ||= accepted.assessment.proofPending;
      const definition = extensionFlow(accepted.policy.value);
      const facts = factsOf(accepted);
      const case_ = await this.cases.begin(tx, actor, leave, { definition, facts, as: 'extend', comment: body.reason });
      await update(tx, leave);
      return case_;
    });
  }

  /** Hands in the papers an urgent leave still owes. */
  attach(actor: Actor, id: string, expected: number, body: AttachmentsDto): Promise<LeaveDetailDto> {
    return this.change(actor, id, expected, async (tx, leave) => {
      await this.cases.mustOffer(tx, actor, leave, 'attach');
      leave.takeProofs(this.clock.now());
      await this.attachProofs(tx, actor, leave, body.attachments);
      await update(tx, leave);
      await this.cases.note(tx, actor, leave, 'attach');
    });
  }

  /** 销假 by the student (back now) or by staff (back when they say); of an overdue leave too. What staff say stands, also when a leave is closed. */
  close(actor: Actor, id: string, expected: number, body: CloseLeaveDto): Promise<LeaveDetailDto> {
    return this.change(actor, id, expected, async (tx, leave) => {
      await this.cases.mustOffer(tx, actor, leave, 'close');
      const now = this.clock.now();
      const how = actor.personId === leave.studentId ? 'self' : 'staff';
      const returnedAt = body.returnedAt === undefined ? now : new Date(body.returnedAt);
      if (body.returnedAt !== undefined && (how === 'self' || returnedAt > now || returnedAt < leave.startsAt)) {
        throw new Invalid({
          errors: [
            how === 'self'
              ? { pointer: '#/returnedAt', zh: '仅工作人员可填写', en: 'is for staff only' }
              : { pointer: '#/returnedAt', zh: '须在请假开始之后、现在之前', en: 'must lie between the start and now' },
          ],
        });
      }
      if (how === 'self' && body.attachments.length === 0) {
        const { value } = await this.policies.at(tx, LeavePolicy, this.clock.today());
        if (value.returnProof) throw new LeaveReturnProofMissing({ pointer: '#/attachments' });
      }
      if (body.attachments.length > 0) await this.attachProofs(tx, actor, leave, body.attachments);
      await this.cases.close(tx, actor, leave, { how, at: returnedAt, comment: body.comment ?? null });
    });
  }

  private file(actor: Actor, studentId: string | undefined, scope: Scope, body: LeaveFormDto): Promise<LeaveDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const student = await this.student(tx, studentId, scope);
      const request = LeaveFormDto.toRequest(body);
      const { attachments } = body;
      const accepted = await this.accept(tx, { ...request, attachments, studentId: student.id });
      const leave = Leave.submit(student.id, request, accepted.assessment.proofPending, actor);
      const definition = leaveFlow(accepted.policy.value);
      const { reason, destination, contact = null } = request;
      const [case_] = await Promise.all([
        this.cases.begin(tx, actor, leave, { definition, facts: factsOf(accepted) }),
        this.students.sealFields(tx, leave),
      ]);
      await insert(tx, leave);
      const proofs = attachments.length > 0 ? await this.attachProofs(tx, actor, leave, attachments) : [];
      const texts = { reason, destination, contact, extensionReason: null };
      return this.cases.detailOf(tx, actor, leave, { case_, student, proofs, texts });
    });
  }

  /** Attaches further proofs; all of them are kept as long after the end that is asked for as today's policy says. */
  private async attachProofs(tx: Tx, actor: Actor, leave: Leave, ids: readonly string[]): Promise<FileDto[]> {
    const { keepProofsDays } = (await this.policies.at(tx, LeavePolicy, this.clock.today())).value;
    const lastDay = this.clock.dateOf(leave.extensionEndsAt ?? leave.plannedEndsAt);
    const keepUntil = this.clock.instantOf(addDays(lastDay, keepProofsDays), '24:00');
    return this.files.attach(tx, actor, ids, proofsOf(leave), { keepUntil, pointer: '#/attachments' });
  }

  /** Whoever sees the leave is told why they cannot change it; to others it does not exist. */
  private change(
    actor: Actor,
    id: string,
    expected: number,
    fn: (tx: Tx, leave: Leave) => Promise<Case | void>,
  ): Promise<LeaveDetailDto> {
    if (!actor.can('affairs:leave:submit') && !actor.can('affairs:leave:decide'))
      throw new MissingPermission('affairs:leave:submit');
    return this.database.transaction(actor, async (tx) => {
      const leave = await findForChange(tx, this.cases.visible(actor), id, expected);
      const case_ = await fn(tx, leave);
      return this.cases.detailOf(tx, actor, leave, { case_: case_ ?? undefined });
    });
  }

  private async assess(tx: Tx, ask: Ask): Promise<Assessed> {
    const policy = await this.policies.at(tx, LeavePolicy, this.clock.today());
    return { policy, assessment: await assess(tx, policy, ask, this.clock.now(), this.clock.timeZone) };
  }

  /** Assesses a request that is about to be written; throws LeaveNotPossible with everything that blocks it. */
  private async accept(tx: Tx, ask: Ask & { studentId: string }): Promise<Assessed> {
    lockOneStudent(tx, 'leave', ask.studentId);
    const assessed = await this.assess(tx, ask);
    const blockers = assessed.assessment.findings.filter(({ severity }) => severity === 'blocker');
    if (blockers.length > 0) {
      throw new LeaveNotPossible({ errors: blockers.map(({ severity: _, ...error }) => error) });
    }
    return assessed;
  }

  /** An active student within the scope, or NotFound. */
  private async student(tx: Tx, studentId: string | undefined, scope: Scope): Promise<Person> {
    if (!studentId) throw new Invalid({ errors: [{ pointer: '#/studentId', zh: '必填', en: 'is required' }] });
    const [person, reached] = await Promise.all([
      personById(tx, studentId),
      reaches(tx, scope, studentId, this.clock.today()),
    ]);
    if (!person?.active || person.kind !== 'student' || !reached)
      throw new NotFound({ pointer: '#/studentId', what: 'student' });
    return person;
  }

  private readable(actor: Actor): Sql {
    return this.cases.visible(actor, 'affairs:leave:read');
  }

  private midnight(date: string, time: '00:00' | '24:00' = '00:00'): Date {
    return this.clock.instantOf(date, time);
  }

  private filters(actor: Actor, request: LeavesQuery): Sql {
    const { status, kind, studentId, unitId, grade, updatedSince, from, to, mine, awaitingMe, overdue, proofPending } =
      request;
    const date = this.clock.today();
    let where = sql`TRUE`;
    const and = (condition: Sql): void => {
      where = sql`${where} AND ${condition}`;
    };
    const anyOfThese = [
      anyOf(sql`l.status`, status),
      anyOf(sql`l.kind`, kind),
      anyOf(sql`l.student_id`, studentId, 'uuid'),
      inUnits(unitId, sql`l.student_id`, date),
    ];
    for (const condition of anyOfThese) if (condition) and(condition);
    if (grade?.length)
      and(sql`l.student_id IN (SELECT id FROM directory.published_student_v1 WHERE grade = ANY(${grade}::text[]))`);
    if (updatedSince) and(sql`l.updated_at >= ${updatedSince}`);
    if (from) and(sql`l.ends_at > ${this.midnight(from)}`);
    if (to) and(sql`l.starts_at < ${this.midnight(to, '24:00')}`);
    if (overdue !== undefined) and(overdue ? sql`l.closed_how = 'late'` : sql`l.closed_how IS DISTINCT FROM 'late'`);
    if (proofPending !== undefined) and(sql`l.proof_pending = ${proofPending}`);
    const me = actor.personId ?? null;
    if (mine) and(sql`l.student_id = ${me}`);
    if (awaitingMe) and(me ? subjectAwaits(this.workflows, sql`l.id`, me, this.clock.now()) : sql`FALSE`);
    return where;
  }
}

interface Assessed {
  policy: PolicyAt<LeavePolicy>;
  assessment: Assessment;
}

/** What the steps of the case depend on, and under which version of the policy. */
function factsOf({ policy, assessment }: Assessed): Record<string, number> {
  return { days: assessment.countedDays, policyVersion: policy.number };
}
