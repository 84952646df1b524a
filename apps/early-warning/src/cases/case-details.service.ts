import { Injectable } from '@nestjs/common';
import { IsNull } from 'typeorm';
import type { Actor } from '#auth';
import { query, queryOne, sql, type Tx } from '#database';
import { PersonRefDto } from '#http';
import { peopleByIds } from '#roster';
import { CampusClock } from '#time';
import { type OfStudent, type Opened, StudentKeys } from '#vault';
import { offered } from '#workflow';
import type { CareCase } from './care-case.entity.js';
import { CareDecision, CareMeasure, CareMember, CareTransfer } from './care-rows.entity.js';
import { CASE_ACTIONS, type CaseAction, caseRefusal, confides } from './case-offers.js';
import {
  CareCaseDetailDto,
  CareCaseDto,
  type CareDecisionDto,
  type CareMeasureDto,
  type CareMemberDto,
  type CareTransferDto,
} from './cases.dto.js';
import { columns, standingOf } from './cases.queries.js';

type People = Map<string, PersonRefDto>;

/** A case as an answer shows it to who asks. */
@Injectable()
export class CaseDetails {
  constructor(
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** Plans and proposals are read by the owner, the team, and whoever confirms; by others not. */
  async of(tx: Tx, actor: Actor, of: CareCase): Promise<CareCaseDetailDto> {
    const today = this.clock.today();
    const { by, waiting } = await standingOf(tx, actor, of, today);
    const reads = confides(by) || by.decides;
    const row = await queryOne<CareCaseDto>(
      tx,
      sql`SELECT ${columns(today)} FROM early_warning.care_case c WHERE c.id = ${of.id}`,
    );
    const caseId = of.id;
    const order = { id: 'ASC' } as const;
    const team = await tx.find(CareMember, { where: { caseId, leftAt: IsNull() }, order });
    const measures = await tx.find(CareMeasure, { where: { caseId }, order });
    const proposals = await tx.find(CareDecision, { where: { caseId, status: 'proposed' }, order });
    const transfer = waiting.offeredTo ? await tx.findOneBy(CareTransfer, { caseId, status: 'offered' }) : null;
    const people = await peopleOf(tx, [
      ...team.map(({ personId }) => personId),
      ...measures.map(({ ownerId }) => ownerId),
      ...proposals.map(({ proposedBy }) => proposedBy),
      ...(transfer ? [transfer.fromId, transfer.toId] : []),
    ]);
    const [own] = await this.texts(tx, reads, [of]);
    const duties = await this.texts(tx, reads, team);
    const whats = await this.texts(tx, reads, measures);
    const reasons = await this.texts(tx, reads, proposals);
    const [why] = await this.texts(tx, reads || waiting.offeredTo === by.personId, transfer ? [transfer] : []);
    return Object.assign(new CareCaseDetailDto(), CareCaseDto.from(row!), {
      confides: confides(by),
      summary: own?.summary ?? null,
      goals: own?.goals ?? null,
      team: team.map((one, i) => memberOf(one, people, duties[i])),
      measures: measures.map((one, i) => measureOf(one, people, whats[i])),
      proposals: proposals.map((one, i) => proposalOf(one, people, reasons[i])),
      transfer: transfer && transferOf(transfer, people, why),
      warnings: await query(
        tx,
        sql`SELECT id, rule_code AS "ruleCode", level, status FROM early_warning.warning WHERE case_id = ${caseId} ORDER BY raised_at, id LIMIT 1000`,
      ),
      referrals: await query(
        tx,
        sql`SELECT id, kind, urgency, raised_at AS "raisedAt" FROM early_warning.referral WHERE case_id = ${caseId} ORDER BY raised_at, id LIMIT 1000`,
      ),
      actions: (Object.keys(CASE_ACTIONS) as CaseAction[]).map((action) =>
        offered(action, caseRefusal(action, of, by, waiting)),
      ),
    });
  }

  private async texts<T extends OfStudent>(tx: Tx, reads: boolean, rows: T[]): Promise<Opened<T>[]> {
    return reads && rows.length > 0 ? this.students.openFields(tx, rows) : [];
  }
}

async function peopleOf(tx: Tx, ids: string[]): Promise<People> {
  const people = ids.length > 0 ? await peopleByIds(tx, [...new Set(ids)]) : [];
  return new Map(people.map((person) => [person.id, PersonRefDto.from(person)]));
}

function memberOf(member: CareMember, people: People, texts?: Opened<CareMember>): CareMemberDto {
  const { id, personId, post, lead, joinedAt } = member;
  return { id, person: people.get(personId)!, post, lead, joinedAt, duties: texts?.duties ?? null };
}

function measureOf(measure: CareMeasure, people: People, texts?: Opened<CareMeasure>): CareMeasureDto {
  const { id, ownerId, dueOn, status } = measure;
  const { what = null, result = null } = texts ?? {};
  return { id, what, owner: people.get(ownerId)!, dueOn, status, result };
}

function proposalOf(decision: CareDecision, people: People, texts?: Opened<CareDecision>): CareDecisionDto {
  const { id, what, level, effect, status, proposedBy, proposedAt } = decision;
  const reason = texts?.reason ?? null;
  return { id, what, level, effect, status, reason, proposedBy: people.get(proposedBy)!, proposedAt };
}

function transferOf(transfer: CareTransfer, people: People, texts?: Opened<CareTransfer>): CareTransferDto {
  const { id, fromId, toId, dueAt } = transfer;
  return { id, from: people.get(fromId)!, to: people.get(toId)!, reason: texts?.reason ?? null, dueAt };
}
