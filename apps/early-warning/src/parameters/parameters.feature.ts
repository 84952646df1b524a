import { feature } from '#service';
import { RuleParametersController } from './rule-parameters.controller.js';
import { RuleParameters } from './rule-parameters.service.js';

export const parameters = feature({
  controllers: [RuleParametersController],
  providers: [RuleParameters],
});
