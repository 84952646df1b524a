import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { CareCaseSettledV1 } from '#contracts';
import { insert, onConflict, send, sql, type Tx, update } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { StudentKeys } from '#vault';
import { Warnings } from '../warnings/warnings.service.js';
import { CarePolicy } from './care.policy.js';
import { CareDecision } from './care-rows.entity.js';
import { CaseDesk, type Handling } from './case-desk.service.js';
import type { ProposeDto } from './case-forms.dto.js';
import type { CaseAction } from './case-offers.js';
import type { CareCaseDetailDto } from './cases.dto.js';
import { CaseNotYours, CodeUnknown, DecisionNotWaiting, DecisionOfOwn, DecisionWaiting } from './cases.problems.js';

/** Constraints of the table that say it takes two. */
const BY_TWO = {
  care_decision_by_two: () => new DecisionOfOwn(),
  care_decision_not_of_oneself: () => new DecisionOfOwn(),
};

/** Levels, closures and reopenings: one person proposes, another confirms, and both stand in the case. */
@Injectable()
export class CaseDecisions {
  constructor(
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly warnings: Warnings,
    private readonly desk: CaseDesk,
  ) {}

  propose(actor: Actor, id: string, expected: number, body: ProposeDto): Promise<CareCaseDetailDto> {
    const { what, reason } = body;
    return this.desk.change(actor, id, expected, `propose_${what}`, async ({ tx, of, by, now, today }) => {
      const level = what === 'level' ? (body.level ?? null) : null;
      const effect = what === 'closure' ? (body.effect ?? null) : null;
      if (what === 'level') await this.desk.levelOf(tx, level ?? '');
      else if (what === 'closure') await this.effectOf({ tx, today }, effect);
      const decision = Object.assign(new CareDecision(), {
        ...{ caseId: id, studentId: of.studentId, what, level, effect, reason },
        ...{ proposedBy: by.personId, proposedAt: now },
      });
      await this.students.sealFields(tx, decision);
      await onConflict(insert(tx, decision), { ...BY_TWO, care_decision_waiting: () => new DecisionWaiting() });
    });
  }

  confirm(actor: Actor, id: string, decisionId: string, expected: number, answer?: string): Promise<CareCaseDetailDto> {
    return this.decide(actor, id, decisionId, expected, 'confirmed', answer);
  }

  decline(actor: Actor, id: string, decisionId: string, expected: number, answer?: string): Promise<CareCaseDetailDto> {
    return this.decide(actor, id, decisionId, expected, 'declined', answer);
  }

  /** Whoever proposed it takes it back until somebody decides. */
  withdraw(actor: Actor, id: string, decisionId: string, expected: number): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'withdraw_proposal', async ({ tx, by }) => {
      const decision = await this.waiting(tx, id, decisionId);
      if (decision.proposedBy !== by.personId) throw new CaseNotYours();
      decision.status = 'withdrawn';
      await update(tx, decision);
    });
  }

  private decide(
    actor: Actor,
    id: string,
    decisionId: string,
    expected: number,
    status: 'confirmed' | 'declined',
    answer?: string,
  ): Promise<CareCaseDetailDto> {
    let decision: CareDecision;
    const action = async (tx: Tx): Promise<CaseAction> => {
      decision = await this.waiting(tx, id, decisionId);
      return `decide_${decision.what}`;
    };
    return this.desk.change(actor, id, expected, action, async (handling) => {
      const { tx, by, now } = handling;
      Object.assign(decision, { status, decidedBy: by.personId, decidedAt: now, answer: answer ?? null });
      await this.students.sealFields(tx, decision);
      await onConflict(update(tx, decision), BY_TWO);
      if (status === 'confirmed') await this.carryOut(actor, handling, decision);
    });
  }

  private async carryOut(actor: Actor, { tx, of, now, today }: Handling, decision: CareDecision): Promise<void> {
    const by = { proposed: decision.proposedBy, confirmed: decision.decidedBy! };
    if (decision.what === 'level') {
      const { level, rank } = await this.desk.levelOf(tx, decision.level!);
      of.setLevel(level, rank, by, today);
      return;
    }
    const aggregate = { id: of.id, version: of.version + 1 };
    if (decision.what === 'reopening') {
      // Warnings that were closed with it stay closed.
      of.reopen((await this.desk.levelNow(tx, of))!, by, today);
      await this.events.publish(tx, new CareCaseSettledV1({ caseId: of.id, outcome: 'reopened' }), aggregate);
      return;
    }
    const { improved } = await this.effectOf({ tx, today }, decision.effect);
    of.close(decision.effect!, by, now);
    // A level that somebody has proposed meanwhile is nobody's to decide any more.
    void send(
      tx,
      sql`UPDATE early_warning.care_decision SET status = 'withdrawn', updated_at = now(), version = version + 1
           WHERE case_id = ${of.id} AND status = 'proposed'`,
    );
    await this.warnings.closeWith(tx, actor, of.id, improved ? 'improved' : 'other');
    await this.events.publish(tx, new CareCaseSettledV1({ caseId: of.id, outcome: 'closed' }), aggregate);
  }

  private async waiting(tx: Tx, caseId: string, id: string): Promise<CareDecision> {
    const decision = await tx.findOneBy(CareDecision, { id, caseId });
    if (!decision) throw new NotFound({ what: 'decision' });
    if (decision.status !== 'proposed') throw new DecisionNotWaiting();
    return decision;
  }

  private async effectOf(
    { tx, today }: Pick<Handling, 'tx' | 'today'>,
    key: string | null,
  ): Promise<{ improved: boolean }> {
    const { value } = await this.policies.at(tx, CarePolicy, today);
    const effect = value.effects.find((one) => one.key === key);
    if (!effect) throw new CodeUnknown({ pointer: '#/effect' });
    return effect;
  }
}
