import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, insert, queryOne, sql, type Tx, update } from '#database';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import type { CareCase } from './care-case.entity.js';
import { CareEntry } from './care-rows.entity.js';
import { CaseDesk } from './case-desk.service.js';
import type { AddEntryDto } from './case-forms.dto.js';
import { confides } from './case-offers.js';
import type { CareCaseDetailDto } from './cases.dto.js';
import { CaseNotYours, CaseWithoutLevel, DateWrong, ReadersWrong } from './cases.problems.js';
import { findCase, standingOf } from './cases.queries.js';
import { PsychologyEntriesDto } from './timeline.dto.js';

/** Entries of a case: talks, visits, calls, actions, reviews, notes. */
@Injectable()
export class CaseEntries {
  constructor(
    private readonly database: Database,
    private readonly students: StudentKeys,
    private readonly desk: CaseDesk,
    private readonly clock: CampusClock,
  ) {}

  /** A review starts the time to the next one anew. */
  add(actor: Actor, id: string, body: AddEntryDto): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, undefined, 'record', async ({ tx, of, by, now, today }) => {
      const { kind, happenedOn = today, reached = null, confidentiality, readers = [], text } = body;
      if (happenedOn > today || happenedOn < this.clock.dateOf(of.openedAt))
        throw new DateWrong({ pointer: '#/happenedOn' });
      const named = confidentiality === 'named';
      if (named !== readers.length > 0 || (kind === 'review' && confidentiality !== 'team'))
        throw new ReadersWrong({ pointer: '#/readers' });
      if (confidentiality === 'psychologist' && !actor.can('early-warning:psychology:read')) throw new CaseNotYours();
      const level = await this.desk.levelNow(tx, of);
      const entry = Object.assign(new CareEntry(), {
        ...{ caseId: id, studentId: of.studentId, kind, reached, happenedOn, confidentiality, readers, text },
        ...{ recordedAt: now, recordedBy: by.personId, recordedByApp: actor.app },
      });
      await this.students.sealFields(tx, entry);
      await insert(tx, entry);
      if (happenedOn > of.activeOn || kind === 'review') of.recorded(happenedOn, level);
      if (kind !== 'review') return;
      if (!level) throw new CaseWithoutLevel();
      of.reviewed(level, today);
    });
  }

  /** Who recorded it takes it back. A review that is taken back is due again. */
  void(actor: Actor, id: string, entryId: string): Promise<CareCaseDetailDto> {
    return this.desk.change(actor, id, undefined, 'record', async ({ tx, of, by, now, today }) => {
      const entry = await tx.findOneBy(CareEntry, { id: entryId, caseId: id });
      if (!entry || entry.voidedAt) throw new NotFound({ what: 'entry' });
      if (entry.recordedBy !== by.personId) throw new CaseNotYours();
      entry.voidedAt = now;
      await update(tx, entry);
      of.recorded(await this.lastDay(tx, of), await this.desk.levelNow(tx, of));
      if (entry.kind === 'review') of.mustBeReviewed(today);
    });
  }

  /** Texts that psychologists alone read: who does says why, and the audit has it before the answer. */
  psychology(actor: Actor, id: string): Promise<PsychologyEntriesDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const of = await findCase(tx, actor, id, today);
      const { by } = await standingOf(tx, actor, of, today);
      if (!confides(by)) throw new NotFound({ what: 'case' });
      await audit(tx, actor, { action: 'early-warning.case.psychology', subject: { kind: 'case', id } });
      const rows = await tx.find(CareEntry, {
        where: { caseId: id, confidentiality: 'psychologist' },
        order: { id: 'ASC' },
      });
      const shown = rows.filter(({ voidedAt }) => voidedAt === null);
      const texts = await this.students.openFields(tx, shown);
      const entries = shown.map(({ id: entryId, kind, happenedOn, recordedBy, recordedAt }, i) => ({
        ...{ id: entryId, kind, happenedOn, recordedBy, recordedAt, text: texts[i]!.text },
      }));
      return Object.assign(new PsychologyEntriesDto(), { entries });
    });
  }

  private async lastDay(tx: Tx, of: CareCase): Promise<string> {
    const row = await queryOne<{ day: string | null }>(
      tx,
      sql`SELECT max(happened_on)::text AS day FROM early_warning.care_entry WHERE case_id = ${of.id} AND voided_at IS NULL`,
    );
    return row!.day ?? this.clock.dateOf(of.openedAt);
  }
}
