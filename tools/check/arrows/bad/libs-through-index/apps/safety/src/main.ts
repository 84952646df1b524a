export { thing } from '../../../libs/http/pages.js';
