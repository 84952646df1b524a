import * as affairs from './affairs/permissions.js';
import * as directory from './directory/permissions.js';
import * as earlyWarning from './early-warning/permissions.js';
import * as integration from './integration/permissions.js';
import * as partyBuilding from './party-building/permissions.js';
import * as platform from './platform/permissions.js';
import type { Grants, Role } from './roles.js';
import type { PermissionText } from './services.js';
import * as safety from './safety/permissions.js';
import { APPOINTMENT_KINDS } from './staffing/codes.js';
import * as staffing from './staffing/permissions.js';

/** Every permission of the house: `<service>:<subject>:<action>`. They are the OAuth2 scopes of the API. */
export const PERMISSIONS = {
  ...directory.PERMISSIONS,
  ...staffing.PERMISSIONS,
  ...affairs.PERMISSIONS,
  ...safety.PERMISSIONS,
  ...earlyWarning.PERMISSIONS,
  ...partyBuilding.PERMISSIONS,
  ...platform.PERMISSIONS,
  ...integration.PERMISSIONS,
};

export type Permission = keyof typeof PERMISSIONS;

/** Of a sensitive permission its class. An app has it only with an approval (directory, client-approvals). */
export function classOf(permission: Permission): 3 | 4 | undefined {
  const text: PermissionText = PERMISSIONS[permission];
  return text.class;
}

const GRANTS: Grants<Permission>[] = [
  directory,
  staffing,
  affairs,
  safety,
  earlyWarning,
  partyBuilding,
  platform,
  integration,
].map((service) => service.GRANTS);

const ROLES = [...Object.keys(APPOINTMENT_KINDS), 'student'] as Role[];

/** What a role may do, over the units of the appointment only (a student: over themselves). */
export const ROLE_PERMISSIONS = Object.fromEntries<readonly Permission[]>(
  ROLES.map((role) => [role, GRANTS.flatMap((grants) => grants[role] ?? [])]),
) as Record<Role, readonly Permission[]>;
