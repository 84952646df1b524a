export { thing } from '../reports/index.js';
