export { campusNow, campusToday, TestClock } from './clock.js';
export { cloneDatabase, emptyDatabase, secretKeyFile, TestApp, TestIssuer, type Client } from './app.js';
export { ChildProcess } from './child.js';
export { openDuring } from './open-transactions.js';
export { drainEvents, eventually, fireTimers } from './waiting.js';
export { campus, studentNumbers } from '../../apps/directory/src/seed.js';
export { databaseUrl, prepareTemplate, TEMPLATE } from './template.js';
export { countStatements } from './statements.js';
export { wholeList } from './whole-list.js';
