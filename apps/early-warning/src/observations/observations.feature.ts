import { feature } from '#service';
import { KnownStudents } from './known-students.js';
import { ObservationsController } from './observations.controller.js';
import { ObservationHandlers } from './observations.handlers.js';
import { Observations } from './observations.service.js';
import { Retention } from './retention.js';

export const observations = feature({
  controllers: [ObservationsController],
  providers: [KnownStudents, Retention, Observations, ObservationHandlers],
});
