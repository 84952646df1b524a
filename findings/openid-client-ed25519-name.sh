#!/usr/bin/env bash
# openid-client 6.9.0 with oidc-provider 9.13.3: an app whose key is Ed25519 cannot sign in with private_key_jwt at a provider that allows
# "EdDSA", the name of RFC 8037 under which both have taken such keys for years. Given a CryptoKey, openid-client writes
# alg "Ed25519" (RFC 9864) into the assertion; oidc-provider compares names and answers 401 invalid_client.
# An assertion by the same key that says "EdDSA" (jose) is taken. Where both names are allowed, both are.
# What follows: allow both names, and register no "alg" with a key. Needs Node.js >= 20 and npm. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts openid-client@6.9.0 oidc-provider@9.13.3 jose@6.2.17 2>/dev/null

cat >ask.mjs <<'JS'
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';
import * as client from 'openid-client';

console.info = console.warn = () => undefined;
const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
const key = { ...(await exportJWK(publicKey)), kid: 'one' };

async function answers(allowed) {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'app',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: [key] },
      },
    ],
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: allowed },
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
  });
  server.on('request', provider.callback());
  const config = await client.discovery(new URL(issuer), 'app', {}, client.PrivateKeyJwt({ key: privateKey, kid: 'one' }), {
    execute: [client.allowInsecureRequests],
  });
  const byClient = await client.clientCredentialsGrant(config).then(
    () => 200,
    ({ status }) => status,
  );
  const assertion = await new SignJWT({ jti: randomUUID() })
    .setProtectedHeader({ alg: 'EdDSA', kid: 'one' })
    .setIssuer('app')
    .setSubject('app')
    .setAudience(issuer)
    .setIssuedAt()
    .setExpirationTime('1m')
    .sign(privateKey);
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'app',
    client_assertion: assertion,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  });
  const byHand = (await fetch(`${issuer}/token`, { method: 'POST', body })).status;
  server.closeAllConnections();
  server.close();
  console.log(`allowed ${allowed.join(' and ')}: openid-client ${byClient}, an assertion that says EdDSA ${byHand}`);
}
await answers(['EdDSA']);
await answers(['EdDSA', 'Ed25519']);
JS
seen=$(node ask.mjs 2>/dev/null)
echo "$seen"
expected='allowed EdDSA: openid-client 401, an assertion that says EdDSA 200
allowed EdDSA and Ed25519: openid-client 200, an assertion that says EdDSA 200'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
