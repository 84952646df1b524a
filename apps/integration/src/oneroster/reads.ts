import { Get, Param, Query, Res } from '@nestjs/common';
import { ApiOkResponse, ApiParam, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { type Actor, CurrentActor, Require } from '#auth';
import { answerErrorsAs, Summary } from '#http';
import type { Collections } from './collections.service.js';
import { statusInfo } from './imsx.js';
import { ROSTERING } from './objects.js';
import { CollectionQuery, ObjectQuery } from './oneroster.dto.js';
import { type Collection, COLLECTIONS, type Route, scopesOf } from './routes.js';
import { nameOf, SCHEMAS, STATUS_INFO } from './schemas.js';

answerErrorsAs('/ims/oneroster/', statusInfo);

/** A controller of a service of OneRoster. */
interface Reading {
  readonly collections: Collections;
}

const ID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
const ERRORS = {
  400: '请求不正确',
  401: '令牌无效',
  403: '缺少权限',
  404: '没有该对象',
  406: '无法以该类型回答',
  414: '地址过长',
};
const BUSY = { 429: '请求过多', 500: '内部错误', 503: '暂时不可用' };

const COUNTS = {
  'X-Total-Count': {
    description: '对象总数 / Number of objects',
    schema: { type: 'integer', format: 'int32', minimum: 0, maximum: 2_147_483_647 },
    example: 1503,
  },
  Link: {
    description: 'next, last, first, prev (RFC 8288)',
    schema: { type: 'string', maxLength: 8_000, pattern: '^(<[^>]+>; rel="[a-z]+"(, )?)*$' },
    example: '<https://one.example.edu.cn/ims/oneroster/rostering/v1p2/orgs?limit=100&offset=100>; rel="next"',
  },
};

const RETRY_AFTER = {
  'Retry-After': {
    description: '多少秒后再试 / Seconds to wait',
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 3_600 },
    example: 30,
  },
};

/** Makes the methods of a controller that read, from a table of routes. */
export function addReads(controller: abstract new (...args: never[]) => Reading, routes: Route[]): void {
  for (const route of routes) addRead(controller.prototype as Reading, route);
}

function addRead(prototype: Reading, route: Route): void {
  const collection: Collection = COLLECTIONS[route.collection];
  const params = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
  const name = `${route.operation}V1p2`;
  const handler = route.single
    ? function (this: Reading, actor: Actor, path: Record<string, string>, query: ObjectQuery) {
        return this.collections.get(actor, route, path.sourcedId!, query);
      }
    : async function (
        this: Reading,
        actor: Actor,
        path: Record<string, string>,
        query: CollectionQuery,
        reply: FastifyReply,
      ) {
        const ids = params.map((param) => path[param]!);
        const { body, total, link } = await this.collections.list(actor, route, ids, query);
        reply.header('X-Total-Count', total).header('Link', link);
        return body;
      };
  // Nest finds what is said of a method by the name of the function.
  Object.defineProperty(prototype, name, {
    value: Object.defineProperty(handler, 'name', { value: name }),
    writable: true,
  });
  const Asked = route.single ? ObjectQuery : CollectionQuery;
  Reflect.defineMetadata('design:paramtypes', [Object, Object, Asked, Object], prototype, name);
  CurrentActor()(prototype, name, 0);
  Param()(prototype, name, 1);
  Query()(prototype, name, 2);
  if (!route.single) Res({ passthrough: true })(prototype, name, 3);
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)!;
  for (const decorate of decoratorsOf(route, collection, params)) decorate(prototype, name, descriptor);
}

function decoratorsOf(route: Route, { kind, many, one, zh, en }: Collection, params: string[]): MethodDecorator[] {
  const object = { $ref: `#/components/schemas/${nameOf(kind)}` };
  const member = route.single ? one : many;
  const payload = route.single ? object : { type: 'array', maxItems: 10_000, items: object };
  const required = (SCHEMAS[kind].required as string[]).join();
  const above = route.parents.map(({ of }) => COLLECTIONS[of]);
  const of = {
    zh: above.map((parent) => `${parent.zh}的`).join(''),
    en: above
      .map((parent) => ` of ${parent.en}`)
      .reverse()
      .join(''),
  };
  return [
    Get(route.path),
    Require(...scopesOf(route)),
    route.single
      ? Summary(`OneRoster：查看${zh}`, `OneRoster: see one of the ${en}`)
      : Summary(`OneRoster：列出${of.zh}${zh}`, `OneRoster: list ${en}${of.en}`),
    ...params.map((param) => SourcedIdParam(param, route.root === ROSTERING ? OF_ROSTER : OF_ANY)),
    ApiQuery({
      name: 'fields',
      required: false,
      description: '只返回这些字段，以逗号分隔 / Only these fields, separated by commas',
      schema: { type: 'string', maxLength: 500, pattern: '^[A-Za-z,.]*$' },
      example: required,
    }),
    ApiOkResponse({
      description: '成功 / Success',
      schema: {
        type: 'object',
        additionalProperties: false,
        required: [member],
        properties: { [member]: payload },
      } as never,
      ...(!route.single && { headers: COUNTS as never }),
    }),
    ...errorAnswers(),
  ];
}

const OF_ROSTER = '^[A-Za-z0-9._:/-]+$';
/** Objects of the gradebook are called as apps call them. */
const OF_ANY = '^[A-Za-z0-9._~:/-]+$';

export const SourcedIdParam = (name = 'sourcedId', pattern = OF_ANY): MethodDecorator =>
  ApiParam({
    name,
    description: 'sourcedId',
    schema: { type: 'string', maxLength: 100, pattern },
    example: ID,
  });

/** Every error is an imsx_StatusInfo. */
export function errorAnswers(more: Record<number, string> = {}): MethodDecorator[] {
  return Object.entries({ ...ERRORS, ...more, ...BUSY }).map(([status, text]) =>
    ApiResponse({
      status: Number(status),
      description: `${text} / imsx_StatusInfo`,
      schema: { $ref: `#/components/schemas/${STATUS_INFO}` },
      ...((status === '429' || status === '503') && { headers: RETRY_AFTER as never }),
    }),
  );
}
