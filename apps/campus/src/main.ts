import { start } from '#service';
import { services } from './services.js';

await start(...services);
