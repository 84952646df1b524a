import { feature } from '#service';
import { DigestController } from './digest.controller.js';
import { DigestHandlers } from './digest.handlers.js';
import { Digests } from './digest.service.js';

export const digest = feature({ controllers: [DigestController], providers: [Digests, DigestHandlers] });
