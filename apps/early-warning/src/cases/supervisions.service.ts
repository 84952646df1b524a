import { Injectable } from '@nestjs/common';
import { type Actor, audit, auditList } from '#auth';
import { Database, findInScope, queryOne, sql, type Sql, type Tx, update } from '#database';
import { list, type Page } from '#http';
import { NotFound } from '#problems';
import { personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { CareSupervision } from './care-rows.entity.js';
import { OWNER, personOf, supervises, whereOf } from './cases.queries.js';
import { SupervisionEnded } from './cases.problems.js';
import { SupervisionDto, type SupervisionsQuery } from './supervisions.dto.js';

const TABLES = sql`early_warning.care_supervision s LEFT JOIN early_warning.care_case c ON c.id = s.case_id
  LEFT JOIN early_warning.warning w ON w.id = s.warning_id LEFT JOIN early_warning.referral r ON r.id = s.referral_id`;

/** What fell through below somebody, and nothing else: each step of the line sees what came up to it. */
@Injectable()
export class Supervisions {
  constructor(
    private readonly database: Database,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: SupervisionsQuery): Promise<Page<SupervisionDto>> {
    const { ended = false } = request;
    return this.database.transaction(actor, async (tx) => {
      const page = await list(tx, request, {
        select: this.columns(),
        from: TABLES,
        where: [supervises(actor, this.clock.today()), sql`(s.ended_at IS NOT NULL) = ${ended}`],
        sorts: { sinceAt: sql`s.since_at` },
        defaultSort: 'sinceAt',
        id: sql`s.id`,
        to: SupervisionDto.from,
      });
      await auditList(tx, actor, { action: 'early-warning.supervision.list', rows: page.data.length, filter: request });
      return page;
    });
  }

  answer(actor: Actor, id: string, expected: number, text: string): Promise<SupervisionDto> {
    return this.database.transaction(actor, async (tx) => {
      const supervision = await findInScope(tx, CareSupervision, id, {
        alias: 's',
        where: supervises(actor, this.clock.today()),
        lock: 'update',
      });
      if (!supervision) throw new NotFound({ what: 'supervision' });
      if (supervision.endedAt) throw new SupervisionEnded();
      Object.assign(supervision, { answer: text, answeredBy: personOf(actor), answeredAt: this.clock.now() });
      await this.students.sealFields(tx, supervision);
      await update(tx, supervision, expected);
      await audit(tx, actor, { action: 'early-warning.supervision.answer', subject: { kind: 'supervision', id } });
      return this.shown(tx, id);
    });
  }

  private async shown(tx: Tx, id: string): Promise<SupervisionDto> {
    const row = await queryOne<SupervisionDto>(tx, sql`SELECT ${this.columns()} FROM ${TABLES} WHERE s.id = ${id}`);
    return SupervisionDto.from(row!);
  }

  private columns(): Sql {
    return sql`s.id, s.case_id AS "caseId", s.warning_id AS "warningId", s.referral_id AS "referralId", ${personRef(sql`s.student_id`)} AS student, ${whereOf(sql`s.student_id`, this.clock.today())} AS "where",
      ${personRef(OWNER)} AS owner, s.cause, coalesce(c.level, w.level, r.urgency) AS level, s.step, s.person_ids AS "personIds", s.since_at AS "sinceAt", s.ended_at AS "endedAt",
      s.answered_at AS "answeredAt", s.version`;
  }
}
