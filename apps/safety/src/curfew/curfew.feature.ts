import { feature } from '#service';
import { ExcusedAbsenceHandlers } from './excused-absences.handlers.js';
import { LatePass } from './late-pass.entity.js';
import { LatePassesController } from './late-passes.controller.js';
import { LatePasses } from './late-passes.service.js';

export const curfew = feature({
  controllers: [LatePassesController],
  providers: [LatePasses, ExcusedAbsenceHandlers],
  entities: [LatePass],
});
