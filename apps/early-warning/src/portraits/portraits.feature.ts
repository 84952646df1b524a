import { feature } from '#service';
import { GroupPortraitsController } from './group-portraits.controller.js';
import { GroupPortraits } from './group-portraits.service.js';
import { PortraitPublishing } from './portrait-publishing.service.js';
import { PortraitCell, PortraitGroup, PortraitSnapshot } from './portrait.entity.js';
import { PortraitsHandlers } from './portraits.handlers.js';
import { StudentPortraitsController } from './student-portraits.controller.js';
import { StudentPortraits } from './student-portraits.service.js';

export const portraits = feature({
  controllers: [GroupPortraitsController, StudentPortraitsController],
  providers: [GroupPortraits, PortraitPublishing, PortraitsHandlers, StudentPortraits],
  entities: [PortraitCell, PortraitGroup, PortraitSnapshot],
});
