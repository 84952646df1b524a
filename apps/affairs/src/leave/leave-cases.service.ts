import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { LeaveApprovedV1, LeaveCancelledV1, LeaveChangedV1, StepOverdueV1 } from '#contracts';
import { insertAll, join, onceIn, query, queryOne, sql, type Sql, type Tx, update } from '#database';
import { Events } from '#events';
import { type FileDto, filesOf } from '#files';
import { PersonRefDto } from '#http';
import { Policies } from '#policy';
import { addWorkingDays, inScope, type Person, personById, reaches } from '#roster';
import { CampusClock } from '#time';
import { type Opened, StudentKeys } from '#vault';
import {
  type Case,
  type Command,
  type Definition,
  overdueStep,
  problemOf,
  type Role,
  subjectIsHandedTo,
  Workflows,
} from '#workflow';
import { mustDecide } from '../tasks/deciders.js';
import { lastDate } from './leave.checks.js';
import { Leave, type LeaveOperation } from './leave.entity.js';
import { proofsOf } from './leave.files.js';
import { LeavePolicy } from './leave.policy.js';
import { type Asker, type LeaveOffer, offersOf, refusalOfOwn, refusalOnTop } from './leave-offers.js';
import { LeaveReturns, periodOf, publishChange, SYSTEM } from './leave-returns.service.js';
import { LeaveDetailDto } from './leaves.dto.js';

const LEAVE_PERMISSIONS = ['affairs:leave:read', 'affairs:leave:submit', 'affairs:leave:decide'] as const;
type LeavePermission = (typeof LEAVE_PERMISSIONS)[number];

/** What is known already of a leave that is to be shown. */
export interface Known {
  case_?: Case | undefined;
  student?: Person;
  proofs?: FileDto[];
  texts?: Opened<Leave>;
}

/** The approval of leaves: a case for each request, and one for each extension. What it decides becomes of the leave here. */
@Injectable()
export class LeaveCases {
  constructor(
    private readonly workflows: Workflows,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly returns: LeaveReturns,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** Asks for the decisions on a leave, or on its extension. The caller saves the leave. */
  async begin(
    tx: Tx,
    actor: Actor,
    leave: Leave,
    {
      definition,
      facts,
      as,
      comment = null,
    }: { definition: Definition; facts: Record<string, number>; as?: string; comment?: string | null },
  ): Promise<Case> {
    const { id: subjectId, studentId } = leave;
    const initiators = [...new Set([studentId, ...(actor.personId ? [actor.personId] : [])])];
    const opening = {
      definition,
      subjectId,
      personId: studentId,
      facts,
      initiators,
      ownMatterOf: [studentId],
      ...(as && { as }),
    };
    const { now: at } = await this.askerOf(tx, actor, leave);
    const begun = await this.workflows.begin(tx, opening, { by: actor, at, comment });
    leave.workflowId = begun.id;
    return begun;
  }

  /** Does something to the leave's case, and to the leave what follows from it. The caller has locked the leave. */
  async act(tx: Tx, actor: Actor, leave: Leave, command: Command, comment: string | null): Promise<Case> {
    const [[before], asker] = await Promise.all([
      this.workflows.lock(tx, sql`w.id = ${leave.workflowId}`),
      this.askerOf(tx, actor, leave),
    ]);
    // Of a group leave: it was decided on as a whole.
    if (!before) throw problemOf('ended');
    const refusal = refusalOnTop(leave, command.op, asker);
    const acting = { by: actor, roles: asker.roles, at: asker.now, comment };
    if (refusal) {
      // What the case has against it comes first.
      const offers = await this.offers(tx, actor, leave, before, asker);
      throw offers.find(({ action }) => action === command.op)?.refusal ?? refusal;
    }
    const after = await this.workflows.act(tx, before, command, acting);
    await this.mustDecide(tx, command);
    await this.follow(tx, leave, command, after);
    return after;
  }

  /** Does what a deadline of the leave's case says, unless another one runs by now, or none. */
  async expire(tx: Tx, caseId: string, dueAt: string): Promise<void> {
    const row = await queryOne<{ id: string }>(
      tx,
      sql`SELECT id FROM affairs.leave WHERE workflow_id = ${caseId} FOR UPDATE`,
    );
    const [before] = row ? await this.workflows.lock(tx, sql`w.id = ${caseId}`) : [];
    if (!row || !before) return;
    const after = await this.workflows.expire(tx, before, dueAt, SYSTEM, this.clock.now());
    if (!after) return;
    const leave = await tx.findOneByOrFail(Leave, { id: row.id });
    await this.follow(tx, leave, { op: 'expire' }, after);
    await this.events.publish(tx, new StepOverdueV1(overdueStep(before, after)));
  }

  /** Writes leaves of one period that were decided on as a whole: they count from now on. */
  async grantAll(tx: Tx, actor: Actor, leaves: Leave[]): Promise<void> {
    if (!leaves[0]) return;
    const returnBy = await this.returnBy(tx, leaves[0]);
    for (const leave of leaves) leave.approve(returnBy);
    await this.students.sealFields(tx, ...leaves);
    await insertAll(tx, leaves);
    await this.noteAll(tx, actor, leaves, 'approve');
    for (const leave of leaves) {
      await this.returns.recall(tx, leave);
      if (leave.gateReturnAt) await update(tx, leave);
    }
    await this.events.publishEach(
      tx,
      leaves.map((leave) => ({ event: new LeaveApprovedV1(periodOf(leave)), aggregate: leave })),
    );
  }

  /** Takes approved leaves back before they begin, all with a few statements; the caller has locked them, and has seen that they may be. */
  async cancelAll(tx: Tx, actor: Actor, leaves: readonly Leave[]): Promise<void> {
    const now = this.clock.now();
    for (const leave of leaves) {
      await this.drop(tx, actor, leave);
      leave.cancel(now);
    }
    await query(
      tx,
      sql`UPDATE affairs.leave SET status = 'cancelled', version = version + 1, updated_at = now() WHERE id = ANY(${leaves.map(({ id }) => id)}::uuid[])`,
    );
    for (const leave of leaves) leave.version++;
    await this.noteAll(tx, actor, leaves, 'cancel');
    await this.events.publishEach(
      tx,
      leaves.map((leave) => ({ event: new LeaveCancelledV1(leave.id, leave.studentId), aggregate: leave })),
    );
  }

  /** Takes an approved leave back before it begins. The caller has locked it, and has asked `mustOffer`. */
  async cancel(tx: Tx, actor: Actor, leave: Leave, comment: string | null): Promise<void> {
    await this.drop(tx, actor, leave);
    leave.cancel(this.clock.now());
    await update(tx, leave);
    await this.note(tx, actor, leave, 'cancel', comment);
    await this.events.publish(tx, new LeaveCancelledV1(leave.id, leave.studentId), leave);
  }

  /** Takes in that the student is back. The caller has locked the leave, and has asked `mustOffer`. */
  async close(
    tx: Tx,
    actor: Actor,
    leave: Leave,
    { how, at, comment }: { how: 'self' | 'staff'; at: Date; comment: string | null },
  ): Promise<void> {
    const before = leave.endsAt;
    leave.declareReturn(how, at);
    await update(tx, leave);
    await this.returns.restExtension(tx, leave);
    await this.note(tx, actor, leave, 'close', comment);
    if (leave.endsAt.getTime() !== before.getTime()) await publishChange(tx, this.events, leave);
  }

  /** Takes in that the students of approved leaves are back, as staff say, with a few statements; the caller has locked them, and has seen that they have begun. */
  async closeAll(tx: Tx, actor: Actor, leaves: readonly Leave[], at: Date): Promise<void> {
    if (leaves.length === 0) return;
    const ends = new Map(leaves.map(({ id, endsAt }) => [id, endsAt.getTime()]));
    for (const leave of leaves) leave.declareReturn('staff', at);
    const rows = leaves.map(({ id, status, closedHow, returnedAt, endsAt }) => ({
      ...{ id, status, closed_how: closedHow, returned_at: returnedAt, ends_at: endsAt },
    }));
    await query(
      tx,
      sql`UPDATE affairs.leave l SET (status, closed_how, returned_at, ends_at) = (r.status, r.closed_how, r.returned_at, r.ends_at),
                 declared_how = 'staff', declared_return_at = ${at}, version = l.version + 1, updated_at = now()
            FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, status text, closed_how text, returned_at timestamptz, ends_at timestamptz)
           WHERE l.id = r.id`,
    );
    for (const leave of leaves) {
      leave.version++;
      await this.returns.restExtension(tx, leave);
    }
    await this.noteAll(tx, actor, leaves, 'close');
    const shorter = leaves.filter(({ id, endsAt }) => ends.get(id) !== endsAt.getTime());
    await this.events.publishEach(
      tx,
      shorter.map((leave) => ({ event: new LeaveChangedV1(periodOf(leave)), aggregate: leave })),
    );
  }

  /** The leave as its own page shows it, with what the actor may do. What the caller knows of it is not looked up again. */
  async detailOf(tx: Tx, actor: Actor, leave: Leave, known: Known = {}): Promise<LeaveDetailDto> {
    const [{ student, proofs, texts }, asker] = await Promise.all([
      this.known(tx, leave, known),
      this.askerOf(tx, actor, leave),
    ]);
    const case_ = known.case_ ?? (await this.caseOf(tx, leave, asker.now));
    const offers = await this.offers(tx, actor, leave, case_, asker);
    return LeaveDetailDto.of({ leave, texts }, PersonRefDto.from(student), proofs, case_, offers);
  }

  /** What is shown of a leave beside itself and its case, which no decision changes. */
  async known(tx: Tx, leave: Leave, known: Known = {}): Promise<Required<Pick<Known, 'student' | 'proofs' | 'texts'>>> {
    const [student, proofs, texts] = await Promise.all([
      known.student ?? personById(tx, leave.studentId),
      known.proofs ?? filesOf(tx, proofsOf(leave)),
      known.texts ?? this.students.openFields(tx, [leave]).then(([opened]) => opened!),
    ]);
    return { student: student!, proofs, texts };
  }

  /** Throws the problem for which the actor cannot do this with the leave now: the one that `actions` gives as the reason. */
  async mustOffer(tx: Tx, actor: Actor, leave: Leave, what: LeaveOperation | 'resubmit'): Promise<void> {
    const asker = await this.askerOf(tx, actor, leave);
    const refusal =
      what === 'resubmit'
        ? (await this.offers(tx, actor, leave, await this.caseOf(tx, leave, asker.now), asker)).find(
            ({ action }) => action === what,
          )?.refusal
        : refusalOfOwn(leave, what, asker);
    if (refusal) throw refusal;
  }

  /**
   * Predicate over `l`: does the leave exist for the actor? By the scope of one of the permissions (none given: of any that leave has), or
   * because it was handed to them by name or in the place of somebody absent.
   */
  visible(actor: Actor, ...permissions: LeavePermission[]): Sql {
    const asked = permissions.length > 0 ? permissions : LEAVE_PERMISSIONS;
    const within = asked.map((permission) => inScope(actor.scopeOf(permission), sql`l.student_id`, this.clock.today()));
    const handed = actor.personId
      ? subjectIsHandedTo(this.workflows, sql`l.id`, actor.personId, this.clock.now())
      : sql`FALSE`;
    return sql`(${join([...within, handed], ' OR ')})`;
  }

  /** Adds a line of the leave's own to its history. */
  async note(
    tx: Tx,
    by: Pick<Actor, 'app' | 'personId'>,
    leave: Leave,
    action: string,
    comment: string | null = null,
  ): Promise<void> {
    await this.workflows.note(tx, leave, action, by, this.clock.now(), comment);
  }

  private async noteAll(tx: Tx, actor: Actor, leaves: readonly Leave[], action: string): Promise<void> {
    await query(
      tx,
      sql`INSERT INTO affairs.workflow_action (id, subject_id, action, person_id, app, occurred_at)
          SELECT gen_random_uuid(), id, ${action}, ${actor.personId ?? null}, ${actor.app}, ${this.clock.now()}
            FROM unnest(${leaves.map(({ id }) => id)}::uuid[]) id`,
    );
  }

  /** The extension that is pending goes with the leave. */
  async drop(tx: Tx, actor: Actor, leave: Leave): Promise<void> {
    if (!leave.extensionEndsAt) return;
    const [case_] = await this.workflows.lock(tx, sql`w.id = ${leave.workflowId}`);
    if (case_)
      await this.workflows.act(
        tx,
        case_,
        { op: 'withdraw' },
        { by: actor, roles: ['initiator'], at: this.clock.now() },
      );
  }

  private async follow(tx: Tx, leave: Leave, { op }: Command, { instance: { status } }: Case): Promise<void> {
    const extension = leave.status === 'approved';
    if (status === 'approved') {
      if (!extension) await this.returns.recall(tx, leave);
      leave.approve(await this.returnBy(tx, leave));
    } else if (status === 'rejected') leave.reject();
    else if (status === 'withdrawn') leave.withdraw();
    else if (op === 'return' && status === 'returned') leave.returnForCorrection();
    else if (op === 'take-back' && status === 'returned') leave.takeCorrectionBack();
    else if (op === 'take-back' && leave.status === 'returned') leave.takeReturnBack();
    await update(tx, leave);
    if (status !== 'approved') return;
    if (extension) await publishChange(tx, this.events, leave);
    else await this.events.publish(tx, new LeaveApprovedV1(periodOf(leave)), leave);
    // The gate may have seen the return before the decision was made.
    if (leave.status === 'closed') await this.note(tx, SYSTEM, leave, 'close');
  }

  /** The leave's case, with whoever is to sign it now. */
  private async caseOf(tx: Tx, { workflowId }: Leave, now: Date): Promise<Case | undefined> {
    const [stored] = workflowId ? await this.workflows.read(tx, [workflowId]) : [];
    return stored && this.workflows.current(tx, stored, now);
  }

  private async offers(
    tx: Tx,
    actor: Actor,
    leave: Leave,
    case_: Case | undefined,
    asker: Asker,
  ): Promise<LeaveOffer[]> {
    const { roles, now: at } = asker;
    const available = case_ && (await this.workflows.available(tx, case_, { by: actor, roles, at }));
    return offersOf(leave, available, asker);
  }

  /** Who asks, and when: the same for all that a request does to a leave. */
  private askerOf(tx: Tx, actor: Actor, leave: Leave): Promise<Asker> {
    return onceIn(tx, `asker ${leave.id}`, async () => ({
      roles: await this.rolesOf(tx, actor, leave),
      self: actor.personId === leave.studentId,
      decides: actor.can('affairs:leave:decide'),
      now: this.clock.now(),
    }));
  }

  /** Whoever is asked by name must be able to answer. Looked at last: who may not ask at all is told that. */
  private async mustDecide(tx: Tx, command: Command): Promise<void> {
    if (command.op !== 'delegate' && command.op !== 'transfer' && command.op !== 'add-signer') return;
    await mustDecide(tx, 'affairs:leave:decide', command.to, this.clock.today(), '#/to');
  }

  /** Students speak for themselves, staff for the students they answer for; the school's officers see to cases that got stuck. */
  private async rolesOf(tx: Tx, actor: Actor, { studentId }: Leave): Promise<Role[]> {
    const within = (permission: 'affairs:leave:submit' | 'affairs:leave:decide'): Promise<boolean> =>
      reaches(tx, actor.scopeOf(permission), studentId, this.clock.today());
    const reached = await Promise.all([within('affairs:leave:submit'), within('affairs:leave:decide')]);
    const speaks = reached.includes(true);
    const manager = actor.scopeOf('affairs:leave:decide').school;
    return [...(speaks ? (['initiator'] as const) : []), ...(manager ? (['manager'] as const) : [])];
  }

  /** The end of the working day by which the return must be known, under today's policy. */
  private async returnBy(tx: Tx, leave: Leave): Promise<Date> {
    const { timeZone } = this.clock;
    const end = leave.extensionEndsAt ?? leave.plannedEndsAt;
    const { returnWithinWorkingDays } = (await this.policies.at(tx, LeavePolicy, this.clock.today())).value;
    if (returnWithinWorkingDays === 0) return end;
    const { date } = await addWorkingDays(tx, lastDate(end, timeZone), returnWithinWorkingDays);
    return this.clock.instantOf(date, '24:00');
  }
}
