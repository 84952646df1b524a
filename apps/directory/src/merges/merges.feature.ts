import { feature } from '#service';
import { PersonMerge } from './merge.entity.js';
import { MergesController } from './merges.controller.js';
import { MergeHandlers } from './merges.handlers.js';
import { Merges } from './merges.service.js';

export const merges = feature({
  controllers: [MergesController],
  providers: [Merges, MergeHandlers],
  entities: [PersonMerge],
});
