import { feature } from '#service';
import { Effect } from './effect.entity.js';
import { EffectsController } from './effects.controller.js';
import { EffectHandlers } from './effects.handlers.js';
import { Effects } from './effects.service.js';

export const effects = feature({
  controllers: [EffectsController],
  providers: [Effects, EffectHandlers],
  entities: [Effect],
});
