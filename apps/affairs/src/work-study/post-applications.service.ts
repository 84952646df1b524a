import { Injectable } from '@nestjs/common';
import { type Actor, audit, ownStudent } from '#auth';
import {
  Database,
  empty,
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
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { offered } from '#workflow';
import { APPLICATION_ACTIONS, type ApplicationAction, Post, PostApplication } from './post.entity.js';
import {
  type ApplyForPostDto,
  PostApplicationDetailDto,
  PostApplicationDto,
  type PostApplicationsQuery,
} from './posts.dto.js';
import { applyRefusal } from './posts.service.js';
import { AppliedAlready, PostFull } from './work-study.problems.js';
import { manages, ofPostVisible } from './work-study.queries.js';

const COLUMNS = sql`a.id, json_build_object('id', p.id, 'title', p.title) AS post, ${personRef(sql`a.student_id`)} AS student, a.status,
  a.asked_at AS "askedAt", a.version`;
const FROM = sql`affairs.work_study_application a JOIN affairs.work_study_post p ON p.id = a.post_id`;

/** Students apply for posts, units give them. */
@Injectable()
export class PostApplications {
  constructor(
    private readonly database: Database,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** In turn: those who come first, as the rules ask, and of these who asked first. Why somebody comes first is not told. */
  list(actor: Actor, request: PostApplicationsQuery): Promise<Page<PostApplicationDto>> {
    const { status, postId, studentId, updatedSince } = request;
    const first = sql`EXISTS (SELECT FROM affairs.work_study_priority f WHERE f.student_id = a.student_id AND f.until >= ${this.clock.today()})`;
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: FROM,
        where: [
          ofPostVisible(actor, sql`a.student_id`, this.clock.today()),
          anyOf(sql`a.status`, status),
          anyOf(sql`a.post_id`, postId, 'uuid'),
          anyOf(sql`a.student_id`, studentId, 'uuid'),
          updatedSince && sql`a.updated_at >= ${updatedSince}`,
        ],
        sorts: {
          turn: sql`(CASE WHEN ${first} THEN '0' ELSE '1' END || to_char(a.asked_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS'))`,
          askedAt: sql`a.asked_at`,
          updatedAt: sql`a.updated_at`,
        },
        defaultSort: 'turn',
        id: sql`a.id`,
        to: PostApplicationDto.from,
      }),
    );
  }

  get(actor: Actor, id: string): Promise<PostApplicationDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const application = await this.find(tx, actor, id);
      if (actor.personId !== application.studentId) await this.audit(tx, actor, id, 'read');
      return this.detail(tx, actor, application);
    });
  }

  /** Throws NotFound for a post that is not open to anybody yet, PostNotInState, PostFull, AppliedAlready (409). */
  apply(actor: Actor, postId: string, body: ApplyForPostDto): Promise<PostApplicationDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const studentId = await ownStudent(tx, actor, 'affairs:work-study:apply', body.studentId, this.clock.today());
      const post = await findInScope(tx, Post, postId, { alias: 'p', where: sql`p.status <> 'draft'`, lock: 'share' });
      if (!post) throw new NotFound({ what: 'post' });
      const refused = applyRefusal(post, await takenOf(tx, postId));
      if (refused) throw refused;
      const values = { postId, studentId, statement: body.statement ?? null, askedAt: this.clock.now() };
      const application = Object.assign(new PostApplication(), values);
      await this.students.sealFields(tx, application);
      await onConflict(insert(tx, application), { work_study_application_once: () => new AppliedAlready() });
      return this.detail(tx, actor, application);
    });
  }

  /** `end` cancels the shifts still to come. Of `assign`: throws PostFull (409) where all places are taken, by whoever asks at the same time too. */
  act(actor: Actor, id: string, expected: number, action: ApplicationAction): Promise<PostApplicationDetailDto> {
    const status = { withdraw: 'withdrawn', assign: 'assigned', decline: 'declined', end: 'ended' } as const;
    return this.database.transaction(actor, async (tx) => {
      const { postId } = await this.find(tx, actor, id);
      const post = await findInScope(tx, Post, postId, { alias: 'p', where: sql`TRUE`, lock: 'update' });
      const application = await this.find(tx, actor, id, 'update');
      if (application.version !== expected) throw new StaleVersionError();
      const by = await this.asker(tx, actor, application);
      const refused = application.refusal(action, by);
      if (refused) throw refused;
      if (action === 'assign' && (await takenOf(tx, postId)) >= post!.places) throw new PostFull();
      application.status = status[action];
      await update(tx, application);
      if (action === 'end') await this.cancelComing(tx, application.studentId, postId);
      if (!by.own) await this.audit(tx, actor, id, action);
      return this.detail(tx, actor, application);
    });
  }

  /** The student is erased: leaves their posts, and what they would work is not worked. Hours that were worked stay: they are paid. */
  async endAllOf(tx: Tx, studentId: string): Promise<void> {
    const posts = sql`SELECT post_id FROM affairs.work_study_application WHERE student_id = ${studentId} AND status IN ('submitted', 'assigned')`;
    await query(tx, sql`SELECT FROM affairs.work_study_post WHERE id IN (${posts}) ORDER BY id FOR UPDATE`);
    await query(
      tx,
      sql`UPDATE affairs.work_study_application SET status = CASE status WHEN 'assigned' THEN 'ended' ELSE 'withdrawn' END,
                 updated_at = now(), version = version + 1
           WHERE student_id = ${studentId} AND status IN ('submitted', 'assigned')`,
    );
    await this.cancelComing(tx, studentId);
  }

  /** What is still to come is not worked; of one post, or none given: of all. */
  private async cancelComing(tx: Tx, studentId: string, postId?: string): Promise<void> {
    await query(
      tx,
      sql`UPDATE affairs.work_study_shift SET status = 'cancelled', updated_at = now(), version = version + 1
           WHERE student_id = ${studentId} AND status = 'booked' AND starts_at > ${this.clock.now()}
             ${postId ? sql`AND post_id = ${postId}` : empty}`,
    );
  }

  private audit(tx: Tx, actor: Actor, id: string, action: string): Promise<void> {
    const subject = { kind: 'work-study-application', id };
    return audit(tx, actor, { action: `affairs.work-study-application.${action}`, subject });
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<PostApplication> {
    const visible = ofPostVisible(actor, sql`a.student_id`, this.clock.today());
    const where = sql`EXISTS (SELECT FROM affairs.work_study_post p WHERE p.id = a.post_id AND ${visible})`;
    const application = await findInScope(tx, PostApplication, id, { alias: 'a', where, ...(lock && { lock }) });
    if (!application) throw new NotFound({ what: 'application' });
    return application;
  }

  private async detail(tx: Tx, actor: Actor, application: PostApplication): Promise<PostApplicationDetailDto> {
    const row = await queryOne<PostApplicationDto>(
      tx,
      sql`SELECT ${COLUMNS} FROM ${FROM} WHERE a.id = ${application.id}`,
    );
    const [texts] = await this.students.openFields(tx, [application]);
    const by = await this.asker(tx, actor, application);
    const actions = (Object.keys(APPLICATION_ACTIONS) as ApplicationAction[]).map((action) => {
      const refused = application.refusal(action, by);
      return offered(action, refused);
    });
    return Object.assign(new PostApplicationDetailDto(), { ...row, statement: texts!.statement, actions });
  }

  private async asker(tx: Tx, actor: Actor, { studentId, postId }: PostApplication) {
    const own = actor.can('affairs:work-study:apply') && (actor.personId ?? studentId) === studentId;
    const managed = await queryOne(
      tx,
      sql`SELECT FROM affairs.work_study_post p WHERE p.id = ${postId} AND ${manages(actor)}`,
    );
    return { own, manages: managed !== undefined };
  }
}

async function takenOf(tx: Tx, postId: string): Promise<number> {
  const row = await queryOne<{ taken: number }>(
    tx,
    sql`SELECT count(*)::int AS taken FROM affairs.work_study_application WHERE post_id = ${postId} AND status = 'assigned'`,
  );
  return row!.taken;
}
