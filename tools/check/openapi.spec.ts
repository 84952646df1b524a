import { readdirSync, readFileSync } from 'node:fs';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { Config } from '#config';
import { previewApp } from '#service';
import { services } from '../../apps/campus/src/services.js';
import type { Files } from '../generated/files.js';
import { openApiFiles } from '../openapi.js';
import { type Document, gapsIn } from './openapi-gaps.js';

/** Pages for browsers and probes; not for apps. */
const PAGES = ['/health/', '/directory/oauth/interaction/', '/directory/sso/', '/certificates', '/books'];

const config = Config.of({
  databaseUrl: 'postgres://127.0.0.1/nowhere',
  redisUrl: 'redis://127.0.0.1',
  logLevel: 'silent',
});

describe('openapi/*.json', () => {
  let documents: Files;
  beforeAll(async () => {
    documents = await openApiFiles();
  });
  it('describes every route of every service', async () => {
    const { 'openapi/yizhan.json': merged, ...files } = documents;
    const described = Object.values(files).flatMap((text) => operationsIn(text));
    expect(operationsIn(merged!).sort()).toEqual(described.sort());
    const served = (await routes()).filter((route) => !PAGES.some((page) => route.includes(` ${page}`)));
    expect(served.length).toBeGreaterThan(50);
    expect(described.sort()).toEqual(served.sort());
  });

  it('says of all services what each says of itself, and nothing else', () => {
    const { 'openapi/yizhan.json': merged, ...files } = documents;
    const all = JSON.parse(merged!) as Document;
    const each = Object.values(files).map((text) => JSON.parse(text) as Document);
    expect(all.paths).toEqual(Object.assign({}, ...each.map(({ paths }) => paths)));
    expect(all.components.schemas).toEqual(Object.assign({}, ...each.map(({ components }) => components.schemas)));
    for (const one of each) {
      expect(all.paths).toMatchObject(one.paths);
      expect(all.components.schemas).toMatchObject(one.components.schemas!);
    }
  });

  it('has one class for each name: a second one would take its place in the document of all services', () => {
    const classes = sources().flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^(?:export )?(?:abstract )?class (\w+(?:Dto|Query))\b/gm)].map(
        ([, name]) => name!,
      ),
    );
    expect(classes.filter((name, i) => classes.indexOf(name) < i)).toEqual([]);
  });

  it('gives each problem an example of an operation that answers it', () => {
    for (const [file, text] of Object.entries(documents)) {
      const { paths, components } = JSON.parse(text) as Document;
      const problems = Object.entries(components.responses ?? {});
      expect(problems.length).toBeGreaterThan(10);
      for (const [name, { content }] of problems) {
        const { instance, permission } = content!['application/problem+json']!.example as Record<string, string>;
        const about = Object.entries(paths).filter(([path]) =>
          new RegExp(`^${path.replace(/{\w+}/g, '[^/{}]+')}$`).test(instance!),
        );
        const operations = about.flatMap(([, item]) => Object.values(item));
        const shares = operations.filter(({ responses }) => JSON.stringify(responses).includes(`/${name}"`));
        expect([file, name, shares.length > 0]).toEqual([file, name, true]);
        if (name === 'Problem403')
          expect(shares.flatMap(({ security }) => security)).toContainEqual({ oauth2: [permission] });
      }
    }
  });

  it('is refused when something is left undescribed', () => {
    const operation = { summary: 'x', description: 'x', parameters: [{ name: 'id' }], responses: { 200: {}, 400: {} } };
    const content = { 'application/json': { schema: { $ref: '#/components/schemas/Y' }, example: { n: 'one' } } };
    const document: Document = {
      tags: [{ name: 'things', description: 'things / things' }],
      paths: {
        '/x': {
          get: { ...operation, operationId: 'getX' },
          post: { ...operation, operationId: 'getX', responses: { ...operation.responses, 200: { content } } },
        },
      },
      components: {
        schemas: {
          X: { properties: { a: { description: 'x', examples: [1] }, b: { $ref: '#/x' }, c: {} } },
          Y: { type: 'object', properties: { n: { type: 'integer', description: 'x', examples: [1] } } } as never,
        },
      },
    };
    const found = gapsIn(document);
    expect(found.filter((gap) => !gap.startsWith('POST'))).toEqual([
      'tag things says nothing of what it is for: add it to libs/contracts/tags.ts',
      'two operations are called getX',
      'GET /x: has no problem response 429',
      'GET /x: has no problem response 500',
      'GET /x: has no problem response 503',
      'GET /x: has no problem response 401',
      'GET /x: has no problem response 403',
      'GET /x: parameter id has no description',
      'GET /x: parameter id has no example',
      'GET /x: answer 200 has no schema: add @Returns(Dto) or @ApiPage(Dto)',
      'X.b has no description',
      'X.c has no description',
      'X.c has no example',
    ]);
    expect(found).toContain('POST /x: the example of its answer 200 does not fit: /n must be integer');
  });

  it('is refused when figures about several students go out through no door', () => {
    const content = {
      'application/json': { schema: { type: 'object', properties: { rows: { items: { $ref: '#/c/Row' } } } } },
    };
    const get = { responses: { 200: { content } } };
    const loose = (paths: Document['paths']) =>
      gapsIn({ paths, components: { schemas: { Row: { properties: { mean: {}, lowQuartile: {}, meaning: {} } } } } })
        .filter((gap) => gap.includes('egress'))
        .map((gap) => gap.split(' of several')[0]);
    expect(loose({ '/early-warning/v1/x': { get }, '/affairs/v1/x': { get } })).toEqual([
      'GET /early-warning/v1/x: answers mean',
      'GET /early-warning/v1/x: answers lowQuartile',
    ]);
    expect(loose({ '/early-warning/v1/x': { get: { ...get, 'x-aggregate': 'published' } } })).toEqual([]);
  });
});

/** `GET /x` of each operation of a document. */
function operationsIn(text: string): string[] {
  return Object.entries((JSON.parse(text) as Document).paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
}

/** What Nest serves, from the decorators alone: `GET /safety/v1/hazards/{id}`. */
async function routes(): Promise<string[]> {
  const app = await previewApp(services, config);
  const controllers = [...app.get(ModulesContainer).values()].flatMap(({ controllers: all }) => [...all.values()]);
  return controllers.flatMap(({ metatype }) => {
    const prototype = metatype?.prototype as Record<string, object>;
    const handlers = new MetadataScanner().getAllMethodNames(prototype).map((name) => prototype[name]!);
    return handlers
      .filter((handler) => Reflect.hasMetadata(PATH_METADATA, handler))
      .map((handler) => {
        const parts = [metatype!, handler].map((target) => String(Reflect.getMetadata(PATH_METADATA, target)));
        const path = `/${parts.join('/')}`
          .replace(/\/+/g, '/')
          .replace(/(.)\/$/, '$1')
          .replace(/:(\w+)/g, '{$1}');
        return `${RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod]} ${path}`;
      });
  });
}

function sources(): string[] {
  return ['apps', 'libs'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
}
