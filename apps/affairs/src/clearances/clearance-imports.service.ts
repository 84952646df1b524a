import { readFile, writeFile } from 'node:fs/promises';
import { Injectable, type StreamableFile } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, insert, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { checkTableFile, Refused, RowErrors, withTemporaryFile } from '#exchange';
import type { Language, UploadedFile } from '#http';
import { BodyTooLarge, NotFound } from '#problems';
import { errorSheetFile, type ErrorSheetQuery, JobDto, Jobs } from '#service';
import { CampusClock } from '#time';
import { ClearanceImport } from './clearance-import.entity.js';
import { ClearanceList } from './clearance-list.entity.js';
import { listVisible, signs, signScope } from './clearances.queries.js';
import { ClearanceImportRequestedV1 } from './import-requested.event.js';
import { idsOf } from './reports.service.js';
import { readSheet, type Report, SHEET, type SheetRow } from './sheet.js';
import { SignOffStore, type Step } from './sign-off-store.service.js';
import { byOf, refusalOf, SignOffs } from './sign-offs.service.js';

const MOST_BYTES = 8 * 1_048_576;
/** Rows that are read and written with one statement each. */
const AT_ONCE = 1_000;
const NO_ENTRY = {
  zh: '清单中没有此学号与事项，或不由本部门办理',
  en: 'is no student and entry of the list that is yours to sign',
};
const TWICE = { zh: '与前面的行重复', en: 'is the same as an earlier row' };

/** Decisions of a department from a sheet: all of its rows or none. */
@Injectable()
export class ClearanceImports {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly store: SignOffStore,
    private readonly signOffs: SignOffs,
    private readonly clock: CampusClock,
  ) {}

  async request(actor: Actor, listId: string, file: UploadedFile): Promise<JobDto> {
    if (file.bytes > MOST_BYTES) throw new BodyTooLarge();
    await checkTableFile(file.path);
    const content = await readFile(file.path);
    return this.database.transaction(actor, async (tx) => {
      const list = await findInScope(tx, ClearanceList, listId, { alias: 'l', where: listVisible(actor) });
      if (!list) throw new NotFound({ what: 'clearance-list' });
      const job = await this.jobs.create(tx, actor, 'affairs', 'clearance-import');
      const { school: wholeSchool, unitIds } = signScope(actor);
      const requested = Object.assign(new ClearanceImport(), {
        ...{ jobId: job.id, listId, content, wholeSchool, unitIds: [...unitIds], requestedBy: byOf(actor) },
      });
      await insert(tx, requested);
      await audit(tx, actor, { action: 'affairs.clearance.import', subject: { kind: 'job', id: job.id } });
      await this.events.publish(tx, new ClearanceImportRequestedV1(requested.id));
      return JobDto.from(job);
    });
  }

  /** Works a sheet off; the second delivery of the same request finds nothing to do. */
  async run(tx: Tx, importId: string): Promise<void> {
    const requested = await findInScope(tx, ClearanceImport, importId, {
      alias: 'i',
      where: sql`TRUE`,
      lock: 'update',
    });
    if (!requested?.content || requested.finishedAt) return;
    try {
      const steps = await withTemporaryFile(requested.content, (path) => this.read(tx, requested, path));
      for (let i = 0; i < steps.length; i += AT_ONCE) await this.store.write(tx, steps.slice(i, i + AT_ONCE));
      await this.jobs.succeed(tx, requested.jobId, { decided: steps.length });
      await this.finish(tx, importId, null);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await this.jobs.fail(tx, requested.jobId, error.errors, `/affairs/v1/clearance-imports/${importId}/errors`);
      await this.finish(tx, importId, requested.content);
    }
  }

  /** Ends a sheet that could not be worked off, or was stopped by an operator. */
  async giveUp(tx: Tx, importId: string): Promise<void> {
    const requested = await tx.findOneBy(ClearanceImport, { id: importId });
    if (!requested?.content || requested.finishedAt) return;
    await this.jobs.giveUp(tx, requested.jobId);
    await this.finish(tx, importId, null);
  }

  /** The sheet with its errors, for whoever sent it. */
  errorSheet(actor: Actor, importId: string, { rows }: ErrorSheetQuery, language: Language): Promise<StreamableFile> {
    return this.database.transaction(actor, async (tx) => {
      const found = await tx.findOneBy(ClearanceImport, { id: importId });
      const job = found?.content ? await this.jobs.find(tx, actor, 'affairs', found.jobId) : null;
      if (!found?.content || job?.errorSheet == null) throw new NotFound({ what: 'error-sheet' });
      await audit(tx, actor, { action: 'affairs.clearance.import-errors', subject: { kind: 'job', id: found.jobId } });
      const { content } = found;
      const errors = await this.jobs.errors(tx, found.jobId);
      const { columns } = SHEET;
      return errorSheetFile((path) => writeFile(path, content, { mode: 0o600 }), errors, { columns, language, rows });
    });
  }

  /** Sheets with errors name people too: they go when their jobs go. */
  async deleteFilesBefore(tx: Tx, before: Date): Promise<void> {
    await query(
      tx,
      sql`UPDATE affairs.clearance_import SET content = NULL WHERE content IS NOT NULL AND finished_at < ${before}`,
    );
  }

  private async finish(tx: Tx, importId: string, content: Buffer | null): Promise<void> {
    await tx.update(ClearanceImport, { id: importId }, { content, finishedAt: this.clock.now() });
  }

  /** What must be written. Throws Refused when anything is wrong with the sheet. */
  private async read(tx: Tx, requested: ClearanceImport, path: string): Promise<Step[]> {
    const errors = new RowErrors();
    const { rows, report } = await readSheet(path, errors);
    await this.jobs.progress(requested.jobId, 0, rows.length);
    const list = await tx.findOneByOrFail(ClearanceList, { id: requested.listId });
    const codes = new Map(list.entries.flatMap(({ code, title }) => [[title.zh, code] as const]));
    for (const { code } of list.entries) codes.set(code, code);
    const named = rows.map((row) => ({ ...row, entry: codes.get(row.entry) ?? row.entry }));
    const steps: Step[] = [];
    for (let i = 0; i < named.length; i += AT_ONCE)
      steps.push(
        ...(await this.decide(
          tx,
          requested,
          named.slice(i, i + AT_ONCE),
          new Set(steps.map(({ loaded }) => loaded.signOff.id)),
          report,
        )),
      );
    errors.refuse();
    return steps;
  }

  private async decide(
    tx: Tx,
    { listId, wholeSchool, unitIds, requestedBy }: ClearanceImport,
    rows: readonly SheetRow[],
    seen: Set<string>,
    report: Report,
  ): Promise<Step[]> {
    const mine = signs({ school: wholeSchool, unitIds });
    const rights = { visible: mine, own: sql`FALSE`, signs: sql`TRUE`, defers: sql`FALSE` };
    const ids = await idsOf(tx, listId, rows);
    const found = await this.store.load(
      tx,
      ids.filter((id) => id !== null),
      rights,
      true,
    );
    return rows.flatMap(({ line, decision, reason }, i): Step[] => {
      const loaded = found.get(ids[i] ?? '');
      if (!loaded) report(line, 'student_number', NO_ENTRY);
      else if (seen.has(loaded.signOff.id)) report(line, 'student_number', TWICE);
      const refused = loaded && refusalOf(loaded, decision);
      if (refused && !seen.has(loaded.signOff.id)) report(line, 'decision', refused.text);
      if (!loaded || refused || seen.has(loaded.signOff.id)) return [];
      const { signOff } = loaded;
      seen.add(signOff.id);
      this.signOffs.apply(signOff, { decision, reason }, requestedBy);
      return [{ loaded, action: decision, by: requestedBy }];
    });
  }
}
