import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, audit, ownStudent } from '#auth';
import { OwnExportRequestedV1, SERVICE_NAMES, type ServiceName } from '#contracts';
import { Database, findInScope, insert, onConflict, query, queryOne, sql, type Tx, update } from '#database';
import { Events, type TimerKey, Timers } from '#events';
import { list, type Page } from '#http';
import { Policies } from '#policy';
import { NotFound } from '#problems';
import { Jobs, type OwnDataPart, placeOfPart } from '#service';
import { CampusClock } from '#time';
import { StudentKeys } from '#vault';
import { archiveOf } from './archive.js';
import { OwnExport } from './own-export.entity.js';
import { OwnExportDueV1 } from './own-export-due.event.js';
import { OwnExportDto, type OwnExportsQuery } from './own-exports.dto.js';
import { OwnExportPolicy } from './own-exports.policy.js';
import { OwnExportGone, OwnExportNotReady, OwnExportTooSoon, OwnExportUnderWay } from './own-exports.problems.js';

const HOUR = 3_600_000;
const EXPORT = 'directory:own-data:export';
const COLUMNS = sql`e.id, e.job_id AS "jobId", e.status, e.requested_at AS "requestedAt", e.expires_at AS "expiresAt", e.ended_at AS "endedAt",
  e.bytes, e.sha256, e.version`;

/** Students get a copy of everything that the house has of them; each service gives its own part. */
@Injectable()
export class OwnExports {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly policies: Policies,
    private readonly jobs: Jobs,
    private readonly keys: StudentKeys,
    private readonly clock: CampusClock,
  ) {}

  list(actor: Actor, request: OwnExportsQuery): Promise<Page<OwnExportDto>> {
    return this.database.read((tx) =>
      list(tx, request, {
        select: COLUMNS,
        from: sql`directory.own_export e`,
        where: [sql`e.student_id = ${actor.personId ?? null}::uuid`],
        sorts: { requestedAt: sql`e.requested_at` },
        defaultSort: '-requestedAt',
        id: sql`e.id`,
        to: OwnExportDto.from,
      }),
    );
  }

  get(actor: Actor, id: string): Promise<OwnExportDto> {
    return this.database.read(async (tx) => OwnExportDto.from(await this.find(tx, actor, id)));
  }

  /** For oneself alone: no app asks for somebody. Throws OwnExportUnderWay, OwnExportTooSoon (409). */
  request(actor: Actor): Promise<OwnExportDto> {
    return this.database.transaction(actor, async (tx) => {
      const now = this.clock.now();
      const studentId = await ownStudent(tx, actor, EXPORT, actor.personId, this.clock.today());
      const { makeWithinHours, everyHours } = await this.policy(tx);
      const since = new Date(now.getTime() - everyHours * HOUR);
      const before = await queryOne(
        tx,
        sql`SELECT 1 FROM directory.own_export WHERE student_id = ${studentId} AND requested_at > ${since} AND status NOT IN ('making', 'ready', 'failed')`,
      );
      if (before) throw new OwnExportTooSoon({ params: { hours: everyHours } });
      const job = await this.jobs.create(tx, actor, 'directory', 'own-export');
      const expiresAt = new Date(now.getTime() + makeWithinHours * HOUR);
      const made = Object.assign(new OwnExport(), { studentId, jobId: job.id, requestedAt: now, expiresAt });
      await onConflict(insert(tx, made), { own_export_one_at_a_time: () => new OwnExportUnderWay() });
      await this.wait(tx, made);
      await audit(tx, actor, { action: 'directory.own-export.requested', subject: { kind: 'student', id: studentId } });
      await this.events.publish(tx, new OwnExportRequestedV1({ exportId: made.id, studentId }));
      return OwnExportDto.from(made);
    });
  }

  /** A service has given its part; with the last one it is put together. */
  async whenPartMade(tx: Tx, exportId: string): Promise<void> {
    const made = await locked(tx, exportId);
    if (made?.status !== 'making') {
      // It came too late, and is of no use to anybody.
      await query(tx, sql`DELETE FROM platform.own_export_part WHERE export_id = ${exportId}`);
      return;
    }
    const parts = await query<{ service: ServiceName; part: Buffer }>(
      tx,
      sql`SELECT service, part FROM platform.own_export_part WHERE export_id = ${exportId}`,
    );
    await this.jobs.progress(made.jobId, parts.length, SERVICE_NAMES.length);
    if (parts.length === SERVICE_NAMES.length) await this.putTogether(tx, made, parts);
  }

  /** The ZIP, once; it is deleted with that. Throws OwnExportNotReady (409), OwnExportGone (410). */
  fetch(actor: Actor, id: string): Promise<Buffer> {
    return this.database.transaction(actor, async (tx) => {
      const made = await this.find(tx, actor, id, 'update');
      const now = this.clock.now();
      if (made.status === 'making') throw new OwnExportNotReady();
      if (made.status !== 'ready' || made.expiresAt <= now) throw new OwnExportGone();
      const row = await queryOne<{ content: Buffer }>(
        tx,
        sql`DELETE FROM directory.own_export_content WHERE export_id = ${id} RETURNING content`,
      );
      const [text] = await this.keys.open(tx, [
        { studentId: made.studentId, place: placeOf(id), sealed: row?.content ?? null },
      ]);
      if (!text) throw new OwnExportGone();
      made.end('fetched', now);
      await update(tx, made);
      await this.timers.cancel(tx, timerOf(made));
      await audit(tx, actor, {
        action: 'directory.own-export.fetched',
        subject: { kind: 'student', id: made.studentId },
      });
      return Buffer.from(text, 'base64');
    });
  }

  discard(actor: Actor, id: string, expected: number): Promise<OwnExportDto> {
    return this.database.transaction(actor, async (tx) => {
      const made = await this.find(tx, actor, id, 'update');
      if (made.endedAt) throw new OwnExportGone();
      if (made.status === 'making') await this.jobs.giveUp(tx, made.jobId, { cancelled: true });
      await this.end(tx, made, 'discarded', expected);
      return OwnExportDto.from(made);
    });
  }

  /** Its time is over. */
  async whenDue(tx: Tx, exportId: string): Promise<void> {
    const made = await locked(tx, exportId);
    if (!made || made.endedAt || made.expiresAt > this.clock.now()) return;
    if (made.status === 'making') return this.giveUp(tx, exportId);
    await this.end(tx, made, 'expired');
  }

  /** Ends one that could not be put together, or whose job was cancelled. */
  async giveUp(tx: Tx, exportId: string): Promise<void> {
    const made = await locked(tx, exportId);
    if (made?.status !== 'making') return;
    await this.jobs.giveUp(tx, made.jobId);
    await this.end(tx, made, 'failed');
  }

  private async end(
    tx: Tx,
    made: OwnExport,
    how: 'discarded' | 'expired' | 'failed',
    expected = made.version,
  ): Promise<void> {
    made.end(how, this.clock.now());
    await update(tx, made, expected);
    await this.forget(tx, made);
    await this.timers.cancel(tx, timerOf(made));
  }

  private async putTogether(
    tx: Tx,
    made: OwnExport,
    rows: readonly { service: ServiceName; part: Buffer }[],
  ): Promise<void> {
    const { id, studentId, jobId } = made;
    const texts = await this.keys.open(
      tx,
      rows.map(({ service, part }) => ({ studentId, place: placeOfPart(id, service), sealed: part })),
    );
    const byService = new Map(rows.map(({ service }, i) => [service, texts[i]]));
    const parts = new Map(
      SERVICE_NAMES.map((service) => [service, JSON.parse(byService.get(service)!) as OwnDataPart]),
    );
    const now = this.clock.now();
    const zip = await archiveOf({ studentId, madeAt: now, parts });
    const [content] = await this.keys.seal(tx, [{ studentId, place: placeOf(id), text: zip.toString('base64') }]);
    await query(
      tx,
      sql`INSERT INTO directory.own_export_content (export_id, student_id, content) VALUES (${id}, ${studentId}, ${content})`,
    );
    await query(tx, sql`DELETE FROM platform.own_export_part WHERE export_id = ${id}`);
    made.status = 'ready';
    made.bytes = zip.length;
    made.sha256 = createHash('sha256').update(zip).digest('hex');
    made.expiresAt = new Date(now.getTime() + (await this.policy(tx)).keepHours * HOUR);
    await update(tx, made);
    await this.jobs.succeed(tx, jobId, { exportId: id, bytes: zip.length });
    await this.wait(tx, made);
  }

  private async forget(tx: Tx, { id }: OwnExport): Promise<void> {
    await query(tx, sql`DELETE FROM directory.own_export_content WHERE export_id = ${id}`);
    await query(tx, sql`DELETE FROM platform.own_export_part WHERE export_id = ${id}`);
  }

  private async wait(tx: Tx, made: OwnExport): Promise<void> {
    await this.timers.set(tx, { key: timerOf(made), at: made.expiresAt, event: new OwnExportDueV1(made.id) });
  }

  private async policy(tx: Tx): Promise<OwnExportPolicy> {
    return (await this.policies.at(tx, OwnExportPolicy, this.clock.today())).value;
  }

  private async find(tx: Tx, actor: Actor, id: string, lock?: 'update'): Promise<OwnExport> {
    const where = sql`e.student_id = ${actor.personId ?? null}::uuid`;
    const made = await findInScope(tx, OwnExport, id, { alias: 'e', where, ...(lock && { lock }) });
    if (!made) throw new NotFound({ what: 'own-export' });
    return made;
  }
}

function locked(tx: Tx, id: string): Promise<OwnExport | null> {
  return tx.findOne(OwnExport, { where: { id }, lock: { mode: 'pessimistic_write' } });
}

function timerOf({ id }: OwnExport): TimerKey {
  return `directory.own-export ${id}`;
}

function placeOf(id: string): string {
  return `directory.own_export_content ${id}`;
}
