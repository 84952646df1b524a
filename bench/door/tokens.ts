import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { createApp } from '#service';
import { TestIssuer } from '#testing';
import { services } from '../../apps/campus/src/services.js';
import { directory } from '../../apps/directory/src/directory.module.js';
import { load, type Request } from '../http/load.js';
import { atLeast, inTurns, type Result, servers } from '../kit.js';

const RUNS = 3;
const SECONDS = 4;
const SCOPE = 'directory:person:read';

/** Tokens by client credentials from 8 connections: ours, which remembers them and asks PostgreSQL for the client, and bare oidc-provider. */
export async function tokens(): Promise<Result> {
  const own = await servers(services);
  const issuer = await TestIssuer.create();
  const config = own.config({ jwksUrl: issuer.jwksUrl });
  const app = await createApp([directory], config);
  await app.listen(0, '127.0.0.1');
  const peer = await bare();
  try {
    const ours = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
    const token = await issuer.sign(config.issuer, {
      client_id: 'bench',
      sub: 'bench',
      scope: 'directory:client:write',
    });
    const answer = await fetch(`${ours}/directory/v1/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        clientId: 'bench-app',
        name: 'Bench',
        grants: ['client_credentials'],
        permissions: [SCOPE],
      }),
    });
    const { secret } = (await answer.json()) as { secret: string };
    if (!secret) throw new Error(`the app was not registered: ${answer.status}`);
    const rates = await inTurns(RUNS, {
      ours: () => load(ours, { seconds: SECONDS, request: asking('/directory/oauth/token', 'bench-app', secret) }),
      peer: () => load(peer.origin, { seconds: SECONDS, request: asking('/token', 'bench-app', 'secret') }),
    });
    return {
      rows: [{ id: 'tokens issued', value: rates['ours']!, unit: '/s' }],
      ratios: [atLeast('tokens / bare oidc-provider', rates['ours']!, rates['peer']!, 0.5)],
    };
  } finally {
    peer.close();
    await app.close();
    await issuer.close();
    await own.stop();
  }
}

function asking(path: string, id: string, secret: string): Request {
  return {
    method: 'POST',
    path,
    headers: {
      authorization: `Basic ${Buffer.from(`${id}:${encodeURIComponent(secret)}`).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: SCOPE }).toString(),
  };
}

/** As it comes, with what it remembers in memory; access tokens are JWTs of the same algorithm. */
async function bare(): Promise<{ origin: string; close: () => void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const resource = 'urn:bench';
  const provider = new Provider(origin, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'k' } as never] },
    clients: [
      {
        client_id: 'bench-app',
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    scopes: [SCOPE],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        getResourceServerInfo: () => ({
          scope: SCOPE,
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  server.on('request', provider.callback());
  return { origin, close: () => server.close() };
}
