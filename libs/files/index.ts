export { type Storage, storageOf } from './storage.js';
