import { feature } from '#service';
import { Member } from './member.entity.js';
import { MembersController } from './members.controller.js';
import { Members } from './members.service.js';

export const members = feature({
  controllers: [MembersController],
  providers: [Members],
  entities: [Member],
});
