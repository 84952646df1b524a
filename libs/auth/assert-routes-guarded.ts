import type { INestApplicationContext } from '@nestjs/common';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { isPublic, requiredPermissions } from './decorators.js';

/** Boot check (deny by default): an Error that names each route without `@Require` or `@Public`, and what to do. */
export function assertRoutesGuarded(app: INestApplicationContext): void {
  const scanner = new MetadataScanner();
  const unguarded = new Set<string>();
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (!metatype) continue;
      const prototype = metatype.prototype as Record<string, object>;
      for (const name of scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name]!;
        if (!Reflect.hasMetadata(PATH_METADATA, handler)) continue;
        if (!isPublic(handler, metatype) && !requiredPermissions(handler, metatype))
          unguarded.add(`${metatype.name}.${name}`);
      }
    }
  }
  if (unguarded.size === 0) return;
  throw new Error(
    `Routes without a guard: ${[...unguarded].sort().join(', ')}. ` +
      `Put @Require('<service>:<subject>:<action>') (names in libs/contracts/<service>/permissions.ts) or @Public() on each.`,
  );
}
