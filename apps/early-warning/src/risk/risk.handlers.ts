import { Injectable } from '@nestjs/common';
import { ProcessingChangedV1 } from '#contracts';
import type { Tx } from '#database';
import { Every, OnDead, OnEvent, type Received } from '#events';
import { RiskModels } from './risk-models.service.js';
import { RiskScores } from './risk-scores.service.js';
import { RiskScoresWantedV1 } from './scores-wanted.event.js';
import { RiskTrainingRequestedV1 } from './training-requested.event.js';

@Injectable()
export class RiskHandlers {
  constructor(
    private readonly models: RiskModels,
    private readonly scores: RiskScores,
  ) {}

  @OnEvent(RiskTrainingRequestedV1)
  async whenTrainingRequested(tx: Tx, event: Received<RiskTrainingRequestedV1>): Promise<void> {
    await this.models.carryOut(tx, event.data.modelId);
  }

  @OnDead(RiskTrainingRequestedV1)
  async whenTrainingDead(tx: Tx, event: Received<RiskTrainingRequestedV1>): Promise<void> {
    await this.models.giveUp(tx, event.data.modelId);
  }

  @OnEvent(RiskScoresWantedV1)
  async whenScoresWanted(tx: Tx): Promise<void> {
    await this.scores.score(tx);
  }

  @OnEvent(ProcessingChangedV1)
  async whenProcessingChanged(tx: Tx, { data: { kind, studentId } }: Received<ProcessingChangedV1>): Promise<void> {
    if (kind === 'risk') await this.scores.forget(tx, studentId);
  }

  /** After midnight's run, when the day before is complete. */
  @Every('37 0 * * *', { name: 'early-warning.risk-scores', catchUp: 'latest' })
  async everyNight(tx: Tx): Promise<void> {
    await this.scores.score(tx);
  }
}
