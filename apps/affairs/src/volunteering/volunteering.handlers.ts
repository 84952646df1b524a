import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { StarNoticeOverV1 } from './star-notice-over.event.js';
import { Stars } from './stars.service.js';

@Injectable()
export class VolunteeringHandlers {
  constructor(private readonly stars: Stars) {}

  @OnEvent(StarNoticeOverV1)
  async whenStarNoticeOver(tx: Tx, { data }: Received<StarNoticeOverV1>): Promise<void> {
    await this.stars.noticeOver(tx, data.starId);
  }
}
