import type { AddressInfo } from 'node:net';
import { type DynamicModule, Global, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import { assertRoutesGuarded, authMigrations, AuthModule } from '#auth';
import { Config } from '#config';
import { schemaOf, SERVICE_NAMES } from '#contracts';
import { DatabaseModule, type MigrationSet, pendingMigrations } from '#database';
import { eventsMigrations, EventsModule, Handlers, pingRedis } from '#events';
import { FileKeys, Files, STORAGE, type Storage, storageOf } from '#files';
import { configureHttp, createAdapter, createLogger, httpMigrations, HttpModule, NestLogger, Readiness } from '#http';
import { Policies, policyMigrations, PolicyVersion } from '#policy';
import { CampusClock } from '#time';
import { StudentKeys, vaultMigrations } from '#vault';
import { AuditController } from './audit.controller.js';
import { type FileModule, fileModulesOf } from './files.module.js';
import { Housekeeping } from './housekeeping.js';
import { JobStreams } from './job-streams.js';
import { Job, Jobs } from './jobs.js';
import { jobsControllerOf } from './jobs.controller.js';
import { JobsCancelled1764870000000 } from './migrations/1764870000000-jobs-cancelled.js';
import { Jobs1763740300000 } from './migrations/1763740300000-jobs.js';
import { OwnExportParts1764826000200 } from './migrations/1764826000200-own-export-parts.js';
import { Sandbox1764862000200 } from './migrations/1764862000200-sandbox.js';
import { ErrorSheets1763760400000 } from './migrations/1763760400000-error-sheets.js';
import { ownDataModulesOf } from './own-data.js';
import { operationsControllerOf } from './operations.controller.js';
import { policiesControllerOf } from './policies.controller.js';
import { mountQueueBoard } from './queue-board.js';
import { assertSandbox, Sandbox } from './sandbox/sandbox.js';
import { SandboxClock } from './sandbox/sandbox-clock.js';
import { SandboxController } from './sandbox/sandbox.controller.js';
import type { Service } from './service.js';

/** Every schema of the house in the order they must be migrated: plumbing, then services, those that are read first. */
export function migrationSets(services: Service[]): MigrationSet[] {
  const platform = [
    ...authMigrations,
    ...policyMigrations,
    ...httpMigrations,
    Jobs1763740300000,
    ErrorSheets1763760400000,
    ...vaultMigrations,
    OwnExportParts1764826000200,
    JobsCancelled1764870000000,
    Sandbox1764862000200,
  ];
  const inOrder = SERVICE_NAMES.flatMap((name) => services.filter((service) => service.name === name));
  return [
    { schema: 'events', migrations: eventsMigrations },
    { schema: 'platform', migrations: platform },
    ...inOrder.map((service) => ({ schema: schemaOf(service.name), migrations: service.migrations })),
  ];
}

@Global()
@Module({})
class PlatformModule {
  static forRoot(config: Config, services: Service[], clock: CampusClock): DynamicModule {
    const controllers: Type[] = services.flatMap(({ name, jobs }) => [
      jobsControllerOf(name, jobs ?? 'platform:operations:read'),
      operationsControllerOf(name),
      policiesControllerOf(name),
      ...(name === 'directory' ? [AuditController] : []),
      ...(name === 'directory' && config.sandbox ? [SandboxController] : []),
    ]);
    return {
      module: PlatformModule,
      controllers,
      providers: [
        { provide: Config, useValue: config },
        { provide: STORAGE, useFactory: () => storageOf(config) },
        { provide: CampusClock, useValue: clock },
        StudentKeys,
        FileKeys,
        Files,
        Policies,
        Jobs,
        JobStreams,
        Housekeeping,
        Sandbox,
      ],
      exports: [Config, CampusClock, StudentKeys, FileKeys, Files, Policies, Jobs, JobStreams],
    };
  }
}

@Module({})
class ProcessModule {}

/** The Nest module of a process that hosts `services`. */
function processModule(
  services: Service[],
  config: Config,
  more: FileModule[],
  clock = config.sandbox ? new SandboxClock(config) : new CampusClock(config),
): DynamicModule {
  const applicationName = services.length === 1 ? `yizhan-${services[0]?.name}` : 'yizhan';
  return {
    module: ProcessModule,
    imports: [
      DatabaseModule.forRoot({
        url: config.databaseUrl,
        entities: [Job, PolicyVersion, ...services.flatMap((service) => service.entities)],
        poolSize: config.poolSize,
        applicationName,
        waitSeconds: config.databaseWaitSeconds,
      }),
      PlatformModule.forRoot(config, services, clock),
      EventsModule.forRoot(config, services),
      AuthModule.forRoot(config, clock),
      HttpModule.forRoot(config),
      ...services.map((service) => service.module),
      ...more.map(({ module }) => module),
    ],
  };
}

/** The application of a process, put together but not brought to life: nothing connects. For generated documents. */
export async function previewApp(services: Service[], config: Config): Promise<NestFastifyApplication> {
  const module = processModule(services, config, [...fileModulesOf(services), ...ownDataModulesOf(services)]);
  return NestFactory.create<NestFastifyApplication>(module, createAdapter(config), {
    preview: true,
    logger: ['error'],
    abortOnError: false,
  });
}

/** Builds the application of a process and checks that it may start; it does not listen yet. `clock`: tests hand in one that they can move. */
export async function createApp(
  services: Service[],
  config: Config,
  clock?: CampusClock,
): Promise<NestFastifyApplication> {
  const files = fileModulesOf(services);
  const more = [...files, ...ownDataModulesOf(services)];
  const module = processModule(services, config, more, clock);
  const app = await NestFactory.create<NestFastifyApplication>(module, createAdapter(config), {
    logger: new NestLogger(createLogger(config)),
    abortOnError: false,
  }).catch((error: NodeJS.ErrnoException) => {
    throw withDatabaseNamed(error, config);
  });
  try {
    await configureHttp(app, config);
    await mountQueueBoard(app, config);
    for (const service of services) await service.mount?.(app);
    assertRoutesGuarded(app);
    // What the platform does by the clock is done once for all: by whoever hosts the directory.
    const platform = services
      .filter(({ name }) => name === 'directory')
      .map(({ name }) => ({ name, module: PlatformModule }));
    app.get(Handlers).discover([...services, ...platform, ...more]);
    await assertMigrated(app.get(DataSource), services);
    await assertSandbox(app.get(DataSource), config);
    // Without Redis writes are taken all the same, and take effect in the other services when it is back; a worker has nothing to do.
    const readiness = app.get(Readiness);
    if (config.roles.includes('api')) readiness.addHelpful('redis', () => pingRedis(config));
    else readiness.add('redis', () => pingRedis(config));
    // What needs no file works without their storage.
    if (files.length > 0) readiness.addHelpful('files', () => app.get<Storage>(STORAGE).check());
    await app.init();
    return app;
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
}

/** PostgreSQL that does not answer, or does not let us in (SQLSTATE 28…, 3D…), is named; its password is not. */
function withDatabaseNamed(error: NodeJS.ErrnoException, config: Config): Error {
  const why = /^(ECONN|EAI_|ENOTFOUND|ETIMEDOUT|28|3D|57P03)/.test(error.code ?? '')
    ? error.code
    : /connection timeout/.exec(error.message)?.[0];
  if (!why) return error;
  const { host, pathname, username } = new URL(config.databaseUrl);
  return new Error(
    `PostgreSQL at ${host}${pathname} cannot be used as ${username} (${why}). Start it, or correct DATABASE_URL.`,
    { cause: error },
  );
}

async function assertMigrated(source: DataSource, services: Service[]): Promise<void> {
  const pending = await pendingMigrations(source, migrationSets(services));
  if (pending.length > 0) {
    throw new Error(
      `The database lacks ${pending.length} migrations (${pending.slice(0, 3).join(', ')} …). Run \`npm run migrate\` and start again.`,
    );
  }
}

/** Listens where the configuration says; a taken port is named. */
export async function listen(app: NestFastifyApplication, config: Config): Promise<void> {
  try {
    await app.listen(config.port, config.host);
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${config.port} is in use. Stop what listens there, or choose another: PORT=3001 npm start`, {
      cause: error,
    });
  }
}

/** Runs services in this process until it is told to stop. `main.ts` of every app is this one call. */
export async function start(...services: Service[]): Promise<void> {
  try {
    const config = Config.fromEnv();
    const app = await createApp(services, config);
    app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
    await listen(app, config);
    process.send?.({ ready: true, port: (app.getHttpServer().address() as AddressInfo).port });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
