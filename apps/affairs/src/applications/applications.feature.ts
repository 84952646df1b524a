import { feature } from '#service';
import { ApplicationCases } from './application-cases.service.js';
import { Application } from './application.entity.js';
import { ApplicationsController } from './applications.controller.js';
import { ApplicationReads } from './application-reads.service.js';
import { Applications } from './applications.service.js';

export const applications = feature({
  controllers: [ApplicationsController],
  providers: [Applications, ApplicationReads, ApplicationCases],
  entities: [Application],
});
