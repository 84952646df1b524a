export { thing } from '../policy/index.js';
