import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Injectable, Logger } from '@nestjs/common';
import { RosterChangedV1 } from '#contracts';
import { query, sql, sqlState, type Tx, update } from '#database';
import { Events } from '#events';
import { Refused, type RowError, RowErrors } from '#exchange';
import { errorForLog } from '#http';
import { Policies } from '#policy';
import { Problem } from '#problems';
import { Jobs } from '#service';
import { CampusClock } from '#time';
import { ImportPolicy } from './import-policy.js';
import type { ImportRun } from './import-run.js';
import { Import } from './import.entity.js';
import { importRoster } from './oneroster/roster-import.js';
import { importPlaces } from './places/places-import.js';
import { ShrinkGuard } from './shrink-guard.js';
import { importSheet } from './sheet/sheet-import.js';
import { fetchFile } from './stored-file.js';
import { holdRoster } from './paths.queries.js';
import { TABLES } from './tables.js';
import { unpackZip } from './zip.js';

const PROGRESS_MS = 500;
const logger = new Logger('imports');

/** Carries out an accepted import, all or nothing, inside the transaction of its event. */
@Injectable()
export class ImportRunner {
  constructor(
    private readonly jobs: Jobs,
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly clock: CampusClock,
  ) {}

  async run(tx: Tx, importId: string): Promise<void> {
    const found = await tx.findOneBy(Import, { id: importId });
    if (found?.status !== 'requested') return;
    const dir = await mkdtemp(join(tmpdir(), 'yizhan-import-'));
    // A merge of two people in the middle of it would be worked out from what is not true any more.
    await holdRoster(tx);
    await tx.query('SAVEPOINT import');
    try {
      const result = await this.attempt(tx, found, dir);
      found.succeed(result, this.clock.now());
      await update(tx, found);
      await this.jobs.succeed(tx, found.jobId, result);
      if (!found.dryRun) await this.events.publish(tx, new RosterChangedV1(found.id));
    } catch (error) {
      const errors = errorsOf(error);
      if (!errors) throw error;
      await tx.query('ROLLBACK TO SAVEPOINT import');
      found.fail(this.clock.now());
      await update(tx, found);
      const sheet = found.kind in TABLES ? `/directory/v1/imports/${found.id}/errors` : undefined;
      await this.jobs.fail(tx, found.jobId, errors, sheet);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  /** Ends an import that could not be carried out, or was stopped by an operator. */
  async giveUp(tx: Tx, importId: string): Promise<void> {
    const found = await tx.findOneBy(Import, { id: importId });
    if (found?.status !== 'requested') return;
    found.fail(this.clock.now());
    await update(tx, found);
    await this.jobs.giveUp(tx, found.jobId);
  }

  private async attempt(tx: Tx, found: Import, dir: string): Promise<object> {
    // Joins over the whole roster: compiling them takes longer than running them.
    await query(tx, sql`SELECT set_config('jit', 'off', true), set_config('work_mem', '64MB', true)`);
    const upload = join(dir, 'upload');
    await fetchFile(tx, found.id, upload);
    const files = found.kind === 'roster' ? await unpackZip(upload, dir) : [];
    const day = this.clock.today();
    const { value: policy } = await this.policies.at(tx, ImportPolicy, day);
    const run: ImportRun = {
      source: found.source,
      dryRun: found.dryRun,
      today: day,
      onRows: this.progressOf(
        found,
        files.reduce((sum, { lines }) => sum + lines, 0),
      ),
    };
    const guard = new ShrinkGuard(policy, {
      shrink: found.allowShrink,
      identityChanges: found.allowIdentityChanges,
    });
    const findings = new RowErrors();
    if (found.kind === 'roster') return importRoster(tx, run, files, findings, guard);
    const importTable = found.kind === 'places' ? importPlaces : importSheet;
    return importTable(tx, run, upload, findings, guard);
  }

  /** `total`: rows there are, more or less; 0 = not known. */
  private progressOf({ jobId }: Import, total: number): (rows: number) => Promise<void> {
    let done = 0;
    let shown = -Infinity;
    return async (rows) => {
      done += rows;
      if (performance.now() - shown < PROGRESS_MS) return;
      shown = performance.now();
      await this.jobs.progress(jobId, total > 0 ? Math.min(done, total) : done, total);
    };
  }
}

/** What the sender of the set is told; undefined when it is not the set's fault and is to be tried again. */
function errorsOf(error: unknown): RowError[] | undefined {
  if (error instanceof Refused) return error.errors;
  if (error instanceof Problem) return [error.text];
  // Class 22 and 23: a rule of the database that no check of ours had foreseen. Trying again would not help.
  if (!/^2[23]/.test(sqlState(error) ?? '')) return undefined;
  logger.error({ err: errorForLog(error) }, 'an import met a rule of the database that its checks do not know');
  return [
    {
      zh: '导入时发生内部错误，什么都没有写入；问题已记入日志，请联系运维人员',
      en: 'an internal error: nothing was imported; it is in the log, please tell whoever runs the system',
    },
  ];
}
