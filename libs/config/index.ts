export { Config } from './config.js';
