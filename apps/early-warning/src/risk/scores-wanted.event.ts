import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** A risk model was put in use: students are to be scored by it; the service's own background job. */
@Event({ name: 'early-warning.risk-scores-wanted.v1', consumers: ['early-warning'], long: true })
export class RiskScoresWantedV1 {
  @IsUUID()
  modelId: string;

  constructor(modelId: string) {
    this.modelId = modelId;
  }
}
