import { feature } from '#service';
import { ImportRunner } from './import-runner.js';
import { Import } from './import.entity.js';
import { ImportsController } from './imports.controller.js';
import { ImportHandlers } from './imports.handlers.js';
import { Imports } from './imports.service.js';

export const imports = feature({
  controllers: [ImportsController],
  providers: [Imports, ImportRunner, ImportHandlers],
  entities: [Import],
});
