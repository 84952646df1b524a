import {
  applyDecorators,
  type ArgumentMetadata,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  Param,
  type PipeTransform,
  SetMetadata,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtraModels, ApiHeader, ApiOperation, ApiParam, getSchemaPath } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { schemas, uuid } from '#fields';
import { IfMatchRequired, Invalid } from '#problems';
import { languageOf } from './problem-answer.js';

/** What a route does, in both languages; goes into OpenAPI. */
export const Summary = (zh: string, en: string): MethodDecorator =>
  ApiOperation({ summary: `${zh} / ${en}`, description: `${zh}。\n\n${en}.` });

type Dto = abstract new (...args: never[]) => object;

export const RETURNS = 'yizhan:returns';
/** What a route that succeeds answers: an object of a class of fields, or `[Dto]`, a list of them. Pages say `@ApiPage(Dto)`. */
export const Returns = (dto: Dto | [Dto]): MethodDecorator => {
  const [item] = [dto].flat() as [Dto];
  const one = { $ref: getSchemaPath(item as never) };
  return applyDecorators(
    ApiExtraModels(item as never),
    SetMetadata(RETURNS, Array.isArray(dto) ? { type: 'array', maxItems: 1000, items: one } : one),
  );
};

/** On a controller that every service has one of: the service's name in an identifier, such as `PartyBuilding`. */
export const OF_SERVICE = 'yizhan:of-service';

export const CREATED = 'yizhan:created';
/** A POST that makes a row: its 201 carries `Location: <path of the request>/<id of the answer>`. */
export const Created = (): MethodDecorator => SetMetadata(CREATED, true);

export const BODY_EXAMPLE = 'yizhan:body-example';
/** The example of a JSON body where what is required alone makes no request that is taken. */
export const BodyExample = (example: object): MethodDecorator => SetMetadata(BODY_EXAMPLE, example);

export const MAY_NOT_FIND = 'yizhan:may-not-find';
/** 404 is among the answers, though the address has no id: what the body or the query names may be unknown, or not the caller's to see. */
export const MayNotFind = (): MethodDecorator => SetMetadata(MAY_NOT_FIND, true);

export const KEY_REQUIRED = 'yizhan:idempotency-key-required';
/** Without an `Idempotency-Key` the request is answered 400. */
export const RequireIdempotencyKey = (): MethodDecorator => SetMetadata(KEY_REQUIRED, true);

export const BODY_LIMIT = 'bodyLimit';
/** Bytes a request body of this route may have, instead of 1 MB. */
export const BodyLimit = (bytes: number): MethodDecorator => RouteConfig({ [BODY_LIMIT]: bytes });

/** Path parameter that is a UUID; anything else is 400. */
@Injectable()
export class IdPipe implements PipeTransform<string, string> {
  transform(value: string, { data = 'id' }: ArgumentMetadata): string {
    const broken = uuid(value);
    if (broken) throw new Invalid({ errors: [{ pointer: `:${data}`, zh: broken.zh, en: broken.en }] });
    return value.toLowerCase();
  }
}

/** `@IdParam() id: string` = the `:id` of the path, a UUID. */
export function IdParam(name = 'id'): ParameterDecorator {
  return (target, key, index) => {
    Param(name, IdPipe)(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || !descriptor) return;
    ApiParam({
      name,
      description: '标识（UUID） / Identifier (UUID)',
      schema: { ...schemas.uuid },
      example: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f',
    })(target, key, descriptor);
  };
}

/** `@AnswerLanguage() language: Language` = the language that the caller prefers. */
export const AnswerLanguage = createParamDecorator((_: unknown, context: ExecutionContext) =>
  languageOf(context.switchToHttp().getRequest<FastifyRequest>().headers['accept-language']),
);

const MAX_VERSION = 2_147_483_647;

const ifMatch = createParamDecorator((_: unknown, context: ExecutionContext): number => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-match'];
  if (header === undefined) throw new IfMatchRequired();
  const version = /^"([1-9]\d{0,9})"$/.exec(header)?.[1];
  if (version === undefined) {
    const text = { zh: '应为 ETag 的原值，如 "3"', en: 'must be the value of an ETag, such as "3"' };
    throw new Invalid({ errors: [{ pointer: 'If-Match', ...text }] });
  }
  // Of ten digits some are no int4: they are as stale as any other version that never was.
  return Math.min(Number(version), MAX_VERSION);
});

/** `@IfMatch() version: number` = the version the caller saw. Missing 428, malformed 400; pass it on to `update()`: stale 412. */
export function IfMatch(): ParameterDecorator {
  return (target, key, index) => {
    ifMatch()(target, key, index);
    const descriptor = key === undefined ? undefined : Object.getOwnPropertyDescriptor(target, key);
    if (key === undefined || !descriptor) return;
    ApiHeader({
      name: 'If-Match',
      required: true,
      description: '读取时得到的 ETag / The ETag the row was read with',
      schema: { type: 'string', pattern: '^"[1-9][0-9]{0,9}"$', maxLength: 12 },
      example: '"1"',
    })(target, key, descriptor);
  };
}
