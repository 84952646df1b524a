import { Column, Entity } from 'typeorm';
import type { Permission } from '#contracts';
import { BaseEntity } from '#database';

/** Ways a client may get tokens (RFC 6749 §1.3). */
export const GRANTS = {
  client_credentials: { zh: '应用自身', en: 'The app by itself' },
  authorization_code: { zh: '代表登录的人员', en: 'For a person who signs in' },
  refresh_token: { zh: '续期', en: 'Renewal without signing in again' },
} as const;

/** Lower-case words and hyphens, so that it is never a person's id. */
export const CLIENT_ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export type Grant = keyof typeof GRANTS;

/** Two secrets overlap while the app moves from the old one to the new one. */
export const MAX_SECRETS = 2;

/** So do two keys. */
export const MAX_KEYS = 2;

/** Public half of a key pair of an app, as a JWK (RFC 7517). */
export type PublicJwk = Record<string, unknown>;

/** One that is registered: it has a name. */
export type ClientKey = PublicJwk & { kid: string };

/** An app that may call the API: an OAuth2 client. */
@Entity({ schema: 'directory', name: 'client' })
export class Client extends BaseEntity {
  /** `client_id`: lower-case words and hyphens, at most 32 characters, so that it is never a person's id. */
  @Column('text')
  clientId: string;

  @Column('text')
  name: string;

  /** Who offers it, as people are told. */
  @Column('text', { nullable: true })
  publisher: string | null = null;

  @Column('text', { array: true })
  grants: Grant[];

  @Column('text', { array: true })
  redirectUris: string[];

  /** Origins of its pages in browsers, which may read our answers (CORS). */
  @Column('text', { array: true })
  origins: string[];

  /** The scopes that its tokens may carry: sensitive ones once they are approved (client-approvals). */
  @Column('text', { array: true })
  permissions: Permission[];

  /** An app in a browser or on a phone, which can keep no secret (RFC 6749 §2.1): PKCE alone protects its codes. */
  @Column('boolean')
  isPublic: boolean;

  /** Set: the client signs assertions (private_key_jwt, RFC 7523). Null: it has secrets, or is public. */
  @Column('jsonb', { nullable: true })
  jwks: { keys: ClientKey[] } | null;

  /** Requests by itself in a minute; null: as many as the deployment lets any app. */
  @Column('int', { nullable: true })
  requestsPerMinute: number | null = null;

  /** The same for bulk routes. */
  @Column('int', { nullable: true })
  bulkRequestsPerMinute: number | null = null;

  @Column('boolean')
  active = true;
}

/** A secret of a client, as a keyed hash: the secret itself is shown once and stored nowhere. */
@Entity({ schema: 'directory', name: 'client_secret' })
export class ClientSecret extends BaseEntity {
  @Column('uuid')
  clientRef: string;

  @Column('text')
  hash: string;

  static of(client: Client, hash: string): ClientSecret {
    return Object.assign(new ClientSecret(), { clientRef: client.id, hash });
  }
}
