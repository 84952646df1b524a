import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, queryOne, sql, type Sql, type Tx } from '#database';
import { list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { OwnViewPolicy } from '../own/own-view.policy.js';
import { NoticeDto, type NoticeRow, type NoticesQuery } from './notices.dto.js';

const COLUMNS = sql`w.id, w.level, r.definition -> 'studentReason' AS "studentReason", w.evidence, w.told_at AS "toldAt", w.reached_at AS "reachedAt"`;
// By the version that raised it: the evidence is of its features.
const TABLES = sql`early_warning.warning w JOIN early_warning.rule r ON r.id = coalesce((SELECT e.id FROM early_warning.rule e
  WHERE e.code = w.rule_code AND e.number = (w.evidence ->> 'number')::int), w.rule_id)`;

/** The notices of whoever asks: in the words that the rule has for them. */
@Injectable()
export class Notices {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  async list(actor: Actor, request: NoticesQuery): Promise<Page<NoticeDto>> {
    const showLevel = await this.showLevel(this.database.connection);
    return list(this.database.connection, request, {
      select: COLUMNS,
      from: TABLES,
      where: [own(actor)],
      sorts: { toldAt: sql`w.told_at` },
      defaultSort: '-toldAt',
      id: sql`w.id`,
      to: (row: NoticeRow) => NoticeDto.from(row, showLevel),
    });
  }

  /** The first time counts; it goes on being a notice. */
  seen(actor: Actor, id: string): Promise<NoticeDto> {
    return this.database.transaction(actor, async (tx) => {
      await query(
        tx,
        sql`UPDATE early_warning.warning w SET reached_at = ${this.clock.now()}, updated_at = now(), version = version + 1
             WHERE w.id = ${id} AND w.reached_at IS NULL AND ${own(actor)}`,
      );
      const row = await queryOne<NoticeRow>(
        tx,
        sql`SELECT ${COLUMNS} FROM ${TABLES} WHERE w.id = ${id} AND ${own(actor)}`,
      );
      if (!row) throw new NotFound({ what: 'notice' });
      return NoticeDto.from(row, await this.showLevel(tx));
    });
  }

  private async showLevel(tx: Tx): Promise<boolean> {
    return (await this.policies.at(tx, OwnViewPolicy, this.clock.today())).value.showLevel;
  }
}

/** SQL predicate over a warning `w`: a notice that the actor was told of. */
function own({ personId }: Actor): Sql {
  return personId === undefined
    ? sql`FALSE`
    : sql`(w.student_id = ${personId} AND w.told_at IS NOT NULL AND w.status = 'notice')`;
}
