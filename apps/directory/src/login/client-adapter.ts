import { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC, Provider } from './oidc-provider.js';
import { PERMISSIONS } from '#contracts';
import { type Database, queryOne, sql } from '#database';
import { type Throttle, WORK_PAGE } from '#http';
import type { CampusClock } from '#time';
import { CLIENT_ID, type Grant, type PublicJwk } from '../clients/client.entity.js';
import { DOCS_CLIENT } from './demo-client.js';

interface Row {
  client_id: string;
  grants: Grant[];
  redirect_uris: string[];
  origins: string[];
  permissions: string[];
  is_public: boolean;
  jwks: { keys: PublicJwk[] } | null;
  secret_hashes: string[];
  waiting: string[];
}

const LONGEST_ID = 32;

/** Metadata of ours on a client: the keyed hashes of its secrets, the origins of its pages, and scopes that it may ask for and does not get. */
export const SECRET_HASHES = 'secret_hashes';
export const ORIGINS = 'origins';
export const WAITING = 'waiting_scopes';

/** Shows the school's apps to the issuer. Read for each request, so that a deactivated one is gone at once. */
export class ClientAdapter implements Adapter {
  constructor(
    private readonly database: Database,
    private readonly throttle: Throttle,
    private readonly clock: CampusClock,
    /** Set in the demo, whose pages are clients of their own: where they are. */
    private readonly demoOrigin?: string,
  ) {}

  async find(claimed: string): Promise<AdapterPayload | undefined> {
    // What cannot be an id at all is one and the same nobody: not looked up, and not remembered apart.
    const clientId = claimed.length <= LONGEST_ID && CLIENT_ID.test(claimed) ? claimed : '';
    const row = await queryOne<Row>(
      this.database.connection,
      sql`SELECT c.client_id, c.grants, c.redirect_uris, c.origins, c.permissions, c.is_public, c.jwks,
                 ARRAY(SELECT a.permission FROM directory.client_approval a WHERE a.client_ref = c.id
                          AND (a.status = 'waiting' OR a.status = 'approved' AND a.ends_on < ${this.clock.today()})) AS waiting,
                 ARRAY(SELECT s.hash FROM directory.client_secret s WHERE s.client_ref = c.id ORDER BY s.created_at) AS secret_hashes
            FROM directory.client c WHERE c.client_id = ${clientId} AND c.active`,
    );
    this.refuseThrottled(clientId);
    if (row) return metadataOf(row);
    return this.demoOrigin === undefined
      ? undefined
      : demoPages(this.demoOrigin).find((one) => one.client_id === clientId);
  }

  /** Known or not, an authenticating client with too many failures is answered the same 429. */
  private refuseThrottled(clientId: string): void {
    const context = Provider.ctx as KoaContextWithOIDC | undefined;
    if (!context || context.method !== 'POST') return;
    const key = `${clientId} ${context.ip}`;
    context.state.claimedClient = key;
    const wait = this.throttle.waitFor(key);
    if (wait === 0) return;
    context.set('Retry-After', String(wait));
    const error = new errors.OIDCProviderError(429, 'too_many_requests');
    throw Object.assign(error, { error_description: 'too many failed client authentications, try again later' });
  }

  upsert = never;
  destroy = never;
  consume = never;
  revokeByGrantId = never;
  findByUid = never;
  findByUserCode = never;
}

async function never(): Promise<undefined> {
  throw new Error('Clients are changed through /directory/v1/clients');
}

function demoPages(origin: string): AdapterPayload[] {
  const shared = { response_types: ['code'], token_endpoint_auth_method: 'none' } as const;
  return [
    {
      ...{ ...shared, client_id: DOCS_CLIENT.clientId, client_name: '接口文档 / API page' },
      grant_types: ['authorization_code'],
      redirect_uris: [`${origin}${DOCS_CLIENT.redirectPath}`],
      scope: ['openid', ...Object.keys(PERMISSIONS)].join(' '),
    },
    {
      ...{ ...shared, client_id: WORK_PAGE.clientId, client_name: '办事页 / Work page' },
      grant_types: [...WORK_PAGE.grants],
      redirect_uris: [`${origin}${WORK_PAGE.redirectPath}`],
      post_logout_redirect_uris: [`${origin}${WORK_PAGE.redirectPath}`],
      scope: ['openid', ...WORK_PAGE.permissions].join(' '),
    },
  ];
}

function metadataOf(row: Row): AdapterPayload {
  const code = row.grants.includes('authorization_code');
  return {
    client_id: row.client_id,
    grant_types: row.grants,
    response_types: code ? ['code'] : [],
    redirect_uris: row.redirect_uris,
    scope: [...new Set(['openid', ...row.permissions, ...row.waiting])].join(' '),
    [ORIGINS]: row.origins,
    [WAITING]: row.waiting,
    ...authenticationOf(row),
  };
}

function authenticationOf({ is_public, jwks, secret_hashes }: Row): Partial<AdapterPayload> {
  if (is_public) return { token_endpoint_auth_method: 'none' };
  if (jwks) return { token_endpoint_auth_method: 'private_key_jwt', jwks: jwks as never };
  // The library wants a secret here but asks compareClientSecret, which knows the hashes only.
  return {
    token_endpoint_auth_method: 'client_secret_basic',
    client_secret: 'kept as hashes',
    [SECRET_HASHES]: secret_hashes,
  };
}
