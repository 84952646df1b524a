import type { FastifyInstance, FastifyRequest } from 'fastify';
import { collectDefaultMetrics, Histogram, register } from 'prom-client';
import { NotFound } from '#problems';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Measures every request: `http_request_duration_seconds{method,route,status}`. */
export function measureRequests(fastify: FastifyInstance): void {
  const duration = durations();
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'unknown';
    duration.observe({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime / 1000);
    done();
  });
}

/**
 * `/metrics` for Prometheus, with what other libs have registered too. Answered to this machine only; through a proxy it does
 * not exist.
 */
export function registerMetrics(fastify: FastifyInstance): void {
  fastify.get('/metrics', async (request, reply) => {
    if (!isLocal(request)) throw new NotFound({ what: 'route' });
    return reply.type(register.contentType).send(await register.metrics());
  });
}

/** One registry per process, however many applications a test starts in it. */
function durations(): Histogram<'method' | 'route' | 'status'> {
  const name = 'http_request_duration_seconds';
  const known = register.getSingleMetric(name);
  if (known) return known as Histogram<'method' | 'route' | 'status'>;
  collectDefaultMetrics({ register });
  return new Histogram({
    name,
    help: 'Seconds from the first byte of a request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  });
}

function isLocal(request: FastifyRequest): boolean {
  const proxied = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
  return !proxied && LOOPBACK.has(request.socket.remoteAddress ?? '');
}
