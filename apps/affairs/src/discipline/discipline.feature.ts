import { feature } from '#service';
import { AppealOpinion } from './appeal-opinion.entity.js';
import { SanctionAppeal } from './appeal.entity.js';
import { SanctionAppealsController } from './appeals.controller.js';
import { SanctionAppeals } from './appeals.service.js';
import { DisciplineHandlers } from './discipline.handlers.js';
import { Sanction } from './sanction.entity.js';
import { SanctionsController } from './sanctions.controller.js';
import { Sanctions } from './sanctions.service.js';

export const discipline = feature({
  controllers: [SanctionsController, SanctionAppealsController],
  providers: [Sanctions, SanctionAppeals, DisciplineHandlers],
  entities: [Sanction, SanctionAppeal, AppealOpinion],
});
