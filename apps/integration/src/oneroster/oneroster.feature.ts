import { feature } from '#service';
import { Collections } from './collections.service.js';
import { RosterExportsController } from './exports.controller.js';
import { RosterExports } from './exports.service.js';
import { GradebookController } from './gradebook.controller.js';
import { Category, LineItem, Result, ScoreScale } from './gradebook.entity.js';
import { Gradebook } from './gradebook.service.js';
import { RosteringController } from './rostering.controller.js';

export const oneroster = feature({
  controllers: [RosteringController, GradebookController, RosterExportsController],
  providers: [Collections, Gradebook, RosterExports],
  entities: [Category, ScoreScale, LineItem, Result],
});
