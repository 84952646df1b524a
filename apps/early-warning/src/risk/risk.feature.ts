import { feature } from '#service';
import { RiskController } from './risk.controller.js';
import { RiskHandlers } from './risk.handlers.js';
import { RiskModel } from './risk-model.entity.js';
import { RiskModels } from './risk-models.service.js';
import { RiskScores } from './risk-scores.service.js';
import { Risks } from './risks.service.js';

export const risk = feature({
  controllers: [RiskController],
  providers: [RiskModels, Risks, RiskScores, RiskHandlers],
  entities: [RiskModel],
});
