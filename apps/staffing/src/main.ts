import { start } from '#service';
import { staffing } from './staffing.module.js';

await start(staffing);
