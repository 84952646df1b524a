import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Database, findInScope, query, sql, type Tx, update } from '#database';
import { Events, OnDead, OnEvent, Prepare, type Received, Timers } from '#events';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { type ColumnProblem, Connector, secretPlace } from './connector.entity.js';
import { ConnectorRun, type ImportJob, type RunState } from './connector-run.entity.js';
import { type FeedAnswer, FeedRuns } from './feed-runs.js';
import { ImportRefused, RosterImports } from './roster-imports.client.js';
import { ConnectorRunDueV1 } from './run-due.event.js';
import { type Page, OneRosterClient } from './oneroster.client.js';
import type { Resource } from './oneroster-rows.js';
import { dropPages, nextPage, type PageAt, storePage, writeSet } from './pages.js';
import { dropKept, fetchParts, storeParts } from './run-parts.js';
import { SourceChanged, SourceProblem } from './source-problem.js';
import { ViewPulls, type ViewAnswer } from './view-pulls.js';

/** Directory is asked again how its job is going. */
const ASK_AGAIN_MS = 2_000;

/** What came of a step; of a run that was then in `state`. */
interface Answer {
  state: RunState;
  sent?: string;
  refused?: ColumnProblem;
  job?: ImportJob;
  page?: Page & { at: PageAt };
  /** What is to be asked for from its beginning again. */
  again?: Resource;
  feed?: FeedAnswer;
  view?: ViewAnswer;
}

const ENDED = ['succeeded', 'failed', 'cancelled'];

const ALL = { column: null, rows: 0, firstLine: null };
const GIVEN_UP: ColumnProblem = {
  ...ALL,
  zh: '多次尝试后接收方仍不可用，运行已停止；请联系运维人员后重新运行（名册没有写入；已收下的观测再次送入不会重复计算）',
  en: 'the receiving service could not be reached by any attempt, and the run was stopped: ask whoever runs the system, then run it again (of a roster nothing was written; observations that were taken do not count twice)',
};

const GIVEN_UP_PULLING: ColumnProblem = {
  ...ALL,
  zh: '来源多次没有给出完整回答，运行已停止；请联系来源的运维人员后重新拉取（什么都没有写入）',
  en: 'the source gave no whole answer by any attempt, and the run was stopped: ask whoever runs the source, then pull it again (nothing was written)',
};

/** Takes runs on, step by step: to directory to be compared, and to take effect when nothing speaks against it. */
@Injectable()
export class RunHandlers {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly imports: RosterImports,
    private readonly source: OneRosterClient,
    private readonly feeds: FeedRuns,
    private readonly views: ViewPulls,
  ) {}

  @Prepare(ConnectorRunDueV1)
  async beforeDue({ data: { runId } }: Received<ConnectorRunDueV1>): Promise<Answer | undefined> {
    const { connection } = this.database;
    const run = await connection.findOneBy(ConnectorRun, { id: runId });
    if (!run) return undefined;
    const { state } = run;
    if (state === 'pulling') {
      return run.profileId ? { state, view: await this.views.pull(run) } : this.pull(run);
    }
    if (state === 'comparing' || state === 'applying') return { state, job: await this.imports.job(run.jobId!) };
    if (state !== 'queued' && state !== 'ready') return undefined;
    const connector = await connection.findOneByOrFail(Connector, { id: run.connectorId });
    if (connector.brings === 'observations') return { state, feed: await this.feeds.send(run, connector.source) };
    try {
      return { state, sent: await this.send(run, connector.source) };
    } catch (error) {
      if (!(error instanceof ImportRefused)) throw error;
      return { state, refused: { ...ALL, ...error.problem } };
    }
  }

  @OnEvent(ConnectorRunDueV1)
  async whenDue(tx: Tx, { data: { runId } }: Received<ConnectorRunDueV1>, answer?: Answer): Promise<void> {
    const run = await this.locked(tx, runId);
    // Another delivery was faster.
    if (!run || !answer || run.state !== answer.state) return;
    const now = this.clock.now();
    const { sent, refused, job, page, again, feed, view } = answer;
    if (page) run.pulled(page.objects.length, await storePage(tx, this.vault, runId, page.at, page));
    else if (again) run.startAgain(await dropPages(tx, runId, again), now);
    else if (view?.problems) run.refuse(view.problems, now);
    else if (view) {
      await storeParts(tx, runId, view.parts);
      run.pulled(view.rows, true);
    } else if (refused) run.fail([refused], now);
    else if (sent !== undefined) run.sent(sent);
    else if (feed) run.fed(feed, feed.reasons, now);
    else if (ENDED.includes(job!.status)) run.learn(job!, now);
    else return this.askAgain(tx, runId);
    await update(tx, run);
    if (run.finishedAt) return dropKept(tx, runId);
    if (page || again || view || run.state === 'ready') await this.events.publish(tx, new ConnectorRunDueV1(runId));
    else if (run.state !== 'held') await this.askAgain(tx, runId);
  }

  @OnDead(ConnectorRunDueV1)
  async whenGivenUp(tx: Tx, { data: { runId } }: Received<ConnectorRunDueV1>): Promise<void> {
    const run = await this.locked(tx, runId);
    if (!run || run.finishedAt || run.state === 'held') return;
    run.fail(run.state === 'pulling' ? [...run.problems, GIVEN_UP_PULLING] : [GIVEN_UP], this.clock.now());
    await update(tx, run);
    await dropKept(tx, runId);
  }

  private locked(tx: Tx, id: string): Promise<ConnectorRun | undefined> {
    return findInScope(tx, ConnectorRun, id, { alias: 'r', where: sql`TRUE`, lock: 'update' });
  }

  private async send(run: ConnectorRun, source: string): Promise<string> {
    const { id, profileId } = run;
    const dryRun = run.state === 'queued';
    const dir = await mkdtemp(join(tmpdir(), 'yizhan-run-'));
    try {
      const path = join(dir, 'roster');
      await (profileId ? fetchParts : writeSet)(this.database.connection, this.vault, id, path);
      return await this.imports.send(path, {
        ...{
          kind: profileId ? 'roster-sheet' : 'roster',
          source,
          dryRun,
          key: `connector-run-${run.id}-${dryRun ? 'compare' : 'apply'}`,
        },
        allowShrink: run.releasedBy !== null,
        allowIdentityChanges: run.allowIdentityChanges,
      });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  private async pull({ id, connectorId, state, rows }: ConnectorRun): Promise<Answer> {
    const { connection } = this.database;
    const { oneRoster, sealedSecret } = await connection.findOneByOrFail(Connector, { id: connectorId });
    const secret = this.vault.open(secretPlace(connectorId), sealedSecret!);
    const at = (await nextPage(connection, this.vault, id))!;
    try {
      return { state, page: { ...(await this.source.page(oneRoster!, secret, at.resource, at.offset, at.after)), at } };
    } catch (error) {
      if (error instanceof SourceChanged) return { state, again: at.resource };
      const problem = SourceProblem.from(error);
      const told = { ...ALL, ...problem.words };
      // Of a source that has begun to answer, all may pass.
      if (problem.lasts && rows === 0) return { state, refused: told };
      await query(
        connection,
        sql`UPDATE integration.connector_run SET problems = ${JSON.stringify([told])}::jsonb WHERE id = ${id} AND state = 'pulling'`,
      );
      throw problem;
    }
  }

  private askAgain(tx: Tx, runId: string): Promise<void> {
    const at = new Date(this.clock.now().getTime() + ASK_AGAIN_MS);
    return this.timers.set(tx, { key: `integration.connector-run ${runId}`, at, event: new ConnectorRunDueV1(runId) });
  }
}
