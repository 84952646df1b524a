import { affairs } from '../../affairs/src/affairs.module.js';
import { directory } from '../../directory/src/directory.module.js';
import { earlyWarning } from '../../early-warning/src/early-warning.module.js';
import { integration } from '../../integration/src/integration.module.js';
import { partyBuilding } from '../../party-building/src/party-building.module.js';
import { safety } from '../../safety/src/safety.module.js';
import { staffing } from '../../staffing/src/staffing.module.js';

/** All services of the house, for the packing in one process. */
export const services = [directory, staffing, affairs, safety, earlyWarning, partyBuilding, integration];
