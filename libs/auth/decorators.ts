import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { Permission } from '#contracts';
import type { Actor } from './actor.js';

const ACCESS = 'yizhan:access';
const PUBLIC = 'public';
const REASON = 'yizhan:reason';

/** A class or function that carries the decorators. */
type Target = object;

/** What a route (or each route of a controller) asks for: the permission, or one of several. On a method it outranks the class. */
export function Require(...oneOf: [Permission, ...Permission[]]): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, oneOf);
}

/**
 * A route (or each route of a controller) that reads class 4 data (psychological, biometric, hardship): the caller says why in the header
 * `Access-Reason`, 428 without, and `audit` keeps it. A route that answers without an audit entry answers 500.
 */
export function RequireReason(): MethodDecorator & ClassDecorator {
  return SetMetadata(REASON, true);
}

/** A route for whoever has a good token, whatever it permits: it shows the caller nothing but the caller's own. */
export function AnyToken(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, []);
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

/** The permissions of which a route asks for one, none: any token; undefined when it is public or unguarded. */
export function requiredPermissions(handler: Target, controller: Target): readonly Permission[] | undefined {
  const access = accessOf(handler, controller);
  return access === PUBLIC ? undefined : access;
}

/** Whether a route asks for the reason of the read. */
export function needsReason(handler: Target, controller: Target): boolean {
  return Reflect.hasMetadata(REASON, handler) || Reflect.hasMetadata(REASON, controller);
}

export function isPublic(handler: Target, controller: Target): boolean {
  return accessOf(handler, controller) === PUBLIC;
}

function accessOf(handler: Target, controller: Target): readonly Permission[] | typeof PUBLIC | undefined {
  return (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller)) as ReturnType<
    typeof accessOf
  >;
}
