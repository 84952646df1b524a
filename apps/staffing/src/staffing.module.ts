import { service } from '#service';
import { appointments } from './appointments/appointments.feature.js';
import { caseload } from './caseload/caseload.feature.js';
import { imports } from './imports/imports.feature.js';
import { Appointments1763750100000 } from './migrations/1763750100000-appointments.js';
import { AppointmentImports1763750110000 } from './migrations/1763750110000-appointment-imports.js';
import { ImportDryRun1763750120000 } from './migrations/1763750120000-import-dry-run.js';
import { KeptImports1763760410000 } from './migrations/1763760410000-kept-imports.js';
import { UpdatedSince1763750130000 } from './migrations/1763750130000-updated-since.js';
import { DepartmentClerks1764802000000 } from './migrations/1764802000000-department-clerks.js';
import { AppointmentChanges1764842010000 } from './migrations/1764842010000-appointment-changes.js';
import { seed } from './seed.js';
import { OWN_DATA } from './own-data.js';

export const staffing = service('staffing', {
  features: [appointments, imports, caseload],
  migrations: [
    Appointments1763750100000,
    AppointmentImports1763750110000,
    ImportDryRun1763750120000,
    UpdatedSince1763750130000,
    KeptImports1763760410000,
    DepartmentClerks1764802000000,
    AppointmentChanges1764842010000,
  ],
  ownData: OWN_DATA,
  seed,
  jobs: 'staffing:appointment:write',
});
