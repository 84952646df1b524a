import { Injectable } from '@nestjs/common';
import { calculateJwkThumbprint } from 'jose';
import { type Actor, audit } from '#auth';
import { Database, update } from '#database';
import { NotFound } from '#problems';
import { clientKey, isPublicKey } from './client-keys.js';
import { MAX_KEYS, type PublicJwk } from './client.entity.js';
import type { ClientDto } from './clients.dto.js';
import { ClientInactive, ClientUsesNoKeys, KeyIdTaken, KeyRefused, LastKey, TooManyKeys } from './clients.problems.js';
import { locked, view } from './clients.service.js';

/** The keys that an app's assertions are verified with (private_key_jwt): two at a time, so that it can move from one to the other. */
@Injectable()
export class ClientKeys {
  constructor(private readonly database: Database) {}

  async add(actor: Actor, id: string, publicKey: PublicJwk): Promise<ClientDto> {
    if (!isPublicKey(publicKey)) throw new KeyRefused({ pointer: '#/publicKey' });
    const key = await clientKey(publicKey);
    const thumbprint = await calculateJwkThumbprint(key);
    return this.database.transaction(actor, async (tx) => {
      const client = await locked(tx, id);
      if (!client.active) throw new ClientInactive();
      if (!client.jwks) throw new ClientUsesNoKeys();
      const { keys } = client.jwks;
      const thumbprints = await Promise.all(keys.map((known) => calculateJwkThumbprint(known)));
      if (keys.some(({ kid }) => kid === key.kid) || thumbprints.includes(thumbprint))
        throw new KeyIdTaken({ pointer: '#/publicKey' });
      if (keys.length >= MAX_KEYS) throw new TooManyKeys();
      await update(tx, Object.assign(client, { jwks: { keys: [...keys, key] } }));
      await audit(tx, actor, { action: 'directory.client.key-added', subject: { kind: 'client', id } });
      return view(tx, id);
    });
  }

  /** No assertion that it signed is taken from now on. */
  async retire(actor: Actor, id: string, kid: string): Promise<ClientDto> {
    return this.database.transaction(actor, async (tx) => {
      const client = await locked(tx, id);
      const keys = client.jwks?.keys ?? [];
      const left = keys.filter((key) => key.kid !== kid);
      if (left.length === keys.length) throw new NotFound({ what: 'key' });
      if (left.length === 0) throw new LastKey();
      await update(tx, Object.assign(client, { jwks: { keys: left } }));
      await audit(tx, actor, { action: 'directory.client.key-retired', subject: { kind: 'client', id } });
      return view(tx, id);
    });
  }
}
