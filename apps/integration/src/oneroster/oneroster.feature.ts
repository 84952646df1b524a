import { feature } from '#service';
import { RosterExportsController } from './exports.controller.js';
import { RosterExports } from './exports.service.js';
import { RosteringController } from './rostering.controller.js';
import { Rostering } from './rostering.service.js';

export const oneroster = feature({
  controllers: [RosteringController, RosterExportsController],
  providers: [Rostering, RosterExports],
});
