import { timingSafeEqual } from 'node:crypto';
import { query, sql, type Tx } from '#database';
import type { Vault } from '#vault';
import type { Contact } from './contacts.queries.js';

/** What is kept of a key: a keyed hash, of which nobody has any use without the root key. */
export function keyDigestOf(vault: Vault, code: string, key: string): string {
  return vault.digest('device-key', `${code} ${key}`);
}

/** How a call is known to be the device's. */
export interface Proof {
  /** What it told as its key. */
  key?: string | undefined;
  address: string;
  /** The protocol has room for the key in the first call alone: later ones are known by where they come from. */
  once?: boolean;
}

export type Verdict = 'admitted' | 'proved' | 'refused';

/** May a device with a key be answered? `proved`: it has told the key, and is known by its address from now on. */
export function verdictOf(vault: Vault, { code, keyDigest, provedFrom }: Contact, proof: Proof): Verdict {
  if (keyDigest === null) return 'admitted';
  const { key, address, once } = proof;
  if (key === undefined) return once && provedFrom === address ? 'admitted' : 'refused';
  const [told, kept] = [Buffer.from(keyDigestOf(vault, code, key)), Buffer.from(keyDigest)];
  if (told.length !== kept.length || !timingSafeEqual(told, kept)) return 'refused';
  return once && provedFrom !== address ? 'proved' : 'admitted';
}

/** Notes where the device was when it told its key. */
export async function noteProof(tx: Tx, deviceId: string, address: string): Promise<void> {
  await query(tx, sql`UPDATE safety.device_contact SET proved_from = ${address}::inet WHERE device_id = ${deviceId}`);
}

/** The key was set or changed: the device has to tell it. */
export async function forgetProof(tx: Tx, deviceId: string): Promise<void> {
  await query(tx, sql`UPDATE safety.device_contact SET proved_from = NULL WHERE device_id = ${deviceId}`);
}
