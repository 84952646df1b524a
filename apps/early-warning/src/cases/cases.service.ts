import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { CareCaseOpenedV1 } from '#contracts';
import { Database, insert, onConflict, sql, type Sql, type Tx } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inUnits, personById, reaches } from '#roster';
import { addDays, CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { Referrals } from '../referrals/referrals.service.js';
import { Warnings } from '../warnings/warnings.service.js';
import { CareCase, type Origin } from './care-case.entity.js';
import { CarePolicy } from './care.policy.js';
import { CaseDesk } from './case-desk.service.js';
import { CaseDetails } from './case-details.service.js';
import type { OpenCaseDto } from './case-forms.dto.js';
import { type CareCaseDetailDto, CareCaseDto, CareChoicesDto, type CasesQuery } from './cases.dto.js';
import { CaseAlreadyOpen, CodeUnknown } from './cases.problems.js';
import {
  caseVisible,
  columns,
  findCase,
  mustSeeApplication,
  overdue,
  OWNER,
  personOf,
  quiet,
  stageOf,
} from './cases.queries.js';
import { own } from './owners.queries.js';
import { CaseSupervision } from './supervision.service.js';

/** How a case begins. */
type Begun = Pick<CareCase, 'studentId' | 'kind' | 'origin' | 'applicationId'> & { summary: string };

/** Care cases: who answers for a student opens one, whoever is part of it sees it, and that one looked is in the audit. */
@Injectable()
export class Cases {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly warnings: Warnings,
    private readonly referrals: Referrals,
    private readonly desk: CaseDesk,
    private readonly details: CaseDetails,
    private readonly supervision: CaseSupervision,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: CasesQuery): Promise<Page<CareCaseDto>> {
    const { stage, kind, level, studentId, unitId, ownerId, updatedSince } = request;
    const today = this.clock.today();
    const is = (wanted: boolean | undefined, predicate: Sql) =>
      wanted === undefined ? undefined : sql`(${predicate} IS TRUE) = ${wanted}`;
    return this.database.transaction(actor, async (tx) => {
      const page = await list(tx, request, {
        select: columns(today),
        from: sql`early_warning.care_case c`,
        where: [
          caseVisible(actor, today),
          anyOf(stageOf, stage),
          anyOf(sql`c.kind`, kind),
          anyOf(sql`c.level`, level),
          anyOf(sql`c.student_id`, studentId, 'uuid'),
          inUnits(unitId, sql`c.student_id`, today),
          anyOf(OWNER, ownerId, 'uuid'),
          request.applicationId && sql`c.application_id = ${request.applicationId}`,
          is(request.closed, sql`c.closed_at IS NOT NULL`),
          is(request.overdue, overdue(today)),
          is(request.quiet, quiet(today)),
          updatedSince && sql`c.updated_at >= ${updatedSince}`,
        ],
        sorts: { openedAt: sql`c.opened_at`, updatedAt: sql`c.updated_at` },
        defaultSort: '-openedAt',
        id: sql`c.id`,
        to: CareCaseDto.from,
      });
      await auditList(tx, actor, { action: 'early-warning.case.list', rows: page.data.length, filter: request });
      return page;
    });
  }

  /** What the school's rules of today offer. */
  async choices(): Promise<CareChoicesDto> {
    const { value } = await this.policies.at(this.database.connection, CarePolicy, this.clock.today());
    const { kinds, levels, effects } = value;
    return Object.assign(new CareChoicesDto(), { kinds, levels, effects });
  }

  get(actor: Actor, id: string): Promise<CareCaseDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const of = await findCase(tx, actor, id, this.clock.today());
      await audit(tx, actor, { action: 'early-warning.case.read', subject: { kind: 'case', id } });
      return this.details.of(tx, actor, of);
    });
  }

  open(actor: Actor, body: OpenCaseDto): Promise<CareCaseDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { studentId, warningIds = [], referralIds = [], applicationId = null } = body;
      const today = this.clock.today();
      const student = await personById(tx, studentId);
      const scope = actor.scopeOf('early-warning:case:write');
      const own = studentId === personOf(actor);
      if (student?.kind !== 'student' || own || !(await reaches(tx, scope, studentId, today)))
        throw new NotFound({ pointer: '#/studentId', what: 'student' });
      if (applicationId) await mustSeeApplication(tx, actor, applicationId, studentId, today);
      const of = await this.begin(tx, actor, { ...body, applicationId, origin: originOf(body) });
      await this.warnings.takeInto(tx, actor, of, warningIds);
      await this.referrals.takeInto(tx, actor, of, referralIds);
      return this.details.of(tx, actor, of);
    });
  }

  /** Opens a case of a student in the caller's transaction; who opens it owns it. */
  async begin(tx: Tx, actor: Actor, { studentId, kind, summary, origin, applicationId }: Begun): Promise<CareCase> {
    const [today, now, openedBy] = [this.clock.today(), this.clock.now(), personOf(actor)];
    const { value } = await this.policies.at(tx, CarePolicy, today);
    if (!value.kinds.some(({ key }) => key === kind)) throw new CodeUnknown({ pointer: '#/kind' });
    const of = Object.assign(new CareCase(), {
      ...{ studentId, kind, summary, origin, applicationId, openedAt: now, openedBy, openedByApp: actor.app },
      ...{ activeOn: today, levelDueOn: addDays(today, value.levelDays) },
    });
    await this.students.sealFields(tx, of);
    await onConflict(insert(tx, of), { care_case_one: () => new CaseAlreadyOpen({ pointer: '#/studentId' }) });
    await own(tx, of, openedBy, 'opened', { now, today });
    await this.supervision.settle(tx, of);
    await this.events.publish(tx, new CareCaseOpenedV1(of.id), of);
    await audit(tx, actor, { action: 'early-warning.case.open', subject: { kind: 'case', id: of.id } });
    return of;
  }

  takeWarnings(actor: Actor, id: string, expected: number, warningIds: string[]): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'take_warnings', ({ tx, of }) =>
      this.warnings.takeInto(tx, actor, of, warningIds),
    );
  }

  plan(actor: Actor, id: string, expected: number, goals: string): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, expected, 'plan', async ({ of, by, now }) => of.plan(goals, by.personId, now));
  }
}

/** Where a case came from: the first of what it takes. */
function originOf({ warningIds = [], referralIds = [], applicationId }: OpenCaseDto): Origin {
  if (warningIds.length > 0) return 'warning';
  if (referralIds.length > 0) return 'referral';
  return applicationId ? 'application' : 'person';
}
