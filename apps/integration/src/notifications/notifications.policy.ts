import { APPOINTMENT_KINDS, type AppointmentKind } from '#contracts';
import { Flag, Int, ListOf, OneOf, Text } from '#fields';
import { Policy } from '#policy';
import type { FieldError } from '#problems';
import { KindChannelsDto, OUTER_CHANNELS } from './kind-channels.dto.js';
import { OPTIONAL_KINDS } from './kinds.js';
import type { OuterChannel } from './message.entity.js';

export const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
const COUNT = { min: 0, max: 100_000_000 };

/** What a channel takes. 0: no limit. */
export class ChannelQuota {
  @OneOf(OUTER_CHANNELS, { zh: '渠道', en: 'Channel', example: 'wecom' })
  channel: OuterChannel;

  @Int({ zh: '每人每分钟', en: 'To a person in a minute', ...COUNT, example: 30 })
  perMinute: number;

  @Int({ zh: '每人每小时', en: 'To a person in an hour', ...COUNT, example: 1_000 })
  perHour: number;

  @Int({ zh: '每人每日', en: 'To a person in a day', ...COUNT, example: 0 })
  perDay: number;

  @Int({ zh: '应用每日（人次）', en: 'To all in a day', ...COUNT, example: 0 })
  appPerDay: number;
}

/**
 * When people are told, and what channels take. Quotas: 企业微信 message/send (30 a minute and 1,000 an hour for a member, beyond which it drops
 * silently; its limit for the day is 200 times the accounts of the corporation, so a school sets its own); 钉钉 asyncsend_v2 (500 a day for a
 * person and app, beyond which it answers success). Quiet hours and the minutes until a message counts as unreached are no rule of the
 * state: a school sets its own.
 */
@Policy({ key: 'integration.notifications', title: { zh: '消息通知', en: 'Notifications' } })
export class NotificationPolicy {
  @Text({ zh: '免打扰自', en: 'Quiet from', pattern: TIME, example: '22:00' })
  quietFrom = '22:00';

  @Text({ zh: '免打扰至', en: 'Quiet to; the same time: never', pattern: TIME, example: '07:00' })
  quietTo = '07:00';

  @Flag({ zh: '紧急消息不受免打扰限制', en: 'Urgent messages are sent in quiet hours too', example: true })
  urgentAtAnyHour = true;

  @Int({
    zh: '紧急消息多少分钟未送达即转他人',
    en: 'Minutes after which an urgent message that reached nobody is up to a named other',
    ...{ min: 1, max: 1_440, example: 10 },
  })
  unreachedMinutes = 10;

  @ListOf(APPOINTMENT_KINDS, {
    zh: '转给谁：逐级的职务',
    en: 'To whom: posts, step by step',
    ...{ minItems: 1, maxItems: 5, example: ['student_affairs_officer'] },
  })
  line: AppointmentKind[] = ['student_affairs_officer'];

  @ListOf(APPOINTMENT_KINDS, {
    zh: '每晚核对哪些职务的人能否联系上',
    en: 'Posts whose holders are checked each evening: can they be reached',
    ...{ maxItems: 20, unique: true, example: ['counselor', 'student_affairs_officer'] },
  })
  chain: AppointmentKind[] = ['counselor', 'building_head', 'psychologist', 'student_affairs_officer'];

  @Text({
    zh: '消息里的链接，{id} 为消息标识',
    en: 'Link in messages; {id} is the id of the message',
    ...{ nullable: true, max: 300, pattern: /^https?:\/\/[^\s]+$/, example: 'https://portal.example.edu.cn/m/{id}' },
  })
  link: string | null = null;

  @ListOf(() => ChannelQuota, { zh: '渠道限额', en: 'Quotas of channels', maxItems: 3 })
  quotas: ChannelQuota[] = [
    quota('wecom', { perMinute: 30, perHour: 1_000 }),
    quota('dingtalk', { perDay: 500 }),
    quota('email', { perHour: 60 }),
  ];

  @ListOf(() => KindChannelsDto, {
    zh: '各种类的渠道，按先后；未列出的按出厂，个人另有选择的从其选择。紧急消息走所有可用渠道',
    en: 'Channels by kind; those not listed are as shipped, and a person’s own choice comes first. Urgent messages take every channel there is',
    ...{ maxItems: 100, example: [{ kind: 'leave-approved', channels: ['wecom', 'email'] }] },
  })
  channels: KindChannelsDto[] = [];

  @ListOf(OPTIONAL_KINDS, {
    zh: '另外告知的种类（出厂不发）',
    en: 'Kinds that are told beside those that always are',
    ...{ maxItems: 20, unique: true, example: ['class-warning-raised'] },
  })
  optionalKinds: string[] = [];

  @Int({ zh: '消息保留天数', en: 'Days that messages are kept', min: 7, max: 3_650, example: 180 })
  keepDays = 180;

  /** A kind has one order of channels. */
  findings(): FieldError[] {
    const kinds = this.channels.map(({ kind }) => kind);
    return kinds.flatMap((kind, i) =>
      kinds.indexOf(kind) === i ? [] : [{ pointer: `#/channels/${i}/kind`, zh: '重复', en: 'is there twice' }],
    );
  }
}

function quota(channel: OuterChannel, limits: Partial<ChannelQuota>): ChannelQuota {
  return Object.assign(new ChannelQuota(), { channel, perMinute: 0, perHour: 0, perDay: 0, appPerDay: 0, ...limits });
}
