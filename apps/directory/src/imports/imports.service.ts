import { Injectable, type StreamableFile } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { SCIM_SOURCE } from '#contracts';
import { Database, insert, query, queryOne, sql, type Tx } from '#database';
import { Events } from '#events';
import { checkTableFile } from '#exchange';
import { anyOf, type Language, list, type Page, type UploadedFile } from '#http';
import { NotFound } from '#problems';
import { errorSheetFile, type ErrorSheetQuery, JobDto, Jobs } from '#service';
import { ImportRequestedV1 } from './import-requested.event.js';
import { ImportDto, type ImportOptions, type ImportsQuery } from './imports.dto.js';
import { Import, type ImportKind } from './import.entity.js';
import { SourceReserved } from './imports.problems.js';
import { fetchFile, storeFile } from './stored-file.js';
import { TABLES } from './tables.js';
import { checkZip } from './zip.js';

/** Imports change the roster as a whole: as events of one aggregate they take effect one after the other, in the order they came. */
const ROSTER = '00000000-0000-7000-8000-000000000001';

/** File sets that were handed in. */
@Injectable()
export class Imports {
  constructor(
    private readonly database: Database,
    private readonly jobs: Jobs,
    private readonly events: Events,
  ) {}

  /**
   * Accepts a file; the work is a job. The very set that was imported last from this source, or is under way, is not
   * imported again: its job is answered.
   */
  async request(actor: Actor, kind: ImportKind, file: UploadedFile, options: ImportOptions): Promise<JobDto> {
    if (options.source === SCIM_SOURCE)
      throw new SourceReserved({ pointer: '?source', params: { source: SCIM_SOURCE } });
    if (kind === 'roster') await checkZip(file.path);
    else await checkTableFile(file.path);
    return this.database.transaction(actor, async (tx) => {
      await query(tx, sql`SELECT pg_advisory_xact_lock(hashtext('directory.import'))`);
      const requestedBy = requesterOf(actor);
      const { source, dryRun, allowShrink, allowIdentityChanges } = options;
      const same = dryRun ? undefined : await this.latest(tx, kind, source);
      if (
        same?.sha256 === file.sha256 &&
        same.requestedBy === requestedBy &&
        (same.status === 'succeeded' ||
          (same.allowShrink === allowShrink && same.allowIdentityChanges === allowIdentityChanges))
      ) {
        const job = await this.jobs.find(tx, actor, 'directory', same.jobId);
        if (job) return JobDto.from(job);
      }
      const job = await this.jobs.create(tx, actor, 'directory', `import-${kind}`);
      const last = await queryOne<{ number: number }>(
        tx,
        sql`SELECT coalesce(max(number), 0) AS number FROM directory.import`,
      );
      const made = Object.assign(new Import(), {
        number: last!.number + 1,
        kind,
        source,
        dryRun,
        allowShrink,
        allowIdentityChanges,
        fileName: file.filename,
        bytes: file.bytes,
        sha256: file.sha256,
        jobId: job.id,
        requestedBy,
      });
      await insert(tx, made);
      await storeFile(tx, made.id, file.path);
      await this.events.publish(tx, new ImportRequestedV1(made.id), { id: ROSTER, version: made.number });
      return JobDto.from(job);
    });
  }

  /** Newest first. */
  async list(filter: ImportsQuery): Promise<Page<ImportDto>> {
    const { kind, status, source, updatedSince } = filter;
    return list(this.database.connection, filter, {
      select: sql`i.id, i.number, i.kind, i.source, i.dry_run AS "dryRun", i.file_name AS "fileName", i.bytes, i.sha256, i.status,
        i.result, i.job_id AS "jobId", i.created_at AS "createdAt", i.finished_at AS "finishedAt", i.version`,
      from: sql`directory.import i`,
      where: [
        anyOf(sql`i.kind`, kind),
        anyOf(sql`i.status`, status),
        anyOf(sql`i.source`, source),
        updatedSince && sql`i.updated_at >= ${updatedSince}`,
      ],
      sorts: { number: sql`i.number`, updatedAt: sql`i.updated_at` },
      defaultSort: '-number',
      id: sql`i.id`,
      to: (row: Import) => ImportDto.from(row),
    });
  }

  async get(id: string): Promise<ImportDto> {
    const found = await this.database.connection.findOneBy(Import, { id });
    if (!found) throw new NotFound({ what: 'import' });
    return ImportDto.from(found);
  }

  /** The file with its errors, for whoever sent it. */
  async errorSheet(actor: Actor, id: string, { rows }: ErrorSheetQuery, language: Language): Promise<StreamableFile> {
    return this.database.transaction(actor, async (tx) => {
      const found = await tx.findOneBy(Import, { id, requestedBy: requesterOf(actor) });
      const table = found && TABLES[found.kind];
      const job = found && (await this.jobs.find(tx, actor, 'directory', found.jobId));
      if (!table || job?.errorSheet == null) throw new NotFound({ what: 'error-sheet' });
      await audit(tx, actor, { action: 'directory.import.errors', subject: { kind: 'import', id } });
      const errors = await this.jobs.errors(tx, job.id);
      const { columns } = table;
      return errorSheetFile((path) => fetchFile(tx, id, path), errors, { columns, language, rows });
    });
  }

  private async latest(tx: Tx, kind: ImportKind, source: string): Promise<Import | undefined> {
    const [row] = await query<{ id: string }>(
      tx,
      sql`SELECT id FROM directory.import WHERE kind = ${kind} AND source = ${source} AND NOT dry_run AND status <> 'failed'
           ORDER BY number DESC LIMIT 1`,
    );
    return row && ((await tx.findOneBy(Import, { id: row.id })) ?? undefined);
  }
}

/** The app that asks, and the person it acts for. */
function requesterOf(actor: Actor): string {
  return `${actor.app}/${actor.personId ?? ''}`;
}
