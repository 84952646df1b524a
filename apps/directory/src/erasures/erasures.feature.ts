import { feature } from '#service';
import { Erasure } from './erasure.entity.js';
import { ErasuresController } from './erasures.controller.js';
import { ErasureHandlers } from './erasures.handlers.js';
import { Erasures } from './erasures.service.js';

export const erasures = feature({
  controllers: [ErasuresController],
  providers: [Erasures, ErasureHandlers],
  entities: [Erasure],
});
