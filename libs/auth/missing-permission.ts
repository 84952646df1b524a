import { ForbiddenException } from '@nestjs/common';
import type { Permission } from '#contracts';
import type { Actor } from './actor.js';

/** The actor lacks a permission, or (`school`) has it for a part of the school only. libs/http answers 403 naming both. */
export class MissingPermission extends ForbiddenException {
  constructor(
    readonly permission: Permission,
    readonly school = false,
  ) {
    super();
  }
}

/** For what holds for the whole school: only who has the permission over the whole school may do it. Throws MissingPermission (403). */
export function requireSchool(actor: Actor, permission: Permission): void {
  if (!actor.scopeOf(permission).school) throw new MissingPermission(permission, true);
}
