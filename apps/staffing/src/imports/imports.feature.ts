import { feature } from '#service';
import { AppointmentImport } from './appointment-import.entity.js';
import { AppointmentImportsController } from './imports.controller.js';
import { AppointmentImportHandlers } from './imports.handlers.js';
import { AppointmentImports } from './imports.service.js';

export const imports = feature({
  controllers: [AppointmentImportsController],
  providers: [AppointmentImports, AppointmentImportHandlers],
  entities: [AppointmentImport],
});
