import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';

/** What is done with a ticket. */
export const TICKET_ACTIONS = {
  message: { zh: '补充说明', en: 'say more' },
  withdraw: { zh: '撤回', en: 'take it back' },
  confirm: { zh: '确认办结', en: 'say that it is done' },
  reopen: { zh: '重新打开', en: 'reopen it' },
  rate: { zh: '评价', en: 'say how satisfied one is' },
  urge: { zh: '催办', en: 'urge' },
  take: { zh: '受理', en: 'take it' },
  assign: { zh: '指派', en: 'assign it' },
  release: { zh: '放回队列', en: 'put it back into the queue' },
  answer: { zh: '答复', en: 'answer, or ask' },
  done: { zh: '办结', en: 'say that it is done, and how' },
  'not-done': { zh: '收回办结', en: 'say that it is not done after all' },
  dispatch: { zh: '改派', en: 'send it to another department' },
  refuse: { zh: '退回总服务台', en: 'send it back to the desk' },
  note: { zh: '内部备注', en: 'leave a note that the sender does not see' },
  merge: { zh: '合并', en: 'merge it into another' },
  unmerge: { zh: '解除合并', en: 'undo the merging' },
} as const satisfies Record<string, Bilingual>;
export type TicketAct = keyof typeof TICKET_ACTIONS;

/** What stands in the history beside that: what happens by itself. */
export const TICKET_EVENTS = {
  ...TICKET_ACTIONS,
  report: { zh: '提交', en: 'sent in' },
  overdue: { zh: '逾期上报', en: 'late, and told higher up' },
  close: { zh: '自动关闭', en: 'closed by itself' },
} as const satisfies Record<string, Bilingual>;
export type TicketEvent = keyof typeof TICKET_EVENTS;

export const SENDER_ACTS = ['message', 'withdraw', 'confirm', 'reopen', 'rate', 'urge'] as const;
export type SenderAct = (typeof SENDER_ACTS)[number];

/** The sender sees that these happened, and not what was said. */
export const WORDS_HIDDEN: readonly TicketEvent[] = ['dispatch', 'refuse'];
/** The sender does not see these. */
export const HIDDEN: readonly TicketEvent[] = ['note'];

/** Something that happened to a ticket; never changed. */
@Entity({ schema: 'affairs', name: 'ticket_action' })
export class TicketAction extends BaseEntity {
  @Column('uuid')
  ticketId: string;

  /** As of its ticket: with whose key its text is sealed. */
  @Column('uuid')
  studentId: string;

  @Column('text')
  action: TicketEvent;

  @Column('timestamptz')
  at: Date;

  /** Who did it; null: the app by itself, and always so of what an anonymous sender does. */
  @Column('uuid', { nullable: true })
  personId: string | null;

  @Column('text')
  app: string;

  @Sealed({ nullable: true })
  text: SealedText | null;

  /** 1 to 5, of a rating. */
  @Column('int', { nullable: true })
  rating: number | null;

  /** Where it went. */
  @Column('uuid', { nullable: true })
  unitId: string | null;

  /** To whom it was given. */
  @Column('uuid', { nullable: true })
  assigneeId: string | null;
}
