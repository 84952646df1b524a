import { Injectable } from '@nestjs/common';
import { ReferralEscalatedV1 } from '#contracts';
import { findInScope, sql, type Tx } from '#database';
import { Events, OnEvent, type Received, Timers } from '#events';
import { Policies } from '#policy';
import { responsibleFor } from '#roster';
import { CampusClock } from '#time';
import { WaitingSupervision } from '../cases/waiting-supervision.service.js';
import { Referral } from './referral.entity.js';
import { ReferralDueV1, referralTimer } from './referral-due.event.js';
import { hoursOf, ReferralPolicy } from './referrals.policy.js';

const HOUR_MS = 3_600_000;

/** By when referrals are to be taken up, and whom it concerns when they are not. */
@Injectable()
export class ReferralDeadlines {
  constructor(
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly supervision: WaitingSupervision,
    private readonly clock: CampusClock,
  ) {}

  /** By when a referral sent now is to be taken up: at once where nobody answers for the student; null: no limit. */
  async dueAt(
    tx: Tx,
    { studentId, urgency, praise }: Pick<Referral, 'studentId' | 'urgency' | 'praise'>,
  ): Promise<Date | null> {
    const [now, today] = [this.clock.now(), this.clock.today()];
    const { first } = hoursOf((await this.policies.at(tx, ReferralPolicy, today)).value, urgency);
    if (praise || first === 0) return null;
    const answered = await responsibleFor(tx, [studentId], today);
    return answered.length > 0 ? new Date(now.getTime() + first * HOUR_MS) : now;
  }

  async begin(tx: Tx, { id, dueAt }: Referral): Promise<void> {
    if (dueAt) await this.timers.set(tx, { key: referralTimer(id), at: dueAt, event: new ReferralDueV1(id) });
  }

  /** Somebody took it up, or it was withdrawn. */
  async end(tx: Tx, id: string): Promise<void> {
    await this.timers.cancel(tx, referralTimer(id));
    await this.supervision.end(tx, 'referral', [id]);
  }

  @OnEvent(ReferralDueV1)
  async whenReferralDue(tx: Tx, { data: { referralId } }: Received<ReferralDueV1>): Promise<void> {
    const referral = await findInScope(tx, Referral, referralId, {
      alias: 'r',
      where: sql`r.status = 'sent'`,
      lock: 'update',
    });
    if (!referral) return;
    const policy = (await this.policies.at(tx, ReferralPolicy, this.clock.today())).value;
    const { step: stepHours } = hoursOf(policy, referral.urgency);
    const { id, studentId } = referral;
    const [risen] = await this.supervision.rise(tx, 'referral', [{ id, studentId, stepHours, posts: null }]);
    if (!risen) return;
    const { step, personIds, risesAt } = risen;
    if (risesAt) await this.timers.set(tx, { key: referralTimer(id), at: risesAt, event: new ReferralDueV1(id) });
    await this.events.publish(tx, new ReferralEscalatedV1({ referralId: id, step, personIds }), referral);
  }
}
