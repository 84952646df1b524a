export { thing } from './hazards.controller.js';
