import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Database, sql, type Sql } from '#database';
import { list, type Page } from '#http';
import { holdsOn, inScope } from '#roster';
import { CampusClock } from '#time';
import { type NoticeQuery, NoticeRowDto } from './round-notices.dto.js';
import { Rounds } from './rounds.service.js';

interface Row {
  entryId: string;
  notice: number;
  endsOn: string;
  fields: string[];
  name: string;
  number: string;
  college: string | null;
  class: string | null;
  level: NoticeRowDto['level'];
}

/** Public notices as they are shown. */
@Injectable()
export class RoundNotices {
  constructor(
    private readonly database: Database,
    private readonly rounds: Rounds,
    private readonly clock: CampusClock,
  ) {}

  /** Whoever is shown in notices that run today. */
  list(actor: Actor, roundId: string, request: NoticeQuery): Promise<Page<NoticeRowDto>> {
    return this.database.read(async (tx) => {
      const { content } = await this.rounds.find(tx, actor, roundId);
      return list(tx, request, {
        select: sql`e.id AS "entryId", n.number AS notice, n.ends_on::text AS "endsOn", n.fields, p.name, p.number, c.name AS college, k.name AS class,
                    (SELECT one->'name' FROM jsonb_array_elements(${JSON.stringify(content.levels)}::jsonb) one WHERE one->>'code' = e.level) AS level`,
        from: sql`affairs.round_entry e JOIN affairs.round r ON r.id = e.round_id JOIN affairs.round_notice n ON n.id = e.notice_id
                  JOIN directory.published_person_v1 p ON p.id = e.student_id
                  LEFT JOIN directory.published_unit_v1 c ON c.id = e.college_id LEFT JOIN directory.published_unit_v1 k ON k.id = e.class_id`,
        where: [sql`e.round_id = ${roundId}`, shownTo(actor, this.clock.today())],
        sorts: { class: sql`coalesce(k.code, '')` },
        defaultSort: 'class',
        id: sql`e.id`,
        to: shown,
      });
    });
  }
}

/** Predicate over an entry `e`, its round `r` and notice `n`: does the notice run on the date, and is it for the actor? */
export function shownTo(actor: Actor, date: string): Sql {
  const { personId, ...staff } = actor.scopeOf('affairs:round:read');
  const college = personId
    ? sql`EXISTS (SELECT FROM directory.published_membership_v1 m WHERE m.person_id = ${personId} AND m.unit_id = e.college_id AND ${holdsOn(sql`m`, date)})`
    : sql`FALSE`;
  return sql`(e.status = 'entered' AND r.status = 'notice' AND n.withdrawn_at IS NULL AND n.starts_on <= ${date} AND n.ends_on >= ${date}
    AND (NOT n.concerned_only OR ${college} OR ${inScope(staff, sql`e.student_id`, date)}))`;
}

function shown({ entryId, notice, endsOn, fields, ...row }: Row): NoticeRowDto {
  const values: Record<string, unknown> = { ...row, number: masked(row.number) };
  const told = Object.fromEntries(
    fields.filter((field) => values[field] != null).map((field) => [field, values[field]]),
  );
  return Object.assign(new NoticeRowDto(), { entryId, notice, endsOn, ...told });
}

/** A number of which the middle is hidden: enough to tell oneself apart, too little to look somebody up. */
export function masked(number: string): string {
  const shownAtEnds = Math.min(4, Math.floor(number.length / 4));
  const last = Math.min(2, shownAtEnds);
  return (
    number.slice(0, shownAtEnds) + '*'.repeat(number.length - shownAtEnds - last) + number.slice(number.length - last)
  );
}
