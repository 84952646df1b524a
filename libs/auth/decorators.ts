import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Permission } from '#contracts';
import type { Actor } from './actor.js';

const ACCESS = 'yizhan:access';
const PUBLIC = 'public';

/** A class or function that carries the decorators. */
type Target = object;

export interface RequireOptions {
  /** The route reads class 4 data (psychological, biometric, hardship): its caller says why in `Access-Reason`, and `audit` keeps it. */
  reason?: boolean;
}

interface Access extends RequireOptions {
  permission: Permission;
}

/** The one permission a route (or each route of a controller) asks for. On a method it outranks the class. */
export function Require(permission: Permission, options: RequireOptions = {}): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, { permission, ...options } satisfies Access);
}

/** A route that everybody may call, without a token. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, PUBLIC);
}

/** The actor of the request, as a handler's parameter. Not on `@Public()` routes: there is none. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const { actor } = context.switchToHttp().getRequest<{ actor?: Actor }>();
  if (!actor)
    throw new Error('@CurrentActor() is on a @Public() route: put @Require(...) on it, or drop the parameter');
  return actor;
});

/** The permission a route asks for; undefined when it is public or unguarded. */
export function requiredPermission(handler: Target, controller: Target): Permission | undefined {
  const access = accessOf(handler, controller);
  return access === PUBLIC ? undefined : access?.permission;
}

/** Whether a route asks for the reason of the read. */
export function needsReason(handler: Target, controller: Target): boolean {
  const access = accessOf(handler, controller);
  return access !== PUBLIC && access?.reason === true;
}

export function isPublic(handler: Target, controller: Target): boolean {
  return accessOf(handler, controller) === PUBLIC;
}

function accessOf(handler: Target, controller: Target): Access | typeof PUBLIC | undefined {
  return (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller)) as Access | undefined;
}
