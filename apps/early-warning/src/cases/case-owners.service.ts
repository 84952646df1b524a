import { Injectable } from '@nestjs/common';
import { CareCaseHandedOverV1, UNIT_KINDS } from '#contracts';
import { findInScope, sql, type Tx } from '#database';
import { Events, Every } from '#events';
import { type Appointment, responsibleFor } from '#roster';
import { CampusClock } from '#time';
import { CareCase } from './care-case.entity.js';
import { CaseDesk } from './case-desk.service.js';
import { CaseTransfers } from './case-transfers.service.js';
import { handOver, type Left, ownerOf, rememberPosts, TAKING_PART, whoLeft } from './owners.queries.js';
import { SupervisionLine } from './supervision-line.js';

/** From the school down to the nearest; places, which are none of these, after them. */
const KINDS: readonly string[] = Object.keys(UNIT_KINDS);

/** Keeps cases with whoever holds the posts by now: who leaves a post leaves its cases to a successor, or to who is above. */
@Injectable()
export class CaseOwners {
  constructor(
    private readonly events: Events,
    private readonly desk: CaseDesk,
    private readonly transfers: CaseTransfers,
    private readonly line: SupervisionLine,
    private readonly clock: CampusClock,
  ) {}

  @Every('*/10 * * * *', { name: 'early-warning.case-owners', catchUp: 'latest' })
  async refresh(tx: Tx): Promise<void> {
    const today = this.clock.today();
    await rememberPosts(tx, today);
    const left = await whoLeft(tx, today);
    if (left.length === 0) return;
    const held = await responsibleFor(tx, [...new Set(left.map(({ studentId }) => studentId))], today, TAKING_PART);
    const above = await this.line.above(
      tx,
      left.map(({ studentId, ownerId }) => ({ studentId, after: 0, but: ownerId })),
    );
    for (const [i, one] of left.entries()) {
      // Nobody is left to accept it: as if nobody had answered in time.
      if (one.transferId) await this.transfers.expire(tx, one.transferId);
      else await this.handOver(tx, one, successorOf(one, held) ?? above[i]?.personIds[0]);
    }
  }

  /** Where nobody is left it stays, until somebody comes. */
  private async handOver(tx: Tx, { caseId, ownerId: from }: Left, ownerId: string | undefined): Promise<void> {
    if (!ownerId) return;
    const of = await findInScope(tx, CareCase, caseId, { alias: 'c', where: sql`TRUE`, lock: 'update' });
    // Whoever gave it to another meanwhile was first.
    if (!of || of.closedAt || (await ownerOf(tx, caseId)) !== from) return;
    await handOver(tx, of, ownerId, 'left', { now: this.clock.now(), today: this.clock.today() });
    await this.desk.write(tx, of);
    await this.events.publish(tx, new CareCaseHandedOverV1({ caseId, ownerId }), of);
  }
}

/** Who holds the post over the student now: of the nearest unit, in the order of their ids. */
function successorOf(
  { studentId, post }: Left,
  held: readonly (Appointment & { studentId: string })[],
): string | undefined {
  const fits = held.filter((one) => one.studentId === studentId && one.kind === post && one.personId !== studentId);
  const depth = ({ unitKind }: Appointment): number => KINDS.indexOf(unitKind);
  return fits.sort((a, b) => depth(b) - depth(a) || (a.personId < b.personId ? -1 : 1))[0]?.personId;
}
