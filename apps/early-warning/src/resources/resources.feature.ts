import { feature } from '#service';
import { Resource } from './resource.entity.js';
import { ResourceMatching } from './resource-matching.service.js';
import { ResourceOffer } from './resource-offer.entity.js';
import { ResourceOffersController } from './resource-offers.controller.js';
import { ResourceOffers } from './resource-offers.service.js';
import { ResourcesController } from './resources.controller.js';
import { ResourceHandlers } from './resources.handlers.js';
import { Resources } from './resources.service.js';

export const resources = feature({
  controllers: [ResourcesController, ResourceOffersController],
  providers: [Resources, ResourceMatching, ResourceOffers, ResourceHandlers],
  entities: [Resource, ResourceOffer],
});
