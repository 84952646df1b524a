import { start } from '#service';
import { safety } from './safety.module.js';

await start(safety);
