import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnDead, OnEvent, type Received } from '#events';
import { EffectRequestedV1 } from './effect-requested.event.js';
import { Effects } from './effects.service.js';

@Injectable()
export class EffectHandlers {
  constructor(private readonly effects: Effects) {}

  @OnEvent(EffectRequestedV1)
  async whenEffectRequested(tx: Tx, event: Received<EffectRequestedV1>): Promise<void> {
    await this.effects.carryOut(tx, event.data.effectId);
  }

  @OnDead(EffectRequestedV1)
  async whenEffectDead(tx: Tx, event: Received<EffectRequestedV1>): Promise<void> {
    await this.effects.giveUp(tx, event.data.effectId);
  }
}
