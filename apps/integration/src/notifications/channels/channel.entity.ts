import { Column, Entity, PrimaryColumn } from 'typeorm';
import { BaseEntity } from '#database';
import type { Vault } from '#vault';
import type { OuterChannel } from '../message.entity.js';

/** A way out of the house, as the school has set it up. There is a row for each. */
@Entity({ schema: 'integration', name: 'channel' })
export class Channel extends BaseEntity {
  @Column('text')
  key: OuterChannel;

  @Column('boolean')
  enabled: boolean;

  /** By key: see `channel-settings.ts`. */
  @Column('jsonb')
  settings: object;

  /** Password or secret of the app, sealed with the root key. */
  @Column('bytea', { nullable: true })
  sealedSecret: Buffer | null;
}

/** Who a person is at a channel. */
@Entity({ schema: 'integration', name: 'channel_identity' })
export class ChannelIdentity extends BaseEntity {
  @Column('uuid')
  personId: string;

  @Column('text')
  channel: OuterChannel;

  /** userid or e-mail address, sealed with the root key. */
  @Column('bytea')
  sealedAddress: Buffer;

  @Column('text')
  addressHash: string;

  /** Set by the school, or by the person, who proved it. */
  @Column('text')
  source: 'school' | 'own';
}

/** A code on its way to an e-mail address that a person says is theirs. */
@Entity({ schema: 'integration', name: 'email_code' })
export class EmailCode {
  @PrimaryColumn('uuid')
  personId: string;

  @Column('uuid')
  id: string;

  @Column('bytea')
  sealedAddress: Buffer;

  @Column('text')
  codeHash: string;

  @Column('timestamptz')
  sentAt: Date;

  @Column('int')
  tries = 0;
}

/** Where secrets and addresses are sealed: the table and the row, as `npm run keys` knows them. */
export function placeOfChannel(id: string): string {
  return `integration.channel ${id}`;
}

export function placeOfIdentity(id: string): string {
  return `integration.channel_identity ${id}`;
}

/** Keyed; addresses that differ in upper case alone are one. */
export function hashOfAddress(vault: Vault, channel: OuterChannel, address: string): string {
  return vault.digest('channel-identity', `${channel} ${address.toLowerCase()}`);
}

export function placeOfCode(id: string): string {
  return `integration.email_code ${id}`;
}
