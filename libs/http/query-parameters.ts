import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { FastifyRequest } from 'fastify';
import { UNKNOWN } from '#fields';
import { pointerPart, type FieldError, Invalid } from '#problems';

/**
 * Refuses every query parameter on a route that takes none; where a route has a `@Query()` class, the validation pipe refuses those
 * that the class does not know. A parameter that is ignored would let a request do what its sender meant to prevent (`?dryRun=true`).
 */
export function refuseParameters({ query }: FastifyRequest): void {
  const names = Object.keys(query as object);
  if (names.length === 0) return;
  throw new Invalid({
    errors: names.slice(0, 20).map((name): FieldError => ({ pointer: `?${pointerPart(name)}`, ...UNKNOWN })),
  });
}

export function takesQuery(handler: object, controller: object): boolean {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, (handler as { name: string }).name) ??
    {}) as Record<string, unknown>;
  return Object.keys(parameters).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
}
