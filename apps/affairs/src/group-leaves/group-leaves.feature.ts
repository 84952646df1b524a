import { feature } from '#service';
import { GroupLeave } from './group-leave.entity.js';
import { GroupLeavesController } from './group-leaves.controller.js';
import { GroupLeaves } from './group-leaves.service.js';

export const groupLeaves = feature({
  controllers: [GroupLeavesController],
  providers: [GroupLeaves],
  entities: [GroupLeave],
});
