import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnDead, OnEvent, Prepare, type Received } from '#events';
import { ShowcasePackRequestedV1 } from './pack-requested.event.js';
import { type Pack, ShowcasePacks } from './packs.service.js';

@Injectable()
export class ShowcaseHandlers {
  constructor(private readonly packs: ShowcasePacks) {}

  @Prepare(ShowcasePackRequestedV1)
  async beforeRequested({ data }: Received<ShowcasePackRequestedV1>): Promise<Pack> {
    return this.packs.make(data);
  }

  @OnEvent(ShowcasePackRequestedV1)
  async whenRequested(tx: Tx, { data }: Received<ShowcasePackRequestedV1>, pack: Pack): Promise<void> {
    await this.packs.record(tx, data, pack);
  }

  @OnDead(ShowcasePackRequestedV1)
  async whenGivenUp(tx: Tx, { data }: Received<ShowcasePackRequestedV1>): Promise<void> {
    await this.packs.giveUp(tx, data.jobId);
  }
}
