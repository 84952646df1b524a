import { start } from '#service';
import { directory } from './directory.module.js';

await start(directory);
