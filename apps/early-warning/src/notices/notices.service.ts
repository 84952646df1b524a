import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, query, queryOne, sql, type Sql } from '#database';
import { list, type Page } from '#http';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { NoticeDto, type NoticeRow, type NoticesQuery } from './notices.dto.js';

const COLUMNS = sql`w.id, w.level, r.definition -> 'studentReason' AS "studentReason", w.evidence, w.told_at AS "toldAt", w.reached_at AS "reachedAt"`;
const TABLES = sql`early_warning.warning w JOIN early_warning.rule r ON r.id = coalesce(w.judged_rule_id, w.rule_id)`;

/** The notices of whoever asks: in the words that the rule has for them. */
@Injectable()
export class Notices {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: NoticesQuery): Promise<Page<NoticeDto>> {
    return list(this.database.connection, request, {
      select: COLUMNS,
      from: TABLES,
      where: [own(actor)],
      sorts: { toldAt: sql`w.told_at` },
      defaultSort: '-toldAt',
      id: sql`w.id`,
      to: NoticeDto.from,
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
      return NoticeDto.from(row);
    });
  }
}

/** SQL predicate over a warning `w`: a notice that the actor was told of. */
function own({ personId }: Actor): Sql {
  return personId === undefined
    ? sql`FALSE`
    : sql`(w.student_id = ${personId} AND w.told_at IS NOT NULL AND w.status = 'notice')`;
}
