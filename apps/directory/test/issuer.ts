import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import * as oidc from 'openid-client';
import { Actor, assertRoutesGuarded, AuthModule } from '#auth';
import { Config } from '#config';
import { type Permission, PERMISSIONS } from '#contracts';
import { connect, Database, DatabaseModule, query, type Sql } from '#database';
import { configureHttp, createAdapter, HttpModule } from '#http';
import { service } from '#service';
import { CampusClock } from '#time';
import { campus, cloneDatabase, secretKeyFile } from '#testing';
import type { CreateClientDto } from '../src/clients/clients.dto.js';
import { ClientsService } from '../src/clients/clients.service.js';
import { Vault } from '#vault';
import { seedDemoLogin } from '../src/login/demo.js';
import { clients } from '../src/clients/clients.feature.js';
import { login } from '../src/login/login.feature.js';
import { mountIssuer } from '../src/login/mount-issuer.js';

export const ADMIN = Actor.app('test', Object.keys(PERMISSIONS) as Permission[]);
export const CALLBACK = 'https://app.example.edu.cn/callback';

const { module, entities } = service('directory', { features: [clients, login], migrations: [] });

@Global()
@Module({})
class ConfigModule {
  static of(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: Config, useValue: config }, CampusClock],
      exports: [Config, CampusClock],
    };
  }
}

/** The features clients and login alone, as a process. */
async function createApp(config: Config): Promise<NestFastifyApplication> {
  const database = DatabaseModule.forRoot({
    url: config.databaseUrl,
    entities,
    poolSize: config.poolSize,
    applicationName: 'test',
  });
  const imports = [database, ConfigModule.of(config), AuthModule.forRoot(config), HttpModule.forRoot(config), module];
  const app = await NestFactory.create<NestFastifyApplication>(
    { module: class Process {}, imports },
    createAdapter(config),
    {
      abortOnError: false,
      logger: false,
    },
  );
  await configureHttp(app, config);
  await mountIssuer(app);
  assertRoutesGuarded(app);
  return app;
}

/** Directory listening on its public address, with its real issuer: tokens are fetched and verified over HTTP. */
export class IssuerApp {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly config: Config,
    private readonly drop: () => Promise<void>,
  ) {}

  static async create({
    demo = true,
    seeded = demo,
    ...settings
  }: { demo?: boolean; seeded?: boolean } & Partial<Config> = {}): Promise<IssuerApp> {
    const { url: databaseUrl, drop } = await cloneDatabase();
    const config = Config.of({
      databaseUrl,
      redisUrl: process.env['YIZHAN_TEST_REDIS'],
      redisPrefix: `test-${randomUUID()}`,
      port: await freePort(),
      demo,
      roles: ['api'],
      logLevel: process.env['TEST_LOG_LEVEL'] ?? 'silent',
      rateLimitPerMinute: 1_000_000,
      bulkLimitPerMinute: 1_000_000,
      poolSize: 8,
      secretKeyFile: secretKeyFile(),
      ...settings,
    });
    if (seeded) await seedDemo(config);
    const app = await createApp(config);
    try {
      await app.listen(config.port, config.host);
      return new IssuerApp(app, config, drop);
    } catch (error) {
      await app.close();
      await drop();
      throw error;
    }
  }

  /** Registers a client through the use case; answers the row's id and the secret. */
  async register(input: Partial<CreateClientDto> & { clientId: string }): Promise<{ id: string; secret: string }> {
    const { id, secret } = await this.app.get(ClientsService).create(ADMIN, {
      name: '测试应用',
      grants: ['client_credentials'],
      permissions: ['directory:unit:read', 'directory:client:read'],
      ...input,
    });
    return { id, secret: secret ?? '' };
  }

  /** What an independent client library makes of the issuer's metadata. */
  async discover(clientId: string, authentication?: oidc.ClientAuth | string): Promise<oidc.Configuration> {
    return oidc.discovery(new URL(this.config.issuer), clientId, undefined, auth(authentication), {
      algorithm: 'oauth2',
      execute: [oidc.allowInsecureRequests],
    });
  }

  /** A request with a token; the answer's status. */
  async status(path: string, token: string, init: RequestInit = {}): Promise<number> {
    const response = await fetch(this.config.origin + path, {
      ...init,
      headers: { ...init.headers, authorization: `Bearer ${token}` },
    });
    await response.arrayBuffer();
    return response.status;
  }

  query<T = Record<string, unknown>>(statement: Sql): Promise<T[]> {
    return query<T>(this.app.get(Database).connection, statement);
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.drop();
  }
}

function auth(authentication: oidc.ClientAuth | string | undefined): oidc.ClientAuth | undefined {
  return typeof authentication === 'string' ? oidc.ClientSecretBasic(authentication) : authentication;
}

async function seedDemo(config: Config): Promise<void> {
  const source = await connect({ url: config.databaseUrl, entities, poolSize: 2, applicationName: 'seed' });
  try {
    const personas = [
      { name: 'counselor', personId: campus.staff.counselorCs, zh: '辅导员', en: 'Counselor' },
      { name: 'student', personId: campus.students[0] as string, zh: '学生', en: 'Student' },
    ];
    await new Database(source).transaction(null, (tx) =>
      seedDemoLogin(tx, Vault.fromFile(config.secretKeyFile), personas),
    );
  } finally {
    await source.destroy();
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A browser that keeps cookies and follows redirects until one leaves for `callback`. */
export class Browser {
  private readonly cookies = new Map<string, { value: string; path: string }>();

  values(): string[] {
    return [...this.cookies.values()].map(({ value }) => value);
  }

  get(url: URL): Promise<Response> {
    return this.send(url);
  }

  post(url: URL, form: Record<string, string> = {}): Promise<Response> {
    return this.send(url, { method: 'POST', body: new URLSearchParams(form) });
  }

  /** Follows redirects to the first page, or to `callback`; answers where it is and what stands there. */
  async walk(url: URL, callback: string, first = this.get(url)): Promise<{ url: URL; status: number; page: string }> {
    let response = await first;
    for (let hops = 0; hops < 20; hops++) {
      const location = response.headers.get('location');
      if (!location) return { url, status: response.status, page: await response.text() };
      url = new URL(location, url);
      if (url.href.startsWith(callback)) return { url, status: 302, page: '' };
      response = await this.get(url);
    }
    throw new Error('Too many redirects');
  }

  private async send(url: URL, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.cookies]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name.split('|')[0]}=${value}`);
    const headers = { cookie: cookie.join('; '), accept: 'text/html' };
    const response = await fetch(url, { redirect: 'manual', headers, ...init });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) as unknown as [string, string, string];
      const path = /; path=([^;]+)/i.exec(line)?.[1] ?? '/';
      if (value) this.cookies.set(`${name}|${path}`, { value, path });
      else this.cookies.delete(`${name}|${path}`);
    }
    return response;
  }

  /** Signs in as a persona; answers the address the app is called back at. */
  async signIn(url: URL, persona: string, callback: string): Promise<URL> {
    for (let hops = 0; hops < 10; hops++) {
      if (url.href.startsWith(callback)) return url;
      const response = await this.get(url);
      const location = response.headers.get('location');
      if (location) {
        url = new URL(location, url);
        continue;
      }
      const page = await response.text();
      const link = [...page.matchAll(/href="([^"]+)"/g)]
        .map((match) => match[1] as string)
        .find((href) => href.endsWith(`/${persona}`));
      if (!link) throw new Error(`No link for ${persona}: ${response.status} ${page}`);
      url = new URL(link.replaceAll('&#47;', '/'), url);
    }
    throw new Error('Too many redirects');
  }
}
