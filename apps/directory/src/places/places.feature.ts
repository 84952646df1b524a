import { feature } from '#service';
import { Place } from './place.entity.js';
import { PlacesController } from './places.controller.js';
import { Places } from './places.service.js';

export const places = feature({
  controllers: [PlacesController],
  providers: [Places],
  entities: [Place],
});
