import { feature } from '#service';
import { Corrections } from './corrections.js';
import { Raising } from './raising.js';
import { Warning } from './warning.entity.js';
import { TriageDeadlines } from './triage-deadlines.js';
import { WarningsController } from './warnings.controller.js';
import { Warnings } from './warnings.service.js';
import { Withdrawals } from './withdrawals.service.js';

export const warnings = feature({
  controllers: [WarningsController],
  providers: [Raising, Corrections, Withdrawals, TriageDeadlines, Warnings],
  entities: [Warning],
});
