import { applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiOkResponse,
  ApiCreatedResponse,
  ApiParam,
  ApiProduces,
  ApiResponse,
} from '@nestjs/swagger';
import { SCIM_TYPE } from './answers.js';
import './schemas.js';

const JSON_TYPE = 'application/json';
const ERRORS = {
  400: '请求不正确',
  401: '令牌无效',
  403: '缺少权限',
  404: '没有该对象',
  406: '无法以该类型回答',
  409: '已被占用，或今日停用过多',
  412: '已被他人修改',
  413: '请求体过大',
  414: '地址过长',
  415: '不支持的类型',
  429: '请求过多',
  500: '内部错误',
  501: '不支持',
  503: '暂时不可用',
};

const RETRY_AFTER = {
  'Retry-After': {
    description: '多少秒后再试 / Seconds to wait',
    schema: { type: 'integer', format: 'int32', minimum: 1, maximum: 3_600 },
    example: 30,
  },
};

const contentOf = (name: string) => {
  const schema = { $ref: `#/components/schemas/${name}` };
  return { [SCIM_TYPE]: { schema }, [JSON_TYPE]: { schema } };
};

/** What a route of SCIM takes and answers: application/scim+json, its errors too. */
export function Answers(
  name?: 'ScimUser' | 'ScimGroup' | 'ScimList' | 'ScimObject',
  status: 200 | 201 = 200,
): MethodDecorator {
  const success = status === 201 ? ApiCreatedResponse : ApiOkResponse;
  return applyDecorators(
    ApiProduces(SCIM_TYPE, JSON_TYPE),
    name
      ? success({ description: '成功 / Success', content: contentOf(name) as never })
      : ApiResponse({ status: 204, description: '成功 / Success' }),
    ...Object.entries(ERRORS).map(([code, text]) =>
      ApiResponse({
        status: Number(code),
        description: `${text} / Error of RFC 7644`,
        content: contentOf('ScimError') as never,
        ...((code === '429' || code === '503') && { headers: RETRY_AFTER as never }),
      }),
    ),
  );
}

export function Takes(name: 'ScimUser' | 'ScimPatch'): MethodDecorator {
  const schema = { $ref: `#/components/schemas/${name}` };
  return applyDecorators(ApiConsumes(SCIM_TYPE, JSON_TYPE), ApiBody({ schema }));
}

export const ScimId = (pattern: string, example: string): MethodDecorator =>
  ApiParam({ name: 'id', description: '标识 / id', schema: { type: 'string', maxLength: 100, pattern }, example });
