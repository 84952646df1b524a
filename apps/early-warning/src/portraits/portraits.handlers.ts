import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { Every, Events, OnEvent, type Period, type Received } from '#events';
import { addDays } from '#time';
import { PortraitPublishing } from './portrait-publishing.service.js';
import { PortraitsDueV1 } from './portraits-due.event.js';
import { mondayOf } from './weekly-values.js';

@Injectable()
export class PortraitsHandlers {
  constructor(
    private readonly events: Events,
    private readonly publishing: PortraitPublishing,
  ) {}

  /** On Tuesday: what is delivered a day late is in. Of weeks that were missed, the last one. */
  @Every('23 4 * * 2', { name: 'early-warning.portraits', catchUp: 'latest' })
  async everyTuesday(tx: Tx, period: Period): Promise<void> {
    await this.events.publish(tx, new PortraitsDueV1(mondayOf(addDays(period.date, -7))));
  }

  @OnEvent(PortraitsDueV1)
  async whenDue(tx: Tx, event: Received<PortraitsDueV1>): Promise<void> {
    await this.publishing.publish(tx, event.data.week);
  }
}
