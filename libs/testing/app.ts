import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT, type CryptoKey } from 'jose';
import pg from 'pg';
import supertest from 'supertest';
import { Config } from '#config';
import type { Permission } from '#contracts';
import { PERMISSIONS } from '#contracts';
import { Database, query, type Sql, type Tx } from '#database';
import { createApp, type Service } from '#service';
import { TestClock } from './clock.js';
import { databaseUrl, TEMPLATE } from './template.js';

/** Requests of one caller: an app alone, or acting for a person. */
export interface Client {
  get(path: string): supertest.Test;
  post(path: string, body?: object): supertest.Test;
  put(path: string, body?: object): supertest.Test;
  patch(path: string, body?: object): supertest.Test;
  delete(path: string): supertest.Test;
  token: string;
}

/** A running process of the house with a database and a Redis prefix of its own. */
export class TestApp {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly config: Config,
    /** Moves what time it is on campus for this app. */
    readonly clock: TestClock,
    readonly url: string,
    private readonly issuer: TestIssuer,
    private readonly dropDatabase: () => Promise<void>,
  ) {}

  static async create(services: Service[], overrides: Record<string, unknown> = {}): Promise<TestApp> {
    const { url: ownDatabase, drop } = overrides['databaseUrl']
      ? { url: overrides['databaseUrl'] as string, drop: async () => undefined }
      : await cloneDatabase();
    const issuer = await TestIssuer.create();
    const config = Config.of({
      databaseUrl: ownDatabase,
      redisUrl: process.env['YIZHAN_TEST_REDIS'],
      redisPrefix: `test-${randomUUID()}`,
      port: 0,
      baseUrl: 'http://yizhan.test',
      jwksUrl: issuer.jwksUrl,
      secretKeyFile: secretKeyFile(),
      filesDir: join(dirname(secretKeyFile()), 'files'),
      logLevel: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      rateLimitPerMinute: 1_000_000,
      bulkLimitPerMinute: 1_000_000,
      redeliverAfterSeconds: 2,
      poolSize: 8,
      // The machine may have other work: what waits is not refused.
      databaseWaitSeconds: 30,
      maxRequests: 0,
      ...overrides,
    });
    try {
      const clock = new TestClock(config);
      // A sandbox has a clock of its own.
      const app = await createApp(services, config, config.sandbox ? undefined : clock);
      await app.listen(config.port, '127.0.0.1');
      const { port } = app.getHttpServer().address() as AddressInfo;
      return new TestApp(app, config, clock, `http://127.0.0.1:${port}`, issuer, drop);
    } catch (error) {
      await issuer.close();
      await drop();
      throw error;
    }
  }

  get database(): Database {
    return this.app.get(Database);
  }

  get tx(): Tx {
    return this.database.connection;
  }

  /** Rows of a statement, for looking at what a request left behind. */
  query<T = Record<string, unknown>>(statement: Sql): Promise<T[]> {
    return query<T>(this.tx, statement);
  }

  /** An app alone, with exactly these permissions over the whole school (none given: all). */
  async client(...permissions: Permission[]): Promise<Client> {
    const scope = permissions.length > 0 ? permissions : (Object.keys(PERMISSIONS) as Permission[]);
    return this.caller(
      await this.issuer.sign(this.config.issuer, { client_id: 'test-app', sub: 'test-app', scope: scope.join(' ') }),
    );
  }

  /** An app acting for a person: what the person's posts of today give them. `claims`: how they have signed in, or less than all scopes. */
  async person(personId: string, claims: { scope?: string; acr?: string; auth_time?: number } = {}): Promise<Client> {
    const all = { client_id: 'test-portal', sub: personId, scope: Object.keys(PERMISSIONS).join(' ') };
    return this.caller(await this.issuer.sign(this.config.issuer, { ...all, ...claims }));
  }

  /** Somebody without a token, or with one of the test's own making. */
  caller(token = ''): Client {
    const agent = supertest(this.url);
    const send = (method: 'get' | 'post' | 'put' | 'patch' | 'delete') => (path: string, body?: object) => {
      const request = agent[method](path);
      if (token) request.set('Authorization', `Bearer ${token}`);
      return body === undefined ? request : request.send(body);
    };
    return {
      get: send('get'),
      post: send('post'),
      put: send('put'),
      patch: send('patch'),
      delete: send('delete'),
      token,
    };
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.issuer.close();
    await this.dropDatabase();
  }
}

/** A database of its own, cloned from the migrated and seeded template. */
export async function cloneDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  return createDatabase(`TEMPLATE ${TEMPLATE}`);
}

/** A database in which nothing has been migrated. */
export async function emptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  return createDatabase('');
}

async function createDatabase(template: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = process.env['YIZHAN_TEST_POSTGRES'];
  if (!server) throw new Error('YIZHAN_TEST_POSTGRES is not set: run tests through npm test or npm run jest');
  const name = `t_${randomUUID().replace(/-/g, '')}`;
  const admin = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await admin(`CREATE DATABASE ${name} ${template}`);
  return { url: databaseUrl(server, name), drop: () => admin(`DROP DATABASE ${name} WITH (FORCE)`) };
}

let keyFile: string | undefined;

/** A key of this test process, in a file as a deployment's is; deleted when the process ends. */
export function secretKeyFile(): string {
  if (keyFile) return keyFile;
  const folder = mkdtempSync(join(tmpdir(), 'yizhan-key-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  keyFile = join(folder, 'secret.key');
  writeFileSync(keyFile, randomBytes(32).toString('base64'), { mode: 0o600 });
  return keyFile;
}

/** Signs access tokens as the directory's issuer would, and serves the public key over HTTP. */
export class TestIssuer {
  private constructor(
    private readonly key: CryptoKey,
    private readonly kid: string,
    private readonly server: Server,
  ) {}

  static async create(): Promise<TestIssuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TestIssuer(privateKey, kid, server);
  }

  get jwksUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  /** Good from five minutes ago until in five minutes: machines set their clocks, also while tests run. A token may live ten minutes, no second more. */
  async sign(issuer: string, claims: { client_id: string; sub: string; scope: string }): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.kid })
      .setIssuer(issuer)
      .setAudience('urn:yizhan:api')
      .setIssuedAt(now - 300)
      .setJti(randomUUID())
      .setExpirationTime(now + 300)
      .sign(this.key);
  }

  async close(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}
