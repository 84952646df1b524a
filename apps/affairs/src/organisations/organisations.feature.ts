import { feature } from '#service';
import { OrganisationMember, Organisation } from './organisation.entity.js';
import { OrganisationsController } from './organisations.controller.js';
import { Organisations } from './organisations.service.js';

export const organisations = feature({
  controllers: [OrganisationsController],
  providers: [Organisations],
  entities: [Organisation, OrganisationMember],
});
