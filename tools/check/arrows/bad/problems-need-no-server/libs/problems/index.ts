export { thing } from '../http/index.js';
