import { feature } from '#service';
import { RuleQualityController } from './rule-quality.controller.js';
import { RuleQuality } from './rule-quality.service.js';

export const quality = feature({
  controllers: [RuleQualityController],
  providers: [RuleQuality],
});
