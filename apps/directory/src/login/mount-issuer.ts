import type { IncomingMessage } from 'node:http';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Config } from '#config';
import { RateLimit } from '#http';
import { Issuer } from './issuer.js';

/** Pages that write something down for anybody who opens them: counted like every public route. */
const REMEMBERED = /^\/(auth|session\/end)\/?(\?|$)/;

/**
 * Puts the issuer under its path. To be called once the app is created and before it listens. The request is taken over
 * before Fastify reads the body, because the issuer reads it itself; its login page is an ordinary controller.
 */
export async function mountIssuer(app: NestFastifyApplication): Promise<void> {
  const issuer = app.get(Issuer, { strict: false });
  const rateLimit = app.get(RateLimit, { strict: false });
  const origin = new URL(app.get(Config, { strict: false }).origin);
  // RFC 8414 §3.1 puts the metadata of an issuer with a path at the root of the host.
  const metadata = `/.well-known/oauth-authorization-server${issuer.path}`;

  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRequest', async (request, reply) => {
      const url = request.raw.url ?? '/';
      const path =
        url.split('?', 1)[0] === metadata ? '/.well-known/oauth-authorization-server' : pathUnder(issuer.path, url);
      if (path === undefined) return;
      if (REMEMBERED.test(path)) rateLimit.count(request, reply);
      const provider = await issuer.provider();
      reply.hijack();
      const raw: IncomingMessage & { originalUrl?: string } = request.raw;
      raw.originalUrl = issuer.path + path;
      raw.url = path;
      // What the outside says of itself counts nothing: the origin is configured, the address was found by Fastify.
      raw.headers['x-forwarded-proto'] = origin.protocol.slice(0, -1);
      raw.headers['x-forwarded-host'] = origin.host;
      raw.headers['x-forwarded-for'] = request.ip;
      reply.raw.setHeader('X-Request-Id', String(request.id));
      reply.raw.setHeader('X-Content-Type-Options', 'nosniff');
      reply.raw.setHeader('Referrer-Policy', 'no-referrer');
      await provider.callback()(raw, reply.raw);
    });
}

function pathUnder(mount: string, url: string): string | undefined {
  if (!url.startsWith(`${mount}/`)) return undefined;
  const path = url.slice(mount.length);
  return path.startsWith('/interaction/') ? undefined : path;
}
