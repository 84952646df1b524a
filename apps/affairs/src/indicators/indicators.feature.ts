import { feature } from '#service';
import { IndicatorsController } from './indicators.controller.js';
import { Indicators } from './indicators.service.js';

export const indicators = feature({ controllers: [IndicatorsController], providers: [Indicators] });
