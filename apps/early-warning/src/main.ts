import { start } from '#service';
import { earlyWarning } from './early-warning.module.js';

await start(earlyWarning);
