import { In } from 'typeorm';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { copyFile } from 'node:fs/promises';
import { type Actor, audit } from '#auth';
import { Database, insert, onConflict, query, sql, type Tx, update } from '#database';
import { checkTableFile, Refused, RowErrors, type TableFormat } from '#exchange';
import type { Language, UploadedFile } from '#http';
import { BodyTooLarge } from '#problems';
import { errorSheetFile, fieldErrors } from '#service';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { isFor } from './round-evaluation.js';
import { RoundEntry } from './round-entry.entity.js';
import { Round, type RoundStatus } from './round.entity.js';
import { SheetResultDto } from './round-sheets.dto.js';
import { columnsOf, readSheet, type SheetKind, type SheetRow } from './round-sheets.js';
import { EnteredAlready, EntryNotPossible, NOT_THIS_WAY, RoundNotManaged, SheetRefused } from './rounds.problems.js';
import { homesOf, lockRound, roundAsker, visibleRound } from './rounds.queries.js';
import { Rounds } from './rounds.service.js';

const MOST_BYTES = 8_388_608;

const WHILE: Record<SheetKind, readonly RoundStatus[]> = {
  figures: ['open', 'review'],
  automatic: ['open', 'review'],
  accounts: ['notice', 'final'],
};

interface Target {
  entries: Map<string, { id: string; studentId: string; outcome: string | null }>;
  /** Students that a list may bring in, by number. */
  students: Map<string, string>;
}

/** What comes into a round by sheet: figures, those who are in without applying, accounts. All rows or none. */
@Injectable()
export class RoundSheets {
  constructor(
    private readonly database: Database,
    private readonly rounds: Rounds,
    private readonly students: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  /** Throws SheetRefused with what is wrong, row by row; then nothing was written. */
  async bringIn(actor: Actor, id: string, kind: SheetKind, file: UploadedFile): Promise<SheetResultDto> {
    if (file.bytes > MOST_BYTES) throw new BodyTooLarge();
    await checkTableFile(file.path);
    return this.database.transaction(actor, async (tx) => {
      const round = await lockRound(tx, visibleRound(actor, this.clock.today()), id);
      await this.mustBringIn(tx, actor, round, kind);
      const { rows, target, errors } = await this.read(tx, round, kind, file.path);
      if (errors.length > 0) throw new SheetRefused({ errors: fieldErrors(errors) });
      if (kind === 'figures') await writeFigures(tx, rows, target);
      else if (kind === 'accounts') await this.writeAccounts(tx, rows, target);
      else await this.addEntries(tx, actor, round, rows, target);
      await audit(tx, actor, { action: `affairs.round.bring-in-${kind}`, subject: { kind: 'round', id } });
      return Object.assign(new SheetResultDto(), { rows: rows.length });
    });
  }

  /** The sheet with what is wrong with each row in a last column, as it was sent; writes nothing. */
  async check(
    actor: Actor,
    id: string,
    kind: SheetKind,
    file: UploadedFile,
    language: Language,
  ): Promise<StreamableFile> {
    if (file.bytes > MOST_BYTES) throw new BodyTooLarge();
    await checkTableFile(file.path);
    const { errors, content } = await this.database.read(async (tx) => {
      const round = await this.rounds.find(tx, actor, id);
      await this.mustBringIn(tx, actor, round, kind);
      return { errors: (await this.read(tx, round, kind, file.path)).errors, content: round.content };
    });
    const columns = columnsOf(kind, content);
    return errorSheetFile((path) => copyFile(file.path, path), errors, { columns, language, rows: 'all' });
  }

  private async mustBringIn(tx: Tx, actor: Actor, round: Round, kind: SheetKind): Promise<void> {
    if (!(await roundAsker(tx, actor, round, this.clock.today())).manages) throw new RoundNotManaged();
    if (!WHILE[kind].includes(round.status)) throw round.notInState();
    if (kind === 'automatic' && !round.content.entry.includes('automatic'))
      throw new EntryNotPossible({ errors: [{ pointer: '?kind', ...NOT_THIS_WAY }] });
  }

  private async read(
    tx: Tx,
    round: Round,
    kind: SheetKind,
    path: string,
  ): Promise<{ rows: SheetRow[]; target: Target; errors: RowErrors['list'] }> {
    const errors = new RowErrors();
    const none = { rows: [], target: { entries: new Map(), students: new Map() } };
    try {
      const rows = await readSheet(path, kind, round.content, errors);
      const target = await this.targetOf(tx, round, rows, kind);
      const file = `${kind}.${'csv' satisfies TableFormat['type']}`;
      for (const { line, number } of rows) {
        const error = finding(target, number, kind);
        if (error) errors.add(file, line, 'number', error);
      }
      return { rows, target, errors: errors.list };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { ...none, errors: error.errors };
    }
  }

  private async targetOf(tx: Tx, round: Round, rows: readonly SheetRow[], kind: SheetKind): Promise<Target> {
    const numbers = rows.map(({ number }) => number);
    const there = await query<{ number: string; id: string; studentId: string; outcome: string | null }>(
      tx,
      sql`SELECT p.number, e.id, e.student_id AS "studentId", e.outcome FROM directory.published_person_v1 p
            JOIN affairs.round_entry e ON e.student_id = p.id AND e.round_id = ${round.id} AND e.status = 'entered'
           WHERE p.number = ANY(${numbers}::text[])`,
    );
    const entries = new Map(there.map(({ number, ...entry }) => [number, entry]));
    if (kind !== 'automatic') return { entries, students: new Map() };
    const meant = isFor(round.content, round.unitId, sql`s.id`, sql`s.grade`, this.clock.today());
    const students = await query<{ id: string; number: string }>(
      tx,
      sql`SELECT s.id, s.number FROM directory.published_student_v1 s WHERE s.number = ANY(${numbers}::text[]) AND s.active AND ${meant}`,
    );
    return { entries, students: new Map(students.map(({ id, number }) => [number, id])) };
  }

  private async addEntries(
    tx: Tx,
    actor: Actor,
    { id: roundId }: Round,
    rows: readonly SheetRow[],
    { entries, students }: Target,
  ): Promise<void> {
    const homes = await homesOf(tx, [...students.values()], this.clock.today());
    const there = await entriesBy(tx, entries);
    for (const { number, values } of rows) {
      const known = entries.get(number);
      const studentId = students.get(number) ?? known!.studentId;
      const none = { collegeId: null, majorId: null, classId: null };
      const entry = known
        ? there.get(known.id)!
        : RoundEntry.make({ roundId, studentId, way: 'automatic', ...(homes.get(studentId) ?? none) }, actor);
      // Whoever has applied and is on the list is in by the list.
      Object.assign(entry, { way: 'automatic', automaticGroup: values['group'] ?? null });
      await this.students.sealFields(tx, entry);
      if (known) await update(tx, entry);
      else await onConflict(insert(tx, entry), { round_entry_once: () => new EnteredAlready() });
    }
  }

  private async writeAccounts(tx: Tx, rows: readonly SheetRow[], { entries }: Target): Promise<void> {
    const there = await entriesBy(tx, entries);
    for (const { number, values } of rows) {
      const entry = there.get(entries.get(number)!.id)!;
      entry.account = values['account'] ?? null;
      await this.students.sealFields(tx, entry);
      await update(tx, entry);
    }
  }
}

async function entriesBy(tx: Tx, entries: Target['entries']): Promise<Map<string, RoundEntry>> {
  const found = await tx.findBy(RoundEntry, { id: In([...entries.values()].map(({ id }) => id)) });
  return new Map(found.map((entry) => [entry.id, entry]));
}

function finding({ entries, students }: Target, number: string, kind: SheetKind) {
  const entry = entries.get(number);
  if (kind === 'automatic')
    return entry || students.has(number)
      ? undefined
      : { zh: '没有该学号的学生，或此批次不面向该学生', en: 'is no student whom the round is for' };
  if (!entry) return { zh: '此批次没有该学号的学生参评', en: 'is nobody in this round' };
  return kind === 'accounts' && entry.outcome !== 'awarded'
    ? { zh: '未入选', en: 'is not among those who are in' }
    : undefined;
}

async function writeFigures(tx: Tx, rows: readonly SheetRow[], { entries }: Target): Promise<void> {
  const figures = rows.flatMap(({ number, values }) =>
    Object.entries(values).map(([code, value]) => ({ id: entries.get(number)!.id, code, value })),
  );
  await query(
    tx,
    sql`INSERT INTO affairs.round_figure (entry_id, code, value)
        SELECT f.id, f.code, f.value::numeric FROM jsonb_to_recordset(${JSON.stringify(figures)}::jsonb) AS f(id uuid, code text, value text)
        ON CONFLICT (entry_id, code) DO UPDATE SET value = excluded.value`,
  );
}
