import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import { type Actor, Authenticator, MissingPermission } from '#auth';
import type { Config } from '#config';
import { SERVICE_NAMES } from '#contracts';
import { queueToken } from '#events';
import { servePages } from '#http';
import { Unauthorized } from '#problems';

const PATH = '/operations/queues';
const CHALLENGE = 'Basic realm="paste an access token as the password", charset="UTF-8"';
const PAGE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'none'";

/** Bull Board's page links an outside font server, which the policy above would only block, with an error in the console. */
const OUTSIDE_LINK = /<link\b[^>]*\bhref="https?:[^>]*>/g;

/**
 * `/operations/queues`: the queues of all services in a browser (Bull Board), to look at only; what is dead is replayed through
 * `/<service>/v1/deliveries`. For `platform:operations:read`: a bearer token, or, as browsers send none, HTTP Basic with the
 * token as password. Loaded when first asked for.
 */
export async function mountQueueBoard(app: NestFastifyApplication, config: Config): Promise<void> {
  const authenticator = app.get(Authenticator, { strict: false });
  let board: Promise<FastifyInstance> | undefined;
  await servePages(app, config, async (pages) => {
    pages.addHook('onRequest', async (request: FastifyRequest & { actor?: Actor }, reply) => {
      const token = tokenOf(request.headers.authorization);
      const actor = token && (await authenticator.actorOf(token, String(request.id)));
      if (!actor) {
        reply.header('WWW-Authenticate', CHALLENGE);
        throw new Unauthorized();
      }
      request.actor = actor;
      if (!actor.can('platform:operations:read')) throw new MissingPermission('platform:operations:read');
    });
    for (const path of [PATH, `${PATH}/*`]) {
      pages.get(path, async (request, reply) => {
        board ??= loadBoard(app);
        const page = await (await board).inject({ method: 'GET', url: request.raw.url ?? PATH });
        reply.header('Content-Security-Policy', PAGE_CSP);
        const type = String(page.headers['content-type']);
        const body = type.startsWith('text/html') ? page.body.replace(OUTSIDE_LINK, '') : page.rawPayload;
        return reply.code(page.statusCode).type(type).send(body);
      });
    }
  });
}

/** The token of `Bearer <token>`, or of `Basic <anybody:token>` (RFC 7617). */
function tokenOf(header: string | undefined): string | undefined {
  const [, scheme, value] = /^(Bearer|Basic) +([\w.~+/=-]+)$/i.exec(header ?? '') ?? [];
  if (!value || scheme?.toLowerCase() === 'bearer') return value;
  const credentials = Buffer.from(value, 'base64').toString('utf8');
  return credentials.slice(credentials.indexOf(':') + 1) || undefined;
}

/** Bull Board on a Fastify of its own, which never listens: its plugins and error pages stay out of ours. */
async function loadBoard(app: NestFastifyApplication): Promise<FastifyInstance> {
  const [{ createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/fastify'),
  ]);
  const queues = SERVICE_NAMES.map((service) => {
    const queue = app.get<ConstructorParameters<typeof BullMQAdapter>[0]>(queueToken(service), { strict: false });
    return new BullMQAdapter(queue, { readOnlyMode: true });
  });
  const serverAdapter = new FastifyAdapter().setBasePath(PATH);
  const uiConfig = { boardTitle: '一站 Yizhan', hideRedisDetails: true };
  // Two copies of the library's types meet here; `never` fits both.
  createBullBoard({ queues, serverAdapter: serverAdapter as never, options: { uiConfig } });
  // Its own answer would show the stack.
  serverAdapter.setErrorHandler(() => ({ status: 500, body: { error: 'The queues cannot be read right now' } }));
  const board = fastify();
  await board.register(serverAdapter.registerPlugin(), { prefix: PATH });
  await board.ready();
  return board;
}
