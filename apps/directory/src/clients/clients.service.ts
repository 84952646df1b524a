import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { classOf, type Permission } from '#contracts';
import { Database, insert, onConflict, query, sql, type Tx, update } from '#database';
import { list, type Page } from '#http';
import { NotFound } from '#problems';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { permissionsFor, waitingOf } from '../client-approvals/client-approvals.queries.js';
import { clientKey, isPublicKey } from './client-keys.js';
import { Client, ClientSecret, MAX_SECRETS } from './client.entity.js';
import {
  type ClientChangeDto,
  ClientDto,
  type CreateClientDto,
  type Environment,
  IssuedClientDto,
  type ListClientsQuery,
} from './clients.dto.js';
import {
  ClientIdTaken,
  ClientInactive,
  ClientUsesKeys,
  KeyRefused,
  LastSecret,
  OriginRefused,
  PublicClientRefused,
  RedirectUriNeeded,
  RedirectUriRefused,
  RefreshWithoutCode,
  TooManySecrets,
} from './clients.problems.js';
import { refuseTokens } from './revocation.js';

const TAKEN = { client_client_id_key: () => new ClientIdTaken({ pointer: '#/clientId' }) };
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/** What secrets of clients are hashed under. */
export const CLIENT_SECRET = 'client secret';

/**
 * The apps of the school. A secret is in the answer that makes it and nowhere else: those use cases open their transaction
 * for nobody, so that no answer is kept for a repeated Idempotency-Key.
 */
@Injectable()
export class ClientsService {
  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    private readonly clock: CampusClock,
  ) {}

  async list(_actor: Actor, request: ListClientsQuery): Promise<Page<ClientDto>> {
    return this.database.read(async (tx) => {
      const page = await list(tx, request, {
        select: sql`id`,
        from: sql`directory.client`,
        where: [request.active === undefined ? undefined : sql`active = ${request.active}`],
        sorts: { clientId: sql`client_id` },
        defaultSort: 'clientId',
        id: sql`id`,
        to: ({ id }: { id: string }) => id,
      });
      const clients = new Map((await whole(tx, page.data)).map((dto) => [dto.id, dto]));
      return { ...page, data: page.data.map((id) => clients.get(id)!) };
    });
  }

  async get(_actor: Actor, id: string): Promise<ClientDto> {
    return this.database.read((tx) => view(tx, id));
  }

  async create(actor: Actor, input: CreateClientDto): Promise<IssuedClientDto> {
    check(input);
    const secret = input.publicKey || input.isPublic ? null : newSecret();
    const dto = await this.database.transaction(null, async (tx) => {
      const client = Object.assign(new Client(), {
        clientId: input.clientId,
        name: input.name,
        publisher: input.publisher ?? null,
        grants: input.grants,
        redirectUris: input.redirectUris ?? [],
        origins: input.origins ?? [],
        isPublic: input.isPublic ?? false,
        permissions: input.permissions.filter(isOrdinary),
        jwks: input.publicKey ? { keys: [await clientKey(input.publicKey)] } : null,
        requestsPerMinute: input.requestsPerMinute ?? null,
        bulkRequestsPerMinute: input.bulkRequestsPerMinute ?? null,
      });
      await onConflict(insert(tx, client), TAKEN);
      await permissionsFor(tx, actor, client, input.permissions, this.clock.now());
      if (secret !== null) await insert(tx, ClientSecret.of(client, this.hash(secret)));
      await audit(tx, actor, { action: 'directory.client.created', subject: { kind: 'client', id: client.id } });
      return view(tx, client.id);
    });
    return IssuedClientDto.from(dto, secret);
  }

  /** Takes effect at once; tokens that had more permissions are refused within a second. */
  async change(actor: Actor, id: string, version: number, input: ClientChangeDto): Promise<ClientDto> {
    return this.database.transaction(actor, async (tx) => {
      const client = await locked(tx, id);
      if (!client.active) throw new ClientInactive();
      check({ ...input, grants: client.grants });
      const lost = client.permissions.some((permission) => !input.permissions.includes(permission));
      const { name, publisher = null, redirectUris = [], origins = [] } = input;
      const { requestsPerMinute = null, bulkRequestsPerMinute = null } = input;
      const permissions = await permissionsFor(tx, actor, client, input.permissions, this.clock.now());
      const limits = { requestsPerMinute, bulkRequestsPerMinute };
      const changes = { name, publisher, permissions, redirectUris, origins, ...limits };
      await update(tx, Object.assign(client, changes), version);
      if (lost) await refuseTokens(tx, { clientId: client.clientId });
      await audit(tx, actor, { action: 'directory.client.changed', subject: { kind: 'client', id } });
      return view(tx, id);
    });
  }

  /** A second secret; both are good until the old one is retired. */
  async addSecret(actor: Actor, id: string): Promise<IssuedClientDto> {
    const secret = newSecret();
    const dto = await this.database.transaction(null, async (tx) => {
      const client = await locked(tx, id);
      if (!client.active) throw new ClientInactive();
      if (client.jwks || client.isPublic) throw new ClientUsesKeys();
      if ((await tx.countBy(ClientSecret, { clientRef: id })) >= MAX_SECRETS) throw new TooManySecrets();
      await insert(tx, ClientSecret.of(client, this.hash(secret)));
      await update(tx, client);
      await audit(tx, actor, { action: 'directory.client.secret-added', subject: { kind: 'client', id } });
      return view(tx, id);
    });
    return IssuedClientDto.from(dto, secret);
  }

  async retireSecret(actor: Actor, id: string, secretId: string): Promise<ClientDto> {
    return this.database.transaction(actor, async (tx) => {
      const client = await locked(tx, id);
      const secrets = await tx.findBy(ClientSecret, { clientRef: id });
      if (!secrets.some((secret) => secret.id === secretId)) throw new NotFound({ what: 'secret' });
      if (secrets.length === 1) throw new LastSecret();
      await tx.delete(ClientSecret, { id: secretId });
      await update(tx, client);
      await audit(tx, actor, { action: 'directory.client.secret-retired', subject: { kind: 'client', id } });
      return view(tx, id);
    });
  }

  /** Ends the client: no new tokens from now on, and those it has are refused within seconds. */
  async deactivate(actor: Actor, id: string, version: number): Promise<ClientDto> {
    return this.database.transaction(actor, async (tx) => {
      const client = await locked(tx, id);
      if (!client.active) throw new ClientInactive();
      client.active = false;
      const ordinary = client.permissions.filter(isOrdinary);
      client.permissions = await permissionsFor(tx, actor, client, ordinary, this.clock.now());
      await update(tx, client, version);
      await tx.delete(ClientSecret, { clientRef: id });
      await refuseTokens(tx, { clientId: client.clientId });
      await audit(tx, actor, { action: 'directory.client.deactivated', subject: { kind: 'client', id } });
      return view(tx, id);
    });
  }

  private hash(secret: string): string {
    return this.vault.digest(CLIENT_SECRET, secret);
  }
}

function isOrdinary(permission: Permission): boolean {
  return classOf(permission) === undefined;
}

/** 256 random bits. */
function newSecret(): string {
  return `yz_${randomBytes(32).toString('base64url')}`;
}

/** The client, until the end of the transaction nobody else's to change. */
export async function locked(tx: Tx, id: string): Promise<Client> {
  const client = await tx.findOne(Client, { where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!client) throw new NotFound({ what: 'client' });
  return client;
}

export async function view(tx: Tx, id: string): Promise<ClientDto> {
  const [dto] = await whole(tx, [id]);
  if (!dto) throw new NotFound({ what: 'client' });
  return dto;
}

async function whole(tx: Tx, ids: string[]): Promise<ClientDto[]> {
  const [clients, secrets, waiting, used] = await Promise.all([
    tx.createQueryBuilder(Client, 'c').where('c.id = ANY(:ids)', { ids }).getMany(),
    tx
      .createQueryBuilder(ClientSecret, 's')
      .where('s.client_ref = ANY(:ids)', { ids })
      .orderBy('s.created_at')
      .getMany(),
    waitingOf(tx, ids),
    query<{ id: string; at: Date | null; environment: Environment }>(
      tx,
      sql`SELECT c.id, (SELECT max(u.used_at) FROM platform.app_usage u WHERE u.app = c.client_id) AS at,
                   CASE WHEN EXISTS (SELECT FROM platform.sandbox) THEN 'sandbox' ELSE 'production' END AS environment
            FROM directory.client c WHERE c.id = ANY(${ids}::uuid[])`,
    ),
  ]);
  const uses = new Map(used.map((use) => [use.id, use]));
  return clients.map((client) =>
    ClientDto.from({
      client,
      secrets: secrets.filter((secret) => secret.clientRef === client.id),
      waiting: waiting.get(client.id) ?? [],
      lastUsedAt: uses.get(client.id)!.at,
      environment: uses.get(client.id)!.environment,
    }),
  );
}

function check(input: ClientChangeDto & Pick<CreateClientDto, 'grants' | 'isPublic' | 'publicKey'>): void {
  const code = input.grants.includes('authorization_code');
  if (input.grants.includes('refresh_token') && !code) throw new RefreshWithoutCode({ pointer: '#/grants' });
  if (code && !input.redirectUris?.length) throw new RedirectUriNeeded({ pointer: '#/redirectUris' });
  input.redirectUris?.forEach((uri, index) => {
    if (!isRedirectUri(uri)) throw new RedirectUriRefused({ pointer: `#/redirectUris/${index}` });
  });
  input.origins?.forEach((origin, index) => {
    if (!isOrigin(origin)) throw new OriginRefused({ pointer: `#/origins/${index}` });
  });
  if (input.isPublic && (input.publicKey || input.grants.includes('client_credentials')))
    throw new PublicClientRefused({ pointer: '#/isPublic' });
  if (input.publicKey && !isPublicKey(input.publicKey)) throw new KeyRefused({ pointer: '#/publicKey' });
}

/** RFC 6454 §6.2 as browsers send it: https, or http of the loopback host. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, origin } = new URL(text);
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname)));
}

/** RFC 8252 §7.3 and RFC 9700 §2.1: exact https addresses; plain http on the loopback host only. */
function isRedirectUri(text: string): boolean {
  if (!URL.canParse(text) || text.includes('#')) return false;
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return false;
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
}
