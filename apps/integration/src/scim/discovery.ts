import { ENTERPRISE, GROUP_SCHEMA, USER_SCHEMA } from './resources.js';
import { MOST_OF_A_PAGE } from './scim.dto.js';

/** What is said of an attribute (RFC 7643, section 7). */
interface Described {
  name: string;
  type: 'string' | 'boolean' | 'complex' | 'reference';
  multiValued: boolean;
  description: string;
  required: boolean;
  caseExact: boolean;
  mutability: 'readWrite' | 'readOnly';
  returned: 'default' | 'always';
  uniqueness: 'none' | 'server';
  canonicalValues?: string[];
  referenceTypes?: string[];
  subAttributes?: Described[];
}

function described(name: string, description: string, more: Partial<Described> = {}): Described {
  return {
    ...{ name, type: 'string', multiValued: false, description, required: false, caseExact: false },
    ...{ mutability: 'readWrite', returned: 'default', uniqueness: 'none' },
    ...more,
  };
}
const shown = (name: string, description: string, more: Partial<Described> = {}): Described =>
  described(name, description, { mutability: 'readOnly', ...more });

/** References to resources of a type, with their display names. */
function references(name: string, description: string, to: 'User' | 'Group'): Described {
  return shown(name, description, {
    type: 'complex',
    multiValued: true,
    subAttributes: [
      shown('value', `标识 / id of the ${to}`, { caseExact: true }),
      shown('$ref', `地址 / address of the ${to}`, { type: 'reference', caseExact: true, referenceTypes: [to] }),
      shown('display', '名称 / name'),
      shown('type', to === 'User' ? 'User' : 'direct'),
    ],
  });
}

const schemas = (departments: string[]) => [
  {
    id: USER_SCHEMA,
    name: 'User',
    description: '教职工账号 / Account of a member of staff',
    attributes: [
      described('userName', '工号 / Staff number', { required: true, uniqueness: 'server' }),
      described('name', '姓名 / Name', {
        type: 'complex',
        subAttributes: [
          described('formatted', '全名 / Full name'),
          described('familyName', '姓 / Family name'),
          described('givenName', '名 / Given name'),
        ],
      }),
      described('displayName', '全名 / Full name', { required: true }),
      described('active', '是否在册 / On the roster', { type: 'boolean' }),
      references('groups', '所属单位 / Units the person is in', 'Group'),
    ],
  },
  {
    id: GROUP_SCHEMA,
    name: 'Group',
    description: '学校的单位，只读 / Unit of the school, read only',
    attributes: [
      shown('displayName', '名称 / Name', { required: true }),
      references('members', '在该单位的教职工 / Staff of the unit', 'User'),
    ],
  },
  {
    id: ENTERPRISE,
    name: 'EnterpriseUser',
    description: '所属单位 / Unit',
    attributes: [
      described('department', '所属单位的名称或代码 / Name or code of the unit they belong to', {
        canonicalValues: departments,
      }),
    ],
  },
];

export type Discovered = Record<string, unknown> & { id: string };

/** `departments`: what a department may be. */
export function schemasOf(root: string, departments: string[]): Discovered[] {
  return schemas(departments).map((one) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    ...one,
    meta: { resourceType: 'Schema', location: `${root}/Schemas/${one.id}` },
  }));
}

export function resourceTypesOf(root: string): Discovered[] {
  return [
    { name: 'User', schema: USER_SCHEMA, schemaExtensions: [{ schema: ENTERPRISE, required: false }] },
    { name: 'Group', schema: GROUP_SCHEMA },
  ].map(({ name, ...one }) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    ...{ id: name, name, endpoint: `/${name}s`, ...one },
    meta: { resourceType: 'ResourceType', location: `${root}/ResourceTypes/${name}` },
  }));
}

export function configOf(root: string): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: MOST_OF_A_PAGE },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth 2.0',
        description: 'client_credentials (RFC 6749)',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${root}/ServiceProviderConfig` },
  };
}
