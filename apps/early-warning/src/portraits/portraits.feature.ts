import { feature } from '#service';
import { GroupPortraitsController } from './group-portraits.controller.js';
import { GroupPortraits } from './group-portraits.service.js';
import { PortraitPublishing } from './portrait-publishing.service.js';
import { PortraitCell, PortraitGroup, PortraitSnapshot } from './portrait.entity.js';
import { PortraitsHandlers } from './portraits.handlers.js';

export const portraits = feature({
  controllers: [GroupPortraitsController],
  providers: [GroupPortraits, PortraitPublishing, PortraitsHandlers],
  entities: [PortraitCell, PortraitGroup, PortraitSnapshot],
});
