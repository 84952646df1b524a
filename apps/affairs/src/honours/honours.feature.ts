import { feature } from '#service';
import { Honour } from './honour.entity.js';
import { HonoursController } from './honours.controller.js';
import { Honours } from './honours.service.js';

export const honours = feature({ controllers: [HonoursController], providers: [Honours], entities: [Honour] });
