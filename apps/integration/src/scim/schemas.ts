import { defineSchemas } from '#http';
import { ENTERPRISE, USER_SCHEMA } from './resources.js';

type Json = Record<string, unknown>;

const ID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
const LINE = '^[^\\u0000-\\u001f\\u007f]*$';

const text = (zh: string, en: string, example: string, more: Json = {}): Json => ({
  ...{ type: 'string', maxLength: 500, pattern: LINE, description: `${zh} / ${en}`, examples: [example] },
  ...more,
});
const list = (description: string, items: Json, example: unknown[]): Json => ({
  ...{ type: 'array', maxItems: 20_000, description, items, examples: [example] },
});
const count = (description: string, example: number): Json => ({
  ...{ type: 'integer', format: 'int32', minimum: 0, maximum: 2_147_483_647, description, examples: [example] },
});
const SCHEMAS_OF = (example: string[]): Json =>
  list('消息或资源的种类 / What it is', text('种类', 'Schema', example[0]!), example);
/** Further members are the standard's; clients send more than is kept here. */
const object = (description: string, properties: Json, required: string[], example: Json): Json => ({
  ...{ type: 'object', additionalProperties: true, description, required, properties, examples: [example] },
});

const USER = {
  schemas: [USER_SCHEMA, ENTERPRISE],
  externalId: '2f1d7c3e',
  userName: 'T20260001',
  name: { formatted: '王芳', familyName: '王', givenName: '芳' },
  displayName: '王芳',
  active: true,
  [ENTERPRISE]: { department: '学生处' },
};
const PATCH = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations: [{ op: 'replace', path: 'active', value: false }],
};
const GROUP = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], id: ID, displayName: '学生处' };
const LIST = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
  ...{ totalResults: 1, startIndex: 1, itemsPerPage: 1, Resources: [{ ...USER, id: ID }] },
};
const ERROR = {
  schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
  ...{ status: '400', scimType: 'invalidFilter', detail: 'filter is not valid: it ends too early' },
};

const userProperties = {
  schemas: SCHEMAS_OF(USER.schemas),
  externalId: text('客户端对该账号的标识', 'What the client calls the account', USER.externalId),
  userName: text('工号', 'Staff number', USER.userName),
  name: object(
    '姓名 / Name',
    {
      formatted: text('全名', 'Full name', '王芳'),
      familyName: text('姓', 'Family name', '王'),
      givenName: text('名', 'Given name', '芳'),
    },
    [],
    USER.name,
  ),
  displayName: text('全名', 'Full name', '王芳'),
  active: { type: 'boolean', description: '是否在册 / On the roster', examples: [true] },
  [ENTERPRISE]: object(
    '所属单位 / Unit',
    {
      department: text('所属单位的名称或代码', 'Name or code of the unit', '学生处'),
    },
    [],
    USER[ENTERPRISE] as Json,
  ),
};

defineSchemas({
  ScimUser: object('SCIM 账号 / User (RFC 7643, 4.1)', userProperties, ['schemas', 'userName'], USER),
  ScimPatch: object(
    'SCIM PATCH（RFC 7644 §3.5.2）/ PatchOp (RFC 7644, 3.5.2)',
    {
      schemas: SCHEMAS_OF(PATCH.schemas),
      Operations: {
        ...{
          type: 'array',
          minItems: 1,
          maxItems: 100,
          description: '操作 / Operations',
          examples: [PATCH.Operations],
        },
        items: object(
          '操作 / Operation',
          {
            op: text('add、replace 或 remove', 'add, replace or remove', 'replace', { maxLength: 10 }),
            path: text('属性', 'Attribute', 'active'),
            value: { description: '值 / Value', examples: [false] },
          },
          ['op'],
          PATCH.Operations[0]!,
        ),
      },
    },
    ['schemas', 'Operations'],
    PATCH,
  ),
  ScimGroup: object(
    'SCIM 组 / Group (RFC 7643, 4.2)',
    {
      schemas: SCHEMAS_OF(GROUP.schemas),
      id: text('标识', 'Identifier', ID),
      displayName: text('名称', 'Name', '学生处'),
    },
    ['schemas', 'id'],
    GROUP,
  ),
  ScimList: object(
    'SCIM 列表 / ListResponse (RFC 7644, 3.4.2)',
    {
      schemas: SCHEMAS_OF(LIST.schemas),
      totalResults: count('总数 / How many there are', 1),
      startIndex: count('第一个的序号 / Number of the first', 1),
      itemsPerPage: count('本页个数 / How many of them these are', 1),
      Resources: list('资源 / Resources', object('资源 / Resource', {}, [], { id: ID }), LIST.Resources),
    },
    ['schemas', 'totalResults'],
    LIST,
  ),
  ScimObject: object('SCIM 能力描述 / Discovery', { schemas: SCHEMAS_OF(['urn:…']) }, ['schemas'], {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  }),
  ScimError: object(
    'SCIM 错误 / Error (RFC 7644, 3.12)',
    {
      schemas: SCHEMAS_OF(ERROR.schemas),
      status: text('HTTP 状态码', 'HTTP status code', '400', { maxLength: 3 }),
      scimType: text('错误种类', 'Kind of error', 'invalidFilter', { maxLength: 50 }),
      detail: text('说明', 'What is wrong', ERROR.detail, { maxLength: 1_000 }),
    },
    ['schemas', 'status'],
    ERROR,
  ),
});
