import { Module, type Provider, type Type } from '@nestjs/common';
import type { ServiceName } from '#contracts';
import type { EntityClass } from '#database';
import type { Service } from './service.js';

/** What a service lists of one feature: the one export of `<feature>/<feature>.feature.ts`. */
export interface Feature {
  controllers: Type[];
  /** Use cases, handlers, and what they are made with. */
  providers: Provider[];
  entities: EntityClass[];
}

/** A feature of the lists it has. */
export function feature(lists: Partial<Feature>): Feature {
  return { controllers: [], providers: [], entities: [], ...lists };
}

/** A service of its features: one Nest module, so that features may take each other's use cases. */
export function service(
  name: ServiceName,
  { features, ...rest }: { features: Feature[] } & Omit<Service, 'name' | 'module' | 'entities'>,
): Service {
  class ServiceModule {}
  Object.defineProperty(ServiceModule, 'name', { value: `${pascal(name)}Module` });
  Module({
    controllers: features.flatMap(({ controllers }) => controllers),
    providers: features.flatMap(({ providers }) => providers),
  })(ServiceModule);
  return { name, module: ServiceModule, entities: features.flatMap(({ entities }) => entities), ...rest };
}

/** `early-warning` is `EarlyWarning`. */
export function pascal(name: ServiceName): string {
  return name.replace(/(^|-)(\w)/g, (_, __, letter: string) => letter.toUpperCase());
}
