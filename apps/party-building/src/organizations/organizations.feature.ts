import { feature } from '#service';
import { Organization } from './organization.entity.js';
import { OrganizationsController } from './organizations.controller.js';
import { Organizations } from './organizations.service.js';

export const organizations = feature({
  controllers: [OrganizationsController],
  providers: [Organizations],
  entities: [Organization],
});
