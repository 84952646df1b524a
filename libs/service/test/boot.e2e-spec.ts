import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Get, Injectable, Module, type Type } from '@nestjs/common';
import { Redis } from 'ioredis';
import type { MigrationInterface } from 'typeorm';
import { Public } from '#auth';
import { Config } from '#config';
import { LeaveApprovedV1, type ServiceName } from '#contracts';
import type { Tx } from '#database';
import { OnDead, OnEvent } from '#events';
import { createApp, listen, type Service } from '#service';
import { ChildProcess, cloneDatabase, secretKeyFile } from '#testing';
import { startRedis, type LocalRedis } from '../../../tools/local/redis.js';

/** A service that exists only here; `party-building` is named by no event, so it owes no handler. */
function serviceOf(module: Type, name: ServiceName = 'party-building', more: Partial<Service> = {}): Service {
  return { name, module, entities: [], migrations: [], ...more };
}

/** A program compiles its sources when it starts. */
const STARTING = 90_000;

@Module({})
class EmptyModule {}

describe('a process that must not start', () => {
  let clone: Awaited<ReturnType<typeof cloneDatabase>>;
  let folder: string;

  beforeAll(async () => {
    clone = await cloneDatabase();
    folder = await mkdtemp(join(tmpdir(), 'yizhan-boot-'));
  });
  afterAll(async () => {
    await clone?.drop();
    if (folder) await rm(folder, { recursive: true });
  });

  function config(overrides: Record<string, unknown> = {}): Config {
    return Config.of({
      databaseUrl: clone.url,
      redisUrl: process.env['YIZHAN_TEST_REDIS'],
      redisPrefix: 'boot',
      secretKeyFile: secretKeyFile(),
      logLevel: 'silent',
      poolSize: 2,
      port: 0,
      ...overrides,
    });
  }

  /** Why it refuses; fails when it starts. */
  async function refusal(service: Service, overrides: Record<string, unknown> = {}): Promise<string> {
    const app = await createApp([service], config(overrides)).catch((error: Error) => error.message);
    if (typeof app === 'string') return app;
    await app.close();
    throw new Error('It starts');
  }

  it('waits for a PostgreSQL that is too busy to answer at once', async () => {
    const { hostname, port } = new URL(clone.url);
    let callers = 0;
    const busy = createServer((socket) => {
      socket.on('error', () => undefined);
      if (++callers === 1) return;
      const through = connect(Number(port), hostname).on('error', () => socket.destroy());
      socket.on('close', () => through.destroy());
      socket.pipe(through).pipe(socket);
    });
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const url = new URL(clone.url);
    url.host = `127.0.0.1:${(busy.address() as AddressInfo).port}`;
    const app = await createApp([serviceOf(EmptyModule)], config({ databaseUrl: url.href }));
    await app.close();
    busy.close();
    expect(callers).toBeGreaterThan(1);
  });

  it('starts when nothing is wrong', async () => {
    await expect(refusal(serviceOf(EmptyModule))).rejects.toThrow('It starts');
  });

  it('refuses a route that nobody has thought about', async () => {
    @Controller('party-building/v1/notes')
    class NotesController {
      @Get()
      @Public()
      listNotes(): object[] {
        return [];
      }

      @Get('forgotten')
      listForgotten(): object[] {
        return [];
      }
    }
    @Module({ controllers: [NotesController] })
    class NotesModule {}

    const why = await refusal(serviceOf(NotesModule));
    expect(why).toContain('NotesController.listForgotten');
    expect(why).not.toContain('listNotes');
    expect(why).toContain('@Require(');
  });

  it('refuses to leave an event unhandled that names the service', async () => {
    const why = await refusal(serviceOf(EmptyModule, 'affairs'));
    expect(why).toContain('affairs does not handle safety.passes-recorded.v1: add @OnEvent(PassesRecordedV1)');
  });

  it('refuses a handler of an event that does not name the service', async () => {
    @Injectable()
    class Listener {
      @OnEvent(LeaveApprovedV1)
      async whenLeaveApproved(_tx: Tx): Promise<void> {}
    }
    @Module({ providers: [Listener] })
    class ListeningModule {}

    expect(await refusal(serviceOf(ListeningModule))).toContain(
      "party-building handles affairs.leave-approved.v1, which does not name it: add 'party-building' to the event's consumers",
    );
  });

  it('refuses to wait for the end of what it does not handle', async () => {
    @Injectable()
    class Listener {
      @OnDead(LeaveApprovedV1)
      async whenLeaveApprovedDead(_tx: Tx): Promise<void> {}
    }
    @Module({ providers: [Listener] })
    class ListeningModule {}

    expect(await refusal(serviceOf(ListeningModule))).toContain(
      'party-building has @OnDead(LeaveApprovedV1), but does not handle affairs.leave-approved.v1',
    );
  });

  it('refuses a database that lacks a migration, and names it', async () => {
    class Notes1799990000000 implements MigrationInterface {
      async up(): Promise<void> {}
      async down(): Promise<void> {}
    }
    const why = await refusal(serviceOf(EmptyModule, 'party-building', { migrations: [Notes1799990000000] }));
    expect(why).toContain('party_building.Notes1799990000000');
    expect(why).toContain('npm run migrate');
  });

  describe('beside a Redis of its own', () => {
    let redis: LocalRedis;
    let client: Redis;
    beforeAll(async () => {
      redis = await startRedis({ dir: join(folder, 'redis'), aof: false });
      client = new Redis(redis.url);
    });
    afterAll(async () => {
      client?.disconnect();
      await redis?.stop();
    });

    it('refuses a Redis that evicts keys', async () => {
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      const why = await refusal(serviceOf(EmptyModule), { redisUrl: redis.url });
      expect(why).toContain('maxmemory-policy allkeys-lru');
      expect(why).toContain('CONFIG SET maxmemory-policy noeviction');
      await client.config('SET', 'maxmemory-policy', 'noeviction');
      await expect(refusal(serviceOf(EmptyModule), { redisUrl: redis.url })).rejects.toThrow('It starts');
    });
  });

  describe('beside a program that has its port', () => {
    let taken: Server;
    let port: number;
    beforeAll(async () => {
      taken = createServer();
      await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
      port = (taken.address() as { port: number }).port;
    });
    afterAll(() => new Promise((resolve) => taken.close(resolve)));

    it('names the port', async () => {
      const app = await createApp([serviceOf(EmptyModule)], config({ port }));
      await expect(listen(app, config({ port }))).rejects.toThrow(`Port ${port} is in use`);
      await app.close();
    });

    it(
      'is how a program ends: the message, and nothing else',
      async () => {
        const { code, output } = await outcome('party-building', { PORT: String(port) });
        expect(code).toBe(1);
        expect(output).toMatch(new RegExp(`^Port ${port} is in use[^\n]*\n$`));
      },
      STARTING,
    );
  });

  it(
    'says which PostgreSQL does not answer, without its password',
    async () => {
      const { code, output } = await outcome('party-building', {
        DATABASE_URL: 'postgres://yizhan:pass@localhost:1/none',
      });
      expect(code).toBe(1);
      expect(output).toMatch(/^PostgreSQL at localhost:1\/none cannot be used as yizhan \(ECONNREFUSED\)[^\n]*\n$/);
    },
    STARTING,
  );

  it(
    'refuses to seal with no key, and with one that is a placeholder',
    async () => {
      const none = await outcome('safety', { SECRET_KEY_FILE: '' });
      expect([none.code, none.output]).toEqual([1, expect.stringMatching(/^SECRET_KEY_FILE is not set/) as string]);
      const file = join(folder, 'secret.key');
      await writeFile(file, 'changeme');
      const { code, output } = await outcome('directory', { SECRET_KEY_FILE: file });
      expect(code).toBe(1);
      expect(output).toContain(`SECRET_KEY_FILE ${file} does not hold a random 32-byte base64 key`);
      expect(output).toContain('openssl rand -base64 32');
    },
    STARTING,
  );

  it(
    'names every wrong setting and what it should be',
    async () => {
      const { code, output } = await outcome('party-building', {
        DATABASE_URL: 'mysql://x',
        REDIS_URL: '',
        PORT: 'many',
      });
      expect(code).toBe(1);
      for (const setting of ['DATABASE_URL', 'REDIS_URL', 'PORT']) expect(output).toContain(`- ${setting}: `);
      expect(output).not.toContain('    at ');
    },
    STARTING,
  );

  /** How the program of a service ends that must not start. */
  async function outcome(
    service: ServiceName,
    env: Record<string, string>,
  ): Promise<{ code: number | null; output: string }> {
    return ChildProcess.run(`apps/${service}/src/main.ts`, {
      DATABASE_URL: clone.url,
      SECRET_KEY_FILE: secretKeyFile(),
      REDIS_URL: process.env['YIZHAN_TEST_REDIS'] as string,
      PORT: '0',
      ...env,
    });
  }
});
