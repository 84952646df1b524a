import { readFile } from 'node:fs/promises';
import { createServer, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SERVICE_NAMES, type ServiceName } from '#contracts';
import { allProblems } from '#problems';
import { type Nginx, startNginx } from './nginx.js';

/** What a service behind nginx was asked. */
interface Asked {
  service: ServiceName;
  url: string;
  headers: IncomingHttpHeaders;
  bytes: number;
}

describe('nginx in front of the services', () => {
  const servers: Partial<Record<ServiceName, Server>> = {};
  let nginx: Nginx;

  beforeAll(async () => {
    const ports = {} as Record<ServiceName, number>;
    for (const service of SERVICE_NAMES) {
      const server = createServer((asked, answer) => {
        let bytes = 0;
        asked.on('data', (chunk: Buffer) => (bytes += chunk.length));
        asked.on('end', () => {
          answer.setHeader('content-type', 'application/json');
          const { url, headers } = asked;
          answer.end(JSON.stringify({ service, url, headers, bytes }));
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers[service] = server;
      ports[service] = (server.address() as AddressInfo).port;
    }
    nginx = await startNginx(ports);
  });
  afterAll(async () => {
    await nginx?.stop();
    for (const server of Object.values(servers)) {
      server.closeAllConnections();
      server.close();
    }
  });

  const ask = async (path: string, init?: RequestInit): Promise<Asked> => {
    const answer = await fetch(nginx.url + path, init);
    expect(answer.status).toBe(200);
    return (await answer.json()) as Asked;
  };
  const problem = async (path: string, init?: RequestInit) => {
    const answer = await fetch(nginx.url + path, init);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    return { answer, body: (await answer.json()) as Record<string, unknown> };
  };

  it.each(SERVICE_NAMES)('sends /%s/… to its service, as it came', async (service) => {
    const path = `/${service}/v1/things/%E4%B8%80?q=a%20b&cursor=x%2By`;
    expect(await ask(path)).toMatchObject({ service, url: path });
  });

  it.each([
    '/.well-known/oauth-authorization-server/directory/oauth',
    '/',
    '/openapi.json',
    '/docs',
    '/docs/assets/swagger-ui.css',
    '/operations/queues/api/queues',
    '/health/live',
    '/health/ready',
  ])('sends %s to the directory', async (path) => {
    expect(await ask(path)).toMatchObject({ service: 'directory', url: path });
  });

  it.each(['/metrics', '/health', '/safety', '/other/v1/x', '/.well-known/openid-configuration', '/docsx'])(
    'knows no %s',
    async (path) => {
      const { answer, body } = await problem(path, { headers: { 'accept-language': 'en-GB' } });
      expect(answer.status).toBe(404);
      expect(body).toMatchObject({ code: 'http/not-found', status: 404, title: 'Not found' });
      expect(answer.headers.get('server')).toBe('nginx');
    },
  );

  it('says who asks, whatever the caller says of itself', async () => {
    const { headers } = await ask('/safety/v1/x', {
      headers: {
        'x-forwarded-for': '203.0.113.9',
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'gopher',
        forwarded: 'for=203.0.113.9',
        authorization: 'Bearer abc',
        'x-request-id': 'request-0001',
      },
    });
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-host': new URL(nginx.url).host,
      'x-forwarded-proto': 'http',
      authorization: 'Bearer abc',
      'x-request-id': 'request-0001',
    });
    expect(headers).not.toHaveProperty('forwarded');
  });

  it('lets the largest upload through, and refuses what no route takes', async () => {
    const MB = 1_048_576;
    const largest = { method: 'POST', body: Buffer.alloc(65 * MB) };
    expect(await ask('/directory/v1/imports', largest)).toMatchObject({ bytes: 65 * MB });
    // By hand: fetch takes an answer before the end of its body for a failure.
    const status = await new Promise<{ status: number | undefined; type: string | undefined }>((resolve, reject) => {
      const asking = request(`${nginx.url}/directory/v1/imports`, {
        method: 'POST',
        headers: { 'content-length': 67 * MB },
      });
      asking.on('response', (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode, type: answer.headers['content-type'] });
        asking.destroy();
      });
      asking.on('error', reject);
      asking.flushHeaders();
    });
    expect(status).toEqual({ status: 413, type: 'application/problem+json; charset=utf-8' });
  });

  it('leaves long addresses to the services', async () => {
    const path = `/affairs/v1/leaves?q=${'x'.repeat(12_000)}`;
    expect(await ask(path)).toMatchObject({ service: 'affairs', url: path });
  });

  it('logs no query', async () => {
    await ask('/safety/v1/passes?studentNumber=2024000001');
    expect(await nginx.accessLog()).toContain('"GET /safety/v1/passes" 200');
    expect(await nginx.accessLog()).not.toContain('2024000001');
  });

  it('speaks of problems as the services do', async () => {
    const template = await readFile('deploy/nginx/nginx.conf.template', 'utf8');
    const written = [...template.matchAll(/^ +(default|~\*\^en) +'(\{.*\})';$/gm)];
    expect(written).toHaveLength(6);
    for (const [, language, json] of written) {
      const { type, title, status, code } = JSON.parse(json as string) as Record<string, unknown>;
      const known = allProblems().find((kind) => kind.code === code);
      expect({ title, status }).toEqual({
        title: language === 'default' ? known?.zh : known?.en,
        status: known?.status,
      });
      expect(type).toBe(`/docs/problems#${code as string}`);
    }
  });

  it('answers 503 with when to come again while a service is away', async () => {
    const away = servers['party-building'] as Server;
    away.closeAllConnections();
    await new Promise((resolve) => away.close(resolve));
    const { answer, body } = await problem('/party-building/v1/organizations');
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(body).toMatchObject({ code: 'http/unavailable', status: 503 });
    expect(await ask('/safety/v1/x')).toMatchObject({ service: 'safety' });
  });
});
