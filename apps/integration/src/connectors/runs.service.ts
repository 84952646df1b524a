import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, findInScope, insert, newId, onConflict, queryOne, sql, type Tx, update } from '#database';
import { Events, OnEvent, type Received } from '#events';
import { checkTableFile, RowErrors } from '#exchange';
import { anyOf, list, type Page, type UploadedFile } from '#http';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { type By, Connector } from './connector.entity.js';
import { ConnectorRun } from './connector-run.entity.js';
import { type ReleaseDto, ConnectorRunDto, type RunOptions, type ConnectorRunsQuery } from './runs.dto.js';
import {
  ConnectorHasNoProfile,
  ConnectorHasNoSource,
  ConnectorRunUnderWay,
  ConnectorSecondPersonNeeded,
} from './connectors.problems.js';
import { byOf, Connectors, orTooMany } from './connectors.service.js';
import { MappedFile } from './map-file.js';
import { ConnectorPullDueV1 } from './pull-due.event.js';
import { PullSchedules } from './pull-schedules.js';
import { grouped } from './roster-imports.client.js';
import { ConnectorRunDueV1 } from './run-due.event.js';
import { dropKept, sealedParts, storeParts } from './run-parts.js';

/** Runs of connectors. */
@Injectable()
export class ConnectorRuns {
  constructor(
    private readonly database: Database,
    private readonly events: Events,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly connectors: Connectors,
    private readonly schedules: PullSchedules,
  ) {}

  /**
   * Takes a listing: read by the published mapping, kept sealed until the run has ended. One wrong row, and none of it is kept: the run is
   * refused, with what is wrong by column.
   */
  async request(
    actor: Actor,
    connectorId: string,
    file: UploadedFile,
    { dryRun }: RunOptions,
  ): Promise<ConnectorRunDto> {
    await checkTableFile(file.path);
    return this.database.transaction(actor, async (tx) => {
      const connector = await this.connectors.find(tx, connectorId, true);
      connector.assertRuns();
      const profile = await this.connectors.publishedOf(tx, connectorId);
      const last = await this.lastOf(tx, connectorId);
      if (last.open) throw new ConnectorRunUnderWay();
      const run = Object.assign(new ConnectorRun(), {
        ...{ id: newId(), connectorId, number: last.number + 1, profileId: profile.id, dryRun, state: 'queued' },
        ...{ sha256: file.sha256, rows: 0, problems: [], requestedBy: byOf(actor) },
      });
      await insert(tx, run);
      const errors = new RowErrors();
      await orTooMany(errors, async () => {
        const { mapping } = profile;
        const { timeZone } = this.clock;
        const read = await MappedFile.open(file.path, { mapping, brings: connector.brings, timeZone }, errors);
        try {
          await storeParts(tx, run.id, sealedParts(this.vault, run.id, read.text()));
        } finally {
          run.rows = read.rowsRead;
        }
      });
      if (errors.list.length > 0) {
        run.refuse(grouped(errors.list), this.clock.now());
        await dropKept(tx, run.id);
      } else await this.events.publish(tx, new ConnectorRunDueV1(run.id));
      await update(tx, run);
      await this.tell(tx, actor, run, 'run');
      return ConnectorRunDto.from(run);
    });
  }

  /** Asks the source for a listing; page by page, each of which is kept sealed until the run has ended. */
  pull(actor: Actor, connectorId: string, { dryRun }: RunOptions): Promise<ConnectorRunDto> {
    return this.database.transaction(actor, async (tx) => {
      const connector = await this.connectors.find(tx, connectorId, true);
      connector.assertRuns();
      if (!connector.pull) throw new ConnectorHasNoSource();
      const run = await this.beginPull(tx, connector, byOf(actor), dryRun);
      if (!run) throw new ConnectorRunUnderWay();
      await this.tell(tx, actor, run, 'run');
      return ConnectorRunDto.from(run);
    });
  }

  /** The day's time of a connector has come. One whose last run has not ended is left for the next day. */
  @OnEvent(ConnectorPullDueV1)
  async whenPullDue(tx: Tx, { data: { connectorId } }: Received<ConnectorPullDueV1>): Promise<void> {
    const connector = await findInScope(tx, Connector, connectorId, { alias: 'c', where: sql`TRUE`, lock: 'update' });
    if (!connector?.pull?.at || connector.pausedAt) return;
    try {
      await this.beginPull(tx, connector, 'system:integration', false);
    } catch (error) {
      // A view whose mapping is not published yet.
      if (!(error instanceof ConnectorHasNoProfile)) throw error;
    }
    await this.schedules.set(tx, connector);
  }

  /** Undefined: another run is open. Throws ConnectorHasNoProfile where what is pulled must be mapped. */
  private async beginPull(
    tx: Tx,
    { id: connectorId, view }: Connector,
    by: By,
    dryRun: boolean,
  ): Promise<ConnectorRun | undefined> {
    const last = await this.lastOf(tx, connectorId);
    if (last.open) return undefined;
    const profileId = view ? (await this.connectors.publishedOf(tx, connectorId)).id : null;
    const run = Object.assign(new ConnectorRun(), {
      ...{ id: newId(), connectorId, number: last.number + 1, profileId, dryRun, state: 'pulling' },
      ...{ sha256: null, rows: 0, problems: [], requestedBy: by },
    });
    await insert(tx, run);
    await this.events.publish(tx, new ConnectorRunDueV1(run.id));
    return run;
  }

  private async lastOf(tx: Tx, connectorId: string): Promise<{ number: number; open: boolean }> {
    const last = await queryOne<{ number: number; open: boolean }>(
      tx,
      sql`SELECT coalesce(max(number), 0) AS number, coalesce(bool_or(finished_at IS NULL), FALSE) AS open
            FROM integration.connector_run WHERE connector_id = ${connectorId}`,
    );
    return last!;
  }

  async list(connectorId: string, request: ConnectorRunsQuery): Promise<Page<ConnectorRunDto>> {
    return this.database.read(async (tx) => {
      await this.connectors.find(tx, connectorId);
      return list(tx, request, {
        select: sql`r.id, r.number, r.profile_id AS "profileId", r.dry_run AS "dryRun", r.state, r.sha256, r.rows, r.problems, r.counts, r.reasons,
          r.job_id AS "jobId", r.requested_by AS "requestedBy", r.released_by AS "releasedBy", r.release_reason AS "releaseReason",
          r.created_at AS "createdAt", r.finished_at AS "finishedAt", r.version`,
        from: sql`integration.connector_run r`,
        where: [sql`r.connector_id = ${connectorId}`, anyOf(sql`r.state`, request.state)],
        sorts: { number: sql`r.number` },
        defaultSort: '-number',
        id: sql`r.id`,
        to: ConnectorRunDto.from,
      });
    });
  }

  async get(connectorId: string, id: string): Promise<ConnectorRunDto> {
    return ConnectorRunDto.from(await this.database.read((tx) => this.find(tx, connectorId, id)));
  }

  /** What would end or change is right: it takes effect. */
  release(actor: Actor, connectorId: string, id: string, expected: number, said: ReleaseDto): Promise<ConnectorRunDto> {
    const { reason, allowIdentityChanges = false } = said;
    return this.write(actor, connectorId, id, expected, 'release', async (tx, run) => {
      run.release(byOf(actor), reason, allowIdentityChanges);
      await this.events.publish(tx, new ConnectorRunDueV1(id));
    });
  }

  discard(actor: Actor, connectorId: string, id: string, expected: number): Promise<ConnectorRunDto> {
    return this.write(actor, connectorId, id, expected, 'discard', async (tx, run) => {
      run.discard(this.clock.now());
      await dropKept(tx, id);
    });
  }

  private async find(tx: Tx, connectorId: string, id: string, lock = false): Promise<ConnectorRun> {
    const where = sql`r.connector_id = ${connectorId}`;
    const run = await findInScope(tx, ConnectorRun, id, {
      alias: 'r',
      where,
      ...(lock && { lock: 'update' as const }),
    });
    if (!run) throw new NotFound({ what: 'connector-run' });
    return run;
  }

  private write(
    actor: Actor,
    connectorId: string,
    id: string,
    expected: number,
    action: string,
    fn: (tx: Tx, run: ConnectorRun) => Promise<void>,
  ): Promise<ConnectorRunDto> {
    return this.database.transaction(actor, async (tx) => {
      const run = await this.find(tx, connectorId, id, true);
      await fn(tx, run);
      const second = { connector_run_second_person: () => new ConnectorSecondPersonNeeded() };
      await onConflict(update(tx, run, expected), second);
      await this.tell(tx, actor, run, action);
      return ConnectorRunDto.from(run);
    });
  }

  private tell(tx: Tx, actor: Actor, { id }: ConnectorRun, action: string): Promise<void> {
    return audit(tx, actor, { action: `integration.connector.${action}`, subject: { kind: 'connector-run', id } });
  }
}
