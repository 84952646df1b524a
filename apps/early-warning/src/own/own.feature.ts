import { feature } from '#service';
import { OwnController } from './own.controller.js';
import { OwnData } from './own.service.js';

export const own = feature({ controllers: [OwnController], providers: [OwnData] });
