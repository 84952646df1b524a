import { feature } from '#service';
import { MeController } from './me.controller.js';
import { Me } from './me.service.js';

export const me = feature({ controllers: [MeController], providers: [Me] });
