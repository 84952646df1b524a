export { thing } from '../config/index.js';
