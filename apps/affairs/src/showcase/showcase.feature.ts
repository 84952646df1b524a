import { feature } from '#service';
import { Campaign } from './campaign.entity.js';
import { CampaignsController } from './campaigns.controller.js';
import { Campaigns } from './campaigns.service.js';
import { Nominations } from './nominations.service.js';
import { ShowcasePacks } from './packs.service.js';
import { ShowcaseHandlers } from './showcase.handlers.js';
import { Nomination, Review, Work } from './work.entity.js';
import { NominationsController, WorksController } from './works.controller.js';
import { Works } from './works.service.js';

export const showcase = feature({
  controllers: [CampaignsController, WorksController, NominationsController],
  providers: [Campaigns, Works, Nominations, ShowcasePacks, ShowcaseHandlers],
  entities: [Campaign, Work, Nomination, Review],
});
