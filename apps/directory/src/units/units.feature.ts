import { feature } from '#service';
import { Unit } from './unit.entity.js';
import { UnitsController } from './units.controller.js';
import { Units } from './units.service.js';

export const units = feature({
  controllers: [UnitsController],
  providers: [Units],
  entities: [Unit],
});
