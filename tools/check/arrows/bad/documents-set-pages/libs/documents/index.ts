export { thing } from '../roster/index.js';
