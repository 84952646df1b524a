import { feature } from '#service';
import { Star, StarObjection } from './star.entity.js';
import { Stars } from './stars.service.js';
import { VolunteeringController } from './volunteering.controller.js';
import { VolunteeringHandlers } from './volunteering.handlers.js';

export const volunteering = feature({
  controllers: [VolunteeringController],
  providers: [Stars, VolunteeringHandlers],
  entities: [Star, StarObjection],
});
