export type { MediaType } from './content.js';
export { FileDto, StoredFileDto } from './file.dto.js';
export { fileCleanupOf } from './file-cleanup.js';
export { FileKeys } from './file-keys.js';
export {
  Files,
  filesOf,
  type FileSubject,
  type IncomingFile,
  type OpenFile,
  type PutContent,
  STORAGE,
} from './files.js';
export { type FilePurpose, filePurpose, purposesOf } from './purpose.js';
export type { Storage } from './storage.js';
export { storageOf } from './storage-of.js';
export { addStudentsToFiles, createFileTable, fileTable } from './migrations/file-table.js';
