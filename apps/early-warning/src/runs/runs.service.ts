import { Injectable } from '@nestjs/common';
import type { Actor } from '#auth';
import { Config } from '#config';
import { afterCommit, Database, insert, query, queryOne, sql, type Tx } from '#database';
import { Events, type Period } from '#events';
import { list, type Page } from '#http';
import { Policies } from '#policy';
import { Invalid, NotFound } from '#problems';
import { unitById } from '#roster';
import { JobDto, Jobs } from '#service';
import { addDays, CampusClock } from '#time';
import { refuseFuture } from '../engine/as-of.js';
import { foldIfFree } from '../engine/folding.js';
import { publishedRules } from '../rules/rules.service.js';
import { RunRequestedV1 } from './run-requested.event.js';
import { Run, type RunResult, type Trigger } from './run.entity.js';
import { RunDto, type RunRequestDto, type RunsQuery } from './runs.dto.js';
import { lockRuns, lockRunsIfFree } from './run-lock.js';
import { RunExecutor } from './run-executor.js';
import { RunWaker } from './run-waker.js';
import { SchedulePolicy } from './schedule.policy.js';
import { requestRun } from '../engine/run-requests.js';

@Injectable()
export class Runs {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly jobs: Jobs,
    private readonly config: Config,
    private readonly clock: CampusClock,
    private readonly executor: RunExecutor,
    private readonly policies: Policies,
    private readonly waker: RunWaker,
  ) {}

  /** Accepts a run; whoever answers for some units only gets a run over the students of those units. */
  request(actor: Actor, body: RunRequestDto): Promise<JobDto> {
    return this.database.transaction(actor, async (tx) => {
      await this.check(tx, body);
      const scope = actor.scopeOf('early-warning:run:write');
      const job = await this.jobs.create(tx, actor, 'early-warning', 'run');
      const run = Object.assign(new Run(), {
        createdAt: this.clock.now(),
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

  list(page: RunsQuery): Promise<Page<RunDto>> {
    return list(this.database.connection, page, {
      select: sql`r.id, r.trigger, r.as_of::text AS "asOf", r.created_at AS "createdAt", r.started_at AS "startedAt",
                  r.finished_at AS "finishedAt", r.result, r.version`,
      from: sql`early_warning.run r`,
      where: [],
      sorts: { createdAt: sql`r.created_at` },
      defaultSort: '-createdAt',
      id: sql`r.id`,
      to: (row: Run) => RunDto.from(row),
    });
  }

  async get(id: string): Promise<RunDto> {
    const run = await this.database.connection.findOneBy(Run, { id });
    if (!run) throw new NotFound({ what: 'run' });
    return RunDto.from(run);
  }

  /** The background half of `request`. */
  async carryOut(tx: Tx, id: string): Promise<void> {
    await lockRuns(tx);
    const run = await tx.findOneBy(Run, { id });
    if (!run) return;
    const jobId = run.jobId as string;
    const result = await this.execute(tx, run, (done, total) => this.jobs.progress(jobId, done, total));
    await this.jobs.succeed(tx, jobId, { runId: id, ...result });
  }

  /** Ends a run that could not be carried out, or was stopped by an operator. */
  async giveUp(tx: Tx, id: string): Promise<void> {
    const run = await tx.findOneBy(Run, { id });
    if (run?.jobId) await this.jobs.giveUp(tx, run.jobId);
  }

  /** A run of the house itself, over everybody; it sees all that was wanted so far. */
  async runAll(tx: Tx, trigger: Trigger): Promise<void> {
    await lockRuns(tx);
    await this.takeRunRequests(tx);
    const run = Object.assign(new Run(), { trigger, createdAt: this.clock.now() });
    await insert(tx, run);
    await this.execute(tx, run, async () => {});
  }

  /** Whether a calendar date is before today. */
  isOver(date: string): boolean {
    return date < this.clock.today();
  }

  /**
   * Judges the rules that are judged at the day's end as of a past day whose midnight was missed. Warnings that were seen on a later
   * day stay as they are; and because runs on new data may have come before, another run has the last word.
   */
  async runMissed(tx: Tx, asOf: string): Promise<void> {
    await lockRuns(tx);
    const rules = (await publishedRules(tx)).filter(({ definition }) => definition.on !== 'data');
    if (rules.length === 0) return;
    const run = Object.assign(new Run(), {
      createdAt: this.clock.now(),
      trigger: 'midnight' satisfies Trigger,
      ...{ asOf, ruleCodes: rules.map(({ code }) => code) },
    });
    await insert(tx, run);
    await this.execute(tx, run, async () => {});
    await requestRun(tx);
  }

  /**
   * Folds what waits, in a transaction of its own: where no run is made, or every run fails, what waits would pile up until nothing is
   * taken any more. Runs still come one after the other: what they read is guarded by the vectors' own lock, and if a run has that,
   * there is nothing to do.
   */
  async foldWaiting(): Promise<void> {
    await this.database.background(foldIfFree);
  }

  /** The daily run, once its time of the day has come; answers whether it was made. */
  async runIfDue(tx: Tx, { at, date }: Period): Promise<boolean> {
    const { hour, minute } = await this.schedule(tx);
    const due = this.clock.instantOf(date, `${hour}:${minute}`);
    if (at < due) return false;
    const made = await queryOne(
      tx,
      sql`SELECT 1 FROM early_warning.run WHERE trigger = 'nightly' AND created_at >= ${due} LIMIT 1`,
    );
    if (made) return false;
    await this.runAll(tx, 'nightly');
    await query(
      tx,
      sql`DELETE FROM early_warning.run WHERE trigger = 'new_data'
           AND created_at < ${this.clock.instantOf(addDays(date, -this.config.keepEventsDays), '00:00')}`,
    );
    return true;
  }

  /**
   * A run when something changed since the last one; answers whether there was cause. While another goes on there is nothing to
   * do: at its end it looks for what was wanted meanwhile, so that many requests make one more run.
   */
  async runIfRequested(tx: Tx): Promise<boolean> {
    const schedule = await this.schedule(tx);
    if (!schedule.onNewData) return false;
    if (!(await lockRunsIfFree(tx))) return false;
    const pause = await this.pauseLeft(tx, schedule);
    if (pause > 0) {
      this.waker.wakeIfRequested(pause);
      return false;
    }
    if (!(await this.takeRunRequests(tx))) return false;
    await this.runAll(tx, 'new_data');
    return true;
  }

  private async execute(
    tx: Tx,
    run: Run,
    onProgress: (done: number, total: number) => Promise<void>,
  ): Promise<RunResult> {
    const { onNewData, pauseSeconds } = await this.schedule(tx);
    if (onNewData) afterCommit(tx, () => this.waker.afterRun(pauseSeconds * 1_000));
    return this.executor.execute(tx, run, onProgress);
  }

  private async takeRunRequests(tx: Tx): Promise<boolean> {
    const taken = await query(
      tx,
      sql`WITH taken AS (DELETE FROM early_warning.run_wanted RETURNING 1) SELECT 1 FROM taken LIMIT 1`,
    );
    return taken.length > 0;
  }

  /** Milliseconds until new data may lead to a run again. */
  private async pauseLeft(tx: Tx, { pauseSeconds }: SchedulePolicy): Promise<number> {
    const now = this.clock.now();
    const row = await queryOne<{ ms: number }>(
      tx,
      sql`SELECT coalesce(extract(epoch FROM max(finished_at) + make_interval(secs => ${pauseSeconds}) - ${now}::timestamptz) * 1000, 0)::float8 AS ms
            FROM early_warning.run WHERE trigger = 'new_data' AND created_at > ${now}::timestamptz - interval '2 hours'`,
    );
    return Math.max(0, row!.ms);
  }

  private async schedule(tx: Tx): Promise<SchedulePolicy> {
    return (await this.policies.at(tx, SchedulePolicy, this.clock.today())).value;
  }

  private async check(tx: Tx, { asOf, rules, cohort }: RunRequestDto): Promise<void> {
    refuseFuture(asOf, '#/asOf', this.clock.today());
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
