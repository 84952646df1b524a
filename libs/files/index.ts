export { MEDIA_TYPES, type MediaType } from './content.js';
export { FileDto, StoredFileDto } from './file.dto.js';
export { fileCleanupOf } from './file-cleanup.js';
export { Files, filesOf, type FileSubject, type IncomingFile, STORAGE } from './files.js';
export { type FilePurpose, filePurpose, purposesOf } from './purpose.js';
export { type Storage, storageOf } from './storage.js';
export { createFileTable } from './migrations/file-table.js';
