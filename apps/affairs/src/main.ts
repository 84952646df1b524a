import { start } from '#service';
import { affairs } from './affairs.module.js';

await start(affairs);
