import { readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import type { Permission } from '#contracts';

/** Less than this is left of a token: another one is asked for. */
const SPARE_MS = 60_000;
const WAIT_MS = 60_000;

/** What a connector brings is handed to the other services over their API, as an app of its own with the permissions for that. */
@Injectable()
export class OwnApp {
  private readonly tokens = new Map<Permission, { value: string; until: number }>();

  constructor(private readonly config: Config) {}

  async ask(permission: Permission, path: string, options: RequestInit = {}): Promise<Response> {
    const headers = { ...(options.headers as object), authorization: `Bearer ${await this.accessToken(permission)}` };
    return fetch(this.config.origin + path, { ...options, headers, signal: AbortSignal.timeout(WAIT_MS) });
  }

  private async accessToken(permission: Permission): Promise<string> {
    const known = this.tokens.get(permission);
    if (known && known.until > performance.now()) return known.value;
    const { connectorClientId: id, connectorClientSecretFile: file } = this.config;
    if (!id || !file) throw new Error('CONNECTOR_CLIENT_ID and CONNECTOR_CLIENT_SECRET_FILE are not set');
    const basic = [id, readFileSync(file, 'utf8').trim()].map(encodeURIComponent).join(':');
    const answer = await fetch(`${this.config.issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(basic).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: permission }),
      signal: AbortSignal.timeout(WAIT_MS),
    });
    if (answer.status !== 200) throw failed('the issuer', answer);
    const { access_token: value, expires_in: seconds } = (await answer.json()) as {
      access_token: string;
      expires_in: number;
    };
    this.tokens.set(permission, { value, until: performance.now() + seconds * 1000 - SPARE_MS });
    return value;
  }
}

/** Names no address and no body: what was answered may quote a row. */
export function failed(who: string, { status }: Response): Error {
  return new Error(`${who} answered ${status}`);
}
