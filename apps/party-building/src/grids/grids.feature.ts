import { feature } from '#service';
import { GridAssignment } from './grid-assignment.entity.js';
import { GridsController } from './grids.controller.js';
import { Grids } from './grids.service.js';

export const grids = feature({
  controllers: [GridsController],
  providers: [Grids],
  entities: [GridAssignment],
});
