import { PERMISSIONS, type Permission } from '#contracts';
import { Flag, Instant, Int, Json, ListOf, Nested, OneOf, Text, Uuid } from '#fields';
import { ListQuery } from '#http';
import { KEY_ID } from './client-keys.js';
import {
  CLIENT_ID,
  type Client,
  type ClientKey,
  type ClientSecret,
  type Grant,
  GRANTS,
  type PublicJwk,
} from './client.entity.js';

const PERMISSION_NAMES = Object.keys(PERMISSIONS) as Permission[];
const AUTHENTICATION = {
  client_secret: { zh: '应用密钥', en: 'A secret (client_secret_basic or client_secret_post)' },
  private_key_jwt: { zh: '密钥对签名', en: 'Signed assertions (RFC 7523)' },
  none: { zh: '公开客户端，无密钥', en: 'A public client: none' },
} as const;

export class ListClientsQuery extends ListQuery {
  @Flag({ zh: '只看启用或停用的', en: 'Only active, or only deactivated', optional: true })
  active?: boolean;
}

/** What of a client can be changed. */
export class ClientChangeDto {
  @Text({ zh: '名称', en: 'Name', example: '请假小程序', max: 100 })
  name: string;

  @Text({
    zh: '发布方，向用户展示',
    en: 'Who offers it, as people are told',
    max: 100,
    optional: true,
    nullable: true,
    example: '信息化办公室',
  })
  publisher?: string | null;

  @ListOf('text', {
    zh: '回调地址（授权码方式）',
    en: 'Redirect URIs (authorization code)',
    maxItems: 20,
    unique: true,
    optional: true,
    example: ['https://app.example.edu.cn/callback'],
  })
  redirectUris?: string[];

  @ListOf('text', {
    zh: '浏览器页面的来源（CORS），须与 Origin 完全一致',
    en: 'Origins of its pages in browsers (CORS), exactly as Origin says them',
    maxItems: 20,
    unique: true,
    optional: true,
    example: ['https://app.example.edu.cn'],
  })
  origins?: string[];

  @ListOf(PERMISSION_NAMES, {
    zh: '可申请的权限；敏感的（3、4 级）须另一名管理员批准后才生效',
    en: 'Permissions it may ask for; sensitive ones (class 3 and 4) once a second administrator approves them',
    minItems: 1,
    maxItems: PERMISSION_NAMES.length,
    unique: true,
    example: ['directory:unit:read'],
  })
  permissions: Permission[];

  @Int({
    zh: '应用自身每分钟的请求数上限；null 为本校默认',
    en: 'Requests it may make by itself in a minute; null: as any app',
    min: 1,
    max: 1_000_000,
    optional: true,
    nullable: true,
    example: 3000,
  })
  requestsPerMinute?: number | null;

  @Int({
    zh: '每分钟批量请求（上传文件、大批数据）数上限；null 为本校默认',
    en: 'Bulk requests (files, large batches) it may make in a minute; null: as any app',
    min: 1,
    max: 1_000_000,
    optional: true,
    nullable: true,
    example: 600,
  })
  bulkRequestsPerMinute?: number | null;
}

export class CreateClientDto extends ClientChangeDto {
  @Text({
    zh: '应用标识（client_id）：小写字母、数字与连字符',
    en: 'client_id: lower-case letters, digits and hyphens',
    example: 'leave-mini-program',
    min: 3,
    max: 32,
    pattern: CLIENT_ID,
  })
  clientId: string;

  @ListOf(GRANTS, {
    zh: '获取令牌的方式',
    en: 'Ways to get tokens',
    minItems: 1,
    maxItems: 3,
    unique: true,
    example: ['client_credentials'],
  })
  grants: Grant[];

  @Flag({
    zh: '公开客户端：浏览器或手机应用，不能保守密钥，只凭 PKCE；默认否',
    en: 'A public client: an app in a browser or on a phone, which can keep no secret and has PKCE alone; default false',
    optional: true,
    example: false,
  })
  isPublic?: boolean;

  @Json({
    zh: '公钥（JWK）；填写后以 private_key_jwt 认证，不发应用密钥',
    en: 'Public key (JWK); with it the client authenticates by private_key_jwt and gets no secret',
    optional: true,
    example: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  })
  publicKey?: PublicJwk;
}

export class ClientKeyParams {
  @Uuid({ zh: '标识', en: 'Id' })
  id: string;

  @Text({ zh: '公钥的 kid', en: 'kid of the key', max: 100, pattern: KEY_ID, example: '2026-09' })
  kid: string;
}

export class AddClientKeyDto {
  @Json({
    zh: '公钥（JWK）；未填 kid 时以其指纹（RFC 7638）为 kid',
    en: 'Public key (JWK); without a kid its thumbprint (RFC 7638) becomes it',
    example: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', kid: '2026-09' },
  })
  publicKey: PublicJwk;
}

export class ClientKeyDto {
  @Text({ zh: 'kid', en: 'kid', max: 100, example: '2026-09' })
  kid: string;

  @OneOf(
    { ES256: { zh: 'ES256', en: 'ES256' }, EdDSA: { zh: 'EdDSA', en: 'EdDSA' } },
    { zh: '签名算法', en: 'Algorithm of its signatures' },
  )
  algorithm: 'ES256' | 'EdDSA';

  static from(this: void, { kid, kty }: ClientKey): ClientKeyDto {
    return Object.assign(new ClientKeyDto(), { kid, algorithm: kty === 'EC' ? 'ES256' : 'EdDSA' });
  }
}

export class ClientSecretDto {
  @Uuid({ zh: '密钥编号（不是密钥本身）', en: 'Id of the secret (not the secret)' })
  id: string;

  @Instant({ zh: '生成时间', en: 'Made at' })
  createdAt: Date;

  static from(this: void, secret: ClientSecret): ClientSecretDto {
    return Object.assign(new ClientSecretDto(), { id: secret.id, createdAt: secret.createdAt });
  }
}

/** Which world an app is of: each has a database, keys and apps of its own. */
const ENVIRONMENTS = {
  sandbox: { zh: '沙箱：试用的学校，数据均为虚构', en: 'A sandbox: a school to try apps on' },
  production: { zh: '学校', en: 'A school' },
} as const;
export type Environment = keyof typeof ENVIRONMENTS;

/** A client with what belongs to it. */
interface WholeClient {
  client: Client;
  secrets: ClientSecret[];
  waiting: Permission[];
  lastUsedAt: Date | null;
  environment: Environment;
}

export class ClientDto {
  @Uuid({ zh: '标识', en: 'Id' })
  id: string;

  @Text({ zh: '应用标识（client_id）', en: 'client_id', example: 'leave-mini-program', max: 32 })
  clientId: string;

  @Text({ zh: '名称', en: 'Name', example: '请假小程序', max: 100 })
  name: string;

  @Text({ zh: '发布方', en: 'Who offers it', max: 100, nullable: true, example: '信息化办公室' })
  publisher: string | null;

  @ListOf(GRANTS, { zh: '获取令牌的方式', en: 'Ways to get tokens', maxItems: 3 })
  grants: Grant[];

  @ListOf('text', {
    zh: '回调地址',
    en: 'Redirect URIs',
    maxItems: 20,
    example: ['https://app.example.edu.cn/callback'],
  })
  redirectUris: string[];

  @ListOf('text', {
    zh: '浏览器页面的来源（CORS）',
    en: 'Origins of its pages in browsers (CORS)',
    maxItems: 20,
    example: ['https://app.example.edu.cn'],
  })
  origins: string[];

  @ListOf(PERMISSION_NAMES, { zh: '可申请的权限', en: 'Permissions it may ask for', maxItems: PERMISSION_NAMES.length })
  permissions: Permission[];

  @ListOf(PERMISSION_NAMES, {
    zh: '其中尚待批准的敏感权限，令牌中没有',
    en: 'Of these, sensitive ones that wait for an approval: no token carries them',
    maxItems: PERMISSION_NAMES.length,
    example: [],
  })
  waitingPermissions: Permission[];

  @OneOf(AUTHENTICATION, { zh: '认证方式', en: 'How it authenticates' })
  authentication: keyof typeof AUTHENTICATION;

  @ListOf(() => ClientSecretDto, { zh: '有效的密钥', en: 'Secrets in force', maxItems: 2 })
  secrets: ClientSecretDto[];

  @ListOf(() => ClientKeyDto, { zh: '有效的公钥', en: 'Public keys in force', maxItems: 2 })
  keys: ClientKeyDto[];

  @Int({
    zh: '应用自身每分钟的请求数上限；null 为本校默认',
    en: 'Requests it may make by itself in a minute; null: as any app',
    min: 1,
    max: 1_000_000,
    nullable: true,
    example: 3000,
  })
  requestsPerMinute: number | null;

  @Int({
    zh: '每分钟批量请求数上限；null 为本校默认',
    en: 'Bulk requests it may make in a minute; null: as any app',
    min: 1,
    max: 1_000_000,
    nullable: true,
    example: 600,
  })
  bulkRequestsPerMinute: number | null;

  @OneOf(ENVIRONMENTS, {
    zh: '所属环境；令牌与密钥不能跨环境使用',
    en: 'Which environment it is of; its credentials and tokens are good in no other',
    example: 'production',
  })
  environment: Environment;

  @Flag({ zh: '启用', en: 'Active' })
  active: boolean;

  @Instant({
    zh: '最近一次调用（精确到小时）；null 为在保存期内未调用',
    en: 'When it last asked anything, to the hour; null: not in the days that are kept',
    nullable: true,
    example: '2026-11-20T08:00:00.000Z',
  })
  lastUsedAt: Date | null;

  @Instant({ zh: '登记时间', en: 'Registered at' })
  createdAt: Date;

  @Instant({ zh: '修改时间', en: 'Changed at' })
  updatedAt: Date;

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647 })
  version: number;

  static from(this: void, { client, secrets, waiting, lastUsedAt, environment }: WholeClient): ClientDto {
    const {
      id,
      clientId,
      name,
      publisher,
      grants,
      redirectUris,
      origins,
      permissions,
      jwks,
      isPublic,
      requestsPerMinute,
      bulkRequestsPerMinute,
      active,
      createdAt,
      updatedAt,
      version,
    } = client;
    return Object.assign(new ClientDto(), {
      id,
      clientId,
      name,
      publisher,
      grants,
      redirectUris,
      origins,
      permissions: [...permissions, ...waiting],
      waitingPermissions: waiting,
      authentication: jwks ? 'private_key_jwt' : isPublic ? 'none' : 'client_secret',
      secrets: secrets.map(ClientSecretDto.from),
      keys: (jwks?.keys ?? []).map(ClientKeyDto.from),
      requestsPerMinute,
      bulkRequestsPerMinute,
      environment,
      active,
      lastUsedAt,
      createdAt,
      updatedAt,
      version,
    });
  }
}

/** A client with the secret that was just made. It is shown this once and cannot be had again. */
export class IssuedClientDto {
  @Uuid({ zh: '标识', en: 'Id' })
  id: string;

  @Nested(() => ClientDto, { zh: '应用', en: 'The client' })
  client: ClientDto;

  @Text({
    zh: '应用密钥，仅此一次可见；以密钥对认证时与公开客户端为 null',
    en: 'The secret, shown only now; null with a key pair and for a public client',
    nullable: true,
    max: 100,
    example: 'yz_8cdXZ7Wq3xS0m5vJb1Yt6Lh9Rk2Np4Gf7Dw0Qe3Ua5I',
  })
  secret: string | null;

  static from(this: void, client: ClientDto, secret: string | null): IssuedClientDto {
    return Object.assign(new IssuedClientDto(), { id: client.id, client, secret });
  }
}
