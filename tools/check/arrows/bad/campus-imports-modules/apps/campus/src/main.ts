export { thing } from '../../safety/src/seed.js';
