import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { type Actor, audit, ownStudent } from '#auth';
import { ClaimChangedV1 } from '#contracts';
import { Database, findInScope, insert, query, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { Events } from '#events';
import { Files, filesOf } from '#files';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { addWorkingDays, personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { ActivityPolicy } from '../activities/activities.policy.js';
import { ActivityKindUnknown, OtherKindOfWork } from '../activities/activities.problems.js';
import { departmentOf, lockOneStudent, noticeName } from '../students.queries.js';
import { type Asker, Claim, CLAIM_ACTIONS, type ClaimAction, type ClaimForm } from './claim.entity.js';
import { evidenceOf } from './claim.files.js';
import {
  activityWorks,
  claimVisible,
  confirmed,
  isOfOtherKind,
  moveClaims,
  reviewed,
  workOf,
} from './claims.queries.js';
import {
  type ApproveClaimDto,
  ClaimDetailDto,
  ClaimDto,
  type ClaimFormDto,
  ClaimNoticeDto,
  type ClaimNoticesQuery,
  type ClaimsQuery,
  type SubmitClaimDto,
} from './claims.dto.js';
import { SecondClassroomPolicy } from './second-classroom.policy.js';
import { CreditsAboveClaimed, HappensLater, WorksOfTwoActivities } from './second-classroom.problems.js';

const COLUMNS = sql`c.id, ${personRef(sql`c.student_id`)} AS student, c.kind, c.credits::float8, c.happened_on::text AS "happenedOn", c.status,
  c.notice_until AS "noticeUntil", c.provisional, c.confirmed_at AS "confirmedAt", c.work_id AS "workId", c.created_at AS "createdAt", c.version`;

type Row = Omit<ClaimDto, 'title'>;

/** Students claim what they did; the college reviews it, after public notice the school confirms it. */
@Injectable()
export class Claims {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly files: Files,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ClaimsQuery): Promise<Page<ClaimDto>> {
    const { status, studentId, kind, mine, updatedSince } = request;
    return this.database.read(async (tx) => {
      const { data, ...rest } = await list(tx, request, {
        select: COLUMNS,
        from: sql`affairs.second_classroom_claim c`,
        where: [
          claimVisible(actor, this.clock.today()),
          anyOf(sql`c.status`, status),
          anyOf(sql`c.student_id`, studentId, 'uuid'),
          anyOf(sql`c.kind`, kind),
          mine ? sql`c.student_id = ${actor.personId ?? null}` : undefined,
          updatedSince && sql`c.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`c.created_at`, updatedAt: sql`c.updated_at` },
        defaultSort: '-createdAt',
        id: sql`c.id`,
        to: (row: Row) => row,
      });
      const titles = await this.titlesOf(tx, data);
      return { data: data.map((row) => Object.assign(new ClaimDto(), row, { title: titles.get(row.id) })), ...rest };
    });
  }

  /** What is under public notice now, for everybody. */
  notices(request: ClaimNoticesQuery): Promise<Page<ClaimNoticeDto>> {
    const name = noticeName(sql`c.student_id`, this.clock.today());
    return this.database.read(async (tx) => {
      const { data, ...rest } = await list(tx, request, {
        select: sql`c.id, n.who->>'name' AS name, n.who->>'college' AS college, c.kind, c.credits::float8, c.notice_until AS "noticeUntil"`,
        from: sql`affairs.second_classroom_claim c CROSS JOIN LATERAL (SELECT ${name} AS who) n`,
        where: [sql`c.status = 'notice' AND c.notice_until > ${this.clock.now()}`],
        sorts: { noticeUntil: sql`c.notice_until` },
        defaultSort: 'noticeUntil',
        id: sql`c.id`,
        to: (row: Omit<ClaimNoticeDto, 'title'>) => row,
      });
      const titles = await this.titlesOf(tx, data);
      return {
        data: data.map((row) => Object.assign(new ClaimNoticeDto(), row, { title: titles.get(row.id) })),
        ...rest,
      };
    });
  }

  /** One claim with what the student wrote; staff who read it are in the audit. */
  get(actor: Actor, id: string): Promise<ClaimDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const claim = await this.find(tx, actor, id);
      if (actor.personId !== claim.studentId)
        await audit(tx, actor, { action: 'affairs.claim.read', subject: { kind: 'claim', id } });
      return this.detail(tx, actor, claim);
    });
  }

  /** Throws ActivityKindUnknown, HappensLater, OtherKindOfWork (422), NotFound for a work that is not the student's. */
  submit(actor: Actor, body: SubmitClaimDto): Promise<ClaimDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const studentId = await ownStudent(tx, actor, 'affairs:second-classroom:claim', body.studentId, today);
      lockOneStudent(tx, 'second-classroom', studentId);
      await this.check(tx, body);
      const claim = Claim.submit(
        studentId,
        formOf(body),
        await this.sameWork(tx, studentId, body.sameWorkAs, body.kind),
      );
      await this.students.sealFields(tx, claim);
      await insert(tx, claim);
      await this.attach(tx, actor, claim, body.evidence);
      return this.detail(tx, actor, claim);
    });
  }

  change(actor: Actor, id: string, expected: number, body: ClaimFormDto): Promise<ClaimDetailDto> {
    return this.act(actor, id, expected, 'change', async (tx, claim) => {
      await this.check(tx, body);
      claim.change(formOf(body));
      if (await isOfOtherKind(tx, claim)) throw new OtherKindOfWork({ pointer: '#/kind' });
      await this.attach(tx, actor, claim, body.evidence);
    });
  }

  /**
   * For the college: credits may be lowered, and said to be of the same work as something else. Public notice begins. Throws
   * CreditsAboveClaimed, OtherKindOfWork, WorksOfTwoActivities (422), NotFound for a work that is not the student's.
   */
  approve(actor: Actor, id: string, expected: number, body: ApproveClaimDto): Promise<ClaimDetailDto> {
    return this.act(actor, id, expected, 'approve', async (tx, claim) => {
      const { credits = claim.credits, sameWorkAs } = body;
      if (credits > claim.credits) throw new CreditsAboveClaimed({ pointer: '#/credits' });
      const { noticeDays, department } = await this.policy(tx);
      const { date, provisional } = await addWorkingDays(tx, this.clock.today(), noticeDays);
      claim.approve(actor.personId, {
        credits,
        workId: sameWorkAs ? await this.joinWorks(tx, claim, sameWorkAs) : claim.workId,
        noticeUntil: this.clock.instantOf(date, '24:00'),
        provisional,
        departmentId: await departmentOf(tx, department),
      });
    });
  }

  confirm(actor: Actor, id: string, expected: number): Promise<ClaimDetailDto> {
    return this.act(actor, id, expected, 'confirm', (_, claim) => claim.confirm(actor.personId, this.clock.now()));
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<ClaimDetailDto> {
    return this.act(actor, id, expected, 'withdraw', (_, claim) => claim.end('withdrawn', null));
  }

  /** The student is erased: what is not decided is withdrawn. What was confirmed stays. */
  async endAllOf(tx: Tx, studentId: string): Promise<void> {
    lockOneStudent(tx, 'second-classroom', studentId);
    await query(
      tx,
      sql`UPDATE affairs.second_classroom_claim SET status = 'withdrawn', updated_at = now(), version = version + 1
           WHERE student_id = ${studentId} AND status IN ('submitted', 'returned', 'notice')`,
    );
  }

  /** Returned to the student, refused, or taken back after it was confirmed; always with a reason. */
  end(
    actor: Actor,
    id: string,
    expected: number,
    action: 'return' | 'refuse' | 'revoke',
    text: string,
  ): Promise<ClaimDetailDto> {
    const status = { return: 'returned', refuse: 'refused', revoke: 'revoked' } as const;
    return this.act(actor, id, expected, action, (_, claim) => claim.end(status[action], text));
  }

  private act(
    actor: Actor,
    id: string,
    expected: number,
    action: ClaimAction,
    fn: (tx: Tx, claim: Claim) => void | Promise<void>,
  ): Promise<ClaimDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const { studentId } = await this.find(tx, actor, id);
      lockOneStudent(tx, 'second-classroom', studentId);
      const claim = await this.find(tx, actor, id, 'update');
      if (claim.version !== expected) throw new StaleVersionError();
      const by = await this.asker(tx, actor, claim);
      const refused = claim.refusal(action, by, this.clock.now());
      if (refused) throw refused;
      await fn(tx, claim);
      await this.students.sealFields(tx, claim);
      await update(tx, claim);
      if (action === 'confirm' || action === 'revoke')
        await this.events.publish(tx, new ClaimChangedV1({ claimId: id, studentId }), claim);
      if (!by.own) await audit(tx, actor, { action: `affairs.claim.${action}`, subject: { kind: 'claim', id } });
      return this.detail(tx, actor, claim);
    });
  }

  private async check(tx: Tx, { kind, happenedOn }: ClaimFormDto): Promise<void> {
    const { kinds } = (await this.policies.at(tx, ActivityPolicy, this.clock.today())).value;
    if (!kinds.some(({ code }) => code === kind)) throw new ActivityKindUnknown({ pointer: '#/kind' });
    if (happenedOn > this.clock.today()) throw new HappensLater({ pointer: '#/happenedOn' });
  }

  private async sameWork(tx: Tx, studentId: string, id: string | undefined, kind: string): Promise<string | undefined> {
    if (!id) return undefined;
    const work = await workOf(tx, studentId, id);
    if (!work) throw new NotFound({ pointer: '#/sameWorkAs', what: 'work' });
    if (work.kind !== kind) throw new OtherKindOfWork({ pointer: '#/sameWorkAs' });
    return work.workId;
  }

  /** The work of the claim and that of something else are one from now on, with what was joined to either before. Returns its id. */
  private async joinWorks(tx: Tx, { id: exceptId, studentId, workId, kind }: Claim, other: string): Promise<string> {
    const otherId = (await this.sameWork(tx, studentId, other, kind))!;
    if (otherId === workId) return workId;
    // An activity's work is also of others: it stays as it is.
    const ofActivities = await activityWorks(tx, [workId, otherId]);
    if (ofActivities.length > 1) throw new WorksOfTwoActivities({ pointer: '#/sameWorkAs' });
    const to = ofActivities[0] ?? otherId;
    const from = to === otherId ? workId : otherId;
    const moved = await moveClaims(tx, { studentId, from, to, exceptId });
    await this.events.publishEach(
      tx,
      moved.map(({ id, version }) => ({
        event: new ClaimChangedV1({ claimId: id, studentId }),
        aggregate: { id, version },
      })),
    );
    return to;
  }

  private async attach(tx: Tx, actor: Actor, claim: Claim, ids: string[]): Promise<void> {
    const subject = evidenceOf(claim);
    await this.files.free(tx, subject, ids);
    if (ids.length > 0) await this.files.attach(tx, actor, ids, subject, { keepUntil: null, pointer: '#/evidence' });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<Claim> {
    const where = claimVisible(actor, this.clock.today());
    const claim = await findInScope(tx, Claim, id, { alias: 'c', where, ...(lock && { lock }) });
    if (!claim) throw new NotFound({ what: 'claim' });
    return claim;
  }

  private async detail(tx: Tx, actor: Actor, claim: Claim): Promise<ClaimDetailDto> {
    const row = await queryOne<Row>(
      tx,
      sql`SELECT ${COLUMNS} FROM affairs.second_classroom_claim c WHERE c.id = ${claim.id}`,
    );
    const [texts] = await this.students.openFields(tx, [claim]);
    const by = await this.asker(tx, actor, claim);
    const actions = (Object.keys(CLAIM_ACTIONS) as ClaimAction[]).map((action) => {
      const refused = claim.refusal(action, by, this.clock.now());
      return offered(action, refused);
    });
    const evidence = await filesOf(tx, evidenceOf(claim));
    return Object.assign(new ClaimDetailDto(), { ...row, ...texts, evidence, actions });
  }

  private async asker(tx: Tx, actor: Actor, { id, studentId }: Claim): Promise<Asker> {
    const { personId } = actor;
    const own = actor.can('affairs:second-classroom:claim') && (personId ?? studentId) === studentId;
    const date = this.clock.today();
    const row = await queryOne<{ reviews: boolean; confirms: boolean }>(
      tx,
      sql`SELECT ${reviewed(actor, date)} AS reviews, ${confirmed(actor, date)} AS confirms
            FROM affairs.second_classroom_claim c WHERE c.id = ${id}`,
    );
    // Nobody decides on their own matter.
    const others = personId !== studentId;
    return { own, reviews: others && row!.reviews, confirms: others && row!.confirms === true, personId };
  }

  private async titlesOf(tx: Tx, rows: readonly { id: string }[]): Promise<Map<string, string | null>> {
    const claims = await tx.findBy(Claim, { id: In(rows.map(({ id }) => id)) });
    const texts = await this.students.openFields(tx, claims);
    return new Map(claims.map(({ id }, i) => [id, texts[i]!.title]));
  }

  private async policy(tx: Tx): Promise<SecondClassroomPolicy> {
    return (await this.policies.at(tx, SecondClassroomPolicy, this.clock.today())).value;
  }
}

function formOf({ kind, title, note, credits, happenedOn }: ClaimFormDto): ClaimForm {
  return { kind, title, note: note ?? null, credits, happenedOn };
}
