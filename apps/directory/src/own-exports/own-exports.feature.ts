import { feature } from '#service';
import { OwnExport } from './own-export.entity.js';
import { OwnExportsController } from './own-exports.controller.js';
import { OwnExportHandlers } from './own-exports.handlers.js';
import { OwnExports } from './own-exports.service.js';

export const ownExports = feature({
  controllers: [OwnExportsController],
  providers: [OwnExports, OwnExportHandlers],
  entities: [OwnExport],
});
