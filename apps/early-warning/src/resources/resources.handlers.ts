import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { Every, OnEvent, type Received } from '#events';
import { ResourceMatchingWantedV1 } from './matching-wanted.event.js';
import { ResourceMatching } from './resource-matching.service.js';

@Injectable()
export class ResourceHandlers {
  constructor(private readonly matching: ResourceMatching) {}

  @OnEvent(ResourceMatchingWantedV1)
  async whenMatchingWanted(tx: Tx, { data }: Received<ResourceMatchingWantedV1>): Promise<void> {
    await this.matching.match(tx, data.resourceId);
  }

  /** After the night's data has come in. */
  @Every('23 6 * * *', { name: 'early-warning.resource-matching', catchUp: 'latest' })
  async everyMorning(tx: Tx): Promise<void> {
    await this.matching.match(tx);
  }
}
