import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList, ownStudent } from '#auth';
import { DisputeChangedV1 } from '#contracts';
import {
  Database,
  findInScope,
  insert,
  onConflict,
  query,
  queryOne,
  sql,
  StaleVersionError,
  type Tx,
  update,
} from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { Files, filesOf } from '#files';
import { anyOf, list, type Page, PersonRefDto } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { addWorkingDays, inScope, peopleByIds, personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { isFiledAway } from '../observations/correcting.js';
import { ownValue } from '../own/own.queries.js';
import { Dispute, DISPUTE_ACTIONS, type DisputeAction, type DisputeAsker } from './dispute.entity.js';
import { DisputeDueV1 } from './dispute-due.event.js';
import { filesOfDispute } from './dispute.files.js';
import {
  type AskAgainDto,
  type DisputeDecisionDto,
  DisputeDetailDto,
  DisputeDto,
  type DisputesQuery,
  type RaiseDisputeDto,
} from './disputes.dto.js';
import { DisputePolicy } from './disputes.policy.js';
import { DisputeOpen, ObservationsFiledAway } from './disputes.problems.js';
import { disputeDecided, disputeVisible, involvedIn } from './disputes.queries.js';
import { disputeRefusal, type DisputesOver, overObservation, OVER_WARNING } from './may-dispute.js';
import { Pauses } from './pauses.service.js';

const DAY_MS = 86_400_000;
const RAISE = 'early-warning:dispute:raise';
const COLUMNS = sql`d.id, ${personRef(sql`d.student_id`)} AS student, d.subject, d.warning_id AS "warningId", d.metric, d.day::text AS day, d.kind,
  d.status, d.round, d.raised_at AS "raisedAt", d.due_at AS "dueAt", d.provisional, d.version`;

type Subject = Pick<Dispute, 'subject' | 'warningId' | 'metric' | 'day'>;

/** Students dispute what is recorded, or said, of them; others than those concerned decide. */
@Injectable()
export class Disputes {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly files: Files,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly pauses: Pauses,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: DisputesQuery): Promise<Page<DisputeDto>> {
    const { status, studentId, mine, overdue, updatedSince } = request;
    const late = sql`(d.status = 'open' AND d.due_at < ${this.clock.now()})`;
    return this.database.transaction(null, async (tx) => {
      const found = await list(tx, request, {
        select: COLUMNS,
        from: sql`early_warning.dispute d`,
        where: [
          disputeVisible(actor, this.clock.today()),
          anyOf(sql`d.status`, status),
          anyOf(sql`d.student_id`, studentId, 'uuid'),
          mine ? sql`d.student_id = ${actor.personId ?? null}` : undefined,
          overdue === undefined ? undefined : overdue ? late : sql`NOT ${late}`,
          updatedSince && sql`d.updated_at >= ${updatedSince}`,
        ],
        sorts: { raisedAt: sql`d.raised_at`, dueAt: sql`d.due_at`, updatedAt: sql`d.updated_at` },
        defaultSort: '-raisedAt',
        id: sql`d.id`,
        to: (row: DisputeDto) => Object.assign(new DisputeDto(), row),
      });
      if (found.data.some(({ student }) => student?.id !== actor.personId))
        await auditList(tx, actor, {
          action: 'early-warning.dispute.list',
          rows: found.data.length,
          filter: request,
        });
      return found;
    });
  }

  /** Staff who read it are in the audit. */
  get(actor: Actor, id: string): Promise<DisputeDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const dispute = await this.find(tx, actor, id);
      if (actor.personId !== dispute.studentId) await this.audit(tx, actor, id, 'read');
      return this.detail(tx, actor, dispute);
    });
  }

  /** What would follow waits from now on. Throws NotFound for what is not the student's to see, and what speaks against a dispute (409). */
  raise(actor: Actor, body: RaiseDisputeDto): Promise<DisputeDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const [today, now] = [this.clock.today(), this.clock.now()];
      const studentId = await ownStudent(tx, actor, RAISE, body.studentId, today);
      const { value: policy, number: policyNumber } = await this.policies.at(tx, DisputePolicy, today);
      await query(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended(${`early-warning.dispute ${studentId}`}, 0))`);
      const subject = await this.subjectOf(tx, studentId, body, policy);
      const { kind, text } = body;
      const limit = await this.limit(tx, policy);
      const dispute = Object.assign(new Dispute(), {
        ...{ studentId, ...subject, kind, text, raisedAt: now, policyNumber, ...limit },
      });
      await this.students.sealFields(tx, dispute);
      await onConflict(insert(tx, dispute), {
        dispute_one_open_of_warning: () => new DisputeOpen(),
        dispute_one_open_of_observation: () => new DisputeOpen(),
      });
      await this.attach(tx, actor, dispute, body.files);
      await this.begin(tx, dispute);
      if (actor.personId !== studentId) await this.audit(tx, actor, dispute.id, 'raise');
      return this.detail(tx, actor, dispute);
    });
  }

  withdraw(actor: Actor, id: string, expected: number): Promise<DisputeDetailDto> {
    return this.act(actor, id, expected, 'withdraw', async (tx, dispute) => {
      dispute.status = 'withdrawn';
      await this.end(tx, dispute);
    });
  }

  /** Once, after a rejection: somebody else looks. */
  askAgain(actor: Actor, id: string, expected: number, { text, files }: AskAgainDto): Promise<DisputeDetailDto> {
    return this.act(actor, id, expected, 'ask_again', async (tx, dispute) => {
      const { value } = await this.policies.at(tx, DisputePolicy, this.clock.today());
      const { dueAt, provisional } = await this.limit(tx, value);
      dispute.askAgain(text, dueAt, provisional);
      const before = await filesOf(tx, filesOfDispute(dispute));
      await this.attach(tx, actor, dispute, [...before.map((file) => file.id), ...files]);
      await this.begin(tx, dispute);
    });
  }

  /** What is done with a dispute: checked, written, told and, where it is not the student who does it, audited. */
  act(
    actor: Actor,
    id: string,
    expected: number,
    action: DisputeAction,
    fn: (tx: Tx, dispute: Dispute) => Promise<void>,
  ): Promise<DisputeDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const dispute = await this.find(tx, actor, id, 'update');
      if (dispute.version !== expected) throw new StaleVersionError();
      if (dispute.status === 'open') dispute.involved = await involvedIn(tx, dispute);
      const by = await this.asker(tx, actor, dispute);
      const refused = dispute.refusal(action, by, this.clock.now(), await this.askBy(tx, dispute));
      if (refused) throw refused;
      await fn(tx, dispute);
      await this.students.sealFields(tx, dispute);
      await onConflict(update(tx, dispute), {
        dispute_one_open_of_warning: () => new DisputeOpen(),
        dispute_one_open_of_observation: () => new DisputeOpen(),
      });
      await this.tell(tx, dispute, dispute.status);
      if (!by.own) await this.audit(tx, actor, id, action);
      return this.detail(tx, actor, dispute);
    });
  }

  /** What waited goes on; to be called when the dispute is open no more. */
  async end(tx: Tx, dispute: Dispute): Promise<void> {
    await this.timers.cancel(tx, timerOf(dispute));
    await this.pauses.end(tx, dispute);
  }

  /** Its limit is over: whoever decides is told. */
  async whenDue(tx: Tx, id: string): Promise<void> {
    const dispute = await tx.findOne(Dispute, { where: { id }, lock: { mode: 'pessimistic_write' } });
    if (dispute?.status !== 'open' || dispute.dueAt > this.clock.now()) return;
    await this.tell(tx, dispute, 'overdue');
  }

  private async begin(tx: Tx, dispute: Dispute): Promise<void> {
    await this.pauses.begin(tx, dispute);
    await this.timers.set(tx, { key: timerOf(dispute), at: dispute.dueAt, event: new DisputeDueV1(dispute.id) });
    if (dispute.round === 1) await this.tell(tx, dispute, 'open');
  }

  private async tell(tx: Tx, dispute: Dispute, status: DisputeChangedV1['status']): Promise<void> {
    const { id: disputeId, studentId } = dispute;
    await this.events.publish(tx, new DisputeChangedV1({ disputeId, studentId, status }), dispute);
  }

  /** What the body names; throws what speaks against a dispute over it. */
  private async subjectOf(
    tx: Tx,
    studentId: string,
    { warningId, metric, day }: RaiseDisputeDto,
    policy: DisputePolicy,
  ): Promise<Subject> {
    if (warningId !== undefined ? metric !== undefined || day !== undefined : metric === undefined || day === undefined)
      throw new Invalid({
        errors: [
          { pointer: '#/warningId', zh: '应给 warningId，或 metric 与 day', en: 'give warningId, or metric and day' },
        ],
      });
    const now = this.clock.now();
    if (warningId !== undefined) {
      // One that was withdrawn says nothing any more.
      const row = await queryOne<DisputesOver & { since: Date }>(
        tx,
        sql`SELECT w.raised_at AS since, ${OVER_WARNING} FROM early_warning.warning w
             WHERE w.id = ${warningId} AND w.student_id = ${studentId} AND w.status <> 'withdrawn' FOR UPDATE`,
      );
      if (!row) throw new NotFound({ pointer: '#/warningId', what: 'warning' });
      const refused = disputeRefusal(row, row.since, policy, now);
      if (refused) throw refused;
      return { subject: 'warning', warningId, metric: null, day: null };
    }
    const known = (await metricCatalogue(tx)).get(metric!);
    if (!known || (await ownValue(tx, studentId, known.number, day!)) === null)
      throw new NotFound({ pointer: '#/metric', what: 'observation' });
    if (await isFiledAway(tx, day!)) throw new ObservationsFiledAway({ pointer: '#/day' });
    const over = await queryOne<DisputesOver>(
      tx,
      sql`SELECT ${overObservation(sql`${studentId}::uuid`, sql`${metric}::text`, sql`${day}::date`)}`,
    );
    const refused = disputeRefusal(over!, this.clock.instantOf(day!, '00:00'), policy, now);
    if (refused) throw refused;
    return { subject: 'observation', warningId: null, metric: metric!, day: day! };
  }

  private async limit(tx: Tx, policy: DisputePolicy): Promise<{ dueAt: Date; provisional: boolean }> {
    const { date, provisional } = await addWorkingDays(tx, this.clock.today(), policy.decideWithinDays);
    return { dueAt: this.clock.instantOf(date, '24:00'), provisional };
  }

  /** The last instant to ask for a second look, by the rules that the dispute was raised under. */
  private async askBy(tx: Tx, { decidedAt, raisedAt }: Dispute): Promise<Date | null> {
    if (decidedAt === null) return null;
    const { value } = await this.policies.at(tx, DisputePolicy, this.clock.dateOf(raisedAt));
    return new Date(decidedAt.getTime() + value.askAgainWithinDays * DAY_MS);
  }

  private async attach(tx: Tx, actor: Actor, dispute: Dispute, ids: string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.files.attach(tx, actor, ids, filesOfDispute(dispute), { keepUntil: null, pointer: '#/files' });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<Dispute> {
    const where = disputeVisible(actor, this.clock.today());
    const dispute = await findInScope(tx, Dispute, id, { alias: 'd', where, ...(lock && { lock }) });
    if (!dispute) throw new NotFound({ what: 'dispute' });
    return dispute;
  }

  private audit(tx: Tx, actor: Actor, id: string, action: string): Promise<void> {
    return audit(tx, actor, { action: `early-warning.dispute.${action}`, subject: { kind: 'dispute', id } });
  }

  private async asker(tx: Tx, actor: Actor, { id, studentId }: Dispute): Promise<DisputeAsker> {
    const today = this.clock.today();
    const row = await queryOne<{ own: boolean; decides: boolean }>(
      tx,
      sql`SELECT ${inScope(actor.scopeOf(RAISE), sql`d.student_id`, today)} AS own, ${disputeDecided(actor, today)} AS decides
            FROM early_warning.dispute d WHERE d.id = ${id}`,
    );
    const { personId } = actor;
    const own = row!.own && (personId ?? studentId) === studentId;
    return { own, decides: row!.decides && personId !== studentId, personId };
  }

  private async detail(tx: Tx, actor: Actor, dispute: Dispute): Promise<DisputeDetailDto> {
    const row = await queryOne<DisputeDto>(
      tx,
      sql`SELECT ${COLUMNS} FROM early_warning.dispute d WHERE d.id = ${dispute.id}`,
    );
    const [texts] = await this.students.openFields(tx, [dispute]);
    const { value: policy } = await this.policies.at(tx, DisputePolicy, this.clock.today());
    const by = await this.asker(tx, actor, dispute);
    if (dispute.status === 'open') dispute.involved = await involvedIn(tx, dispute);
    const askBy = await this.askBy(tx, dispute);
    const { decidedBy, decidedAt, againBy, againAt, corrections } = dispute;
    const shown = by.decides || policy.showDeciders ? [decidedBy, againBy].filter((id) => id !== null) : [];
    const people = new Map((await peopleByIds(tx, shown)).map((one) => [one.id, PersonRefDto.from(one)]));
    const decision = (id: string | null, at: Date | null, answer: string | null): DisputeDecisionDto | null =>
      at && { by: people.get(id ?? '') ?? null, at, answer };
    return Object.assign(new DisputeDetailDto(), row, {
      ...{ text: texts!.text, againText: texts!.againText, corrections },
      decision: decision(decidedBy, decidedAt, texts!.answer),
      againDecision: decision(againBy, againAt, texts!.againAnswer),
      files: await filesOf(tx, filesOfDispute(dispute)),
      actions: (Object.keys(DISPUTE_ACTIONS) as DisputeAction[]).map((action) =>
        offered(action, dispute.refusal(action, by, this.clock.now(), askBy)),
      ),
    });
  }
}

function timerOf({ id }: Dispute): TimerKey {
  return `early-warning.dispute ${id}`;
}
