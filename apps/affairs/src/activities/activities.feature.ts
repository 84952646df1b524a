import { feature } from '#service';
import { ActivitiesController } from './activities.controller.js';
import { Activities } from './activities.service.js';
import { Activity } from './activity.entity.js';
import { Enrolment } from './enrolment.entity.js';
import { EnrolmentsController } from './enrolments.controller.js';
import { Enrolments } from './enrolments.service.js';

export const activities = feature({
  controllers: [ActivitiesController, EnrolmentsController],
  providers: [Activities, Enrolments],
  entities: [Activity, Enrolment],
});
