import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { PERMISSIONS, SERVICE_NAMES, type ServiceName } from '#contracts';
import { NotFound } from '#problems';
import { docsHtml, guideHtml, guidesHtml, homeHtml, problemsHtml } from './docs-pages.js';
import { type Guide, GUIDES, PICTURES, readGuide, readPicture, SITE } from './guides.js';
import { ApiDocument, buildOpenApi, hostedServices } from './openapi.js';
import { type Language, languageOf } from './problem-answer.js';
import { WORK_PAGE } from './work-page.js';

const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'favicon-32x32.png'];
const PAGE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/** Of the work page: nothing that is written into it runs, or leaves for elsewhere. */
const WORK_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

/** Public client of the API page; the demo has it. */
const DOCS_CLIENT = 'docs';

/**
 * `/` (what this is, and the work page), `/openapi.json` (everything, for one SDK), `/<service>/v1/openapi.json` for each service of the process, `/docs` (Swagger UI over all of them),
 * `/docs/guides` (and each of them, such as `/docs/first-app`) and `/docs/problems`. Everything comes from this server; nothing from elsewhere.
 * Pages are in the language of `?lang=zh|en`, else of Accept-Language.
 */
export async function registerDocs(
  app: NestFastifyApplication,
  fastify: FastifyInstance,
  config: Config,
): Promise<void> {
  const documents = new Map<ServiceName, string>();
  for (const service of SERVICE_NAMES) {
    fastify.get(`/${service}/v1/openapi.json`, async (_request, reply) => {
      if (!hostedServices(app).includes(service)) throw new NotFound({ what: 'service' });
      if (!documents.has(service)) documents.set(service, JSON.stringify(buildOpenApi(app, service)));
      return reply.type('application/json; charset=utf-8').send(documents.get(service));
    });
  }
  let merged: string | undefined;
  fastify.get('/openapi.json', async (_request, reply) => {
    merged ??= JSON.stringify(app.get(ApiDocument).all(app));
    return reply.type('application/json; charset=utf-8').send(merged);
  });
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await fastify.register(fastifyStatic, {
    root: swagger,
    prefix: '/docs/assets/',
    index: false,
    decorateReply: false,
    allowedPath: (path) => ASSETS.includes(path.replace(/^\//, '')),
  });
  const html = (path: string, make: (language: Language) => string): void => {
    fastify.get(path, async (request, reply) => page(reply, 'text/html', make(languageAsked(request))));
  };
  fastify.get('/', async (request, reply) =>
    reply
      .header('Content-Security-Policy', WORK_CSP)
      .header('Referrer-Policy', 'no-referrer')
      .header('Cache-Control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(homeHtml(languageAsked(request), { demo: config.demo, work: workClient(config) !== null })),
  );
  html('/docs', (language) => docsHtml(language));
  html('/docs/problems', (language) => problemsHtml(language));
  html('/docs/guides', (language) => guidesHtml(language));
  for (const guide of Object.keys(GUIDES) as Guide[])
    html(`/docs/${guide}`, (language) => guideHtml(language, guide, readGuide(guide, language), config.origin));

  for (const name of PICTURES)
    fastify.get(`/docs/${name}`, async (_request, reply) => page(reply, 'image/svg+xml', readPicture(name)));

  // The popup in which somebody signs in comes back here; it has nothing but a script of Swagger UI's.
  fastify.get('/docs/oauth2-redirect.html', async (_request, reply) =>
    page(reply, 'text/html', readFileSync(`${swagger}/oauth2-redirect.html`, 'utf8')),
  );
  fastify.get('/docs/oauth2-redirect.js', async (_request, reply) =>
    page(reply, 'text/javascript', readFileSync(`${swagger}/oauth2-redirect.js`, 'utf8')),
  );
  const own = { 'site.css': 'text/css', 'docs.js': 'text/javascript', 'certificates.js': 'text/javascript' };
  for (const [file, type] of Object.entries(own)) {
    fastify.get(`/docs/${file}`, async (_request, reply) => page(reply, type, readFileSync(`${SITE}${file}`, 'utf8')));
  }
  for (const file of readdirSync(`${SITE}work`)) {
    const type = file.endsWith('.css') ? 'text/css' : 'text/javascript';
    fastify.get(`/docs/work/${file}`, async (_request, reply) =>
      reply
        .header('Content-Security-Policy', WORK_CSP)
        .type(`${type}; charset=utf-8`)
        .send(readFileSync(`${SITE}work/${file}`, 'utf8')),
    );
  }
  fastify.get('/docs/work/settings.json', async (_request, reply) =>
    reply.header('Cache-Control', 'no-store').send({
      client: workClient(config),
      scopes: WORK_PAGE.permissions,
      origin: config.origin,
      timeZone: config.timeZone,
      demo: config.demo,
    }),
  );
  fastify.get('/docs/settings.json', async (_request, reply) => {
    // Under a public address all services are reached, whichever of them this process hosts.
    const services = config.baseUrl ? SERVICE_NAMES : hostedServices(app);
    return reply.send({
      documents: [
        { name: 'yizhan', url: '/openapi.json' },
        ...services.map((service) => ({ name: service, url: `/${service}/v1/openapi.json` })),
      ],
      client: config.demo ? DOCS_CLIENT : null,
      scopes: Object.keys(PERMISSIONS),
      origin: config.origin,
    });
  });
}

/** The client of the work page; null: this school has none. */
function workClient(config: Config): string | null {
  return config.workPageClient ?? (config.demo ? WORK_PAGE.clientId : null);
}

/** `?lang=zh|en`, else what Accept-Language prefers. */
export function languageAsked({ query, headers }: Pick<FastifyRequest, 'query' | 'headers'>): Language {
  const { lang } = query as { lang?: unknown };
  return lang === 'zh' || lang === 'en' ? lang : languageOf(headers['accept-language']);
}

function page(reply: FastifyReply, type: string, content: string): FastifyReply {
  return reply.header('Content-Security-Policy', PAGE_CSP).type(`${type}; charset=utf-8`).send(content);
}
