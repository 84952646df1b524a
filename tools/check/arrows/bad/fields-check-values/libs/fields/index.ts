export { thing } from '../database/index.js';
