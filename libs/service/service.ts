import type { Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Permission, ServiceName } from '#contracts';
import type { EntityClass, MigrationClass, Tx } from '#database';
import type { OwnData } from './own-data.js';

/** What a service hands over to be run: alone, or in one process with others. The one export of its `<name>.module.ts`. */
export interface Service {
  name: ServiceName;
  /** The Nest module with the controllers, use cases and handlers of all features. */
  module: Type;
  entities: EntityClass[];
  /** For the schema of the service. */
  migrations: MigrationClass[];
  /** Idempotent, fixed ids: the small campus that the tests run on. */
  seed?: (tx: Tx) => Promise<void>;
  /** What must be hung into the HTTP server before it listens. */
  mount?: (app: NestFastifyApplication) => Promise<void>;
  /** What it has of students, for the copy that they may ask for. */
  ownData?: OwnData;
  /** Who may ask for its jobs: whoever may start its long work, of one kind or another. Left out: operators. */
  jobs?: Permission | readonly [Permission, ...Permission[]];
}
