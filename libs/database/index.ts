export {
  afterCommit,
  forget,
  onceIn,
  allowSeconds,
  inSavepoint,
  Database,
  sqlState,
  violates,
  type Caller,
  type IdempotencyHook,
  type Tx,
} from './transaction.js';
export { change, copyConnection, empty, join, query, queryOne, raw, send, sql, type Sql } from './sql.js';
export { findInScope, onConflict } from './find.js';
export { BaseEntity, insert, insertAll, firstIdOf, newId, StaleVersionError, update } from './entity.js';
export {
  connect,
  DatabaseModule,
  dataSourceOptions,
  type ConnectionOptions,
  type EntityClass,
} from './database.module.js';
export {
  firstKept,
  keepMonths,
  monthFunctions,
  monthRights,
  reportMonths,
  type KeptMonths,
  type MonthlyTable,
} from './months.js';
export { migrate, pendingMigrations, type MigrationClass, type MigrationSet } from './migrate.js';
