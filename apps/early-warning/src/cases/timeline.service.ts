import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, sql, type Sql, type Tx } from '#database';
import { list, type Page } from '#http';
import { NotFound } from '#problems';
import { personRef } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import type { CareCase } from './care-case.entity.js';
import { CaseDetails } from './case-details.service.js';
import { type CaseAsker, confides } from './case-offers.js';
import { findCase, standingOf } from './cases.queries.js';
import { HandOverDto, HappeningDto, type TimelineQuery } from './timeline.dto.js';

interface Row extends HappeningDto {
  /** Table and column of the text, and what lies there. */
  place: string | null;
  sealed: Buffer | null;
}

/** Everything that happened with a case, in one list, as far as it is for who asks. */
@Injectable()
export class CaseTimeline {
  constructor(
    private readonly database: Database,
    private readonly students: StudentKeys,
    private readonly details: CaseDetails,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, id: string, request: TimelineQuery): Promise<Page<HappeningDto>> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const of = await findCase(tx, actor, id, today);
      const { by } = await standingOf(tx, actor, of, today);
      await audit(tx, actor, { action: 'early-warning.case.timeline', subject: { kind: 'case', id } });
      return this.page(tx, of, by, request);
    });
  }

  /** For the owner, the team, and to whom the case is offered. */
  handOver(actor: Actor, id: string): Promise<HandOverDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const of = await findCase(tx, actor, id, today);
      const { by, waiting } = await standingOf(tx, actor, of, today);
      if (!confides(by) && waiting.offeredTo !== by.personId) throw new NotFound({ what: 'case' });
      await audit(tx, actor, { action: 'early-warning.case.hand-over', subject: { kind: 'case', id } });
      const { data } = await this.page(tx, of, by, { limit: 200 });
      return Object.assign(new HandOverDto(), { case: await this.details.of(tx, actor, of), timeline: data });
    });
  }

  private async page(tx: Tx, of: CareCase, by: CaseAsker, request: TimelineQuery): Promise<Page<HappeningDto>> {
    const { data, ...page } = await list<Row, Row, 'at'>(tx, request, {
      select: sql`h.id, h.what, h.at, ${personRef(sql`h.by_id`)} AS by, ${personRef(sql`h.person_id`)} AS person, h.code, h.confidentiality,
        h.voided, h.place, h.sealed`,
      from: sql`(${happenings(of, by)}) h`,
      where: [],
      sorts: { at: sql`h.at` },
      defaultSort: '-at',
      id: sql`h.id`,
      to: (row) => row,
    });
    const texts = await this.students.open(
      tx,
      data.map(({ id, place, sealed }) => ({
        studentId: of.studentId,
        place: place ? `early_warning.${place.replace(' ', ` ${place.startsWith('care_case ') ? of.id : id} `)}` : '',
        sealed,
      })),
    );
    return {
      ...page,
      data: data.map(({ place: _place, sealed: _sealed, ...row }, i) =>
        Object.assign(new HappeningDto(), row, { text: texts[i] ?? null }),
      ),
    };
  }
}

/** SQL: what happened with a case. `sealed` is what the asker may read, and nothing else leaves the database. */
function happenings({ id }: CareCase, by: CaseAsker): Sql {
  const [team, plan] = [confides(by), confides(by) || by.decides];
  const readable = sql`(e.voided_at IS NULL AND CASE e.confidentiality WHEN 'team' THEN ${team} OR e.recorded_by = ${by.personId}
    WHEN 'named' THEN e.recorded_by = ${by.personId} OR ${by.personId} = ANY(e.readers) ELSE FALSE END)`;
  const none = sql`NULL::text AS confidentiality, FALSE AS voided`;
  const when = (may: boolean, column: Sql) => (may ? column : sql`NULL::bytea`);
  return sql`
    SELECT c.id, 'opened' AS what, c.opened_at AS at, c.opened_by AS by_id, NULL::uuid AS person_id, c.origin AS code, ${none},
           'care_case summary' AS place, ${when(plan, sql`c.summary`)} AS sealed
      FROM early_warning.care_case c WHERE c.id = ${id}
    UNION ALL SELECT o.id, 'owner', o.valid_from, NULL, o.person_id, o.why, ${none}, NULL, NULL
      FROM early_warning.care_owner o WHERE o.case_id = ${id}
    UNION ALL SELECT t.id, 'transfer', t.offered_at, t.offered_by, t.to_id, NULL, ${none}, 'care_transfer reason', ${when(plan, sql`t.reason`)}
      FROM early_warning.care_transfer t WHERE t.case_id = ${id}
    UNION ALL SELECT t.id, 'transfer_settled', t.settled_at, CASE WHEN t.status IN ('accepted', 'refused') THEN t.to_id END, t.to_id, t.status, ${none},
           'care_transfer answer', ${when(plan, sql`t.answer`)}
      FROM early_warning.care_transfer t WHERE t.case_id = ${id} AND t.settled_at IS NOT NULL
    UNION ALL SELECT d.id, 'proposed', d.proposed_at, d.proposed_by, NULL, coalesce(d.level, d.effect, d.what), ${none}, 'care_decision reason', ${when(plan, sql`d.reason`)}
      FROM early_warning.care_decision d WHERE d.case_id = ${id}
    UNION ALL SELECT d.id, 'decided', d.decided_at, d.decided_by, NULL, d.status, ${none}, 'care_decision answer', ${when(plan, sql`d.answer`)}
      FROM early_warning.care_decision d WHERE d.case_id = ${id} AND d.decided_at IS NOT NULL
    UNION ALL SELECT m.id, 'joined', m.joined_at, m.joined_by, m.person_id, m.post, ${none}, 'care_member duties', ${when(plan, sql`m.duties`)}
      FROM early_warning.care_member m WHERE m.case_id = ${id}
    UNION ALL SELECT m.id, 'left', m.left_at, NULL, m.person_id, m.post, ${none}, NULL, NULL
      FROM early_warning.care_member m WHERE m.case_id = ${id} AND m.left_at IS NOT NULL
    UNION ALL SELECT q.id, 'measure', q.planned_at, q.planned_by, q.owner_id, NULL, ${none}, 'care_measure what', ${when(plan, sql`q.what`)}
      FROM early_warning.care_measure q WHERE q.case_id = ${id}
    UNION ALL SELECT q.id, 'measure_settled', q.settled_at, q.settled_by, q.owner_id, q.status, ${none}, 'care_measure result', ${when(plan, sql`q.result`)}
      FROM early_warning.care_measure q WHERE q.case_id = ${id} AND q.settled_at IS NOT NULL
    UNION ALL SELECT e.id, 'entry', e.recorded_at, e.recorded_by, NULL, CASE WHEN ${readable} THEN e.kind END, e.confidentiality, e.voided_at IS NOT NULL,
           'care_entry text', CASE WHEN ${readable} THEN e.text END
      FROM early_warning.care_entry e WHERE e.case_id = ${id}
    UNION ALL SELECT s.id, 'supervision', s.since_at, NULL, s.person_ids[1], s.cause, ${none}, NULL, NULL
      FROM early_warning.care_supervision s WHERE s.case_id = ${id}
    UNION ALL SELECT s.id, 'supervision_answered', s.answered_at, s.answered_by, NULL, s.cause, ${none}, 'care_supervision answer', ${when(plan, sql`s.answer`)}
      FROM early_warning.care_supervision s WHERE s.case_id = ${id} AND s.answered_at IS NOT NULL
    UNION ALL SELECT s.id, 'supervision_ended', s.ended_at, NULL, NULL, s.cause, ${none}, NULL, NULL
      FROM early_warning.care_supervision s WHERE s.case_id = ${id} AND s.ended_at IS NOT NULL`;
}
