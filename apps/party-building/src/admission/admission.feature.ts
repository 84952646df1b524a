import { feature } from '#service';
import { AdmissionReminder } from './admission-reminder.entity.js';
import { AdmissionRules } from './admission-rules.js';
import { AdmissionViews } from './admission-views.js';
import { Admission, AdmissionEntry } from './admission.entity.js';
import { AdmissionsController } from './admissions.controller.js';
import { Admissions } from './admissions.service.js';
import { AdmissionReminders } from './reminders.handlers.js';

export const admission = feature({
  controllers: [AdmissionsController],
  providers: [Admissions, AdmissionViews, AdmissionRules, AdmissionReminders],
  entities: [Admission, AdmissionEntry, AdmissionReminder],
});
