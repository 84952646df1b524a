import { feature } from '#service';
import { NightChecks } from './night-checks.service.js';
import { NightChecksController, FindingsController } from './nights.controller.js';
import { NightHandlers } from './nights.handlers.js';
import { Nights } from './nights.service.js';
import { Rechecks } from './rechecks.service.js';

export const nights = feature({
  controllers: [NightChecksController, FindingsController],
  providers: [Nights, NightChecks, NightHandlers, Rechecks],
});
