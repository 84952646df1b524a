export { Config, withPassword } from './config.js';
