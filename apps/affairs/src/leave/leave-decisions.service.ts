import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { LeaveApprovedV1 } from '#contracts';
import { Database, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { rowByRow } from '#http';
import { Policies } from '#policy';
import { Invalid } from '#problems';
import { addWorkingDays, answerersFor, inScope } from '#roster';
import { instantOf, today } from '#time';
import { type DecideLeavesDto, LeaveDecisionResultsDto } from './decide-leaves.dto.js';
import { lastDate } from './leave.checks.js';
import type { Leave } from './leave.entity.js';
import { LeavePolicy } from './leave.policy.js';
import { DecisionNeedsPerson, LeaveNotInState, NotYourStep, OwnLeave } from './leave.problems.js';
import type { LeaveStep } from './leave-step.entity.js';
import { LeaveReturns, periodOf, publishChange, SYSTEM } from './leave-returns.service.js';
import type { LeaveDetailDto } from './leaves.dto.js';
import { detailOf, findForChange, recordAction, stepsOf } from './leaves.queries.js';

const DECIDED = { approve: 'approved', reject: 'rejected', return: 'returned' } as const;

/**
 * The decisions of a leave's chain. Each step is decided by whoever holds its post over the student at that moment; a leave
 * outside the actor's scope does not exist (404), another's step is refused (403), and nobody decides their own leave.
 */
@Injectable()
export class LeaveDecisions {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly returns: LeaveReturns,
    private readonly config: Config,
  ) {}

  /** Decides the step that is due; approving the last one makes the leave (or its extension) count. */
  decide(
    actor: Actor,
    id: string,
    expected: number,
    verdict: keyof typeof DECIDED,
    comment: string | null,
  ): Promise<LeaveDetailDto> {
    return this.database.transaction(actor, async (tx) =>
      detailOf(tx, await this.decideOne(tx, actor, id, expected, verdict, comment)),
    );
  }

  /** Many at once, each by itself: a row that cannot be decided says why and changes nothing, the others are done. */
  decideMany(actor: Actor, { rows }: DecideLeavesDto): Promise<LeaveDecisionResultsDto> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, ({ id, version, decision, comment = null }, i) => {
        if (decision !== 'approve' && comment === null) throw commentMissing(i);
        return this.decideOne(tx, actor, id, version, decision, comment);
      });
      return Object.assign(new LeaveDecisionResultsDto(), { results });
    });
  }

  private async decideOne(
    tx: Tx,
    actor: Actor,
    id: string,
    expected: number,
    verdict: keyof typeof DECIDED,
    comment: string | null,
  ): Promise<Leave> {
    const scope = inScope(actor.scopeOf('affairs:leave:decide'), sql`l.student_id`, today(this.config.timeZone));
    const leave = await findForChange(tx, scope, id, expected);
    const step = await this.dueStep(tx, actor, leave);
    step.decide(DECIDED[verdict], actor.personId as string, comment);
    const last = (await stepsOf(tx, leave)).at(-1) as LeaveStep;
    const extension = leave.status === 'approved';
    if (verdict === 'return') leave.returnForCorrection();
    else if (verdict === 'reject') leave.reject();
    else if (step.id === last.id) {
      if (!extension) await this.returns.recall(tx, leave);
      leave.approve(await this.returnBy(tx, leave));
    }
    await update(tx, step);
    await update(tx, leave);
    if (verdict === 'approve' && step.id === last.id) {
      if (extension) await publishChange(tx, this.events, leave);
      else await this.events.publish(tx, new LeaveApprovedV1(periodOf(leave)), leave);
    }
    await recordAction(tx, actor, leave.id, verdict, comment);
    // The gate may have seen the return before the decision was made.
    if (leave.status === 'closed') await recordAction(tx, SYSTEM, leave.id, 'close');
    return leave;
  }

  private async dueStep(tx: Tx, actor: Actor, leave: Leave): Promise<LeaveStep> {
    const { personId } = actor;
    if (!personId) throw new DecisionNeedsPerson();
    if (leave.studentId === personId) throw new OwnLeave();
    const step = (await stepsOf(tx, leave)).find(({ decision }) => decision === 'pending');
    if (!leave.awaitsDecision || !step) throw new LeaveNotInState({ params: { status: leave.status } });
    if (!(await this.mayDecide(tx, personId, leave.studentId, step))) throw new NotYourStep();
    return step;
  }

  private async mayDecide(tx: Tx, personId: string, studentId: string, step: LeaveStep): Promise<boolean> {
    const date = today(this.config.timeZone);
    const fits = (unitKind: string): boolean => step.unitKind === null || step.unitKind === unitKind;
    const answering = await answerersFor(tx, [studentId], date, [step.kind]);
    return answering.some((post) => post.personId === personId && fits(post.unitKind));
  }

  /** The end of the working day by which the return must be known, under today's policy. */
  private async returnBy(tx: Tx, leave: Leave): Promise<Date> {
    const { timeZone } = this.config;
    const end = leave.extensionEndsAt ?? leave.plannedEndsAt;
    const { returnWithinWorkingDays } = (await this.policies.at(tx, LeavePolicy, today(timeZone))).value;
    if (returnWithinWorkingDays === 0) return end;
    const { date } = await addWorkingDays(tx, lastDate(end, timeZone), returnWithinWorkingDays);
    return instantOf(date, '24:00', timeZone);
  }
}

function commentMissing(row: number): Error {
  const pointer = `#/rows/${row}/comment`;
  return new Invalid({ errors: [{ pointer, zh: '缺少 comment', en: 'comment is required' }] });
}
