import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, audit } from '#auth';
import { Database, newId, onConflict, query, queryOne, sql, type Tx } from '#database';
import { rowByRow } from '#http';
import { Invalid, NotFound } from '#problems';
import { personById } from '#roster';
import { CampusClock } from '#time';
import { Vault } from '#vault';
import { type Channel as ChannelKey, type OuterChannel } from '../message.entity.js';
import {
  AddressTaken,
  ChannelIncomplete,
  EmailCodeRefused,
  EmailCodeTooSoon,
  EmailNotSent,
} from '../notifications.problems.js';
import { ownPerson } from '../own-person.js';
import { Channel, hashOfAddress, placeOfChannel, placeOfCode, placeOfIdentity } from './channel.entity.js';
import { ADDRESSES } from './channel-settings.js';
import { Channels } from './channels.service.js';
import { type IdentityRowsDto, IdentityResultsDto, OwnIdentityDto } from './channels.dto.js';

const PAUSE_MS = 60_000;
const GOOD_MS = 900_000;
const TRIES = 5;

/** Who people are at channels: said by the school, or by the person, who proves it. */
@Injectable()
export class Identities {
  constructor(
    private readonly database: Database,
    private readonly clock: CampusClock,
    private readonly vault: Vault,
    private readonly channels: Channels,
  ) {}

  /** Each row by itself: one with a problem changes nothing. */
  setAll(actor: Actor, channelId: string, { rows }: IdentityRowsDto): Promise<IdentityResultsDto> {
    return this.database.transaction(actor, async (tx) => {
      const channel = await tx.findOneBy(Channel, { id: channelId });
      if (!channel) throw new NotFound({ what: 'channel' });
      const results = await rowByRow(tx, rows, async ({ id, address }, i) => {
        if (!(await personById(tx, id))) throw new NotFound({ what: 'person' });
        if (address === null) {
          await this.remove(tx, id, channel.key);
          return { status: 'removed' as const, version: 1 };
        }
        if (!ADDRESSES[channel.key].test(address)) throw wrong(`#/rows/${i}/address`);
        return { status: 'set' as const, version: await this.set(tx, id, channel.key, address, 'school') };
      });
      await audit(tx, actor, {
        action: 'integration.channel-identity.set',
        subject: { kind: 'channel', id: channelId },
      });
      return IdentityResultsDto.of(results);
    });
  }

  /** Of the person who asks, at each channel. */
  async own(actor: Actor): Promise<OwnIdentityDto[]> {
    const rows = await query<{
      channel: ChannelKey;
      enabled: boolean;
      source: 'school' | 'own' | null;
      id: string | null;
      sealed: Buffer | null;
    }>(
      this.database.connection,
      sql`SELECT c.key AS channel, c.enabled, i.source, i.id, i.sealed_address AS sealed FROM integration.channel c
            LEFT JOIN integration.channel_identity i ON i.channel = c.key AND i.person_id = ${actor.personId ?? null}::uuid ORDER BY c.key`,
    );
    return rows.map(({ channel, enabled, source, id, sealed }) => {
      const address = id && sealed ? this.vault.open(placeOfIdentity(id), sealed) : null;
      return OwnIdentityDto.from({ channel, enabled, source, address });
    });
  }

  /** Sends a code to an address that the person says is theirs. Once a minute; good for a quarter of an hour. */
  async sendCode(actor: Actor, address: string): Promise<void> {
    const personId = ownPerson(actor);
    if (!ADDRESSES.email.test(address)) throw wrong('#/address');
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const id = newId();
    const now = this.clock.now();
    const account = await this.database.transaction(actor, async (tx) => {
      const channel = await this.channels.enabled(tx, 'email');
      if (!channel) throw new ChannelIncomplete();
      const row = await queryOne(
        tx,
        sql`INSERT INTO integration.email_code AS e (person_id, id, sealed_address, code_hash, sent_at)
            VALUES (${personId}, ${id}, ${this.vault.seal(placeOfCode(id), address)}, ${this.hashOf(id, code)}, ${now})
            ON CONFLICT (person_id) DO UPDATE
               SET id = excluded.id, sealed_address = excluded.sealed_address, code_hash = excluded.code_hash, sent_at = excluded.sent_at, tries = 0
             WHERE e.sent_at <= ${new Date(now.getTime() - PAUSE_MS)} RETURNING id`,
      );
      if (!row) throw new EmailCodeTooSoon();
      const { settings, sealedSecret, version } = channel;
      return {
        settings,
        version,
        secret: sealedSecret ? this.vault.open(placeOfChannel(channel.id), sealedSecret) : '',
      };
    });
    const outcome = await this.channels.adapterOf('email').send(account, {
      ...{ id, attempt: 1, to: address, link: null, at: this.clock.dateOf(now) },
      title: '邮箱验证码 / Code for your e-mail address',
      body: `验证码：${code}，15 分钟内有效。如非本人操作请忽略。\nYour code is ${code}, good for 15 minutes. If you did not ask for it, ignore this mail.`,
    });
    if (outcome.state !== 'sent') throw new EmailNotSent();
  }

  /** The address is the person's once its code is given. Five tries. */
  async confirm(actor: Actor, code: string): Promise<OwnIdentityDto[]> {
    const personId = ownPerson(actor);
    const now = this.clock.now();
    // The try counts though the request is refused.
    const pending = await queryOne<{ id: string; sealed: Buffer; hash: string }>(
      this.database.connection,
      sql`UPDATE integration.email_code SET tries = tries + 1
           WHERE person_id = ${personId} AND tries < ${TRIES} AND sent_at > ${new Date(now.getTime() - GOOD_MS)}
          RETURNING id, sealed_address AS sealed, code_hash AS hash`,
    );
    if (!pending || pending.hash !== this.hashOf(pending.id, code)) throw new EmailCodeRefused();
    await this.database.transaction(actor, async (tx) => {
      await this.set(tx, personId, 'email', this.vault.open(placeOfCode(pending.id), pending.sealed), 'own');
      await query(tx, sql`DELETE FROM integration.email_code WHERE id = ${pending.id}`);
    });
    return this.own(actor);
  }

  /** The person is not told there any more. */
  forgetEmail(actor: Actor): Promise<void> {
    return this.database.transaction(actor, (tx) => this.remove(tx, ownPerson(actor), 'email'));
  }

  private async set(
    tx: Tx,
    personId: string,
    channel: OuterChannel,
    address: string,
    source: 'school' | 'own',
  ): Promise<number> {
    const known = await queryOne<{ id: string }>(
      tx,
      sql`SELECT id FROM integration.channel_identity WHERE person_id = ${personId} AND channel = ${channel} FOR UPDATE`,
    );
    const id = known?.id ?? newId();
    const written = await onConflict(
      queryOne<{ version: number }>(
        tx,
        sql`INSERT INTO integration.channel_identity AS i (id, person_id, channel, sealed_address, address_hash, source)
            VALUES (${id}, ${personId}, ${channel}, ${this.vault.seal(placeOfIdentity(id), address)},
                    ${hashOfAddress(this.vault, channel, address)}, ${source})
            ON CONFLICT (id) DO UPDATE
               SET sealed_address = excluded.sealed_address, address_hash = excluded.address_hash, source = excluded.source,
                   updated_at = now(), version = i.version + 1
            RETURNING version`,
      ),
      { channel_identity_address: () => new AddressTaken() },
    );
    return written!.version;
  }

  private async remove(tx: Tx, personId: string, channel: OuterChannel): Promise<void> {
    await query(
      tx,
      sql`DELETE FROM integration.channel_identity WHERE person_id = ${personId} AND channel = ${channel}`,
    );
  }

  private hashOf(id: string, code: string): string {
    return this.vault.digest('email-code', `${id} ${code}`);
  }
}

function wrong(pointer: string): Error {
  return new Invalid({ errors: [{ pointer, zh: '不是该渠道的标识', en: 'is no address of the channel' }] });
}
