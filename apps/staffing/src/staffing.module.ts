import { Module } from '@nestjs/common';
import type { Service } from '#service';
import { Appointment } from './appointments/appointment.entity.js';
import { AppointmentsController } from './appointments/appointments.controller.js';
import { Appointments } from './appointments/appointments.service.js';
import { CaseloadController } from './caseload/caseload.controller.js';
import { Caseload } from './caseload/caseload.service.js';
import { AppointmentImport } from './imports/appointment-import.entity.js';
import { AppointmentImportsController } from './imports/imports.controller.js';
import { AppointmentImportHandlers } from './imports/imports.handlers.js';
import { AppointmentImports } from './imports/imports.service.js';
import { Appointments1763750100000 } from './migrations/1763750100000-appointments.js';
import { AppointmentImports1763750110000 } from './migrations/1763750110000-appointment-imports.js';
import { ImportDryRun1763750120000 } from './migrations/1763750120000-import-dry-run.js';
import { KeptImports1763760410000 } from './migrations/1763760410000-kept-imports.js';
import { seed } from './seed.js';
import { UpdatedSince1763750130000 } from './migrations/1763750130000-updated-since.js';

@Module({
  controllers: [AppointmentsController, AppointmentImportsController, CaseloadController],
  providers: [Appointments, AppointmentImports, AppointmentImportHandlers, Caseload],
})
class StaffingModule {}

export const staffing: Service = {
  name: 'staffing',
  module: StaffingModule,
  entities: [Appointment, AppointmentImport],
  migrations: [
    Appointments1763750100000,
    AppointmentImports1763750110000,
    ImportDryRun1763750120000,
    UpdatedSince1763750130000,
    KeptImports1763760410000,
  ],
  seed,
};
