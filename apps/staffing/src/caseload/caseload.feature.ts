import { feature } from '#service';
import { CaseloadController } from './caseload.controller.js';
import { Caseload } from './caseload.service.js';

export const caseload = feature({
  controllers: [CaseloadController],
  providers: [Caseload],
});
