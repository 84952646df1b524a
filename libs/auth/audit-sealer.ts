import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '#config';
import { Database } from '#database';
import { SEAL_EVERY_MS, sealAudit } from './audit.js';

/**
 * Seals the audit every few seconds, in every worker: of several, one does it. It goes by the clock of the process and not by a
 * schedule, so that it needs no Redis.
 */
@Injectable()
export class AuditSealer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('AuditSealer');
  private timer: NodeJS.Timeout | undefined;
  private sealing: Promise<unknown> | undefined;

  constructor(
    private readonly config: Config,
    private readonly database: Database,
  ) {}

  onApplicationBootstrap(): void {
    if (!this.config.roles.includes('worker')) return;
    this.timer = setInterval(() => this.turn(), SEAL_EVERY_MS);
    this.timer.unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.sealing;
  }

  /** A turn that takes longer than the interval is not overtaken. */
  private turn(): void {
    this.sealing ??= sealAudit(this.database.connection)
      .catch((error: Error) => this.logger.warn(`the audit waits to be sealed: ${error.name}`))
      .finally(() => (this.sealing = undefined));
  }
}
