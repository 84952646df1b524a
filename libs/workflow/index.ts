export * from './definition.js';
export * from './instance.js';
export * from './reasons.js';
export * from './available-actions.js';
export { act, begin, fold, type Versions } from './fold.js';
