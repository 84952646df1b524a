import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnDead, OnEvent, type Received } from '#events';
import { RiskModels } from './risk-models.service.js';
import { RiskTrainingRequestedV1 } from './training-requested.event.js';

@Injectable()
export class RiskHandlers {
  constructor(private readonly models: RiskModels) {}

  @OnEvent(RiskTrainingRequestedV1)
  async whenTrainingRequested(tx: Tx, event: Received<RiskTrainingRequestedV1>): Promise<void> {
    await this.models.carryOut(tx, event.data.modelId);
  }

  @OnDead(RiskTrainingRequestedV1)
  async whenTrainingDead(tx: Tx, event: Received<RiskTrainingRequestedV1>): Promise<void> {
    await this.models.giveUp(tx, event.data.modelId);
  }
}
