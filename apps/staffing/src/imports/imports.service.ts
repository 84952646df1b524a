import { readFile, writeFile } from 'node:fs/promises';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import type { Bilingual, UnitKind } from '#contracts';
import { Database, insert, newId, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { checkTableFile, Refused, RowErrors, withTemporaryFile } from '#exchange';
import type { Language, UploadedFile } from '#http';
import { Policies } from '#policy';
import { BodyTooLarge, NotFound } from '#problems';
import { errorSheetFile, type ErrorSheetQuery, JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { AppointmentUnitsPolicy } from '../appointments/appointment-units.policy.js';
import { type AppointmentImportOptions } from './imports.dto.js';
import { AppointmentImport } from './appointment-import.entity.js';
import { APPOINTMENTS, type GivenRow, readRows, type Report } from './appointment-rows.js';
import { AppointmentImportRequestedV1 } from './import-requested.event.js';
import { appointmentsOfAll, resolveRows, type StoredRow, writePlan } from './imports.queries.js';

const MOST_BYTES = 8 * 1_048_576;

interface Plan {
  create: StoredRow[];
  change: StoredRow[];
  unchanged: number;
}

/** Appointments from a file: all of its rows or none, and the same file twice changes nothing the second time. */
@Injectable()
export class AppointmentImports {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  async request(actor: Actor, file: UploadedFile, { dryRun }: AppointmentImportOptions): Promise<JobDto> {
    if (file.bytes > MOST_BYTES) throw new BodyTooLarge();
    await checkTableFile(file.path);
    const content = await readFile(file.path);
    return this.database.transaction(actor, async (tx) => {
      const job = await this.jobs.create(tx, actor, 'staffing', 'appointment-import');
      const scope = actor.scopeOf('staffing:appointment:write');
      const requested = Object.assign(new AppointmentImport(), {
        jobId: job.id,
        content,
        wholeSchool: scope.school,
        unitIds: [...scope.unitIds],
        requestedBy: actor.personId ?? null,
        dryRun,
      });
      await insert(tx, requested);
      const action = dryRun ? 'staffing.appointment.import-dry-run' : 'staffing.appointment.import';
      await audit(tx, actor, { action, subject: { kind: 'job', id: job.id } });
      await this.events.publish(tx, new AppointmentImportRequestedV1(requested.id));
      return JobDto.from(job);
    });
  }

  /** Works a file off; the second delivery of the same request finds nothing to do. */
  async run(tx: Tx, importId: string): Promise<void> {
    // One file after the other: two at once could each be free of overlaps and overlap together.
    await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('staffing.appointment-import'))`);
    const requested = await tx.findOneBy(AppointmentImport, { id: importId });
    if (!requested?.content || requested.finishedAt) return;
    try {
      const plan = await withTemporaryFile(requested.content, (path) => this.read(tx, requested, path));
      if (!requested.dryRun) await writePlan(tx, plan);
      const { create, change, unchanged } = plan;
      await this.jobs.succeed(tx, requested.jobId, {
        created: create.length,
        changed: change.length,
        unchanged,
        dryRun: requested.dryRun,
      });
      await this.finish(tx, importId, null);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await this.jobs.fail(tx, requested.jobId, error.errors, `/staffing/v1/appointments/imports/${importId}/errors`);
      await this.finish(tx, importId, requested.content);
    }
  }

  /** Ends a file that could not be worked off, or was stopped by an operator. */
  async giveUp(tx: Tx, importId: string): Promise<void> {
    const requested = await tx.findOneBy(AppointmentImport, { id: importId });
    if (!requested?.content || requested.finishedAt) return;
    await this.jobs.giveUp(tx, requested.jobId);
    await this.finish(tx, importId, null);
  }

  /** The file with its errors, for whoever sent it. */
  async errorSheet(
    actor: Actor,
    importId: string,
    { rows }: ErrorSheetQuery,
    language: Language,
  ): Promise<StreamableFile> {
    return this.database.transaction(actor, async (tx) => {
      const found = await tx.findOneBy(AppointmentImport, { id: importId });
      const job = found?.content ? await this.jobs.find(tx, actor, 'staffing', found.jobId) : null;
      if (!found?.content || job?.errorSheet == null) throw new NotFound({ what: 'error-sheet' });
      await audit(tx, actor, {
        action: 'staffing.appointment.import-errors',
        subject: { kind: 'job', id: found.jobId },
      });
      const { content } = found;
      const errors = await this.jobs.errors(tx, found.jobId);
      const { columns } = APPOINTMENTS;
      return errorSheetFile((path) => writeFile(path, content, { mode: 0o600 }), errors, { columns, language, rows });
    });
  }

  /** Files with errors name people too: they go when their jobs go. */
  async deleteFilesBefore(tx: Tx, before: Date): Promise<void> {
    await query(
      tx,
      sql`UPDATE staffing.appointment_import SET content = NULL WHERE content IS NOT NULL AND finished_at < ${before}`,
    );
  }

  private async finish(tx: Tx, importId: string, content: Buffer | null): Promise<void> {
    await tx.update(AppointmentImport, { id: importId }, { content, finishedAt: this.clock.now() });
  }

  /** What must be written. Throws Refused when anything is wrong with the file. */
  private async read(tx: Tx, requested: AppointmentImport, path: string): Promise<Plan> {
    const errors = new RowErrors();
    const { rows, report } = await readRows(path, errors);
    await this.jobs.progress(requested.jobId, 0, rows.length);
    const plan = await this.plan(tx, requested, rows, report);
    errors.refuse();
    return plan;
  }

  private async plan(tx: Tx, requested: AppointmentImport, rows: GivenRow[], report: Report): Promise<Plan> {
    const { value: units } = await this.policies.at(tx, AppointmentUnitsPolicy, this.clock.today());
    const scope = { school: requested.wholeSchool, unitIds: requested.unitIds };
    const resolved = await resolveRows(tx, rows, scope);
    const wanted: (StoredRow & { line: number })[] = [];
    for (const row of rows) {
      const { personId, unitId } = resolved.get(row.line) ?? { personId: null, unitId: null };
      if (!personId) report(row.line, 'staff_number', NO_STAFF);
      else if (personId === requested.requestedBy) report(row.line, 'staff_number', OWN);
      if (!unitId) report(row.line, 'unit_code', NO_UNIT);
      const allowed: UnitKind[] = units[row.kind];
      if (!allowed.includes(row.unitKind)) {
        const list = allowed.join(', ');
        const text = { zh: `此类任职只能对应：${list}`, en: `This kind of appointment is over: ${list}` };
        report(row.line, 'unit_kind', text);
      }
      if (personId && unitId) wanted.push({ ...row, id: newId(), personId, unitId });
    }
    return diff(await appointmentsOfAll(tx, [...new Set(wanted.map((row) => row.personId))]), wanted, report);
  }
}

const NO_STAFF: Bilingual = { zh: '没有此工号的在职教职工', en: 'No active staff has this number' };
const OWN: Bilingual = { zh: '不能任免本人', en: 'Nobody appoints themselves' };
const NO_UNIT: Bilingual = {
  zh: '单位不存在、已停用或不在管理范围内',
  en: 'No such active unit within your scope',
};
const OVERLAP: Bilingual = {
  zh: '该人员在此期间已有相同的任职',
  en: 'The person already holds this appointment in that period',
};

/** What must be written so that the wanted rows hold. Same person, kind, unit and first day = the same appointment. */
function diff(stored: StoredRow[], wanted: (StoredRow & { line: number })[], report: Report): Plan {
  const plan: Plan = { create: [], change: [], unchanged: 0 };
  const posts = new Map<string, (StoredRow & { line?: number })[]>();
  const postOf = (row: StoredRow): string => `${row.personId} ${row.kind} ${row.unitId}`;
  for (const row of stored) posts.set(postOf(row), [...(posts.get(postOf(row)) ?? []), row]);
  for (const { line, ...row } of wanted) {
    const periods = posts.get(postOf(row)) ?? [];
    posts.set(postOf(row), periods);
    const index = periods.findIndex((other) => other.validFrom === row.validFrom && other.validTo !== other.validFrom);
    const same = periods[index];
    if (!same) {
      plan.create.push(row);
      periods.push({ ...row, line });
    } else if (same.line !== undefined) {
      report(line, 'from', { zh: `与第 ${same.line} 行重复`, en: `repeats line ${same.line}` });
    } else {
      if (same.fullTime === row.fullTime && same.validTo === row.validTo) plan.unchanged += 1;
      else plan.change.push({ ...row, id: same.id });
      periods[index] = { ...row, id: same.id, line };
    }
  }
  for (const periods of posts.values()) reportOverlaps(periods, report);
  return plan;
}

function reportOverlaps(periods: (StoredRow & { line?: number })[], report: Report): void {
  const inOrder = periods
    .filter((row) => row.validTo !== row.validFrom)
    .sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  for (const [i, row] of inOrder.entries()) {
    const next = inOrder[i + 1];
    if (!next || (row.validTo !== null && row.validTo <= next.validFrom)) continue;
    const line = next.line ?? row.line;
    if (line === undefined) continue;
    report(line, 'from', OVERLAP);
  }
}
