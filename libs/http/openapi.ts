import { type INestApplication, RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { MetadataScanner, ModulesContainer } from '@nestjs/core';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { isPublic, needsReason, requiredPermissions } from '#auth';
import type { Config } from '#config';
import { SERVICE_NAMES, serviceOfPath, SERVICES, type ServiceName, TAGS } from '#contracts';
import { BODY_EXAMPLE, CREATED, KEY_REQUIRED, MAY_NOT_FIND, OF_SERVICE, RETURNS } from './decorators.js';
import { deprecatedOperation, deprecationOf } from './deprecated.js';
import { exampleOf } from './openapi-examples.js';
import {
  HEADERS,
  headerRefs,
  IDEMPOTENCY_KEY,
  IF_NONE_MATCH,
  oauth2,
  PROBLEM_SCHEMA,
  type ProblemExample,
  problemRef,
  type ProblemStatus,
  REASON,
  REASON_HEADER,
  problemResponses,
} from './openapi-parts.js';
import { definedSchemas, referenced, type Schema, toJsonSchema } from './openapi-schemas.js';
import { rawRequestBody } from './raw-body.js';

type Handler = (...args: never[]) => unknown;
interface Route {
  controller: abstract new (...args: never[]) => object;
  handler: Handler;
  id: string;
}
interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: Schema;
  description?: string;
  example?: unknown;
}
interface Response {
  description: string;
  headers?: Record<string, object>;
  content?: Record<string, { schema?: Schema; example?: unknown }>;
}
interface Operation {
  operationId: string;
  description?: string;
  tags?: string[];
  security?: object[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema?: Schema; example?: unknown }> };
  responses: Record<string, Response | { $ref: string }>;
}
type Paths = Record<string, Record<string, Operation>>;
/** Where @nestjs/swagger keeps what `@ApiParam` and its like said. */
const DECLARED_PARAMETERS = 'swagger/apiParameters';
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

/** The OpenAPI 3.1 document of one service: its routes under `/<service>/v1`, and everything they have in common. */
export function buildOpenApi(app: INestApplication, service: ServiceName): OpenAPIObject {
  return app.get(ApiDocument).of(app, service);
}

/** Services that have routes in this process. */
export function hostedServices(app: INestApplication): ServiceName[] {
  return app.get(ApiDocument).servicesOf(app);
}

/** Makes the documents when they are first asked for: routes do not change after the start. */
export class ApiDocument {
  private document: OpenAPIObject | undefined;

  constructor(private readonly config: Config) {}

  /** Everything the process serves, as @nestjs/swagger sees it. */
  whole(app: INestApplication): OpenAPIObject {
    const base = new DocumentBuilder().setOpenAPIVersion('3.1.0').build();
    this.document ??= SwaggerModule.createDocument(app, base);
    return this.document;
  }

  /** Services that have routes in this process. */
  servicesOf(app: INestApplication): ServiceName[] {
    const paths = Object.keys(this.whole(app).paths);
    return SERVICE_NAMES.filter((service) => paths.some((path) => serviceOfPath(path) === service));
  }

  /** The document of one service. */
  of(app: INestApplication, service: ServiceName): OpenAPIObject {
    const { zh, en } = SERVICES[service];
    return this.compose(app, [service], `Yizhan ${service} API`, `${zh} / ${en}`);
  }

  /** One document of everything that the process serves, for one SDK: what services share stands in it once. */
  all(app: INestApplication): OpenAPIObject {
    const text = '一站式学生社区 / One-Stop Student Community';
    return this.compose(app, this.servicesOf(app), 'Yizhan API', text);
  }

  private compose(
    app: INestApplication,
    services: readonly ServiceName[],
    title: string,
    description: string,
  ): OpenAPIObject {
    const whole = structuredClone(this.whole(app));
    const ofClasses = Object.entries(whole.components?.schemas ?? {});
    const schemas = {
      ...Object.fromEntries(ofClasses.map(([name, schema]) => [name, toJsonSchema(schema as Schema)])),
      ...definedSchemas(),
    };
    const routes = routesOf(app);
    const paths: Paths = {};
    const ids = new Set<string>();
    for (const [path, item] of Object.entries(whole.paths)) {
      if (!services.includes(serviceOfPath(path)!)) continue;
      for (const method of METHODS) {
        const operation = item[method] as Operation | undefined;
        const route = routes.get(`${method} ${path}`);
        if (!operation || !route) continue;
        if (ids.has(route.id))
          throw new Error(`Two operations are called ${route.id}: rename a method of ${route.controller.name}`);
        ids.add(route.id);
        (paths[path] ??= {})[method] = complete(operation, route, method, path, schemas);
      }
    }
    closeRequestSchemas(paths, schemas);
    addExamples(paths, schemas);
    const responses = referenced(
      paths,
      problemResponses(this.config.origin, (status) => exampleFor(status, paths, schemas)),
    );
    return {
      openapi: '3.1.0',
      info: {
        title,
        description,
        version: '1.0.0',
        license: { name: 'MIT', identifier: 'MIT' },
        contact: { name: 'Yizhan', url: `${this.config.origin}/docs` },
      },
      servers: [
        {
          url: this.config.origin,
          description: "本校部署 / The school's deployment (production)",
          'x-internal': false,
        },
      ],
      security: [{ oauth2: [] }],
      tags: tagsOf(paths),
      paths,
      components: {
        schemas: { ...referenced(paths, schemas), Problem: PROBLEM_SCHEMA },
        responses,
        headers: referenced([paths, responses], HEADERS),
        securitySchemes: { oauth2: oauth2(this.config) },
      },
    } as unknown as OpenAPIObject;
  }
}

/** The first operation that may answer `status`, for the example of the problem that all of them share. */
function exampleFor(status: ProblemStatus, paths: Paths, schemas: Record<string, Schema>): ProblemExample {
  const all = Object.entries(paths).flatMap(([path, item]) => Object.values(item).map((one) => ({ path, one })));
  const { $ref } = problemRef(status);
  const fieldOf = ({ requestBody }: Operation): string | undefined => {
    const required = named(requestBody?.content['application/json']?.schema, schemas)?.required;
    return Array.isArray(required) ? (required[0] as string) : undefined;
  };
  const may = all.filter(({ one }) =>
    Object.values(one.responses).some((response) => '$ref' in response && response.$ref === $ref),
  );
  const { path, one } = (status === 400 ? may.find(({ one }) => fieldOf(one)) : undefined) ?? may[0] ?? all[0]!;
  const value = (name: string): string =>
    String(one.parameters?.find((parameter) => parameter.in === 'path' && parameter.name === name)?.example ?? name);
  return {
    path: path.replace(/{(\w+)}/g, (_, name: string) => value(name)),
    permission: (one.security?.[0] as { oauth2?: string[] } | undefined)?.oauth2?.[0],
    field: fieldOf(one),
    what: singular(path.split('/{')[0]!.split('/').at(-1)!),
  };
}

/** What the decorators and conventions of the house say of an operation. */
function complete(
  operation: Operation,
  route: Route,
  method: string,
  path: string,
  schemas: Record<string, Schema>,
): Operation {
  const open = isPublic(route.handler, route.controller);
  const oneOf = requiredPermissions(route.handler, route.controller) ?? [];
  const declared = (Reflect.getMetadata(DECLARED_PARAMETERS, route.handler) ?? []) as Parameter[];
  const parameters = (operation.parameters ?? []).map((parameter) => {
    // @nestjs/swagger loses the example of a path parameter.
    const example = parameter.example ?? declared.find(({ name }) => name === parameter.name)?.example;
    return {
      ...parameter,
      ...(parameter.schema && { schema: toJsonSchema(parameter.schema) }),
      ...(example !== undefined && { example }),
    };
  });
  // A key is kept with who sent it.
  const withKey = !open && (method === 'post' || method === 'patch');
  if (withKey)
    parameters.push({ ...IDEMPOTENCY_KEY, required: Reflect.getMetadata(KEY_REQUIRED, route.handler) === true });
  const deprecation = deprecationOf(route.handler);
  const reason = needsReason(route.handler, route.controller);
  if (reason) parameters.push(REASON_HEADER);
  const responses: Operation['responses'] = {};
  for (const [status, response] of Object.entries(operation.responses)) {
    const answer = response as Response;
    const schema = Reflect.getMetadata(RETURNS, route.handler) as Schema | undefined;
    if (schema && /^2/.test(status)) answer.content = { 'application/json': { schema: { ...schema } } };
    const content = answer.content;
    for (const media of Object.values(content ?? {})) if (media.schema) media.schema = toJsonSchema(media.schema);
    const shape = shapeOf(content?.['application/json']?.schema, schemas);
    const extra = [
      ...('version' in shape && 'id' in shape ? ['ETag'] : []),
      ...('nextCursor' in shape ? ['Link'] : []),
      // A 202 says where its job is.
      ...(status === '202' || Reflect.getMetadata(CREATED, route.handler) === true ? ['Location'] : []),
      ...(withKey ? ['Idempotent-Replayed'] : []),
      ...(deprecation ? ['Deprecation', 'Sunset', 'Link'] : []),
    ];
    if (method === 'get' && extra.includes('ETag')) {
      parameters.push(IF_NONE_MATCH);
      responses['304'] = { description: '未变化 / Not modified', headers: headerRefs('ETag') };
    }
    responses[status] = {
      ...answer,
      description: answer.description || '成功 / Success',
      headers: { ...headerRefs(...extra), ...answer.headers },
    };
  }
  const ifMatch = parameters.some((parameter) => parameter.name === 'If-Match');
  const body = rawRequestBody(route.handler) ?? operation.requestBody;
  const problems = [
    400,
    ...(open ? [] : [401, 403]),
    ...(path.includes('{') || Reflect.getMetadata(MAY_NOT_FIND, route.handler) ? [404] : []),
    406,
    ...(method === 'get' ? [] : [409]),
    ...(ifMatch ? [412, 428] : []),
    ...(body ? [413, 415] : []),
    ...(parameters.some((parameter) => parameter.in === 'query') ? [414] : []),
    ...(withKey || body ? [422] : []),
    429,
    500,
    503,
  ];
  for (const status of problems) responses[status] ??= problemRef(status);
  if (reason) responses[428] ??= problemRef(REASON);
  for (const media of Object.values(body?.content ?? {})) if (media.schema) media.schema = toJsonSchema(media.schema);
  const example = Reflect.getMetadata(BODY_EXAMPLE, route.handler) as object | undefined;
  if (example) Object.assign(body!.content['application/json']!, { example });
  // A body of which nothing is required may be left out.
  const required = named(body?.content['application/json']?.schema, schemas)?.required;
  if (body?.content['application/json']?.schema?.$ref) body.required = Array.isArray(required) && required.length > 0;
  return {
    ...operation,
    ...(deprecation && deprecatedOperation(deprecation, operation.description)),
    operationId: route.id,
    parameters,
    ...(body && { requestBody: body }),
    responses,
    security: open ? [] : oneOf.length > 0 ? oneOf.map((permission) => ({ oauth2: [permission] })) : [{ oauth2: [] }],
  };
}

/** Unknown properties of a request are refused; those of an answer may become more. */
function closeRequestSchemas(paths: Paths, schemas: Record<string, Schema>): void {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const answered = referenced(
    operations.map(({ responses }) => responses),
    schemas,
  );
  const asked = referenced(
    operations.map(({ requestBody }) => requestBody),
    schemas,
  );
  for (const [name, schema] of Object.entries(asked)) if (!answered[name]) schema.additionalProperties = false;
}

/** Properties of an answer, through a reference. */
function shapeOf(schema: Schema | undefined, schemas: Record<string, Schema>): Record<string, unknown> {
  return named(schema, schemas)?.properties ?? {};
}

function named(schema: Schema | undefined, schemas: Record<string, Schema>): Schema | undefined {
  const name = schema?.$ref?.split('/').at(-1);
  return name ? schemas[name] : schema;
}

function routesOf(app: INestApplication): Map<string, Route> {
  const routes = new Map<string, Route>();
  const scanner = new MetadataScanner();
  for (const module of app.get(ModulesContainer).values()) {
    for (const { metatype } of module.controllers.values()) {
      if (!metatype) continue;
      const prototype = metatype.prototype as Record<string, Handler>;
      for (const name of scanner.getAllMethodNames(prototype)) {
        const handler = prototype[name]!;
        if (!Reflect.hasMetadata(PATH_METADATA, handler)) continue;
        const controller = metatype as Route['controller'];
        const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod].toLowerCase();
        for (const path of pathsOf(metatype, handler)) {
          routes.set(`${method} ${path}`, { controller, handler, id: operationIdOf(metatype, name) });
        }
      }
    }
  }
  return routes;
}

/** Paths of a route as OpenAPI writes them: `/safety/v1/hazards/{id}`. */
function pathsOf(controller: object, handler: object): string[] {
  const [starts, ends] = [controller, handler].map((target) =>
    [Reflect.getMetadata(PATH_METADATA, target) as string | string[]].flat(),
  );
  const joined = starts!.flatMap((start) => ends!.map((end) => `/${start}/${end}`));
  return joined.map((path) =>
    path
      .replace(/\/+/g, '/')
      .replace(/(.)\/$/, '$1')
      .replace(/:(\w+)/g, '{$1}'),
  );
}

/**
 * `HazardsController.list` → `listHazards`, `.close` → `closeHazard`; `AppointmentsController.appoint` → `appoint`; a method of several
 * words stands by itself. Where every service has the same controller, its service comes after the verb: `getJob` → `getSafetyJob`.
 */
function operationIdOf(controller: { name: string }, method: string): string {
  const service = Reflect.getMetadata(OF_SERVICE, controller) as string | undefined;
  if (service !== undefined) return method.replace(/^[a-z]+/, (verb) => verb + service);
  if (/[A-Z]/.test(method)) return method;
  const feature = controller.name.replace(/Controller$/, '');
  if (feature.toLowerCase().startsWith(method)) return method;
  return method + (method === 'list' ? feature : singular(feature));
}

/** A media type's example, put together from those of the fields; a request body has what is required. */
function addExamples(paths: Paths, schemas: Record<string, Schema>): void {
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    const answers = Object.values(operation.responses).map((response) =>
      'content' in response ? response.content : undefined,
    );
    for (const [content, whole] of [
      ...answers.map((one) => [one, true] as const),
      [operation.requestBody?.content, false] as const,
    ]) {
      for (const [type, media] of Object.entries(content ?? {})) {
        if (media.example !== undefined || !/json|csv/.test(type)) continue;
        const example = exampleOf(media.schema, schemas, whole);
        if (example !== undefined) media.example = example;
      }
    }
  }
}

function singular(word: string): string {
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`;
  return word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function tagsOf(paths: Paths): { name: string; description: string }[] {
  const names = new Set(Object.values(paths).flatMap((item) => Object.values(item).flatMap(({ tags = [] }) => tags)));
  return [...names].sort().map((name) => {
    const text = TAGS[name] ?? { zh: name, en: name };
    return { name, description: `${text.zh} / ${text.en}` };
  });
}
