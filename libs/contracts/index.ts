import 'reflect-metadata';

export { allEvents, Event, eventClassOf, eventOptions, type EventClass, type EventOptions } from './event.js';
export { classOf, PERMISSIONS, ROLE_PERMISSIONS, type Permission } from './permissions.js';
export { type Role } from './roles.js';
export {
  roleOf,
  schemaOf,
  SERVICE_NAMES,
  serviceOfPath,
  SERVICES,
  type Bilingual,
  type PermissionText,
  type ServiceName,
} from './services.js';
export { TAGS } from './tags.js';
export * from './affairs/attendance-events.js';
export * from './affairs/codes.js';
export * from './affairs/events.js';
export * from './affairs/group-leave-events.js';
export * from './affairs/holiday-events.js';
export * from './affairs/participation-events.js';
export * from './directory/codes.js';
export * from './directory/events.js';
export * from './early-warning/care-events.js';
export * from './early-warning/codes.js';
export * from './early-warning/events.js';
export * from './integration/events.js';
export * from './party-building/events.js';
export * from './safety/codes.js';
export * from './safety/events.js';
export * from './staffing/codes.js';
