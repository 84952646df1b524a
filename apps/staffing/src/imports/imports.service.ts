import { readFile } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Config } from '#config';
import type { UnitKind } from '#contracts';
import { Database, insert, newId, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { decode } from '#exchange';
import type { UploadedFile } from '#http';
import { Policies } from '#policy';
import { BodyTooLarge } from '#problems';
import { JobDto, Jobs } from '#service';
import { today } from '#time';
import { AppointmentUnitsPolicy } from '../appointments/appointment-units.policy.js';
import { type AppointmentImportOptions } from './imports.dto.js';
import { AppointmentImport } from './appointment-import.entity.js';
import { type GivenRow, readRows, RowErrors } from './appointment-rows.js';
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
    private readonly config: Config,
  ) {}

  async request(actor: Actor, file: UploadedFile, { dryRun }: AppointmentImportOptions): Promise<JobDto> {
    if (file.bytes > MOST_BYTES) throw new BodyTooLarge();
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
    if (!requested?.content) return;
    const errors = new RowErrors();
    const rows = readRows(decode(requested.content), errors);
    await this.jobs.progress(requested.jobId, 0, rows.length);
    const plan = await this.plan(tx, requested, rows, errors);
    if (errors.any) {
      await this.jobs.fail(tx, requested.jobId, errors.list);
    } else {
      if (!requested.dryRun) await writePlan(tx, plan);
      const { create, change, unchanged } = plan;
      await this.jobs.succeed(tx, requested.jobId, {
        created: create.length,
        changed: change.length,
        unchanged,
        dryRun: requested.dryRun,
      });
    }
    await tx.update(AppointmentImport, { id: importId }, { content: null });
  }

  /** Ends a file that could not be worked off, or was stopped by an operator. */
  async giveUp(tx: Tx, importId: string): Promise<void> {
    const requested = await tx.findOneBy(AppointmentImport, { id: importId });
    if (!requested?.content) return;
    await this.jobs.giveUp(tx, requested.jobId);
    await tx.update(AppointmentImport, { id: importId }, { content: null });
  }

  private async plan(tx: Tx, requested: AppointmentImport, rows: GivenRow[], errors: RowErrors): Promise<Plan> {
    const { value: units } = await this.policies.at(tx, AppointmentUnitsPolicy, today(this.config.timeZone));
    const scope = { school: requested.wholeSchool, unitIds: requested.unitIds };
    const resolved = await resolveRows(tx, rows, scope);
    const wanted: (StoredRow & { line: number })[] = [];
    for (const row of rows) {
      const { personId, unitId } = resolved.get(row.line) ?? { personId: null, unitId: null };
      if (!personId) errors.add(row.line, 'staff_number', '没有此工号的在职教职工', 'No active staff has this number');
      else if (personId === requested.requestedBy) {
        errors.add(row.line, 'staff_number', '不能任免本人', 'Nobody appoints themselves');
      }
      if (!unitId) {
        errors.add(
          row.line,
          'unit_code',
          '单位不存在、已停用或不在管理范围内',
          'No such active unit within your scope',
        );
      }
      const allowed: UnitKind[] = units[row.kind];
      if (!allowed.includes(row.unitKind)) {
        const list = allowed.join(', ');
        errors.add(row.line, 'unit_kind', `此类任职只能对应：${list}`, `This kind of appointment is over: ${list}`);
      }
      if (personId && unitId) wanted.push({ ...row, id: newId(), personId, unitId });
    }
    return diff(await appointmentsOfAll(tx, [...new Set(wanted.map((row) => row.personId))]), wanted, errors);
  }
}

/** What must be written so that the wanted rows hold. Same person, kind, unit and first day = the same appointment. */
export function diff(stored: StoredRow[], wanted: (StoredRow & { line: number })[], errors: RowErrors): Plan {
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
      errors.add(line, 'from', `与第 ${same.line} 行重复`, `repeats line ${same.line}`);
    } else {
      if (same.fullTime === row.fullTime && same.validTo === row.validTo) plan.unchanged += 1;
      else plan.change.push({ ...row, id: same.id });
      periods[index] = { ...row, id: same.id, line };
    }
  }
  for (const periods of posts.values()) reportOverlaps(periods, errors);
  return plan;
}

function reportOverlaps(periods: (StoredRow & { line?: number })[], errors: RowErrors): void {
  const inOrder = periods
    .filter((row) => row.validTo !== row.validFrom)
    .sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  for (const [i, row] of inOrder.entries()) {
    const next = inOrder[i + 1];
    if (!next || (row.validTo !== null && row.validTo <= next.validFrom)) continue;
    const line = next.line ?? row.line;
    if (line === undefined) continue;
    errors.add(
      line,
      'from',
      '该人员在此期间已有相同的任职',
      'The person already holds this appointment in that period',
    );
  }
}
