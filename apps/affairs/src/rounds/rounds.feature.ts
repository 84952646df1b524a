import { feature } from '#service';
import { RoundEntriesController } from './round-entries.controller.js';
import { RoundEntries } from './round-entries.service.js';
import { RoundEntry } from './round-entry.entity.js';
import { RoundExports } from './round-exports.service.js';
import { RoundNotices } from './round-notices.service.js';
import { RoundObjection } from './round-objection.entity.js';
import { RoundObjectionsController } from './round-objections.controller.js';
import { RoundObjections } from './round-objections.service.js';
import { RoundReviews } from './round-reviews.service.js';
import { RoundSheetsController } from './round-sheets.controller.js';
import { RoundSheets } from './round-sheets.service.js';
import { RoundSteps } from './round-steps.service.js';
import { Round, RoundNotice } from './round.entity.js';
import { RoundsController } from './rounds.controller.js';
import { Rounds } from './rounds.service.js';

export const rounds = feature({
  controllers: [RoundsController, RoundEntriesController, RoundObjectionsController, RoundSheetsController],
  providers: [Rounds, RoundSteps, RoundNotices, RoundEntries, RoundReviews, RoundSheets, RoundObjections, RoundExports],
  entities: [Round, RoundNotice, RoundEntry, RoundObjection],
});
