import { Injectable } from '@nestjs/common';
import { type Actor, audit, ownStudent } from '#auth';
import {
  Database,
  findInScope,
  insert,
  onceIn,
  onConflict,
  query,
  sql,
  StaleVersionError,
  type Tx,
  update,
} from '#database';
import { Events } from '#events';
import { anyOf, ByDto, list, type Page, rowByRow } from '#http';
import { Invalid, NotFound } from '#problems';
import { inUnits, personRef, reaches } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { meantFor } from '../students.queries.js';
import type { HolidayCampaign } from './campaign.entity.js';
import { AlreadyRegistered, HolidayCampaignNotOpen } from './holiday.problems.js';
import { findCampaign, overdue, registrationVisible } from './holiday.queries.js';
import { HolidayReturns, tellAbsence } from './holiday-returns.service.js';
import { checkedForm } from './registration-form.js';
import {
  HolidayRegistration,
  outsideWindow,
  REGISTRATION_ACTIONS,
  type RegistrationAction,
  type RegistrationAsker,
} from './registration.entity.js';
import {
  type HolidayRegistrationFormDto,
  HolidayRegistrationDetailDto,
  HolidayRegistrationDto,
  type HolidayRegistrationsQuery,
  type HolidayReturnDto,
  type RegisterHolidayDto,
  type RegisterHolidayOnBehalfDto,
  type RegistrationDecisionsDto,
  RegistrationResultDto,
} from './registrations.dto.js';

const FROM = sql`affairs.holiday_registration r JOIN affairs.holiday_campaign l ON l.id = r.campaign_id`;
const ACTIONS = Object.keys(REGISTRATION_ACTIONS) as RegistrationAction[];

/** What students register for a holiday, by themselves or by whoever answers for them; what that decides, and the return. */
@Injectable()
export class HolidayRegistrations {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly students: StudentKeys,
    private readonly returns: HolidayReturns,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: HolidayRegistrationsQuery): Promise<Page<HolidayRegistrationDto>> {
    const { campaignId, studentId, unitId, status, destination, returned, updatedSince } = request;
    const [today, late] = [this.clock.today(), overdue(this.clock.now())];
    return this.database.read((tx) =>
      list(tx, request, {
        select: this.columns(),
        from: FROM,
        where: [
          registrationVisible(actor, today),
          anyOf(sql`r.campaign_id`, campaignId, 'uuid'),
          anyOf(sql`r.student_id`, studentId, 'uuid'),
          inUnits(unitId, sql`r.student_id`, today),
          anyOf(sql`r.status`, status),
          anyOf(sql`r.destination`, destination),
          returned === undefined ? undefined : sql`(r.returned_at IS NOT NULL) = ${returned}`,
          request.overdue === undefined ? undefined : sql`${late} = ${request.overdue}`,
          updatedSince && sql`r.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`r.created_at`, updatedAt: sql`r.updated_at` },
        defaultSort: '-createdAt',
        id: sql`r.id`,
        to: HolidayRegistrationDto.from,
      }),
    );
  }

  /** One registration with where the student is to be found; that staff read it is in the audit. */
  get(actor: Actor, id: string): Promise<HolidayRegistrationDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { found, campaign } = await this.find(tx, actor, id);
      if (found.studentId !== actor.personId) await this.note(tx, actor, found, 'read');
      return this.detail(tx, actor, found, campaign);
    });
  }

  /** A student's own, while registration lasts. */
  register(actor: Actor, body: RegisterHolidayDto): Promise<HolidayRegistrationDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const studentId = await ownStudent(tx, actor, 'affairs:holiday-registration:submit', body.studentId, today);
      const campaign = await this.campaignFor(tx, body.campaignId, studentId);
      const refused = outsideWindow(campaign, today);
      if (refused) throw refused;
      return this.file(tx, actor, campaign, studentId, body, false);
    });
  }

  /** What a student told whoever answers for them; also after registration has ended. */
  registerOnBehalf(actor: Actor, body: RegisterHolidayOnBehalfDto): Promise<HolidayRegistrationDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { studentId, campaignId } = body;
      await ownStudent(tx, actor, 'affairs:holiday-registration:decide', studentId, this.clock.today());
      const campaign = await this.campaignFor(tx, campaignId, studentId);
      return this.file(tx, actor, campaign, studentId, body, true);
    });
  }

  change(
    actor: Actor,
    id: string,
    expected: number,
    body: HolidayRegistrationFormDto,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.act(actor, id, expected, 'change', (found, campaign) => {
      const { destination, form } = checkedForm(campaign, body);
      found.take(campaign, destination, form, actor.personId !== found.studentId && found.onBehalf);
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<HolidayRegistrationDetailDto> {
    return this.act(actor, id, expected, 'withdraw', (found) => {
      found.status = 'withdrawn';
    });
  }

  approve(actor: Actor, id: string, expected: number): Promise<HolidayRegistrationDetailDto> {
    return this.act(actor, id, expected, 'approve', (found) => this.decide(actor, found, 'approve', null));
  }

  reject(actor: Actor, id: string, expected: number, reason: string): Promise<HolidayRegistrationDetailDto> {
    return this.act(actor, id, expected, 'reject', (found) => this.decide(actor, found, 'reject', reason));
  }

  /** Many at once, each by itself. */
  decideMany(actor: Actor, { rows }: RegistrationDecisionsDto): Promise<RegistrationResultDto[]> {
    return this.database.transaction(actor, async (tx) => {
      const results = await rowByRow(tx, rows, async ({ id, version, decision, reason }, i) => {
        if (decision === 'reject' && reason === undefined)
          throw new Invalid({ errors: [{ pointer: `#/rows/${i}/reason`, zh: '缺少理由', en: 'reason is required' }] });
        const { found } = await this.actOne(tx, actor, id, version, decision, (one) =>
          this.decide(actor, one, decision, reason ?? null),
        );
        return { status: found.status, version: found.version };
      });
      return results.map((row) => RegistrationResultDto.from(row));
    });
  }

  takeBack(actor: Actor, id: string, expected: number): Promise<HolidayRegistrationDetailDto> {
    return this.act(actor, id, expected, 'take_back', (found) => found.takeBack());
  }

  /** 返校, by the student (back now) or by whoever answers for them (back when they say). */
  reportReturn(
    actor: Actor,
    id: string,
    expected: number,
    { returnedAt }: HolidayReturnDto,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.act(actor, id, expected, 'report_return', (found) => {
      const now = this.clock.now();
      const at = returnedAt === undefined ? now : new Date(returnedAt);
      const pointer = '#/returnedAt';
      if (returnedAt !== undefined && actor.personId === found.studentId)
        throw new Invalid({ errors: [{ pointer, zh: '仅工作人员可填写', en: 'is for staff only' }] });
      if (at > now || at < found.leavesAt!)
        throw new Invalid({
          errors: [{ pointer, zh: '须在离校之后、现在之前', en: 'must lie between leaving and now' }],
        });
      found.reportReturn(at, actor.personId === found.studentId ? 'student' : 'staff');
    });
  }

  undoReturn(actor: Actor, id: string, expected: number): Promise<HolidayRegistrationDetailDto> {
    return this.act(actor, id, expected, 'undo_return', (found) => found.undoReturn());
  }

  private decide(
    actor: Actor,
    found: HolidayRegistration,
    decision: 'approve' | 'reject',
    reason: string | null,
  ): void {
    const status = decision === 'approve' ? 'approved' : 'rejected';
    found.decide(status, reason, actor.personId ?? actor.app, this.clock.now());
  }

  /** The open campaign, kept as it is, when it is for the student. Throws NotFound, or that it is not open. */
  private async campaignFor(tx: Tx, id: string, studentId: string): Promise<HolidayCampaign> {
    const isFor = sql`l.status <> 'draft' AND EXISTS (SELECT FROM directory.published_student_v1 p
      WHERE p.id = ${studentId} AND ${meantFor(sql`l`, sql`p`, this.clock.today())})`;
    const campaign = await findCampaign(tx, id, isFor, { lock: 'share', pointer: '#/campaignId' });
    if (campaign.status !== 'open') throw new HolidayCampaignNotOpen();
    return campaign;
  }

  private async file(
    tx: Tx,
    actor: Actor,
    campaign: HolidayCampaign,
    studentId: string,
    body: HolidayRegistrationFormDto,
    onBehalf: boolean,
  ): Promise<HolidayRegistrationDetailDto> {
    const { destination, form } = checkedForm(campaign, body);
    // One that was withdrawn is taken up again: there is one of a student.
    const before = await tx.findOne(HolidayRegistration, {
      where: { campaignId: campaign.id, studentId },
      lock: { mode: 'pessimistic_write' },
    });
    if (before && before.status !== 'withdrawn') throw new AlreadyRegistered();
    const found = before ?? HolidayRegistration.of(campaign.id, studentId);
    found.take(campaign, destination, form, onBehalf);
    await this.returns.recall(tx, found);
    await this.students.sealFields(tx, found);
    await onConflict(before ? update(tx, found) : insert(tx, found), {
      holiday_registration_one: () => new AlreadyRegistered(),
    });
    await tellAbsence(tx, this.events, found, undefined);
    await this.note(tx, actor, found, onBehalf ? 'register-on-behalf' : 'register');
    return this.detail(tx, actor, found, campaign);
  }

  private act(
    actor: Actor,
    id: string,
    expected: number,
    action: RegistrationAction,
    fn: (found: HolidayRegistration, campaign: HolidayCampaign) => void,
  ): Promise<HolidayRegistrationDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { found, campaign } = await this.actOne(tx, actor, id, expected, action, fn);
      return this.detail(tx, actor, found, campaign);
    });
  }

  private async actOne(
    tx: Tx,
    actor: Actor,
    id: string,
    expected: number,
    action: RegistrationAction,
    fn: (found: HolidayRegistration, campaign: HolidayCampaign) => void,
  ): Promise<{ found: HolidayRegistration; campaign: HolidayCampaign }> {
    const { found, campaign } = await this.find(tx, actor, id, 'update');
    if (found.version !== expected) throw new StaleVersionError();
    const by = await this.askerOf(tx, actor, found);
    const refused = found.refusal(action, by, campaign, this.clock.now(), this.clock.today());
    if (refused) throw refused;
    const before = found.absence;
    fn(found, campaign);
    await this.returns.recall(tx, found);
    await this.students.sealFields(tx, found);
    await update(tx, found);
    await tellAbsence(tx, this.events, found, before);
    await this.note(tx, actor, found, action.replace('_', '-'));
    return { found, campaign };
  }

  private async find(
    tx: Tx,
    actor: Actor,
    id: string,
    lock?: 'update',
  ): Promise<{ found: HolidayRegistration; campaign: HolidayCampaign }> {
    const where = registrationVisible(actor, this.clock.today());
    const found = await findInScope(tx, HolidayRegistration, id, { alias: 'r', where, ...(lock && { lock }) });
    if (!found) throw new NotFound({ what: 'holiday-registration' });
    return { found, campaign: await findCampaign(tx, found.campaignId, sql`TRUE`, lock ? { lock: 'share' } : {}) };
  }

  private async detail(
    tx: Tx,
    actor: Actor,
    found: HolidayRegistration,
    campaign: HolidayCampaign,
  ): Promise<HolidayRegistrationDetailDto> {
    const [row] = await query<HolidayRegistrationDto & Pick<HolidayRegistrationDetailDto, 'leaves'>>(
      tx,
      sql`SELECT ${this.columns()}, (SELECT coalesce(json_agg(json_build_object('id', v.id, 'startsAt', v.starts_at, 'endsAt', v.ends_at)
                   ORDER BY v.starts_at), '[]')
              FROM affairs.leave v WHERE v.student_id = r.student_id AND v.status IN ('approved','closed')
               AND r.away AND v.starts_at < least(r.returns_at, r.returned_at) AND v.ends_at > r.leaves_at) AS leaves
            FROM ${FROM} WHERE r.id = ${found.id}`,
    );
    const [texts] = await this.students.openFields(tx, [found]);
    const by = await this.askerOf(tx, actor, found);
    const [now, today] = [this.clock.now(), this.clock.today()];
    const actions = ACTIONS.map((action) => offered(action, found.refusal(action, by, campaign, now, today)));
    const { guardianTold, keepsBed, decidedAt, decidedBy, returnPassId } = found;
    return Object.assign(new HolidayRegistrationDetailDto(), {
      ...{ ...row, ...texts, guardianTold, keepsBed, decidedAt, returnPassId },
      decidedBy: decidedBy === null ? null : ByDto.from(decidedBy),
      actions,
    });
  }

  private columns() {
    return sql`r.id, json_build_object('id', l.id, 'title', l.title) AS campaign, ${personRef(sql`r.student_id`)} AS student, r.destination,
      r.away, r.status, r.leaves_at AS "leavesAt", r.returns_at AS "returnsAt", r.returned_at AS "returnedAt", r.returned_how AS "returnedHow",
      ${overdue(this.clock.now())} AS overdue, r.on_behalf AS "onBehalf", r.created_at AS "createdAt", r.version`;
  }

  /** Nobody decides on what is their own. */
  private askerOf(tx: Tx, actor: Actor, { id, studentId }: HolidayRegistration): Promise<RegistrationAsker> {
    return onceIn(tx, `asker ${id}`, async () => {
      const today = this.clock.today();
      const isSelf = actor.personId === studentId;
      return {
        own: await reaches(tx, actor.scopeOf('affairs:holiday-registration:submit'), studentId, today),
        keeps: !isSelf && (await reaches(tx, actor.scopeOf('affairs:holiday-registration:decide'), studentId, today)),
      };
    });
  }

  private async note(tx: Tx, actor: Actor, { id }: HolidayRegistration, action: string): Promise<void> {
    await audit(tx, actor, {
      action: `affairs.holiday-registration.${action}`,
      subject: { kind: 'holiday-registration', id },
    });
  }
}
