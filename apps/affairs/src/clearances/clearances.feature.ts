import { feature } from '#service';
import { Clearance } from './clearance.entity.js';
import { ClearanceImport } from './clearance-import.entity.js';
import { ClearanceImports } from './clearance-imports.service.js';
import { ClearanceList } from './clearance-list.entity.js';
import { ClearancesController } from './clearances.controller.js';
import { ClearanceHandlers } from './clearances.handlers.js';
import { Clearances } from './clearances.service.js';
import { ClearanceListsController } from './lists.controller.js';
import { ClearanceLists } from './lists.service.js';
import { ClearanceReports } from './reports.service.js';
import { SignOff } from './sign-off.entity.js';
import { SignOffStore } from './sign-off-store.service.js';
import { SignOffsController } from './sign-offs.controller.js';
import { SignOffs } from './sign-offs.service.js';

export const clearances = feature({
  controllers: [ClearanceListsController, ClearancesController, SignOffsController],
  providers: [
    ClearanceLists,
    Clearances,
    SignOffs,
    SignOffStore,
    ClearanceReports,
    ClearanceImports,
    ClearanceHandlers,
  ],
  entities: [ClearanceList, Clearance, SignOff, ClearanceImport],
});
