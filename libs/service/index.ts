export { createApp, listen, migrationSets, previewApp, start } from './start.js';
export { type Feature, feature, service } from './feature.js';
export { type Service } from './service.js';
export { Job, Jobs, JOB_STATES, type JobState } from './jobs.js';
export { JobDto } from './jobs.dto.js';
export { fileAnswer } from './files.controller.js';
export { errorSheetFile, ErrorSheetQuery, ReturnsErrorSheet } from './error-sheet.js';
export { type GivenRows, type OwnData, type OwnDataPart, placeOfPart } from './own-data.js';
export { grantServiceRoles } from './roles.js';
