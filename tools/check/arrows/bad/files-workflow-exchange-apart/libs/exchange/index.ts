export { thing } from '../files/index.js';
