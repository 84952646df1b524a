import 'reflect-metadata';

export { allEvents, Event, eventClassOf, eventOptions, type EventClass, type EventOptions } from './event.js';
export { TAGS } from './tags.js';
export { roleOf, schemaOf, SERVICE_NAMES, SERVICES, type Bilingual, type ServiceName } from './services.js';
export {
  APPOINTMENT_KINDS,
  PERMISSIONS,
  ROLE_PERMISSIONS,
  type AppointmentKind,
  type Permission,
  type Role,
} from './permissions.js';
export {
  LEAVE_KINDS,
  PLACE_KINDS,
  SEX,
  UNIT_KINDS,
  WARNING_LEVELS,
  type LeaveKind,
  type UnitKind,
  type WarningLevel,
} from './codes.js';
export * from './events/affairs.events.js';
export * from './events/directory.events.js';
export * from './events/early-warning.events.js';
export * from './events/party-building.events.js';
export * from './events/safety.events.js';
