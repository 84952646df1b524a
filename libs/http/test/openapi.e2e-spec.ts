import { writeFileSync } from 'node:fs';
import supertest from 'supertest';
import { Deprecated } from '#http';
import { type Fixture, startFixture } from './fixture.js';

let fixture: Fixture;
const agent = () => supertest(fixture.url);
beforeAll(async () => {
  fixture = await startFixture({ baseUrl: 'https://one.example.edu.cn' });
});
afterAll(() => fixture?.close());

describe('OpenAPI', () => {
  it('describes each operation with what the decorators say', async () => {
    const { body, text } = await agent().get('/safety/v1/openapi.json').expect(200);
    if (process.env['OPENAPI_OUT']) writeFileSync(process.env['OPENAPI_OUT'], text);
    expect(body.openapi).toBe('3.1.0');
    const { get: list, post: create } = body.paths['/safety/v1/notes'];
    expect(list).toMatchObject({
      operationId: 'listNotes',
      tags: ['notes'],
      summary: '便签列表 / List notes',
      security: [{ oauth2: ['safety:device:read'] }],
    });
    const limit = list.parameters.find((parameter: { name: string }) => parameter.name === 'limit');
    expect(limit).toMatchObject({
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 200 },
    });
    expect(list.responses['200'].headers).toMatchObject({ Link: {}, RateLimit: {} });
    expect(Object.keys(create.responses)).toEqual([
      '201',
      '400',
      '401',
      '403',
      '406',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    expect(create.responses['201'].headers).toMatchObject({ Location: {}, ETag: {} });
    const change = body.paths['/safety/v1/notes/{id}'].patch;
    expect(change.operationId).toBe('changeNote');
    expect(Object.keys(change.responses)).toEqual(expect.arrayContaining(['404', '412', '428']));
    expect(change.parameters.map(({ name }: { name: string }) => name).sort()).toEqual([
      'Idempotency-Key',
      'If-Match',
      'id',
    ]);
    expect(body.paths['/safety/v1/notes/must-have-key'].post.parameters[0]).toMatchObject({
      name: 'Idempotency-Key',
      required: true,
    });
    expect(body.paths['/safety/v1/notes/echo'].post.security).toEqual([]);
    const confidential = body.paths['/safety/v1/notes/{id}/confidential'].get;
    expect(confidential.parameters).toContainEqual(
      expect.objectContaining({ name: 'Access-Reason', in: 'header', required: true }),
    );
    expect(confidential.responses['428']).toEqual({ $ref: '#/components/responses/Problem428Reason' });
    expect(body.components.responses['Problem428Reason'].description).toContain('Access-Reason');
    expect(change.responses['428']).toEqual({ $ref: '#/components/responses/Problem428' });
  });

  it('keeps services apart whose controllers have the same name', async () => {
    for (const [service, permission] of [
      ['safety', 'safety:pass:read'],
      ['staffing', 'staffing:ratio:read'],
    ]) {
      const { body } = await agent().get(`/${service}/v1/openapi.json`).expect(200);
      expect(body.paths[`/${service}/v1/jobs/{id}`].get).toMatchObject({
        operationId: 'getJob',
        security: [{ oauth2: [permission] }],
      });
    }
  });

  it('writes fields as JSON Schema 2020-12', async () => {
    const { schemas } = (await agent().get('/safety/v1/openapi.json').expect(200)).body.components;
    expect(schemas.NewNote.required).toEqual(['title', 'weight']);
    expect(schemas.NewNote.additionalProperties).toBe(false);
    expect(schemas.NoteDto.additionalProperties).toBeUndefined();
    expect(schemas.NewNote.properties).toMatchObject({
      title: { type: 'string', minLength: 1, maxLength: 50, examples: ['漏水'], description: '标题 / Title' },
      text: { type: ['string', 'null'] },
      weight: { type: 'integer', format: 'int32', minimum: 0, maximum: 100 },
      places: { type: 'array', maxItems: 3, items: { $ref: '#/components/schemas/Place' } },
      level: { enum: ['low', 'high'], description: '级别 / Level\n\n- `low`: 低 / Low\n- `high`: 高 / High' },
    });
    expect(schemas.NoteDto.properties.place).toMatchObject({
      oneOf: [{ $ref: '#/components/schemas/Place' }, { type: 'null' }],
    });
    expect(JSON.stringify(schemas)).not.toMatch(/nullable|schemas\/"/);
  });

  it('equals the routes of the process (nothing undocumented)', async () => {
    const { body } = await agent().get('/safety/v1/openapi.json').expect(200);
    for (const [path, item] of Object.entries(body.paths as Record<string, object>)) {
      const concrete = path.replaceAll(/\{\w+\}/g, 'x');
      const { headers } = await agent().options(concrete).expect(405);
      expect(
        Object.keys(item)
          .map((method) => method.toUpperCase())
          .sort(),
      ).toEqual(
        headers['allow']!.split(', ')
          .filter((method) => method !== 'HEAD')
          .sort(),
      );
    }
    await agent().get('/party-building/v1/openapi.json').expect(404);
  });

  it('serves the documents pages from this server alone', async () => {
    const page = await agent().get('/docs').expect(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toContain("script-src 'self'");
    for (const [, path] of page.text.matchAll(/(?:src|href)="([^"]+)"/g)) await agent().get(path!).expect(200);
    expect(page.text).not.toContain('//');
    const settings = await agent().get('/docs/settings.json').expect(200);
    expect(settings.body.documents).toContainEqual({ name: 'safety', url: '/safety/v1/openapi.json' });
    expect(settings.body).toMatchObject({ client: null, origin: 'https://one.example.edu.cn' });
    await agent().get('/docs/assets/package.json').expect(404);
    await agent().get('/docs/assets/..%2f..%2fpackage.json').expect(404);
    const problems = await agent().get('/docs/problems').expect(200);
    expect(problems.text).toContain('id="safety/note-locked"');
    expect(page.headers['strict-transport-security']).toBeDefined();
  });

  it('has pages in the language that is asked for, and says demo only of a demo', async () => {
    const home = (language: string) => agent().get('/').set('Accept-Language', language).expect(200);
    expect((await home('en')).text).toContain('<html lang="en">');
    expect((await home('zh-CN')).text).toContain('<html lang="zh">');
    expect((await agent().get('/?lang=en').set('Accept-Language', 'zh')).text).toContain('<html lang="en">');
    expect((await home('en')).text).not.toContain('synthetic');
    const guide = await agent().get('/docs/first-app?lang=en').expect(200);
    expect(guide.text).toContain('API=https://one.example.edu.cn');
    expect(guide.text).toContain('<a href="/docs/first-app?lang=zh">');
  });

  it('has a page for each guide, in both languages, with links and pictures that are there', async () => {
    for (const language of ['zh', 'en']) {
      const list = await agent().get(`/docs/guides?lang=${language}`).expect(200);
      const guides = [...list.text.matchAll(/<li><a href="([^"]+)"/g)].map(([, path]) => path!);
      expect(guides).toContain(`/docs/changelog?lang=${language}`);
      for (const guide of guides) {
        const { text } = await agent().get(guide).expect(200);
        expect(text).toMatch(/<h1>.+<\/h1>/);
        expect(text).not.toMatch(/\]\([\w.-]+\)/);
        for (const [, path] of text.matchAll(/(?:src|href)="(\/docs[^"]*)"/g)) await agent().get(path!).expect(200);
      }
    }
  });

  it('says of a route that will go since when, until when, and what takes its place', async () => {
    const { body } = await agent().get('/safety/v1/openapi.json').expect(200);
    const old = body.paths['/safety/v1/notes/old'].get;
    expect(old).toMatchObject({ deprecated: true, 'x-sunset': '2027-06-30' });
    expect(old.description).toContain('use `GET /safety/v1/notes` instead');
    expect(old.responses['200'].headers).toMatchObject({ Deprecation: {}, Sunset: {}, Link: {} });
    expect(body.components.headers).toHaveProperty('Sunset');
    expect(body.paths['/safety/v1/notes'].get.deprecated).toBeUndefined();

    const told = {
      deprecation: `@${Date.UTC(2026, 11, 1) / 1000}`,
      sunset: 'Wed, 30 Jun 2027 00:00:00 GMT',
      link: '</docs/changelog>; rel="deprecation"; type="text/html", </docs/changelog>; rel="sunset"; type="text/html", </safety/v1/notes>; rel="successor-version"',
    };
    const asked = (path: string) => agent().get(`/safety/v1/notes${path}`).set('x-test-app', 'app');
    expect((await asked('/old').expect(200)).headers).toMatchObject(told);
    expect((await asked('/old?limit=0').expect(400)).headers).toMatchObject(told);
    const { headers } = await asked('').expect(200);
    expect([headers['deprecation'], headers['sunset']]).toEqual([undefined, undefined]);
  });

  it('refuses a sunset that comes too soon', () => {
    const end = (sunset: string) => () => Deprecated({ since: '2027-01-01', sunset, instead: 'GET /x' });
    expect(end('2027-06-29')).toThrow('not 180 days after');
    expect(end('2026-06-30')).toThrow('not 180 days after');
    expect(end('soon')).toThrow('not 180 days after');
    expect(end('2027-06-30')).not.toThrow();
  });
});
