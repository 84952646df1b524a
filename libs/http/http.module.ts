import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TerminusModule } from '@nestjs/terminus';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { Config } from '#config';
import { Database } from '#database';
import { Internal } from '#problems';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { AppLimits } from './app-limits.js';
import { AppUsage } from './app-usage.js';
import { registerCors } from './cors.js';
import { AnswerInterceptor } from './answer.interceptor.js';
import { Cursors } from './cursors.js';
import { registerDocs } from './docs.js';
import { HealthController, Readiness } from './health.js';
import { Idempotency } from './idempotency.js';
import { registerLoadLimit } from './load-limit.js';
import { errorForLog, NestLogger } from './logging.js';
import { measureRequests, registerMetrics } from './metrics.js';
import { ApiDocument } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { sendProblem } from './problem-answer.js';
import { Origins } from './origins.js';
import { HTTP_CONFIG, RateLimit } from './rate-limit.js';
import { Routes } from './routes.js';
import { toProblem } from './to-problem.js';
import { registerUploads } from './uploads.js';
import { ValidationPipe } from './validation.pipe.js';

/** Problems, validation, limits, idempotency and health for every controller of the process. Import it after AuthModule. */
@Module({})
export class HttpModule {
  static forRoot(config: Config): DynamicModule {
    return {
      module: HttpModule,
      global: true,
      imports: [TerminusModule.forRoot({ logger: false })],
      controllers: [HealthController],
      providers: [
        { provide: Vault, useFactory: () => Vault.fromFile(config.secretKeyFile) },
        Readiness,
        { provide: HTTP_CONFIG, useValue: config },
        { provide: AppLimits, inject: [Database], useFactory: (database: Database) => new AppLimits(database) },
        RateLimit,
        {
          provide: AppUsage,
          inject: [Database, { token: CampusClock, optional: true }],
          useFactory: (database: Database, clock = new CampusClock(config)) => new AppUsage(database, clock),
        },
        Routes,
        { provide: Origins, inject: [Database], useFactory: (database: Database) => new Origins(database) },
        { provide: ApiDocument, useFactory: () => new ApiDocument(config) },
        {
          provide: APP_FILTER,
          inject: [RateLimit, Routes],
          useFactory: (rateLimit: RateLimit, routes: Routes) => new ProblemFilter(config, rateLimit, routes),
        },
        { provide: APP_PIPE, useClass: ValidationPipe },
        Cursors,
        Idempotency,
        { provide: APP_INTERCEPTOR, useClass: AnswerInterceptor },
      ],
      exports: [Readiness, Vault],
    };
  }
}

/** What belongs to the application rather than to a module. Call it once, before `app.init()` or `app.listen()`. */
export async function configureHttp(app: NestFastifyApplication, config: Config): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await registerCors(fastify, app.get(Origins), config);
  app.useLogger(new NestLogger(fastify.log as unknown as Logger));
  app.get(Routes).watch(fastify);
  const readiness = app.get(Readiness);
  registerLoadLimit(fastify, config);
  // A kept-alive connection that is busy when the stop begins would hold the process open afterwards.
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (readiness.draining) reply.header('connection', 'close');
    done(null, payload);
  });
  const usage = app.get(AppUsage);
  fastify.addHook('onResponse', (request, reply, done) => {
    usage.count(request, reply.statusCode);
    const { actor } = request as { actor?: { app: string } };
    request.log.info({
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      client: actor?.app,
    });
    done();
  });
  await registerUploads(fastify);
  measureRequests(fastify);
  await servePages(app, config, async (pages) => {
    registerMetrics(pages);
    await registerDocs(app, pages, config);
  });
}

/** Pages beside Nest, whose filter never sees their errors: what they throw is answered as a problem all the same. */
export async function servePages(
  app: NestFastifyApplication,
  config: Config,
  register: (pages: FastifyInstance) => Promise<void>,
): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await fastify.register(async (pages) => {
    pages.setErrorHandler((error, request, reply) => {
      const problem = toProblem(error);
      if (!problem) request.log.error({ err: errorForLog(error) }, 'page failed');
      sendProblem(request, reply, problem ?? new Internal(), config.origin);
    });
    await register(pages);
  });
}
