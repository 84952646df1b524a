import { feature } from '#service';
import { FlagShares } from './flag-shares.js';
import { Rule } from './rule.entity.js';
import { RulesController } from './rules.controller.js';
import { Rules } from './rules.service.js';

export const rules = feature({
  controllers: [RulesController],
  providers: [FlagShares, Rules],
  entities: [Rule],
});
