import { APPOINTMENT_KINDS } from '#contracts';
import { DateOnly, Instant, Int, ListOf, Nested, OneOf, Uuid } from '#fields';
import { AnyOf, ListQuery, PersonRefDto, Sort } from '#http';
import { ALL_KINDS } from '../kinds.js';
import { UNREACHED_ACTIONS, UNREACHED_REASONS, UNREACHED_STATES, type UnreachedAction } from './unreached.entity.js';

export class UnreachedQuery extends ListQuery {
  @AnyOf(UNREACHED_STATES, { zh: '状态', en: 'States' }, ['open'])
  status?: (keyof typeof UNREACHED_STATES)[];

  @Sort(['openedAt'])
  sort?: string;
}

/** An urgent message that reached nobody. */
export class UnreachedDto {
  @Uuid({ zh: '未送达事项', en: 'What is to be done' })
  id: string;

  @OneOf(ALL_KINDS, { zh: '消息种类', en: 'Kind of the message', example: 'warning-raised' })
  kind: string;

  @Nested(() => PersonRefDto, { zh: '原接收人', en: 'Who was to be told', nullable: true })
  person: PersonRefDto | null;

  @Nested(() => PersonRefDto, { zh: '所指学生', en: 'The student it is about', nullable: true })
  student: PersonRefDto | null;

  @OneOf(UNREACHED_REASONS, { zh: '原因', en: 'Why', example: 'no_channel' })
  reason: keyof typeof UNREACHED_REASONS;

  @Int({ zh: '第几级', en: 'Step of the line', min: 1, max: 100, example: 1 })
  step: number;

  @OneOf(UNREACHED_STATES, { zh: '状态', en: 'State', example: 'open' })
  status: keyof typeof UNREACHED_STATES;

  @ListOf(() => PersonRefDto, { zh: '转给谁', en: 'To whom it is up' })
  assignees: PersonRefDto[];

  @Nested(() => PersonRefDto, { zh: '谁接手', en: 'Who has taken it', nullable: true })
  takenBy: PersonRefDto | null;

  @Instant({ zh: '转出时间', en: 'Since when' })
  openedAt: Date;

  @Instant({ zh: '接手时间', en: 'When it was taken', nullable: true })
  takenAt: Date | null;

  @Instant({ zh: '处理完毕时间', en: 'When it was done', nullable: true })
  doneAt: Date | null;

  @ListOf(UNREACHED_ACTIONS, { zh: '现在可做的', en: 'What can be done now', example: ['take'] })
  actions: UnreachedAction[];

  @Int({ zh: '版本', en: 'Version', min: 1, max: 2_147_483_647, example: 1 })
  version: number;

  static from(this: void, row: object): UnreachedDto {
    return Object.assign(new UnreachedDto(), row);
  }
}

export class UnreachableQuery extends ListQuery {
  @DateOnly({ zh: '哪一天；默认今天', en: 'Of which day; left out: today', optional: true, example: '2026-12-01' })
  day?: string;

  @Sort(['personId'])
  sort?: string;
}

/** Somebody of the chain whom no channel outside of the house reaches. */
export class UnreachableDto {
  @Nested(() => PersonRefDto, { zh: '人员', en: 'Who', nullable: true })
  person: PersonRefDto | null;

  @ListOf(APPOINTMENT_KINDS, { zh: '职务', en: 'Posts', example: ['counselor'] })
  posts: string[];

  @OneOf(
    {
      no_address: { zh: '在任何渠道都没有标识', en: 'no address at any channel' },
      channels_off: { zh: '有标识的渠道均未启用', en: 'the channels that know the person are off' },
    },
    { zh: '原因', en: 'Why', example: 'no_address' },
  )
  reason: 'no_address' | 'channels_off';

  static from(this: void, row: object): UnreachableDto {
    return Object.assign(new UnreachableDto(), row);
  }
}
