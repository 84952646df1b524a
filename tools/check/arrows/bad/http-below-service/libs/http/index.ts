export { thing } from '../service/index.js';
