import { Flag, Instant, Int, Json, ListOf, LongText, OneOf, Text, Uuid } from '#fields';
import { AnyOf, ListQuery, Sort } from '#http';
import { ALL_KINDS } from './kinds.js';
import type { Subject } from './message.entity.js';

export class InboxQuery extends ListQuery {
  @Flag({ zh: '只看未读的，或只看已读的', en: 'Only unread ones, or only those that were read', optional: true })
  unread?: boolean;

  @Flag({ zh: '只看紧急的，或只看不紧急的', en: 'Only urgent ones, or only the others', optional: true })
  urgent?: boolean;

  @AnyOf(ALL_KINDS, { zh: '种类', en: 'Kinds' }, ['leave-approved'])
  kind?: string[];

  @Sort(['at'])
  sort?: string;
}

/** One matter that a message is about: what an app asks the API for. */
export class MessageSubjectDto {
  @Json({
    zh: '标识与数字',
    en: 'Ids and numbers',
    example: { leaveId: '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f' },
  })
  refs: Subject;
}

/** A message to the person who asks. */
export class InboxMessageDto {
  @Uuid({ zh: '消息', en: 'Message' })
  id: string;

  @OneOf(ALL_KINDS, { zh: '种类', en: 'Kind', example: 'leave-approved' })
  kind: string;

  @Text({ zh: '标题', en: 'Title', example: '请假已批准' })
  title: string;

  @LongText({ zh: '正文', en: 'Text', example: '张三，你的请假已批准，请按时返校销假。' })
  body: string;

  @Flag({ zh: '是否紧急', en: 'Whether it is urgent', example: false })
  urgent: boolean;

  @Int({ zh: '合并了多少件', en: 'Events it is of', min: 1, max: 2_147_483_647, example: 1 })
  count: number;

  @ListOf(() => MessageSubjectDto, { zh: '所指的事项，最多 50 件', en: 'What it is about, the first 50', maxItems: 50 })
  subjects: MessageSubjectDto[];

  @Instant({ zh: '时间', en: 'When it was told' })
  at: Date;

  @Instant({ zh: '阅读时间', en: 'When it was read', nullable: true })
  readAt: Date | null;

  static of(values: Omit<InboxMessageDto, 'subjects'> & { subjects: Subject[] }): InboxMessageDto {
    const subjects = values.subjects.map((refs) => Object.assign(new MessageSubjectDto(), { refs }));
    return Object.assign(new InboxMessageDto(), { ...values, subjects });
  }
}

export class UnreadDto {
  @Int({ zh: '未读', en: 'Unread', min: 0, max: 2_147_483_647, example: 3 })
  unread: number;

  @Int({ zh: '其中紧急', en: 'Urgent ones among them', min: 0, max: 2_147_483_647, example: 1 })
  urgent: number;

  static of(counts: { unread: number; urgent: number }): UnreadDto {
    return Object.assign(new UnreadDto(), counts);
  }
}

export class ReadUntilDto {
  @Instant({ zh: '此时及之前的全部标为已读', en: 'All told until then, inclusive, are read' })
  until: string;
}
