import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ACCESS_REASON } from '#auth';
import type { Config } from '#config';
import type { Origins } from './origins.js';

const PREFLIGHT_SECONDS = 600;
/** What an app may send beyond the safelisted, and what it may read of an answer. */
const SENT = [
  ACCESS_REASON,
  'Authorization',
  'Content-Type',
  'Content-Encoding',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'X-Request-Id',
];
const READ = [
  'Content-Disposition',
  'Deprecation',
  'ETag',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'Sunset',
  'WWW-Authenticate',
  'X-Request-Id',
];

/**
 * Lets the pages of registered clients call the API from browsers (CORS, Fetch standard §3.2): their exact origins, without cookies. To
 * be registered before Routes watches: its route for preflights is no address of ours. The issuer has its own.
 */
export async function registerCors(fastify: FastifyInstance, origins: Origins, config: Config): Promise<void> {
  const issuer = `${new URL(config.issuer).pathname}/`;
  await fastify.register(
    cors,
    () =>
      async ({ headers: { origin }, raw }: FastifyRequest): Promise<FastifyCorsOptions> => {
        const known = origin !== undefined && !raw.url?.startsWith(issuer) && (await origins.include(origin));
        // Without a method it asks for nothing, and is answered like every other OPTIONS.
        const asks = raw.method !== 'OPTIONS' || raw.headers['access-control-request-method'] !== undefined;
        return {
          origin: known && asks ? origin : false,
          methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
          allowedHeaders: SENT,
          exposedHeaders: READ,
          maxAge: PREFLIGHT_SECONDS,
        };
      },
  );
}
