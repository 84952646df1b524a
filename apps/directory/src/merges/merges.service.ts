import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import {
  PersonMergedV1,
  PersonMergeUndoneV1,
  PersonRowsAskedV1,
  type PersonRowsCountedV1,
  SERVICE_NAMES,
  SERVICES,
} from '#contracts';
import {
  Database,
  findInScope,
  inSavepoint,
  insert,
  newId,
  onConflict,
  query,
  sql,
  type Sql,
  sqlState,
  type Tx,
  update,
} from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { NotFound, Problem } from '#problems';
import { inScope } from '#roster';
import { CampusClock } from '#time';
import { refuseTokens } from '../clients/revocation.js';
import { holdRoster } from '../imports/paths.queries.js';
import { PersonMerge } from './merge.entity.js';
import { applyMerge, changedSince, changesOf, type MergeChange, revertMerge } from './merge.queries.js';
import {
  MergeChangeDto,
  MergeDetailDto,
  MergeDto,
  type MergeNoteDto,
  type MergePairDto,
  MergePreviewDto,
  type MergesQuery,
  type ProposeMergeDto,
  type ServiceRowsDto,
} from './merges.dto.js';
import {
  DifferentKinds,
  MergeChangedSince,
  MergeUnderWay,
  MergeWithItself,
  PersonAlreadyMerged,
  PersonBeingErased,
} from './merges.problems.js';

const PERMISSION = 'directory:person:merge';
/** A preview is done and taken back. */
class Previewed {
  constructor(readonly changes: MergeChange[]) {}
}

/**
 * Two records of one person become one. One person proposes, each service says whether it has rows of the record to be given up, a second
 * person confirms, the services are asked once more, and then the roster is changed in one transaction. Nothing is deleted: rows that are
 * written in that very moment stay with the record that was given up, and a last question after it finds them; later ones another `check`.
 */
@Injectable()
export class Merges {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: MergesQuery): Promise<Page<MergeDto>> {
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`m.id, m.kept_id AS "keptId", m.given_up_id AS "givenUpId", m.ground, m.status, m.proposed_by AS "proposedBy",
          m.decided_by AS "decidedBy", m.undone_by AS "undoneBy", m.created_at AS "createdAt", m.done_at AS "doneAt",
          m.undone_at AS "undoneAt", m.version`,
        from: sql`directory.person_merge m`,
        where: [
          this.visible(actor),
          anyOf(sql`m.status`, request.status),
          request.personId &&
            sql`(m.kept_id = ANY(${request.personId}::uuid[]) OR m.given_up_id = ANY(${request.personId}::uuid[]))`,
        ],
        sorts: { createdAt: sql`m.created_at` },
        defaultSort: '-createdAt',
        id: sql`m.id`,
        to: (row: PersonMerge) => {
          const merge = Object.assign(new PersonMerge(), row);
          return MergeDto.from(merge, merge.actionsFor(actor.personId));
        },
      }),
    );
  }

  get(actor: Actor, id: string): Promise<MergeDetailDto> {
    return this.database.read(async (tx) => this.view(tx, actor, await this.find(tx, actor, id)));
  }

  /** What a merge would change in the roster. Throws as `propose`. */
  preview(actor: Actor, { keptId, givenUpId }: MergePairDto): Promise<MergePreviewDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.checkPair(tx, actor, keptId, givenUpId);
      const changes = await inSavepoint(tx, async () => {
        const values = {
          id: newId(),
          keptId,
          givenUpId,
          ground: 'second_source',
          status: 'refused',
          proposedBy: actor.app,
        };
        const merge = Object.assign(new PersonMerge(), values);
        await insert(tx, merge);
        await applyMerge(tx, merge, this.clock.today());
        throw new Previewed(await changesOf(tx, merge.id));
      }).catch((error: unknown) => {
        if (error instanceof Previewed) return error.changes;
        throw error;
      });
      return MergePreviewDto.of(keptId, givenUpId, changes);
    });
  }

  /** Throws NotFound for who is not in scope, and the problems of `obstacleOf`, MergeUnderWay (409). */
  propose(actor: Actor, { keptId, givenUpId, ground }: ProposeMergeDto): Promise<MergeDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.checkPair(tx, actor, keptId, givenUpId);
      const values = { keptId, givenUpId, ground, proposedBy: actor.personId ?? actor.app };
      const merge = Object.assign(new PersonMerge(), values);
      await onConflict(insert(tx, merge), { person_merge_once: () => new MergeUnderWay({ pointer: '#/givenUpId' }) });
      await this.ask(tx, merge);
      await this.note(tx, actor, merge, 'proposed');
      return this.view(tx, actor, merge);
    });
  }

  check(actor: Actor, id: string, expected: number): Promise<MergeDetailDto> {
    return this.change(actor, id, expected, 'checked', async (tx, merge) => {
      merge.check();
      await this.ask(tx, merge);
    });
  }

  /** By a second person. It is done once the services were asked again. Throws OwnMerge (403), MergeClosed (409). */
  confirm(actor: Actor, id: string, expected: number): Promise<MergeDetailDto> {
    return this.change(actor, id, expected, 'confirmed', async (tx, merge) => {
      merge.confirm(actor.personId);
      await this.ask(tx, merge);
    });
  }

  refuse(actor: Actor, id: string, expected: number): Promise<MergeDetailDto> {
    return this.change(actor, id, expected, 'refused', (_, merge) => {
      merge.refuse(actor.personId ?? actor.app);
      return Promise.resolve();
    });
  }

  /** Puts back what the merge changed; one person may, as nothing is lost by it. Throws MergeChangedSince, PersonBeingErased (409). */
  undo(actor: Actor, id: string, expected: number): Promise<MergeDetailDto> {
    return this.change(actor, id, expected, 'undone', async (tx, merge) => {
      merge.undo(actor.personId ?? actor.app, this.clock.now());
      await holdRoster(tx);
      await lockPair(tx, merge);
      if (await isErased(tx, merge)) throw new PersonBeingErased();
      const changed = await changedSince(tx, merge);
      if (Object.values(changed).some((n) => n > 0)) throw new MergeChangedSince({ params: changed });
      try {
        await inSavepoint(tx, () => revertMerge(tx, merge));
      } catch (error) {
        // Somebody else has the bed, or the number, by now.
        if (!/^23/.test(sqlState(error) ?? '')) throw error;
        throw new MergeChangedSince({ params: { ...changed, residence: 1 } });
      }
      await this.events.publish(tx, new PersonMergeUndoneV1(idsOf(merge)));
    });
  }

  /** A service has answered; with the last one it is known whether the merge can go on. */
  async whenCounted(tx: Tx, { mergeId, round, service, rows }: PersonRowsCountedV1): Promise<void> {
    const merge = await tx.findOne(PersonMerge, { where: { id: mergeId }, lock: { mode: 'pessimistic_write' } });
    if (merge?.round !== round) return;
    await query(
      tx,
      sql`INSERT INTO directory.merge_count (merge_id, round, service, rows) VALUES (${mergeId}, ${round}, ${service}, ${rows}) ON CONFLICT DO NOTHING`,
    );
    const counts = await countsOf(tx, merge);
    if (counts.length < SERVICE_NAMES.length || (merge.status !== 'checking' && merge.status !== 'confirming')) return;
    if (counts.some((one) => one.rows > 0)) merge.block(null);
    else if (merge.status === 'checking') merge.status = 'waiting';
    else await this.carryOut(tx, merge);
    await update(tx, merge);
  }

  private async carryOut(tx: Tx, merge: PersonMerge): Promise<void> {
    await holdRoster(tx);
    const obstacle = await obstacleOf(tx, merge);
    if (obstacle) return merge.block(obstacle.kind.code);
    await applyMerge(tx, merge, this.clock.today());
    // The next sign-in is that of the record that is kept.
    await refuseTokens(tx, { personId: merge.givenUpId });
    merge.complete(this.clock.now());
    await this.events.publish(tx, new PersonMergedV1(idsOf(merge)));
    await this.ask(tx, merge);
  }

  private async ask(tx: Tx, { id, round, givenUpId }: PersonMerge): Promise<void> {
    await this.events.publish(tx, new PersonRowsAskedV1({ mergeId: id, round, personId: givenUpId }));
  }

  private change(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    how: (tx: Tx, merge: PersonMerge) => Promise<void>,
  ): Promise<MergeDetailDto> {
    return this.database.transaction(actor, async (tx) => {
      const merge = await this.find(tx, actor, id, 'update');
      await how(tx, merge);
      await update(tx, merge, expected);
      await this.note(tx, actor, merge, action);
      return this.view(tx, actor, merge);
    });
  }

  private async note(tx: Tx, actor: Actor, { keptId, givenUpId }: PersonMerge, action: string): Promise<void> {
    for (const id of [keptId, givenUpId])
      await audit(tx, actor, { action: `directory.person-merge.${action}`, subject: { kind: 'person', id } });
  }

  private async view(tx: Tx, actor: Actor, merge: PersonMerge): Promise<MergeDetailDto> {
    const counts = await countsOf(tx, merge);
    const rows = counts.filter((one) => one.rows > 0);
    return MergeDetailDto.of(merge, merge.actionsFor(actor.personId), {
      answered: counts.length,
      rows,
      note: noteOf(merge, rows),
      changes: (await changesOf(tx, merge.id)).map(MergeChangeDto.from),
    });
  }

  private async checkPair(tx: Tx, actor: Actor, keptId: string, givenUpId: string): Promise<void> {
    const seen = await query<{ id: string }>(
      tx,
      sql`SELECT p.id FROM directory.person p
           WHERE p.id IN (${keptId}, ${givenUpId}) AND ${inScope(actor.scopeOf(PERMISSION), sql`p.id`, this.clock.today())}`,
    );
    for (const [pointer, id] of Object.entries({ '#/keptId': keptId, '#/givenUpId': givenUpId }))
      if (!seen.some((one) => one.id === id)) throw new NotFound({ pointer, what: 'person' });
    const obstacle = await obstacleOf(tx, { keptId, givenUpId });
    if (obstacle) throw obstacle;
  }

  /** Of people whom the actor both answers for; after a merge the one who is left. */
  private visible(actor: Actor): Sql {
    const [scope, today] = [actor.scopeOf(PERMISSION), this.clock.today()];
    return sql`${inScope(scope, sql`m.kept_id`, today)} AND (m.status = 'done' OR ${inScope(scope, sql`m.given_up_id`, today)})`;
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<PersonMerge> {
    const where = this.visible(actor);
    const merge = await findInScope(tx, PersonMerge, id, { alias: 'm', where, ...(lock && { lock }) });
    if (!merge) throw new NotFound({ what: 'merge' });
    return merge;
  }
}

function idsOf({ id, keptId, givenUpId }: PersonMerge) {
  return { mergeId: id, keptId, givenUpId };
}

type Pair = Pick<PersonMerge, 'keptId' | 'givenUpId'>;

function lockPair(
  tx: Tx,
  { keptId, givenUpId }: Pair,
): Promise<{ id: string; kind: string; mergedInto: string | null }[]> {
  return query(
    tx,
    sql`SELECT id, kind, merged_into AS "mergedInto" FROM directory.person WHERE id IN (${keptId}, ${givenUpId}) ORDER BY id FOR UPDATE`,
  );
}

/** Why two records cannot become one. They are locked until `tx` ends. */
async function obstacleOf(tx: Tx, pair: Pair): Promise<Problem | undefined> {
  if (pair.keptId === pair.givenUpId) return new MergeWithItself({ pointer: '#/givenUpId' });
  const people = await lockPair(tx, pair);
  const merged = people.find(({ mergedInto }) => mergedInto !== null);
  if (merged) return new PersonAlreadyMerged({ pointer: merged.id === pair.keptId ? '#/keptId' : '#/givenUpId' });
  if (people[0]!.kind !== people[1]!.kind) return new DifferentKinds({ pointer: '#/givenUpId' });
  return (await isErased(tx, pair)) ? new PersonBeingErased() : undefined;
}

async function isErased(tx: Tx, { keptId, givenUpId }: Pair): Promise<boolean> {
  const [erasure] = await query(
    tx,
    sql`SELECT 1 FROM directory.erasure WHERE student_id IN (${keptId}, ${givenUpId}) AND status <> 'cancelled' LIMIT 1`,
  );
  return erasure !== undefined;
}

function countsOf(tx: Tx, { id, round }: PersonMerge): Promise<ServiceRowsDto[]> {
  return query(
    tx,
    sql`SELECT service, rows FROM directory.merge_count WHERE merge_id = ${id} AND round = ${round} ORDER BY service`,
  );
}

const OBSTACLES = [MergeWithItself, PersonAlreadyMerged, DifferentKinds, PersonBeingErased];

/** In words: which services have how much, or what else is in the way. */
function noteOf({ status, obstacle }: PersonMerge, rows: readonly ServiceRowsDto[]): MergeNoteDto | null {
  const problem = OBSTACLES.find(({ kind }) => kind.code === obstacle)?.kind;
  if (problem) return { zh: problem.zh, en: problem.en };
  if (rows.length === 0) return null;
  const zh = rows.map((one) => `${SERVICES[one.service].zh} ${one.rows} 条`).join('、');
  const en = rows.map((one) => `${one.service} ${one.rows}`).join(', ');
  return status === 'done'
    ? {
        zh: `合并之际或之后又写入了被放弃档案的数据：${zh}；数据仍在该档案名下，请更正，或撤销合并`,
        en: `Rows of the record that was given up were written while it was merged or later: ${en}; they are still there: have them corrected, or undo the merge`,
      }
    : {
        zh: `这些服务有被放弃档案的数据：${zh}；请对调保留与放弃的档案，或先在该服务中更正，再次核对`,
        en: `These services have rows of the record to be given up: ${en}; swap the two, or have that corrected there, and check again`,
      };
}
