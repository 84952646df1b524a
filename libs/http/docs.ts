import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Config } from '#config';
import { SERVICE_NAMES, type ServiceName } from '#contracts';
import { buildOpenApi, hostedServices } from './openapi.js';
import { allProblems, NotFound } from './problems.js';

const ASSETS = ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-standalone-preset.js', 'favicon-32x32.png'];
const PAGE_CSP =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * `/<service>/v1/openapi.json` for each service of the process, `/docs` (Swagger UI over all of them) and `/docs/problems`.
 * Everything comes from this server; nothing from elsewhere.
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
  const root = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  await fastify.register(fastifyStatic, {
    root,
    prefix: '/docs/assets/',
    index: false,
    decorateReply: false,
    allowedPath: (path) => ASSETS.includes(path.replace(/^\//, '')),
  });
  fastify.get('/docs', async (_request, reply) => page(reply, 'text/html', DOCS_HTML));
  // Under a public address all services are reached, whichever of them this process hosts.
  fastify.get('/docs/init.js', async (_request, reply) =>
    page(reply, 'text/javascript', initScript(config.baseUrl ? SERVICE_NAMES : hostedServices(app))),
  );
  fastify.get('/docs/problems', async (_request, reply) => page(reply, 'text/html', problemsHtml()));
}

function page(reply: FastifyReply, type: string, content: string): FastifyReply {
  return reply.header('Content-Security-Policy', PAGE_CSP).type(`${type}; charset=utf-8`).send(content);
}

const DOCS_HTML = `<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<title>一站 Yizhan API</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/swagger-ui-standalone-preset.js"></script>
<script src="/docs/init.js"></script>
</body>
</html>
`;

function initScript(services: ServiceName[]): string {
  const urls = services.map((service) => ({ name: service, url: `/${service}/v1/openapi.json` }));
  return `SwaggerUIBundle({
  urls: ${JSON.stringify(urls)},
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
});
`;
}

function problemsHtml(): string {
  const rows = allProblems().map(
    ({ code, status, zh, en }) =>
      `<tr id="${escape(code)}"><td><code>${escape(code)}</code></td><td>${status}</td><td>${escape(zh)}</td><td>${escape(en)}</td></tr>`,
  );
  return `<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<title>问题代码 Problem codes</title>
<style>body{font-family:sans-serif;margin:2rem}table{border-collapse:collapse}td,th{border:1px solid #ccc;padding:.4rem .8rem;text-align:left}tr:target{background:#ffc}</style>
</head>
<body>
<h1>问题代码 / Problem codes</h1>
<table>
<tr><th>code</th><th>status</th><th>中文</th><th>English</th></tr>
${rows.join('\n')}
</table>
</body>
</html>
`;
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}
