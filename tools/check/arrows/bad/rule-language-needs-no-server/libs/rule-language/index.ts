export { thing } from '../time/index.js';
