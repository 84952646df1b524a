export { thing } from '../../../libs/testing/index.js';
