import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, insert, query, sql, StaleVersionError, type Sql, type Tx, update } from '#database';
import { Events } from '#events';
import { anyOf, list, type Page } from '#http';
import { NotFound } from '#problems';
import { JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { boardOf } from './board.queries.js';
import { ClearanceList } from './clearance-list.entity.js';
import { listVisible } from './clearances.queries.js';
import { ClearanceListWrong } from './clearances.problems.js';
import { type Finding, findingsOf } from './list-check.js';
import { ClearanceListOpenedV1 } from './list-opened.event.js';
import {
  BoardDto,
  ClearanceFindingsDto,
  type ClearanceListContentDto,
  ClearanceListDto,
  type ClearanceListsQuery,
} from './lists.dto.js';

/** Lists of what is cleared: drafted and checked, opened for their students, closed. */
@Injectable()
export class ClearanceLists {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: ClearanceListsQuery): Promise<Page<ClearanceListDto>> {
    const { kind, status, updatedSince } = request;
    return this.database.read((tx) =>
      list(tx, request, {
        select: sql`l.id, l.kind, l.title, l.from_date::text AS "from", l.to_date::text AS "to", l.unit_ids AS "unitIds", l.grades,
                    l.entries, l.status, l.version`,
        from: sql`affairs.clearance_list l`,
        where: [
          listVisible(actor),
          anyOf(sql`l.kind`, kind),
          anyOf(sql`l.status`, status),
          updatedSince && sql`l.updated_at >= ${updatedSince}`,
        ],
        sorts: { from: sql`l.from_date`, updatedAt: sql`l.updated_at` },
        defaultSort: '-from',
        id: sql`l.id`,
        to: (row: ClearanceListDto) => Object.assign(new ClearanceListDto(), row),
      }),
    );
  }

  get(actor: Actor, id: string): Promise<ClearanceListDto> {
    return this.database.read(async (tx) => ClearanceListDto.from(await this.find(tx, id, listVisible(actor))));
  }

  draft(actor: Actor, body: ClearanceListContentDto): Promise<ClearanceListDto> {
    return this.database.transaction(actor, async (tx) => {
      this.mustManage(actor);
      const found = await insert(tx, ClearanceList.draft(body));
      await this.note(tx, actor, found, 'draft');
      return ClearanceListDto.from(found);
    });
  }

  change(actor: Actor, id: string, expected: number, body: ClearanceListContentDto): Promise<ClearanceListDto> {
    return this.write(actor, id, expected, 'change', (_, found) => found.change(body));
  }

  discard(actor: Actor, id: string, expected: number): Promise<void> {
    return this.database.transaction(actor, async (tx) => {
      const found = await this.toManage(tx, actor, id, expected);
      found.mustBe('draft');
      await query(tx, sql`DELETE FROM affairs.clearance_list WHERE id = ${id}`);
      await this.note(tx, actor, found, 'discard');
    });
  }

  /** What is wrong with a list; it is not changed. */
  check(actor: Actor, id: string): Promise<ClearanceFindingsDto> {
    return this.database.read(async (tx) => {
      this.mustManage(actor);
      return ClearanceFindingsDto.of(await this.findings(tx, await this.find(tx, id, sql`TRUE`)));
    });
  }

  /** Opens a list; its students get their clearances in a job. Throws ClearanceListWrong (422) with what `check` finds. */
  open(actor: Actor, id: string, expected: number): Promise<JobDto> {
    return this.database.transaction(actor, async (tx) => {
      const found = await this.toManage(tx, actor, id, expected);
      found.open();
      const findings = await this.findings(tx, found);
      if (findings.length > 0) throw new ClearanceListWrong({ errors: findings });
      await update(tx, found);
      const job = await this.jobs.create(tx, actor, 'affairs', 'clearance-list');
      await this.events.publish(tx, new ClearanceListOpenedV1({ listId: id, jobId: job.id }));
      await this.note(tx, actor, found, 'open');
      return JobDto.from(job);
    });
  }

  close(actor: Actor, id: string, expected: number): Promise<ClearanceListDto> {
    return this.write(actor, id, expected, 'close', (_, found) => found.close());
  }

  reopen(actor: Actor, id: string, expected: number): Promise<ClearanceListDto> {
    return this.write(actor, id, expected, 'reopen', (_, found) => found.reopen());
  }

  /** How far the students within the actor's scope are, by college and by entry. */
  board(actor: Actor, id: string): Promise<BoardDto> {
    return this.database.read(async (tx) => {
      const found = await this.find(tx, id, listVisible(actor));
      const counts = await boardOf(tx, found, actor.scopeOf('affairs:clearance:read'), this.clock.today());
      const digest = createHash('sha256').update(JSON.stringify(counts)).digest();
      return Object.assign(new BoardDto(), { id, ...counts, version: digest.readUInt32BE() >>> 1 });
    });
  }

  private write(
    actor: Actor,
    id: string,
    expected: number,
    action: string,
    fn: (tx: Tx, found: ClearanceList) => void,
  ): Promise<ClearanceListDto> {
    return this.database.transaction(actor, async (tx) => {
      const found = await this.toManage(tx, actor, id, expected);
      fn(tx, found);
      await update(tx, found);
      await this.note(tx, actor, found, action);
      return ClearanceListDto.from(found);
    });
  }

  private async toManage(tx: Tx, actor: Actor, id: string, expected: number): Promise<ClearanceList> {
    this.mustManage(actor);
    const found = await this.find(tx, id, sql`TRUE`, 'update');
    if (found.version !== expected) throw new StaleVersionError();
    return found;
  }

  private async find(tx: Tx, id: string, where: Sql, lock?: 'update'): Promise<ClearanceList> {
    const found = await findInScope(tx, ClearanceList, id, { alias: 'l', where, ...(lock && { lock }) });
    if (!found) throw new NotFound({ what: 'clearance-list' });
    return found;
  }

  /** Lists are the school's: to whoever has a post over a part of it they are not there to be changed. */
  private mustManage(actor: Actor): void {
    if (!actor.scopeOf('affairs:clearance-list:manage').school) throw new NotFound({ what: 'clearance-list' });
  }

  private async findings(tx: Tx, { content }: ClearanceList): Promise<Finding[]> {
    const named = [
      ...content.entries.map(({ unitId }, i) => ({ unitId, pointer: `#/entries/${i}/unitId` })),
      ...content.unitIds.map((unitId, i) => ({ unitId, pointer: `#/unitIds/${i}` })),
    ].filter(({ unitId }) => unitId !== null);
    const known = await query<{ id: string }>(
      tx,
      sql`SELECT id FROM directory.published_unit_v1 WHERE active AND id = ANY(${named.map(({ unitId }) => unitId)}::uuid[])`,
    );
    const ids = new Set(known.map(({ id }) => id));
    const unknown = named.filter(({ unitId }) => !ids.has(unitId!.toLowerCase()));
    return [
      ...findingsOf(content),
      ...unknown.map(({ pointer }) => ({ pointer, zh: '没有此单位，或已停用', en: 'is no active unit' })),
    ];
  }

  private async note(tx: Tx, actor: Actor, { id }: ClearanceList, action: string): Promise<void> {
    await audit(tx, actor, { action: `affairs.clearance-list.${action}`, subject: { kind: 'clearance-list', id } });
  }
}
