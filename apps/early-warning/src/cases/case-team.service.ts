import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import type { AppointmentKind } from '#contracts';
import { insert, onConflict, type Tx, update } from '#database';
import { NotFound } from '#problems';
import { responsibleFor } from '#roster';
import { StudentKeys } from '#vault';
import { CareMeasure, CareMember, type MeasureStatus } from './care-rows.entity.js';
import { CaseDesk } from './case-desk.service.js';
import type { AddMeasureDto, AddCareMemberDto } from './case-forms.dto.js';
import type { CareCaseDetailDto } from './cases.dto.js';
import { DateWrong, LeadAlready, MeasureNotInState, MemberAlready, PostNotClear } from './cases.problems.js';
import { mustTakePart } from './cases.queries.js';

/** The team of a case and the measures of its plan (一人一策一专班). */
@Injectable()
export class CaseTeam {
  constructor(
    private readonly students: StudentKeys,
    private readonly desk: CaseDesk,
  ) {}

  join(actor: Actor, id: string, expected: number, body: AddCareMemberDto): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'team', async ({ tx, of, by, now, today }) => {
      const { post = null, lead, duties } = body;
      const personId = body.personId ?? (await this.holderOf(tx, post, of.studentId, today));
      await mustTakePart(tx, personId, of.studentId, today, body.personId ? '#/personId' : '#/post');
      const member = Object.assign(new CareMember(), {
        ...{ caseId: id, studentId: of.studentId, personId, post: body.personId ? null : post, lead, duties },
        ...{ joinedAt: now, joinedBy: by.personId },
      });
      await this.students.sealFields(tx, member);
      await onConflict(insert(tx, member), {
        care_member_once: () => new MemberAlready(),
        care_member_lead: () => new LeadAlready({ pointer: '#/lead' }),
      });
    });
  }

  leave(actor: Actor, id: string, memberId: string, expected: number): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'team', async ({ tx, now }) => {
      const member = await tx.findOneBy(CareMember, { id: memberId, caseId: id });
      if (!member || member.leftAt) throw new NotFound({ what: 'member' });
      member.leftAt = now;
      await update(tx, member);
    });
  }

  addMeasure(actor: Actor, id: string, expected: number, body: AddMeasureDto): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'plan', async ({ tx, of, by, now, today }) => {
      if (body.dueOn < today) throw new DateWrong({ pointer: '#/dueOn' });
      await mustTakePart(tx, body.ownerId, of.studentId, today, '#/ownerId');
      const measure = Object.assign(new CareMeasure(), {
        ...{ caseId: id, studentId: of.studentId, ...body, plannedAt: now, plannedBy: by.personId },
      });
      await this.students.sealFields(tx, measure);
      await insert(tx, measure);
    });
  }

  /** Done or dropped, and open again where that was said by mistake. */
  settleMeasure(
    actor: Actor,
    id: string,
    measureId: string,
    expected: number,
    status: MeasureStatus,
    result: string | null,
  ): Promise<CareCaseDetailDto> {
    const action = status === 'dropped' ? 'plan' : 'record';
    return this.desk.change(actor, id, expected, action, async ({ tx, by, now }) => {
      const measure = await tx.findOneBy(CareMeasure, { id: measureId, caseId: id });
      if (!measure) throw new NotFound({ what: 'measure' });
      if ((measure.status === 'open') === (status === 'open')) throw new MeasureNotInState();
      const settled =
        status === 'open' ? { settledAt: null, settledBy: null } : { settledAt: now, settledBy: by.personId };
      Object.assign(measure, { status, result, ...settled });
      await this.students.sealFields(tx, measure);
      await update(tx, measure);
    });
  }

  private async holderOf(tx: Tx, post: AppointmentKind | null, studentId: string, today: string): Promise<string> {
    const held = post ? await responsibleFor(tx, [studentId], today, [post]) : [];
    const [holder, ...others] = new Set(held.map(({ personId }) => personId));
    if (!holder || others.length > 0) throw new PostNotClear({ pointer: '#/post' });
    return holder;
  }
}
