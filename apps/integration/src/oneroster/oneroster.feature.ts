import { feature } from '#service';
import { RosteringController } from './rostering.controller.js';
import { Rostering } from './rostering.service.js';

export const oneroster = feature({ controllers: [RosteringController], providers: [Rostering] });
