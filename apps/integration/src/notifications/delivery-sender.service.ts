import { performance } from 'node:perf_hooks';
import { type BeforeApplicationShutdown, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Config } from '#config';
import { afterCommit, type Tx } from '#database';
import { CampusClock } from '#time';
import { WorkLoop } from '../outside/work-loop.js';
import type { Outcome } from './channels/adapter.js';
import { Channels } from './channels/channels.service.js';
import { DeliveryClaims, type Claimed } from './delivery-claims.service.js';
import { BAD_WORDS, DeliveryResults } from './delivery-results.service.js';
import { Planner } from './planner.service.js';
import { RefusedWords } from './templates/rendering.js';

/**
 * Sends what is due, in the processes that are workers. A delivery is claimed by counting the attempt, entering it in the ledger of its
 * channel, and moving its time past the attempt's end, in one transaction: two processes never send one at once, and what a dead process
 * was sending is sent again, under the same id.
 */
@Injectable()
export class DeliverySender implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('DeliverySender');
  private readonly loop = new WorkLoop(() => this.turn(), this.logger);

  constructor(
    private readonly config: Config,
    private readonly clock: CampusClock,
    private readonly planner: Planner,
    private readonly claims: DeliveryClaims,
    private readonly results: DeliveryResults,
    private readonly channels: Channels,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.roles.includes('worker')) this.loop.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.loop.stop();
  }

  /** There is something to send once `tx` has committed. Workers of other processes see it within a second. */
  wakeAfter(tx: Tx): void {
    afterCommit(tx, () => this.loop.look());
  }

  private async turn(): Promise<number> {
    const planned = await this.planner.plan();
    const checked = await this.results.check();
    const claimed = await this.claims.claim();
    await Promise.all(claimed.map((delivery) => this.send(delivery)));
    return planned + checked + claimed.length;
  }

  private async send(claimed: Claimed): Promise<void> {
    const at = this.clock.now();
    const began = performance.now();
    const outcome = await this.outcomeOf(claimed);
    await this.results.store(claimed, outcome, at, Math.round(performance.now() - began));
  }

  private async outcomeOf({ channel, account, ...claimed }: Claimed): Promise<Outcome> {
    try {
      return await this.channels.adapterOf(channel).send(account, this.claims.outgoing(claimed));
    } catch (error) {
      if (error instanceof RefusedWords) return { state: 'failed', problem: BAD_WORDS };
      return { state: 'again', problem: problemOf(error) };
    }
  }
}

/** A word for what went wrong, without addresses or what the channel wrote. */
export function problemOf(error: unknown): string {
  const { name, code = name } = error as { name: string; code?: string };
  return code === 'ABORT_ERR' ? 'TIMEOUT' : code;
}
