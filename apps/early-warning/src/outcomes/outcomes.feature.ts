import { feature } from '#service';
import { OutcomesController } from './outcomes.controller.js';
import { Outcomes } from './outcomes.service.js';

export const outcomes = feature({ controllers: [OutcomesController], providers: [Outcomes] });
