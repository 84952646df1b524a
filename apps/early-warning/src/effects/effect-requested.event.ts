import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** Somebody asked for the effect of an intervention; the service's own background job. */
@Event({ name: 'early-warning.effect-requested.v1', consumers: ['early-warning'], long: true })
export class EffectRequestedV1 {
  @IsUUID()
  effectId: string;

  constructor(effectId: string) {
    this.effectId = effectId;
  }
}
