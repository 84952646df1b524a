export { thing } from '../../affairs/src/leave.js';
