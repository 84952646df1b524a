import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { CareCaseTransferredV1 } from '#contracts';
import { findInScope, insert, onConflict, sql, type Tx, update } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { CareCase } from './care-case.entity.js';
import { CarePolicy } from './care.policy.js';
import { CareTransfer } from './care-rows.entity.js';
import { CaseDesk } from './case-desk.service.js';
import { CareTransferDueV1 } from './case-due.event.js';
import type { OfferTransferDto } from './case-forms.dto.js';
import type { CareCaseDetailDto } from './cases.dto.js';
import { PersonNotFit, TransferNotWaiting, TransferWaiting } from './cases.problems.js';
import { mustTakePart } from './cases.queries.js';
import { handOver, ownerOf } from './owners.queries.js';
import { SupervisionLine } from './supervision-line.js';

const DAY_MS = 86_400_000;

/** A case changes hands when the receiver accepts. Refused, or not answered in time, it goes to who is above the sender. It always has an owner. */
@Injectable()
export class CaseTransfers {
  constructor(
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly desk: CaseDesk,
    private readonly line: SupervisionLine,
    private readonly clock: CampusClock,
  ) {}

  offer(actor: Actor, id: string, expected: number, { toId, reason }: OfferTransferDto): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'offer_transfer', async ({ tx, of, by, now, today }) => {
      const fromId = await ownerOf(tx, id);
      if (toId === fromId) throw new PersonNotFit({ pointer: '#/toId' });
      await mustTakePart(tx, toId, of.studentId, today, '#/toId');
      const { value } = await this.policies.at(tx, CarePolicy, today);
      const dueAt = new Date(now.getTime() + value.transferDays * DAY_MS);
      const transfer = Object.assign(new CareTransfer(), {
        ...{ caseId: id, studentId: of.studentId, fromId, toId, reason },
        ...{ offeredBy: by.personId, offeredAt: now, dueAt },
      });
      await this.students.sealFields(tx, transfer);
      await onConflict(insert(tx, transfer), { care_transfer_one: () => new TransferWaiting() });
      await this.timers.set(tx, { key: keyOf(transfer.id), at: dueAt, event: new CareTransferDueV1(transfer.id) });
      await this.tell(tx, transfer, fromId);
    });
  }

  accept(actor: Actor, id: string, transferId: string, expected: number, answer?: string): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'answer_transfer', async ({ tx }) => {
      const transfer = await this.waiting(tx, id, transferId);
      await this.settle(tx, transfer, 'accepted', transfer.toId, answer);
    });
  }

  refuse(actor: Actor, id: string, transferId: string, expected: number, answer?: string): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'answer_transfer', async ({ tx }) => {
      const transfer = await this.waiting(tx, id, transferId);
      await this.settle(tx, transfer, 'refused', await this.headOf(tx, transfer), answer);
    });
  }

  withdraw(actor: Actor, id: string, transferId: string, expected: number): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'withdraw_transfer', async ({ tx }) => {
      const transfer = await this.waiting(tx, id, transferId);
      await this.settle(tx, transfer, 'withdrawn', transfer.fromId);
    });
  }

  /** Nobody answered in time, if that still holds. */
  async expire(tx: Tx, transferId: string): Promise<void> {
    const found = await tx.findOneBy(CareTransfer, { id: transferId });
    if (!found) return;
    const of = await findInScope(tx, CareCase, found.caseId, { alias: 'c', where: sql`TRUE`, lock: 'update' });
    const transfer = await tx.findOneBy(CareTransfer, { id: transferId, status: 'offered' });
    if (!of || !transfer) return;
    await this.settle(tx, transfer, 'expired', await this.headOf(tx, transfer));
    await this.desk.write(tx, of);
  }

  private async settle(
    tx: Tx,
    transfer: CareTransfer,
    status: 'accepted' | 'refused' | 'expired' | 'withdrawn',
    ownerId: string,
    answer?: string,
  ): Promise<void> {
    const now = this.clock.now();
    Object.assign(transfer, { status, settledAt: now, answer: answer ?? null });
    await this.students.sealFields(tx, transfer);
    await update(tx, transfer);
    await this.timers.cancel(tx, keyOf(transfer.id));
    const { caseId: id, studentId, fromId } = transfer;
    if (ownerId !== fromId) await handOver(tx, { id, studentId }, ownerId, status, { now, today: this.clock.today() });
    await this.tell(tx, transfer, ownerId);
  }

  /** The sender’s head; the sender, where nobody is above. */
  private async headOf(tx: Tx, { studentId, fromId }: CareTransfer): Promise<string> {
    const [head] = await this.line.above(tx, [{ studentId, after: 0, but: fromId }]);
    return head?.personIds[0] ?? fromId;
  }

  private async waiting(tx: Tx, caseId: string, id: string): Promise<CareTransfer> {
    const transfer = await tx.findOneBy(CareTransfer, { id, caseId });
    if (!transfer) throw new NotFound({ what: 'transfer' });
    if (transfer.status !== 'offered') throw new TransferNotWaiting();
    return transfer;
  }

  private async tell(
    tx: Tx,
    { id: transferId, caseId, status: outcome, toId, version }: CareTransfer,
    ownerId: string,
  ): Promise<void> {
    const event = new CareCaseTransferredV1({ caseId, transferId, outcome, ownerId, toId });
    await this.events.publish(tx, event, { id: transferId, version });
  }
}

function keyOf(transferId: string): TimerKey {
  return `early-warning.care-transfer ${transferId}`;
}
