import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import type supertest from 'supertest';
import { Actor } from '#auth';
import { type Permission, PERMISSIONS } from '#contracts';
import type { Service } from '#service';
import { type Client, eventually, fireTimers, TestApp } from '#testing';
import { ClientsService } from '../../directory/src/clients/clients.service.js';
import { directory } from '../../directory/src/directory.module.js';
import { integration } from '../src/integration.module.js';

export const ROOT = '/integration/v1/connectors';
const ADMIN = Actor.app('test', Object.keys(PERMISSIONS) as Permission[]);

export interface Answer {
  id: string;
  version: number;
}
export interface Run extends Answer {
  state: string;
  rows: number;
  counts: Record<string, { create: number; change: number; close: number }> | null;
  reasons: object[];
  problems: { column: string | null; rows: number; firstLine: number | null; zh: string }[];
}

/** Directory and integration at their public address, with the real issuer: connectors reach directory over HTTP, with a token of their own. */
export class ConnectorKit {
  /** The IT department's app, and that of whoever confirms. */
  it: Client;
  registrar: Client;

  private constructor(
    readonly test: TestApp,
    private readonly folder: string,
  ) {}

  static async start(settings: Record<string, unknown> = {}, more: readonly Service[] = []): Promise<ConnectorKit> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), 'yizhan-connector-'));
    const secret = join(folder, 'secret');
    const test = await TestApp.create([directory, ...more, integration], {
      ...{ port, baseUrl: `http://127.0.0.1:${port}`, jwksUrl: undefined },
      ...{ connectorClientId: 'connectors', connectorClientSecretFile: secret },
      ...settings,
    });
    const kit = new ConnectorKit(test, folder);
    writeFileSync(
      secret,
      await kit.register('connectors', ['directory:import:write', 'early-warning:observation:write']),
    );
    kit.it = await kit.client('it-office', ['integration:connector:read', 'integration:connector:write']);
    kit.registrar = await kit.client('registrar', [
      'integration:connector:read',
      'integration:connector:write',
      'integration:connector:publish',
    ]);
    return kit;
  }

  async stop(): Promise<void> {
    await this.test.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  upload(client: Client, path: string, content: Buffer | string, filename = 'roster.csv'): supertest.Test {
    return client.post(path).attach('file', Buffer.from(content), filename);
  }

  async make(source: string, brings = 'roster'): Promise<Answer> {
    return (await this.it.post(ROOT, { name: '教务系统', source, brings }).expect(201)).body as Answer;
  }

  async versionOf(id: string): Promise<string> {
    return `"${((await this.it.get(`${ROOT}/${id}`).expect(200)).body as Answer).version}"`;
  }

  async draft(id: string, mapping: object): Promise<supertest.Response> {
    return this.it.put(`${ROOT}/${id}/draft`, mapping).set('If-Match', await this.versionOf(id));
  }

  async publish(client: Client, id: string): Promise<supertest.Response> {
    return client.post(`${ROOT}/${id}/publish`).set('If-Match', await this.versionOf(id));
  }

  /** Draft, trial and publication of a mapping that reads the sample. */
  async publishedFor(source: string, mapping: object, sample: Buffer | string, brings = 'roster'): Promise<string> {
    const { id } = await this.make(source, brings);
    expect((await this.draft(id, mapping)).status).toBe(200);
    await this.upload(this.it, `${ROOT}/${id}/trials`, sample).expect(200);
    expect((await this.publish(this.registrar, id)).status).toBe(200);
    return id;
  }

  /** Hands a listing in, and waits until the run has ended or is held. */
  async run(id: string, content: Buffer | string, query = ''): Promise<Run> {
    const { body } = await this.upload(this.it, `${ROOT}/${id}/runs${query}`, content).expect(202);
    return this.ended(id, (body as Run).id);
  }

  ended(id: string, runId: string): Promise<Run> {
    return eventually(async () => {
      this.test.clock.advance({ seconds: 3 });
      await fireTimers(this.test);
      const run = (await this.it.get(`${ROOT}/${id}/runs/${runId}`).expect(200)).body as Run;
      if (['pulling', 'queued', 'comparing', 'ready', 'applying'].includes(run.state))
        throw new Error(`is still ${run.state}`);
      return run;
    }, 30_000);
  }

  private async register(clientId: string, permissions: Permission[]): Promise<string> {
    const input = { clientId, name: clientId, grants: ['client_credentials' as const], permissions };
    return (await this.test.app.get(ClientsService).create(ADMIN, input)).secret!;
  }

  private async client(clientId: string, permissions: Permission[]): Promise<Client> {
    const secret = await this.register(clientId, permissions);
    const answer = await fetch(`${this.test.config.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: permissions.join(' ') }),
    });
    return this.test.caller(((await answer.json()) as { access_token: string }).access_token);
  }
}

/** As systems of schools export: GB18030. */
export function gb18030(...lines: string[]): Buffer {
  return iconv.encode(lines.join('\r\n') + '\r\n', 'gb18030');
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
