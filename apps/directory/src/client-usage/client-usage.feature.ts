import { feature } from '#service';
import { ClientUsageController } from './client-usage.controller.js';
import { ClientUsage } from './client-usage.service.js';

export const clientUsage = feature({ controllers: [ClientUsageController], providers: [ClientUsage] });
