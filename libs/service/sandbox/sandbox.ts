import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource, EntityManager } from 'typeorm';
import { type Actor, audit } from '#auth';
import { Config } from '#config';
import { SERVICE_NAMES } from '#contracts';
import { afterCommit, Database, query, queryOne, sql, type Tx } from '#database';
import { Events, OnDead, OnEvent, type Received } from '#events';
import { Files, purposesOf } from '#files';
import { defineProblem } from '#problems';
import { CampusClock } from '#time';
import { type Job, Jobs } from '../jobs.js';
import { SandboxClock } from './sandbox-clock.js';
import { SandboxResetRequestedV1 } from './sandbox-reset.event.js';
import type { SandboxTimeDto } from './sandbox.dto.js';
import { restoreSnapshot } from './snapshot.js';

/** The other processes follow the clock within so long. */
const FOLLOW_MS = 1_000;
/** A content is stored before its row is written: so long it is not taken for one that is left. */
const PUTTING_MS = 60_000;

const SandboxClockBackwards = defineProblem({
  code: 'platform/sandbox-clock-backwards',
  status: 409,
  zh: '沙箱时钟只能向前（目前已提前 {ahead} 秒）；重置沙箱后回到当前时间',
  en: 'The clock of a sandbox goes forward only (it is {ahead} seconds ahead); a reset takes it back',
});

/**
 * A school to try apps on: its clock can be moved on, and everything can be put back. All of it is there only where a database was made for it
 * (`npm run sandbox`) and the process says so too; anywhere else the clock is the machine's.
 */
@Injectable()
export class Sandbox implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Sandbox');
  private timer: NodeJS.Timeout | undefined;
  /** How often this process has moved the clock. */
  private moves = 0;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly jobs: Jobs,
    private readonly events: Events,
    private readonly files: Files,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (!this.config.sandbox) return;
    await this.follow(this.database.connection);
    this.timer = setInterval(() => {
      this.follow(this.database.connection).catch((error: Error) =>
        this.logger.warn(`the clock is not followed: ${error.name}`),
      );
    }, FOLLOW_MS).unref();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async time(): Promise<SandboxTimeDto> {
    await this.follow(this.database.connection);
    return this.timeNow();
  }

  /** In this process at once, in the others within a second. Throws SandboxClockBackwards (409). */
  async moveClock(actor: Actor, aheadSeconds: number): Promise<SandboxTimeDto> {
    return this.database.transaction(actor, async (tx) => {
      const before = await queryOne<{ ahead: string }>(
        tx,
        sql`SELECT ahead_seconds AS ahead FROM platform.sandbox FOR UPDATE`,
      );
      const ahead = Number(before!.ahead);
      if (aheadSeconds < ahead) throw new SandboxClockBackwards({ pointer: '#/aheadSeconds', params: { ahead } });
      await query(tx, sql`UPDATE platform.sandbox SET ahead_seconds = ${aheadSeconds}`);
      await audit(tx, actor, {
        action: 'platform.sandbox.clock-moved',
        subject: { kind: 'sandbox', id: String(aheadSeconds) },
      });
      afterCommit(tx, () => this.move(aheadSeconds));
      return { aheadSeconds, now: new Date(this.clock.now().getTime() + (aheadSeconds - ahead) * 1_000) };
    });
  }

  async requestReset(actor: Actor): Promise<Job> {
    return this.database.transaction(actor, async (tx) => {
      const job = await this.jobs.create(tx, actor, 'directory', 'sandbox-reset');
      await this.events.publish(tx, new SandboxResetRequestedV1(job.id));
      return job;
    });
  }

  @OnEvent(SandboxResetRequestedV1)
  async whenResetRequested(tx: Tx, { data }: Received<SandboxResetRequestedV1>): Promise<void> {
    if (!this.config.sandbox) throw new Error('This is no sandbox');
    await this.jobs.progress(data.jobId, 0, 0);
    const tables = await restoreSnapshot(tx);
    if (tables === undefined) {
      const [zh, en] = ['沙箱尚未建好，请稍后再试', 'the sandbox is not whole yet: try again later'];
      await this.jobs.fail(tx, data.jobId, [{ zh, en }]);
      return;
    }
    await query(tx, sql`UPDATE platform.sandbox SET ahead_seconds = 0`);
    await this.jobs.succeed(tx, data.jobId, { tables });
    afterCommit(tx, () => void this.deleteContents());
  }

  @OnDead(SandboxResetRequestedV1)
  whenResetIsDead(tx: Tx, { data }: Received<SandboxResetRequestedV1>): Promise<void> {
    return this.jobs.giveUp(tx, data.jobId);
  }

  /** Of files that were handed in since, the contents are left. What fails is the night's to delete. */
  private async deleteContents(): Promise<void> {
    try {
      for (const service of SERVICE_NAMES.filter((one) => purposesOf(one).length > 0))
        await this.files.deleteOrphans(this.database.connection, service, PUTTING_MS);
    } catch (error) {
      this.logger.warn(`contents of files are not deleted yet: ${(error as Error).name}`);
    }
  }

  private async follow(tx: Tx): Promise<void> {
    const { moves } = this;
    const row = await queryOne<{ ahead: string }>(tx, sql`SELECT ahead_seconds AS ahead FROM platform.sandbox`);
    // What was read while this process moved the clock is older than that.
    if (moves !== this.moves) return;
    const before = this.ahead;
    this.setAhead(Number(row?.ahead ?? 0));
    // Periods that this process reached before it went back with the others come again.
    if (this.ahead < before)
      await query(
        tx,
        sql`UPDATE events.schedule SET last_period = ${this.clock.now()} WHERE last_period > ${this.clock.now()}`,
      );
  }

  private get ahead(): number {
    return (this.clock as SandboxClock).aheadMs / 1_000;
  }

  private timeNow(): SandboxTimeDto {
    return { aheadSeconds: this.ahead, now: this.clock.now() };
  }

  private move(seconds: number): void {
    this.moves++;
    this.setAhead(seconds);
  }

  private setAhead(seconds: number): void {
    if (this.clock instanceof SandboxClock) this.clock.aheadMs = seconds * 1_000;
  }
}

/** Boot check: a sandbox's database runs as a sandbox, and no other does. */
export async function assertSandbox({ manager }: DataSource, config: Config): Promise<void> {
  const marked = await isSandbox(manager);
  if (config.sandbox && !marked)
    throw new Error(
      'YIZHAN_SANDBOX is set, and this database is a school’s: a sandbox has its own, made by `npm run sandbox`.',
    );
  if (!config.sandbox && marked)
    throw new Error(
      'This database is a sandbox, whose clock anybody may move: start it with `npm run sandbox`, or take another one.',
    );
}

async function isSandbox(tx: EntityManager): Promise<boolean> {
  return (await queryOne(tx, sql`SELECT 1 FROM platform.sandbox`)) !== undefined;
}

/** Makes an empty database that of a sandbox, for good. */
export async function markSandbox(tx: Tx): Promise<void> {
  await query(tx, sql`INSERT INTO platform.sandbox DEFAULT VALUES ON CONFLICT DO NOTHING`);
}
