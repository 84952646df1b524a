import { ListOf, OneOf } from '#fields';
import { ALL_KINDS } from './kinds.js';
import { CHANNELS, type OuterChannel } from './message.entity.js';

const { in_app: _, ...OUTER } = CHANNELS;
export const OUTER_CHANNELS: Record<OuterChannel, { zh: string; en: string }> = OUTER;

/** Channels of a kind, in the order in which they are tried. */
export class KindChannelsDto {
  @OneOf(ALL_KINDS, { zh: '种类', en: 'Kind', example: 'leave-approved' })
  kind: string;

  @ListOf(OUTER_CHANNELS, {
    zh: '站内信之外的渠道，按先后：前一个未关联或未送达，即用下一个；空为只要站内信',
    en: 'Channels beside the inbox: the next is used where one does not know the person, or fails; none: the inbox alone',
    ...{ maxItems: 3, unique: true, example: ['wecom', 'email'] },
  })
  channels: OuterChannel[];
}
