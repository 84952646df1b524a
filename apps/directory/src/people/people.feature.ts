import { feature } from '#service';
import { Membership } from './membership.entity.js';
import { PeopleController } from './people.controller.js';
import { People } from './people.service.js';
import { Person } from './person.entity.js';
import { Residence } from './residence.entity.js';

export const people = feature({
  controllers: [PeopleController],
  providers: [People],
  entities: [Person, Membership, Residence],
});
