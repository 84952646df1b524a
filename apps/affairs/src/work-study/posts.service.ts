import { Injectable } from '@nestjs/common';
import { In } from 'typeorm';
import { type Actor, audit } from '#auth';
import { Database, findInScope, insert, query, queryOne, sql, StaleVersionError, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound, type Problem } from '#problems';
import { unitById, unitInScope, unitsBelow } from '#roster';
import { CampusClock } from '#time';
import { offered } from '#workflow';
import { payRefusal } from './pay-floor.js';
import { Post, POST_ACTIONS, type PostAction, type PostForm } from './post.entity.js';
import {
  type DraftPostDto,
  type PostActionDto,
  PostDto,
  type PostFormDto,
  type PostsQuery,
  type PrioritiesDto,
  PrioritiesTakenDto,
} from './posts.dto.js';
import { WorkStudyPolicy } from './work-study.policy.js';
import { DangerousWork, PostFull, PostNotInState, WorkStudyNotOwn } from './work-study.problems.js';
import { manages, postVisible } from './work-study.queries.js';

interface Row {
  id: string;
  managed: boolean;
  taken: number;
}

/** Units offer work, within what the rules say of pay and danger. */
@Injectable()
export class Posts {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: PostsQuery): Promise<Page<PostDto>> {
    const { status, kind, unitId, managed, updatedSince } = request;
    return this.database.read(async (tx) => {
      const { data, ...rest } = await list(tx, request, {
        select: columnsFor(actor),
        from: sql`affairs.work_study_post p`,
        where: [
          postVisible(actor),
          anyOf(sql`p.status`, status),
          anyOf(sql`p.kind`, kind),
          unitId?.length ? sql`p.unit_id IN (${unitsBelow(unitId)})` : undefined,
          managed === undefined ? undefined : sql`${manages(actor)} = ${managed}`,
          updatedSince && sql`p.updated_at >= ${updatedSince}`,
        ],
        sorts: { createdAt: sql`p.created_at`, updatedAt: sql`p.updated_at` },
        defaultSort: '-createdAt',
        id: sql`p.id`,
        to: (row: Row) => row,
      });
      return { data: await this.answers(tx, actor, data), ...rest };
    });
  }

  get(actor: Actor, id: string): Promise<PostDto> {
    return this.database.read((tx) => this.read(tx, actor, id));
  }

  /** Throws DangerousWork, PayTooLow, MinimumWageUnknown, AgreementMissing, PostDatesWrong (422), NotFound for a unit out of reach. */
  draft(actor: Actor, { unitId, ...form }: DraftPostDto): Promise<PostDto> {
    return this.database.transaction(actor, async (tx) => {
      const scope = actor.scopeOf('affairs:work-study:manage');
      const unit = await unitById(tx, unitId);
      const inCharge = await queryOne(tx, sql`SELECT WHERE ${unitInScope(scope, sql`${unitId}::uuid`)}`);
      if (!unit?.active || !inCharge) throw new NotFound({ pointer: '#/unitId', what: 'unit' });
      const post = Post.draft(unitId, formOf(form));
      await this.mustPay(tx, post);
      await insert(tx, post);
      return this.answer(tx, actor, post.id, 'draft');
    });
  }

  /** Shifts that are booked keep the pay they were booked with. */
  change(actor: Actor, id: string, expected: number, form: PostFormDto): Promise<PostDto> {
    return this.write(actor, id, expected, 'change', async (tx, post) => {
      post.change(formOf(form));
      await this.mustPay(tx, post);
    });
  }

  open(actor: Actor, id: string, expected: number): Promise<PostDto> {
    return this.write(actor, id, expected, 'open', async (tx, post) => {
      await this.mustPay(tx, post);
      post.status = 'open';
    });
  }

  close(actor: Actor, id: string, expected: number): Promise<PostDto> {
    return this.write(actor, id, expected, 'close', (_, post) => void (post.status = 'closed'));
  }

  /** Which students come first, as the school's aid says. No route tells it again; that it was said is in the audit, one entry of all. */
  prioritise(actor: Actor, { rows }: PrioritiesDto): Promise<PrioritiesTakenDto> {
    return this.database.transaction(actor, async (tx) => {
      await query(
        tx,
        sql`WITH given AS (SELECT DISTINCT ON (student_id) * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r("studentId" uuid, until date)
              CROSS JOIN LATERAL (SELECT r."studentId" AS student_id) s ORDER BY student_id),
            gone AS (DELETE FROM affairs.work_study_priority p USING given g WHERE p.student_id = g.student_id AND g.until IS NULL)
            INSERT INTO affairs.work_study_priority (student_id, until)
            SELECT g.student_id, g.until FROM given g JOIN directory.published_student_v1 s ON s.id = g.student_id WHERE g.until IS NOT NULL
            ON CONFLICT (student_id) DO UPDATE SET until = excluded.until`,
      );
      const ids = [...new Set(rows.map(({ studentId }) => studentId))];
      const known = await queryOne<{ n: number }>(
        tx,
        sql`SELECT count(*)::int AS n FROM directory.published_student_v1 WHERE id = ANY(${ids}::uuid[])`,
      );
      const taken = known!.n;
      const subject = { kind: 'list', id: String(rows.length) };
      await audit(tx, actor, { action: 'affairs.work-study.prioritise', subject });
      return Object.assign(new PrioritiesTakenDto(), { taken, unknown: ids.length - taken });
    });
  }

  /** The pay must be enough on the first day, and today. */
  private async mustPay(tx: Tx, post: Post): Promise<void> {
    const today = this.clock.today();
    const { value } = await this.policies.at(tx, WorkStudyPolicy, today);
    const refused = payRefusal(post, value, post.startsOn > today ? post.startsOn : today);
    if (refused) throw refused;
  }

  private write(
    actor: Actor,
    id: string,
    expected: number,
    action: PostAction,
    fn: (tx: Tx, post: Post) => void | Promise<void>,
  ): Promise<PostDto> {
    return this.database.transaction(actor, async (tx) => {
      const post = await findInScope(tx, Post, id, { alias: 'p', where: manages(actor), lock: 'update' });
      if (!post) throw new NotFound({ what: 'post' });
      if (post.version !== expected) throw new StaleVersionError();
      const refused = post.refusal(action, true);
      if (refused) throw refused;
      await fn(tx, post);
      await update(tx, post);
      return this.answer(tx, actor, id, action);
    });
  }

  private async answer(tx: Tx, actor: Actor, id: string, action: string): Promise<PostDto> {
    await audit(tx, actor, { action: `affairs.work-study-post.${action}`, subject: { kind: 'work-study-post', id } });
    return this.read(tx, actor, id);
  }

  private async read(tx: Tx, actor: Actor, id: string): Promise<PostDto> {
    const row = await queryOne<Row>(
      tx,
      sql`SELECT ${columnsFor(actor)} FROM affairs.work_study_post p WHERE p.id = ${id} AND ${postVisible(actor)}`,
    );
    if (!row) throw new NotFound({ what: 'post' });
    return (await this.answers(tx, actor, [row]))[0]!;
  }

  private async answers(tx: Tx, actor: Actor, rows: Row[]): Promise<PostDto[]> {
    const posts = await tx.findBy(Post, { id: In(rows.map(({ id }) => id)) });
    const byId = new Map(posts.map((post) => [post.id, post]));
    const student = actor.can('affairs:work-study:apply');
    return rows.map(({ id, managed, taken }) => {
      const { createdAt: _createdAt, updatedAt: _updatedAt, ...post } = byId.get(id)!;
      const refusals: [PostActionDto['action'], Problem | undefined][] = [
        ['apply', student ? applyRefusal(byId.get(id)!, taken) : new WorkStudyNotOwn()],
        ...(Object.keys(POST_ACTIONS) as PostAction[]).map((action): [PostAction, Problem | undefined] => [
          action,
          byId.get(id)!.refusal(action, managed),
        ]),
      ];
      const actions = refusals.map(([action, refused]) => offered(action, refused));
      return Object.assign(new PostDto(), { ...post, taken, actions });
    });
  }
}

/** Why nobody can apply for it; undefined: one can. */
export function applyRefusal(post: Post, taken: number): Problem | undefined {
  if (post.status !== 'open') return new PostNotInState();
  return taken >= post.places ? new PostFull() : undefined;
}

export const TAKEN = sql`(SELECT count(*)::int FROM affairs.work_study_application x WHERE x.post_id = p.id AND x.status = 'assigned')`;

function columnsFor(actor: Actor) {
  return sql`p.id, ${manages(actor)} AS managed, ${TAKEN} AS taken`;
}

function formOf({ dangers, agreement, ...form }: PostFormDto): PostForm {
  if (dangers.length > 0) throw new DangerousWork({ pointer: '#/dangers' });
  return { ...form, agreement: agreement ?? null };
}
