import { feature } from '#service';
import { CareIndicatorsController } from './indicators.controller.js';
import { CareIndicators } from './indicators.service.js';

export const indicators = feature({ controllers: [CareIndicatorsController], providers: [CareIndicators] });
