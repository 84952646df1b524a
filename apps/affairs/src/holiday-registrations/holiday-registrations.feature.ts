import { feature } from '#service';
import { HolidayCampaign } from './campaign.entity.js';
import { HolidayCampaignsController } from './campaigns.controller.js';
import { HolidayCampaigns } from './campaigns.service.js';
import { HolidayRegistration } from './registration.entity.js';
import { HolidayReturns } from './holiday-returns.service.js';
import { HolidayRegistrationsController } from './registrations.controller.js';
import { HolidayRegistrations } from './registrations.service.js';
import { HolidayReports } from './reports.service.js';

export const holidayRegistrations = feature({
  controllers: [HolidayCampaignsController, HolidayRegistrationsController],
  providers: [HolidayCampaigns, HolidayRegistrations, HolidayReturns, HolidayReports],
  entities: [HolidayCampaign, HolidayRegistration],
});
