import { feature } from '#service';
import { CareCase } from './care-case.entity.js';
import { CareDecision, CareEntry, CareMeasure, CareMember, CareSupervision, CareTransfer } from './care-rows.entity.js';
import { CaseDecisions } from './case-decisions.service.js';
import { CaseDesk } from './case-desk.service.js';
import { CaseDetails } from './case-details.service.js';
import { CaseEntries } from './case-entries.service.js';
import { CaseOwners } from './case-owners.service.js';
import { CaseTeam } from './case-team.service.js';
import { CaseTransfers } from './case-transfers.service.js';
import { CaseWorkController } from './case-work.controller.js';
import { CasesController } from './cases.controller.js';
import { CaseHandlers } from './cases.handlers.js';
import { Cases } from './cases.service.js';
import { SupervisionHolders } from './supervision-holders.service.js';
import { SupervisionLine } from './supervision-line.js';
import { CaseSupervision } from './supervision.service.js';
import { SupervisionsController } from './supervisions.controller.js';
import { Supervisions } from './supervisions.service.js';
import { CaseTimeline } from './timeline.service.js';
import { WaitingSupervision } from './waiting-supervision.service.js';

export const cases = feature({
  controllers: [CasesController, CaseWorkController, SupervisionsController],
  providers: [
    ...[Cases, CaseDesk, CaseDetails, CaseDecisions, CaseTeam, CaseEntries, CaseTransfers, CaseTimeline],
    ...[
      SupervisionLine,
      CaseSupervision,
      Supervisions,
      WaitingSupervision,
      SupervisionHolders,
      CaseOwners,
      CaseHandlers,
    ],
  ],
  entities: [CareCase, CareDecision, CareTransfer, CareMember, CareMeasure, CareEntry, CareSupervision],
});
