import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { UnreachedNotAllowed } from '../notifications.problems.js';

export const UNREACHED_STATES = {
  open: { zh: '待接手', en: 'nobody has taken it' },
  taken: { zh: '处理中', en: 'somebody sees to it' },
  done: { zh: '已处理', en: 'done' },
} as const satisfies Record<string, Bilingual>;

export const UNREACHED_REASONS = {
  no_channel: { zh: '没有可用渠道', en: 'no channel knows the person' },
  failed: { zh: '所有渠道均未送达', en: 'every channel failed' },
  in_time: { zh: '规定时间内未送达', en: 'no channel took it in time' },
  withheld: { zh: '已离校或不再任职', en: 'the person has left, or holds the post no longer' },
} as const satisfies Record<string, Bilingual>;

export const UNREACHED_ACTIONS = {
  take: { zh: '接手', en: 'take it' },
  release: { zh: '放回', en: 'give it back' },
  finish: { zh: '处理完毕', en: 'say that it is done' },
  reopen: { zh: '重新打开', en: 'open it again' },
} as const satisfies Record<string, Bilingual>;
export type UnreachedAction = keyof typeof UNREACHED_ACTIONS;

/** An urgent message that reached nobody: up to named others. */
@Entity({ schema: 'integration', name: 'unreached' })
export class Unreached extends BaseEntity {
  @Column('uuid')
  messageId: string;

  /** Who was to be told. */
  @Column('uuid')
  personId: string;

  @Column('uuid', { nullable: true })
  studentId: string | null;

  @Column('text')
  kind: string;

  /** Place in the school's line, from 1. */
  @Column('int')
  step: number;

  /** Empty: nobody holds a post of the line. */
  @Column('uuid', { array: true })
  assigneeIds: string[];

  @Column('text')
  reason: keyof typeof UNREACHED_REASONS;

  @Column('text')
  status: keyof typeof UNREACHED_STATES;

  @Column('uuid', { nullable: true })
  takenBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  takenAt: Date | null = null;

  @Column('timestamptz', { nullable: true })
  doneAt: Date | null = null;

  @Column('timestamptz')
  openedAt: Date;

  /** Throws UnreachedNotAllowed (409) for what the person may not do as it stands. */
  act(action: UnreachedAction, personId: string, now: Date): void {
    if (!unreachedActions(this, personId).includes(action)) throw new UnreachedNotAllowed();
    if (action === 'take') Object.assign(this, { status: 'taken', takenBy: personId, takenAt: now });
    if (action === 'release') Object.assign(this, { status: 'open', takenBy: null, takenAt: null });
    if (action === 'finish') Object.assign(this, { status: 'done', doneAt: now });
    if (action === 'reopen') Object.assign(this, { status: 'taken', doneAt: null });
  }
}

/** What a person to whom it is up may do as it stands. */
export function unreachedActions(
  { status, takenBy }: Pick<Unreached, 'status' | 'takenBy'>,
  personId: string | undefined,
): UnreachedAction[] {
  if (personId === undefined) return [];
  if (status === 'open') return ['take'];
  if (takenBy !== personId) return [];
  return status === 'taken' ? ['release', 'finish'] : ['reopen'];
}

/** Of tonight's chain somebody whom no channel outside of the house reaches. */
@Entity({ schema: 'integration', name: 'unreachable' })
export class Unreachable {
  @PrimaryColumn('date')
  day: string;

  @PrimaryColumn('uuid')
  personId: string;

  @Column('text', { array: true })
  posts: string[];

  @Column('text')
  reason: 'no_address' | 'channels_off';
}
