import type { AppointmentKind } from './staffing/codes.js';

/** An appointment's kind, or `student` for an active student's rights over their own matters. */
export type Role = AppointmentKind | 'student';

/** Permissions of a service by the roles that give them, over the units of the appointment only (a student: over themselves). */
export type Grants<P extends string> = Partial<Record<Role, readonly P[]>>;
