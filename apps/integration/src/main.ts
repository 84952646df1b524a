import { start } from '#service';
import { integration } from './integration.module.js';

await start(integration);
