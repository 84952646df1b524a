export {
  type OfStudent,
  type Opened,
  Sealed,
  type SealedTable,
  type SealedText,
  sealedTableOf,
  sealedTables,
} from './sealed.js';
export { addKey, dropOlderKeys } from './key-file.js';
export { vaultMigrations } from './migrations.js';
export { countOld, rewrap, type RootSealed } from './rotation.js';
export { countPlain, eraseTexts, sealTexts } from './sealing-texts.js';
export { KEY_RIGHTS, type Stored, StudentKeys, type Text } from './student-keys.js';
export { RootKeyMissing, Vault } from './vault.js';
export { StudentErased } from './vault.problems.js';
