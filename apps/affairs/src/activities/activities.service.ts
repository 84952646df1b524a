import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { type Actor, audit } from '#auth';
import { ActivityCancelledV1, ParticipationConfirmedV1 } from '#contracts';
import { Database, findInScope, insert, query, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page, rowByRow } from '#http';
import { Policies } from '#policy';
import { NotFound, type Problem } from '#problems';
import { unitById, unitInScope, unitsBelow } from '#roster';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { offered } from '#workflow';
import {
  type ActivitiesQuery,
  type ActivityActionDto,
  ActivityDto,
  type ActivityFormDto,
  type DraftActivityDto,
  TitleDto,
} from './activities.dto.js';
import { ActivityPolicy } from './activities.policy.js';
import {
  ActivityKindUnknown,
  ActivityNotHeld,
  CapacityTaken,
  EnrolmentNotOwn,
  OtherKindOfWork,
} from './activities.problems.js';
import { holds, lockActivity, sharesWork, takenOf, visible } from './activities.queries.js';
import { Activity, ACTIVITY_ACTIONS, type ActivityAction, type ActivityForm } from './activity.entity.js';
import { type Enrolment, type EnrolmentStatus, TAKING } from './enrolment.entity.js';
import { type RollDto, RollRowResultDto, SignInCodeDto } from './roll.dto.js';
import { enrolRefusal, Enrolments } from './enrolments.service.js';
import { codeIn, windowOf } from './sign-in-code.js';

/** Facts that come in bulk travel in bulk. */
const AT_ONCE = 500;

interface Row {
  id: string;
  held: boolean;
  taken: number;
  waiting: number;
  mine: { id: string; status: EnrolmentStatus } | null;
}

/** Whoever holds an activity publishes it, shows its code, and says who took part. */
@Injectable()
export class Activities {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly enrolments: Enrolments,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ActivitiesQuery): Promise<Page<ActivityDto>> {
    const { status, kind, unitId, organisationId, from, to, held, updatedSince } = request;
    const now = this.clock.now();
    const shown = sql`CASE WHEN a.status = 'published' AND a.starts_at <= ${now} THEN 'running' ELSE a.status END`;
    return this.database.read(async (tx) => {
      const { data, ...rest } = await list(tx, request, {
        select: this.columns(actor),
        from: sql`affairs.activity a`,
        where: [
          visible(actor, this.clock.today()),
          anyOf(shown, status),
          anyOf(sql`a.kind`, kind),
          unitId?.length ? sql`a.unit_id IN (${unitsBelow(unitId)})` : undefined,
          anyOf(sql`a.organisation_id`, organisationId, 'uuid'),
          from && sql`a.ends_at > ${from}`,
          to && sql`a.starts_at < ${to}`,
          held === undefined ? undefined : sql`${holds(actor)} = ${held}`,
          updatedSince && sql`a.updated_at >= ${updatedSince}`,
        ],
        sorts: { startsAt: sql`a.starts_at`, updatedAt: sql`a.updated_at` },
        defaultSort: '-startsAt',
        id: sql`a.id`,
        to: (row: Row) => row,
      });
      return { data: await this.answers(tx, actor, data), ...rest };
    });
  }

  get(actor: Actor, id: string): Promise<ActivityDto> {
    return this.database.read((tx) => this.read(tx, actor, id));
  }

  /** Throws NotFound for a unit that the actor does not answer for, ActivityKindUnknown, ActivityTimesWrong, OtherKindOfWork (422). */
  draft(actor: Actor, { unitId, organisationId, sameWorkAs, ...form }: DraftActivityDto): Promise<ActivityDto> {
    return this.database.transaction(actor, async (tx) => {
      const scope = actor.scopeOf('affairs:activity:manage');
      const unit = await unitById(tx, unitId);
      const inCharge = await queryOne(tx, sql`SELECT WHERE ${unitInScope(scope, sql`${unitId}::uuid`)}`);
      if (!unit?.active || !inCharge) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
      await mustGuide(tx, unitId, organisationId);
      await this.mustBeKind(tx, form.kind);
      const holder = { unitId, organisationId: organisationId ?? null };
      const activity = Activity.draft(holder, formOf(form), await this.workOf(tx, actor, sameWorkAs, form.kind));
      await insert(tx, activity);
      return this.answer(tx, actor, activity.id, 'draft');
    });
  }

  /** Who is enrolled stays so; where there are more places than before, whoever waits gets them. Its kind is fixed once it is published. */
  change(actor: Actor, id: string, expected: number, form: ActivityFormDto): Promise<ActivityDto> {
    return this.write(actor, id, expected, 'change', async (tx, activity) => {
      if (form.kind !== activity.kind) {
        if (activity.status !== 'draft' || (await sharesWork(tx, activity)))
          throw new OtherKindOfWork({ pointer: '#/kind' });
        await this.mustBeKind(tx, form.kind);
      }
      activity.change(formOf(form));
      const taken = await takenOf(tx, id);
      if (form.capacity < taken) throw new CapacityTaken({ pointer: '#/capacity', params: { taken } });
      await this.enrolments.moveUp(tx, activity);
    });
  }

  publish(actor: Actor, id: string, expected: number): Promise<ActivityDto> {
    return this.write(actor, id, expected, 'publish', (_, activity) => void (activity.status = 'published'));
  }

  /** Ends its enrolments with it. */
  cancel(actor: Actor, id: string, expected: number): Promise<ActivityDto> {
    return this.write(actor, id, expected, 'cancel', async (tx, activity) => {
      const published = activity.status === 'published';
      activity.status = 'cancelled';
      await query(
        tx,
        sql`UPDATE affairs.enrolment SET status = 'cancelled', updated_at = now(), version = version + 1
             WHERE activity_id = ${id} AND status IN ('waiting', 'enrolled')`,
      );
      if (published) await this.events.publish(tx, new ActivityCancelledV1(id));
    });
  }

  /** What is to be shown on the spot now. */
  code(actor: Actor, id: string): Promise<SignInCodeDto> {
    return this.database.read(async (tx) => {
      const activity = await findInScope(tx, Activity, id, { alias: 'a', where: holds(actor) });
      if (!activity) throw new NotFound({ what: 'activity' });
      const { codeSeconds, signInMinutes } = await this.policy(tx);
      const now = this.clock.now();
      const refused = activity.refusal('show_code', true, now, signInMinutes);
      if (refused) throw refused;
      const window = windowOf(now, codeSeconds);
      return Object.assign(new SignInCodeDto(), {
        code: codeIn(this.vault, id, window),
        changesAt: new Date((window + 1) * codeSeconds * 1_000),
        seconds: codeSeconds,
      });
    });
  }

  /** Says of many whether they are there: each row by itself. */
  roll(actor: Actor, id: string, { rows }: RollDto): Promise<RollRowResultDto[]> {
    return this.database.transaction(actor, async (tx) => {
      const activity = await lockActivity(tx, id, holds(actor));
      const refused = activity.refusal('roll', true, this.clock.now(), 0);
      if (refused) throw refused;
      const results = await rowByRow(tx, rows, (row) => this.enrolments.recordIn(tx, activity, row.id, row));
      await audit(tx, actor, { action: 'affairs.activity.roll', subject: { kind: 'activity', id } });
      return results.map((result) => Object.assign(new RollRowResultDto(), result));
    });
  }

  /** Confirms who took part: those of whom something says that they were there. Who waits has waited in vain. */
  close(actor: Actor, id: string, expected: number): Promise<ActivityDto> {
    return this.write(actor, id, expected, 'close', async (tx, activity) => {
      const now = this.clock.now();
      activity.status = 'closed';
      activity.closedAt = now;
      await query(
        tx,
        sql`UPDATE affairs.enrolment SET status = 'lapsed', updated_at = now(), version = version + 1
             WHERE activity_id = ${id} AND status = 'waiting'`,
      );
      const enrolled = await this.enrolments.confirmAll(tx, activity, now);
      const there = enrolled.filter(({ status }) => status === 'confirmed');
      for (let i = 0; i < there.length; i += AT_ONCE)
        await this.events.publish(tx, new ParticipationConfirmedV1(id, there.slice(i, i + AT_ONCE).map(participation)));
    });
  }

  private write(
    actor: Actor,
    id: string,
    expected: number,
    action: ActivityAction,
    fn: (tx: Tx, activity: Activity) => void | Promise<void>,
  ): Promise<ActivityDto> {
    return this.database.transaction(actor, async (tx) => {
      const activity = await lockActivity(tx, id, holds(actor));
      if (activity.version !== expected) throw new StaleVersionError();
      const { signInMinutes } = await this.policy(tx);
      const refused = activity.refusal(action, true, this.clock.now(), signInMinutes);
      if (refused) throw refused;
      await fn(tx, activity);
      await update(tx, activity);
      return this.answer(tx, actor, id, action);
    });
  }

  private async answer(tx: Tx, actor: Actor, id: string, action: string): Promise<ActivityDto> {
    await audit(tx, actor, { action: `affairs.activity.${action}`, subject: { kind: 'activity', id } });
    return this.read(tx, actor, id);
  }

  private async read(tx: Tx, actor: Actor, id: string): Promise<ActivityDto> {
    const row = await queryOne<Row>(
      tx,
      sql`SELECT ${this.columns(actor)} FROM affairs.activity a
           WHERE a.id = ${id} AND (${visible(actor, this.clock.today())} OR ${holds(actor)})`,
    );
    if (!row) throw new NotFound({ what: 'activity' });
    return (await this.answers(tx, actor, [row]))[0]!;
  }

  private columns(actor: Actor) {
    const own = actor.scopeOf('affairs:activity:enrol').personId ?? null;
    return sql`a.id, ${holds(actor)} AS held,
      (SELECT count(*)::int FROM affairs.enrolment e WHERE e.activity_id = a.id AND e.status = ANY(${TAKING}::text[])) AS taken,
      (SELECT count(*)::int FROM affairs.enrolment e WHERE e.activity_id = a.id AND e.status = 'waiting') AS waiting,
      (SELECT json_build_object('id', e.id, 'status', e.status) FROM affairs.enrolment e WHERE e.activity_id = a.id AND e.student_id = ${own}::uuid) AS mine`;
  }

  private async answers(tx: Tx, actor: Actor, rows: Row[]): Promise<ActivityDto[]> {
    const activities = await tx.findBy(Activity, { id: In(rows.map(({ id }) => id)) });
    const byId = new Map(activities.map((activity) => [activity.id, activity]));
    const [{ signInMinutes }, now] = [await this.policy(tx), this.clock.now()];
    const student = actor.scopeOf('affairs:activity:enrol').personId !== undefined;
    return rows.map(({ id, held, ...row }) => {
      const activity = byId.get(id)!;
      const refusals: [ActivityActionDto['action'], Problem | undefined][] = [
        ['enrol', student ? enrolRefusal(activity, row.mine?.status, row.taken, false, now) : new EnrolmentNotOwn()],
        ...(Object.keys(ACTIVITY_ACTIONS) as ActivityAction[]).map((action): [ActivityAction, Problem | undefined] => [
          action,
          held ? activity.refusal(action, held, now, signInMinutes) : new ActivityNotHeld(),
        ]),
      ];
      const actions = refusals.map(([action, refused]) => offered(action, refused));
      return answerOf(activity, row, actions, now);
    });
  }

  private async mustBeKind(tx: Tx, kind: string): Promise<void> {
    const { kinds } = await this.policy(tx);
    if (!kinds.some(({ code }) => code === kind)) throw new ActivityKindUnknown({ pointer: '#/kind' });
  }

  /** The work of an activity that the actor can see. */
  private async workOf(tx: Tx, actor: Actor, sameAs: string | undefined, kind: string): Promise<string | undefined> {
    if (!sameAs) return undefined;
    const where = visible(actor, this.clock.today());
    const other = await findInScope(tx, Activity, sameAs, { alias: 'a', where, lock: 'share' });
    if (!other) throw new NotFound({ pointer: '#/sameWorkAs', what: 'activity' });
    if (other.kind !== kind) throw new OtherKindOfWork({ pointer: '#/sameWorkAs' });
    return other.workId;
  }

  private async policy(tx: Tx): Promise<ActivityPolicy> {
    return (await this.policies.at(tx, ActivityPolicy, this.clock.today())).value;
  }
}

/** Throws NotFound for an organisation that the unit does not guide, or that is dissolved. */
async function mustGuide(tx: Tx, unitId: string, organisationId: string | undefined): Promise<void> {
  if (!organisationId) return;
  const found = await queryOne(
    tx,
    sql`SELECT FROM affairs.organisation WHERE id = ${organisationId} AND unit_id = ${unitId} AND status = 'active' FOR SHARE`,
  );
  if (!found) throw new NotFound({ pointer: '#/organisationId', what: 'organisation' });
}

export function participation({ id, studentId }: Enrolment): { enrolmentId: string; studentId: string } {
  return { enrolmentId: id, studentId };
}

function formOf({ startsAt, endsAt, enrolFrom, enrolUntil, cancelUntil, ...form }: ActivityFormDto): ActivityForm {
  const date = (text: string): Date => new Date(text);
  return {
    ...form,
    startsAt: date(startsAt),
    endsAt: date(endsAt),
    enrolFrom: date(enrolFrom),
    enrolUntil: date(enrolUntil),
    cancelUntil: date(cancelUntil ?? startsAt),
  };
}

function answerOf(
  activity: Activity,
  { taken, waiting, mine }: Omit<Row, 'id' | 'held'>,
  actions: ActivityActionDto[],
  now: Date,
): ActivityDto {
  const {
    id,
    unitId,
    kind,
    titleZh: zh,
    titleEn: en,
    place,
    startsAt,
    endsAt,
    enrolFrom,
    enrolUntil,
    cancelUntil,
  } = activity;
  const { capacity, audienceUnitIds, audienceGrades, credits, hours, workId, closedAt, organisationId, version } =
    activity;
  const status = activity.status === 'published' && startsAt <= now ? 'running' : activity.status;
  return Object.assign(new ActivityDto(), {
    ...{
      id,
      unitId,
      organisationId,
      status,
      kind,
      title: Object.assign(new TitleDto(), { zh, en }),
      place,
      startsAt,
      endsAt,
    },
    ...{ enrolFrom, enrolUntil, cancelUntil, capacity, taken, waiting, audienceUnitIds, audienceGrades },
    ...{ credits, hours, workId, closedAt, mine, actions, version },
  });
}
