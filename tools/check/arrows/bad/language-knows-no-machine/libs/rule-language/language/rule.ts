export { thing } from '../machine/machine.js';
