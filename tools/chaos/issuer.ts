import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';

/** Signs access tokens and serves the public key, so that callers do not depend on the processes that are killed. */
export class Issuer {
  private constructor(
    private readonly name: string,
    private readonly key: CryptoKey,
    private readonly kid: string,
    private readonly server: Server,
  ) {}

  static async start(name: string): Promise<Issuer> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const jwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(jwk);
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [{ ...jwk, kid, alg: 'ES256', use: 'sig' }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Issuer(name, privateKey, kid, server);
  }

  get jwksUrl(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/jwks`;
  }

  /** A token of an app, or of one that acts for a person; good for nine minutes. */
  async token(scope: string, personId?: string): Promise<string> {
    const claims = { client_id: 'chaos', sub: personId ?? 'chaos', scope };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.kid })
      .setIssuer(this.name)
      .setAudience('urn:yizhan:api')
      .setIssuedAt('1 minute ago')
      .setJti(randomUUID())
      .setExpirationTime('9 minutes')
      .sign(this.key);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
