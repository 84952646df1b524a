import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, query, queryOne, sql, type Sql, type Tx, update } from '#database';
import { anyOf, list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { inScope, inUnits, personById, personRef, reaches } from '#roster';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { ArchiveEntry } from './archive-entry.entity.js';
import { ArchiveEntryDto, type EntriesQuery, type ArchiveEntrySettingsDto, ArchiveSummaryDto } from './archive.dto.js';
import { ArchivePolicy } from './archive.policy.js';
import { EntryReversed } from './archive.problems.js';
import { entryVisible, termAt } from './archive.queries.js';
import { sumsOf, type SumRow } from './sums.js';

const COLUMNS = sql`e.id, e.student_id AS "studentId", ${personRef(sql`e.student_id`)} AS student, e.kind, e.area, e.track, e.happened_on::text AS "happenedOn",
  ${termAt(sql`e.happened_on`)} AS term, e.title_zh AS "titleZh", e.title_en AS "titleEn", e.level, e.credits::float8, e.hours::float8, e.source,
  e.source_id AS "sourceId", e.visibility, e.in_book AS "inBook", e.reversed, e.reverses_id AS "reversesId", e.reversed_for AS "reversedFor",
  e.created_at AS "createdAt", e.version`;

/** Counts: was not reversed, and reverses nothing. */
export const STANDING = sql`NOT e.reversed AND e.reverses_id IS NULL`;

type Row = Omit<ArchiveEntryDto, 'title'> & { studentId: string; titleZh: Buffer | null; titleEn: Buffer | null };

/** Growth archives (成长档案), as far as who asks may read them. */
@Injectable()
export class Archive {
  constructor(
    private readonly database: Database,
    private readonly policies: Policies,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** Staff who ask for one student's entries are in the audit. */
  list(actor: Actor, request: EntriesQuery): Promise<Page<ArchiveEntryDto>> {
    const { studentId, kind, area, track, unitId, from, to, mine, reversed, updatedSince } = request;
    const today = this.clock.today();
    return this.database.transaction(null, async (tx) => {
      const { data, ...rest } = await list(tx, request, {
        select: COLUMNS,
        from: sql`early_warning.archive_entry e`,
        where: [
          entryVisible(actor, today),
          reversed ? undefined : STANDING,
          anyOf(sql`e.student_id`, studentId, 'uuid'),
          anyOf(sql`e.kind`, kind),
          anyOf(sql`e.area`, area),
          anyOf(sql`e.track`, track),
          inUnits(unitId, sql`e.student_id`, today),
          from && sql`e.happened_on >= ${from}`,
          to && sql`e.happened_on <= ${to}`,
          mine ? sql`e.student_id = ${actor.personId ?? null}` : undefined,
          updatedSince && sql`e.updated_at >= ${updatedSince}`,
        ],
        sorts: { happenedOn: sql`e.happened_on`, updatedAt: sql`e.updated_at` },
        defaultSort: '-happenedOn',
        id: sql`e.id`,
        to: (row: Row) => row,
      });
      const [one, ...others] = studentId ?? [];
      if (one && others.length === 0 && data.length > 0) await this.auditRead(tx, actor, one.toLowerCase());
      return { data: await this.opened(tx, data), ...rest };
    });
  }

  get(actor: Actor, id: string): Promise<ArchiveEntryDto> {
    return this.database.transaction(actor, async (tx) => {
      const entry = await this.read(tx, entryVisible(actor, this.clock.today()), id);
      await this.auditRead(tx, actor, entry.student.id);
      return entry;
    });
  }

  /** For the student: who sees it, and whether it goes into the book. Throws EntryReversed (409). */
  set(actor: Actor, id: string, expected: number, settings: ArchiveEntrySettingsDto): Promise<ArchiveEntryDto> {
    return this.database.transaction(actor, async (tx) => {
      const where = inScope(actor.scopeOf('early-warning:archive:write'), sql`e.student_id`, this.clock.today());
      const entry = await findInScope(tx, ArchiveEntry, id, { alias: 'e', where, lock: 'update' });
      if (!entry) throw new NotFound({ what: 'entry' });
      if (entry.reversed || entry.reversesId) throw new EntryReversed();
      Object.assign(entry, settings);
      await update(tx, entry, expected);
      if (actor.personId !== entry.studentId)
        await audit(tx, actor, { action: 'early-warning.archive.set', subject: { kind: 'entry', id } });
      return this.read(tx, where, id);
    });
  }

  /** What an archive comes to, of what the actor may read. Throws NotFound for a student out of reach. */
  summary(actor: Actor, studentId: string | undefined): Promise<ArchiveSummaryDto> {
    return this.database.transaction(actor, async (tx) => {
      const today = this.clock.today();
      const person = studentId && (await personById(tx, studentId));
      const scope = actor.scopeOf('early-warning:archive:read');
      if (!person || person.kind !== 'student' || !(await reaches(tx, scope, person.id, today)))
        throw new NotFound({ what: 'student' });
      await this.auditRead(tx, actor, person.id);
      const { value: policy, number } = await this.policies.at(tx, ArchivePolicy, today);
      const rows = await query<SumRow>(
        tx,
        sql`SELECT term, area, count(*)::int AS entries, coalesce(sum(hours), 0)::float8 AS hours, coalesce(sum(credits), 0)::float8 AS credits
              FROM (SELECT ${termAt(sql`e.happened_on`)}::jsonb AS term, e.area, e.hours, e.credits, e.happened_on
                      FROM early_warning.archive_entry e
                     WHERE e.student_id = ${person.id} AND ${STANDING} AND ${entryVisible(actor, today)}) x
             GROUP BY term, area ORDER BY min(happened_on), area`,
      );
      const done = await query<{ track: string; done: number }>(
        tx,
        sql`SELECT e.track, count(DISTINCT e.work_id)::int AS done FROM early_warning.archive_entry e
             WHERE e.student_id = ${person.id} AND ${STANDING} AND e.track IS NOT NULL AND ${entryVisible(actor, today)} GROUP BY e.track`,
      );
      const of = new Map(done.map((row) => [row.track, row.done]));
      return Object.assign(new ArchiveSummaryDto(), {
        studentId: person.id,
        ...sumsOf(rows, policy.areas),
        tracks: policy.tracks.map(({ code: track, name, goal }) => ({ track, name, done: of.get(track) ?? 0, goal })),
        policyVersion: number,
      });
    });
  }

  private async read(tx: Tx, where: Sql, id: string): Promise<ArchiveEntryDto> {
    const row = await queryOne<Row>(
      tx,
      sql`SELECT ${COLUMNS} FROM early_warning.archive_entry e WHERE e.id = ${id} AND ${where}`,
    );
    if (!row) throw new NotFound({ what: 'entry' });
    return (await this.opened(tx, [row]))[0]!;
  }

  private async opened(tx: Tx, rows: Row[]): Promise<ArchiveEntryDto[]> {
    const sealed = rows.map(
      ({ id, studentId, titleZh, titleEn }) =>
        Object.assign(new ArchiveEntry(), { id, studentId, titleZh, titleEn }) as ArchiveEntry,
    );
    const texts = await this.students.openFields(tx, sealed);
    return rows.map(({ studentId: _studentId, titleZh: _zh, titleEn: _en, ...row }, i) => {
      const { titleZh: zh, titleEn: en } = texts[i]!;
      return Object.assign(new ArchiveEntryDto(), row, { title: zh === null ? null : { zh, en: en ?? zh } });
    });
  }

  private async auditRead(tx: Tx, actor: Actor, studentId: string): Promise<void> {
    if (actor.personId === studentId) return;
    await audit(tx, actor, { action: 'early-warning.archive.read', subject: { kind: 'student', id: studentId } });
  }
}
