import { send, type SendOptions, type Tokens } from './send.js';

/** An app by itself: OAuth 2.0 client credentials. */
export interface AppCredentials {
  clientId: string;
  clientSecret: string;
  /** Permissions, separated by spaces: ask for no more than the app needs. */
  scope: string;
}

/** An app that acts for a person who has signed in: what the code was exchanged for. */
export interface PersonCredentials {
  clientId: string;
  /** None for an app in a browser or on a phone. */
  clientSecret?: string;
  refreshToken: string;
  /** Each renewal gives another refresh token, and the one before is of no use: keep this one. */
  onRefreshToken: (refreshToken: string) => void | Promise<void>;
}

/** Or an access token, or where to get one. */
export type Auth = AppCredentials | PersonCredentials | string | (() => string | Promise<string>);

export function tokensOf(auth: Auth, tokenUrl: URL, options: SendOptions): Tokens {
  if (typeof auth === 'string') return { get: async () => auth, forget: () => false };
  if (typeof auth === 'function') return { get: async () => auth(), forget: () => true };
  return new Grants(auth, tokenUrl, options);
}

interface Granted {
  access_token: string;
  expires_in: number;
  refresh_token?: string;
}

/** Seconds before its end at which a token is no longer used. */
const EARLY = 30;

/** Asks for a token when there is none, one request for all that wait, and keeps it until it ends. */
class Grants implements Tokens {
  private token: string | undefined;
  private until = 0;
  private asking: Promise<string> | undefined;
  private refreshToken: string | undefined;

  constructor(
    private readonly credentials: AppCredentials | PersonCredentials,
    private readonly tokenUrl: URL,
    private readonly options: SendOptions,
  ) {
    if ('refreshToken' in credentials) this.refreshToken = credentials.refreshToken;
  }

  get(): Promise<string> {
    if (this.token !== undefined && performance.now() < this.until) return Promise.resolve(this.token);
    this.asking ??= this.ask().finally(() => (this.asking = undefined));
    return this.asking;
  }

  forget(token: string): boolean {
    if (this.token === token) this.token = undefined;
    return true;
  }

  private async ask(): Promise<string> {
    const { clientId, clientSecret } = this.credentials;
    const person = this.refreshToken !== undefined;
    const fields = {
      ...(person
        ? { grant_type: 'refresh_token', refresh_token: this.refreshToken! }
        : { grant_type: 'client_credentials', scope: (this.credentials as AppCredentials).scope }),
      ...(clientSecret === undefined && { client_id: clientId }),
    };
    const begun = performance.now();
    const { json } = await send(
      {
        url: this.tokenUrl,
        method: 'POST',
        headers: {
          accept: 'application/json',
          ...(clientSecret !== undefined && { authorization: `Basic ${basic(clientId, clientSecret)}` }),
        },
        body: new URLSearchParams(fields),
        // A refresh token is good once: sent twice, it looks stolen.
        repeatable: !person,
      },
      this.options,
    );
    const granted = JSON.parse(json ?? '{}') as Granted;
    this.token = granted.access_token;
    this.until = begun + (granted.expires_in - EARLY) * 1000;
    if (person && granted.refresh_token && granted.refresh_token !== this.refreshToken) {
      this.refreshToken = granted.refresh_token;
      await (this.credentials as PersonCredentials).onRefreshToken(granted.refresh_token);
    }
    return this.token;
  }
}

/** RFC 6749 §2.3.1: both are form-encoded first. */
function basic(id: string, secret: string): string {
  const encoded = [id, secret].map((text) => new URLSearchParams({ '': text }).toString().slice(1));
  return btoa(encoded.join(':'));
}
