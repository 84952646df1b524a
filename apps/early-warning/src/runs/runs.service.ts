import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { RunRequestedV1 } from '#contracts';
import { Database, insert, query, sql, type Tx } from '#database';
import { Events } from '#events';
import { Invalid, keyset, NotFound, type Page, type PageQuery, toPage } from '#http';
import { today, unitById } from '#roster';
import { JobDto, Jobs } from '#service';
import { publishedRules } from '../rules/rules.service.js';
import { Run, type Trigger } from './run.entity.js';
import { RunDto, type RunRequestDto } from './runs.dto.js';
import { RunExecutor } from './run-executor.js';

@Injectable()
export class Runs {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly config: Config,
    private readonly executor: RunExecutor,
  ) {}

  /** Accepts a run; whoever answers for some units only gets a run over the students of those units. */
  request(actor: Actor, body: RunRequestDto): Promise<JobDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.check(tx, body);
      const scope = actor.scopeOf('early-warning:run:write');
      const job = await this.jobs.create(tx, actor, 'early-warning', 'run');
      const run = new Run();
      Object.assign(run, {
        trigger: 'on_demand' satisfies Trigger,
        jobId: job.id,
        asOf: body.asOf ?? null,
        ruleCodes: body.rules ?? null,
        unitId: body.cohort?.unitId ?? null,
        includeFuture: body.cohort?.includeFuture ?? false,
        scopeUnitIds: scope.school ? null : [...scope.unitIds],
      });
      await insert(tx, run);
      await this.events.publish(tx, new RunRequestedV1(run.id));
      return JobDto.from(job);
    });
  }

  async list(page: PageQuery): Promise<Page<RunDto>> {
    const keys = keyset(page, { sorts: { createdAt: sql`r.created_at` }, defaultSort: '-createdAt', id: sql`r.id` });
    const rows = await query<Run & { sortKey: string }>(
      this.database.reader,
      sql`SELECT r.id, r.trigger, r.as_of::text AS "asOf", r.created_at AS "createdAt", r.started_at AS "startedAt",
                 r.finished_at AS "finishedAt", r.result, r.version, ${keys.sortKey} AS "sortKey"
            FROM early_warning.run r WHERE ${keys.where} ORDER BY ${keys.orderBy} LIMIT ${keys.limit}`,
    );
    return toPage(rows, page, (row) => [row.sortKey, row.id], RunDto.from);
  }

  async get(id: string): Promise<RunDto> {
    const run = await this.database.reader.findOneBy(Run, { id });
    if (!run) throw new NotFound();
    return RunDto.from(run);
  }

  /** The background half of `request`. */
  async carryOut(tx: Tx, id: string): Promise<void> {
    const run = await tx.findOneBy(Run, { id });
    if (!run) return;
    const jobId = run.jobId as string;
    const result = await this.executor.execute(tx, run, (done, total) => this.jobs.progress(jobId, done, total));
    await this.jobs.succeed(tx, jobId, { runId: id, ...result });
  }

  /** A run of the house itself, over everybody. */
  async runAll(tx: Tx, trigger: Trigger): Promise<void> {
    const run = new Run();
    run.trigger = trigger;
    await insert(tx, run);
    await this.executor.execute(tx, run, async () => {});
  }

  /** A run when something changed since the last one; answers whether there was cause. */
  async runIfWanted(tx: Tx): Promise<boolean> {
    const wanted = await query(
      tx,
      sql`WITH taken AS (DELETE FROM early_warning.run_wanted RETURNING 1) SELECT 1 FROM taken LIMIT 1`,
    );
    if (wanted.length === 0) return false;
    await this.runAll(tx, 'new_data');
    return true;
  }

  private async check(tx: Tx, { asOf, rules, cohort }: RunRequestDto): Promise<void> {
    if (asOf !== undefined && asOf > today(this.config.timeZone))
      throw new Invalid({ errors: [{ pointer: '#/asOf', zh: '不能晚于今天', en: 'must not be after today' }] });
    if (rules) {
      const known = new Set((await publishedRules(tx, rules)).map((rule) => rule.code));
      const i = rules.findIndex((code) => !known.has(code));
      if (i >= 0)
        throw new Invalid({ errors: [{ pointer: `#/rules/${i}`, zh: '没有在用的此规则', en: 'is no rule in force' }] });
    }
    if (cohort && !(await unitById(tx, cohort.unitId)))
      throw new Invalid({
        errors: [{ pointer: '#/cohort/unitId', zh: '没有这个单位或场所', en: 'is no unit or place' }],
      });
  }
}
