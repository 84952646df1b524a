import { start } from '#service';
import { partyBuilding } from './party-building.module.js';

await start(partyBuilding);
