export { thing } from '../../../tools/local/redis.js';
