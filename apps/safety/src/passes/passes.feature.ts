import { feature } from '#service';
import { ErasureHandlers } from './erasure.handlers.js';
import { PassBatches } from './pass-batches.service.js';
import { Pass } from './pass.entity.js';
import { PassesController } from './passes.controller.js';
import { Passes } from './passes.service.js';
import { Retention } from './retention.service.js';

export const passes = feature({
  controllers: [PassesController],
  providers: [Passes, PassBatches, Retention, ErasureHandlers],
  entities: [Pass],
});
