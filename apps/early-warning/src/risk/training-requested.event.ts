import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** Somebody asked for a risk model to be trained; the service's own background job. */
@Event({ name: 'early-warning.risk-training-requested.v1', consumers: ['early-warning'], long: true })
export class RiskTrainingRequestedV1 {
  @IsUUID()
  modelId: string;

  constructor(modelId: string) {
    this.modelId = modelId;
  }
}
