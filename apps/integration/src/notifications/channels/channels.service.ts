import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { type Actor, audit } from '#auth';
import { Database, queryOne, sql, type Tx, update } from '#database';
import { validateValue } from '#fields';
import { NotFound } from '#problems';
import { Vault } from '#vault';
import type { OuterChannel } from '../message.entity.js';
import { ChannelIncomplete } from '../notifications.problems.js';
import type { Adapter } from './adapter.js';
import { SETTINGS } from './channel-settings.js';
import { Channel, placeOfChannel } from './channel.entity.js';
import { type ChannelChangeDto, ChannelDto } from './channels.dto.js';
import { Dingtalk } from './dingtalk.js';
import { Email } from './email.js';
import { Wecom } from './wecom.js';

/** The ways out of the house, as the school has set them up. A secret is taken, kept sealed, and never answered. */
@Injectable()
export class Channels {
  private readonly adapters: Record<OuterChannel, Adapter>;

  constructor(
    private readonly database: Database,
    private readonly vault: Vault,
    email: Email,
    wecom: Wecom,
    dingtalk: Dingtalk,
  ) {
    this.adapters = { email, wecom, dingtalk } as Record<OuterChannel, Adapter>;
  }

  adapterOf(channel: OuterChannel): Adapter {
    return this.adapters[channel];
  }

  async list(): Promise<ChannelDto[]> {
    const rows = await this.database.connection.find(Channel, { order: { key: 'ASC' } });
    return rows.map(ChannelDto.from);
  }

  async get(id: string): Promise<ChannelDto> {
    return ChannelDto.from(await this.find(this.database.connection, id));
  }

  /** Throws Invalid (400) where the settings are not those of the channel, ChannelIncomplete where it cannot be enabled. */
  change(actor: Actor, id: string, expected: number, said: ChannelChangeDto): Promise<ChannelDto> {
    return this.database.transaction(actor, async (tx) => {
      const channel = await this.find(tx, id);
      // A channel that is off may be empty.
      if (said.enabled || Object.keys(said.settings).length > 0)
        validateValue(plainToInstance<object, object>(SETTINGS[channel.key], said.settings), '#/settings');
      channel.settings = said.settings;
      if (said.secret !== undefined)
        channel.sealedSecret = said.secret === null ? null : this.vault.seal(placeOfChannel(id), said.secret);
      channel.enabled = said.enabled;
      if (channel.enabled && channel.key !== 'email' && !channel.sealedSecret)
        throw new ChannelIncomplete({ pointer: '#/secret' });
      await update(tx, channel, expected);
      await audit(tx, actor, { action: 'integration.channel.change', subject: { kind: 'channel', id } });
      return ChannelDto.from(channel);
    });
  }

  /** The channel by its key, when it is on. */
  enabled(tx: Tx, key: OuterChannel): Promise<Channel | null> {
    return tx.findOneBy(Channel, { key, enabled: true });
  }

  private async find(tx: Tx, id: string): Promise<Channel> {
    const row = await queryOne<{ id: string }>(tx, sql`SELECT id FROM integration.channel WHERE id = ${id}`);
    const channel = row && (await tx.findOneBy(Channel, { id }));
    if (!channel) throw new NotFound({ what: 'channel' });
    return channel;
  }
}
