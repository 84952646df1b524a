export { thing } from '../../apps/safety/src/curfew.js';
