export { thing } from './hazards.dto.js';
