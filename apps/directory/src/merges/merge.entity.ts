import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { MergeClosed, OwnMerge } from './merges.problems.js';

export const MERGE_GROUNDS = {
  number_changed: { zh: '学号或工号变更', en: 'The number changed' },
  second_source: { zh: '另一来源系统重复提供', en: 'A second source brought the person' },
  entered_twice: { zh: '重复录入', en: 'Entered twice' },
} as const satisfies Record<string, Bilingual>;
export type MergeGround = keyof typeof MERGE_GROUNDS;

export const MERGE_STATUSES = {
  checking: { zh: '正在向各服务核对', en: 'Services are asked for their rows' },
  blocked: { zh: '不能合并', en: 'Cannot be done' },
  waiting: { zh: '待另一人确认', en: 'Waiting for a second person' },
  confirming: { zh: '已确认，正在再次核对', en: 'Confirmed; services are asked once more' },
  done: { zh: '已合并', en: 'Done' },
  refused: { zh: '不予合并', en: 'Refused' },
  undone: { zh: '合并已撤销', en: 'Undone' },
} as const satisfies Record<string, Bilingual>;
export type MergeStatus = keyof typeof MERGE_STATUSES;

export const MERGE_ACTIONS = {
  check: { zh: '再次核对', en: 'Ask the services once more' },
  confirm: { zh: '确认', en: 'Confirm' },
  refuse: { zh: '不予合并或收回', en: 'Refuse or take back' },
  undo: { zh: '撤销合并', en: 'Undo' },
} as const satisfies Record<string, Bilingual>;
export type MergeAction = keyof typeof MERGE_ACTIONS;

const OPEN: readonly MergeStatus[] = ['checking', 'blocked', 'waiting', 'confirming'];
/** In which states each can be done. */
const POSSIBLE: Record<MergeAction, readonly MergeStatus[]> = {
  check: [...OPEN, 'done'],
  confirm: ['waiting'],
  refuse: OPEN,
  undo: ['done'],
};

/** That two records are one person: one is kept, the other given up. One person proposes, a second confirms. */
@Entity({ name: 'person_merge', schema: 'directory' })
export class PersonMerge extends BaseEntity {
  @Column('uuid')
  keptId: string;

  @Column('uuid')
  givenUpId: string;

  @Column('text')
  ground: MergeGround;

  @Column('text')
  status: MergeStatus = 'checking';

  /** How often the services were asked; answers to an earlier question do not count. */
  @Column('int')
  round: number = 1;

  /** Code of the problem that came up between confirming and merging. */
  @Column('text', { nullable: true })
  obstacle: string | null = null;

  @Column('text')
  proposedBy: string;

  /** Who confirmed or refused it. */
  @Column('text', { nullable: true })
  decidedBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  doneAt: Date | null = null;

  @Column('text', { nullable: true })
  undoneBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  undoneAt: Date | null = null;

  /** What somebody can do with it now; `personId`: undefined for an app by itself. */
  actionsFor(personId: string | undefined): MergeAction[] {
    const actions = Object.keys(POSSIBLE) as MergeAction[];
    return actions.filter((one) => this.can(one) && (one !== 'confirm' || this.confirmableBy(personId)));
  }

  /** The services are asked anew; of one that is done, for what was written since. Throws MergeClosed. */
  check(): void {
    this.require('check');
    this.round++;
    if (this.status !== 'done') Object.assign(this, { status: 'checking', obstacle: null, decidedBy: null });
  }

  /** Throws MergeClosed, OwnMerge. */
  confirm(personId: string | undefined): void {
    this.require('confirm');
    if (!this.confirmableBy(personId)) throw new OwnMerge();
    Object.assign(this, { status: 'confirming', decidedBy: personId, round: this.round + 1 });
  }

  refuse(by: string): void {
    this.require('refuse');
    Object.assign(this, { status: 'refused', decidedBy: by });
  }

  block(obstacle: string | null): void {
    Object.assign(this, { status: 'blocked', obstacle, decidedBy: null });
  }

  /** Merged; the services are asked a last time for what was written meanwhile. */
  complete(now: Date): void {
    Object.assign(this, { status: 'done', doneAt: now, round: this.round + 1 });
  }

  undo(by: string, now: Date): void {
    this.require('undo');
    Object.assign(this, { status: 'undone', undoneBy: by, undoneAt: now });
  }

  private confirmableBy(personId: string | undefined): boolean {
    return personId !== undefined && personId !== this.proposedBy;
  }

  private can(action: MergeAction): boolean {
    return POSSIBLE[action].includes(this.status);
  }

  private require(action: MergeAction): void {
    if (!this.can(action)) throw new MergeClosed();
  }
}
