import { feature } from '#service';
import { PassBatches } from './pass-batches.service.js';
import { Pass } from './pass.entity.js';
import { PassesController } from './passes.controller.js';
import { Passes } from './passes.service.js';
import { Retention } from './retention.service.js';

export const passes = feature({
  controllers: [PassesController],
  providers: [Passes, PassBatches, Retention],
  entities: [Pass],
});
