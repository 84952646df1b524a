import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnDead, OnEvent, type Received } from '#events';
import { ShowcasePackRequestedV1 } from './pack-requested.event.js';
import { ShowcasePacks } from './packs.service.js';

@Injectable()
export class ShowcaseHandlers {
  constructor(private readonly packs: ShowcasePacks) {}

  @OnEvent(ShowcasePackRequestedV1)
  async whenRequested(tx: Tx, { data }: Received<ShowcasePackRequestedV1>): Promise<void> {
    await this.packs.run(tx, data);
  }

  @OnDead(ShowcasePackRequestedV1)
  async whenGivenUp(tx: Tx, { data }: Received<ShowcasePackRequestedV1>): Promise<void> {
    await this.packs.giveUp(tx, data.jobId);
  }
}
