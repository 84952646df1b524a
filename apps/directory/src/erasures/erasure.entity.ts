import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { ErasureNotWaiting } from './erasures.problems.js';

/** 个人信息保护法 art. 47 para. 1, items 1 to 5. */
export const ERASURE_GROUNDS = {
  purpose_ended: {
    zh: '处理目的已实现、无法实现或不再必要',
    en: 'the purpose is reached, or out of reach, or needs it no more',
  },
  service_ended: { zh: '停止提供服务或保存期限已届满', en: 'the service has ended, or the time of keeping is over' },
  consent_withdrawn: { zh: '本人撤回同意', en: 'the person has withdrawn the consent' },
  unlawful: { zh: '违法违规或违反约定处理', en: 'it was processed against the law or against what was agreed' },
  other_law: { zh: '法律、行政法规规定的其他情形', en: 'another law demands it' },
} as const satisfies Record<string, Bilingual>;
export type ErasureGround = keyof typeof ERASURE_GROUNDS;

export const ERASURE_STATUSES = {
  waiting: { zh: '等待期内，可撤销', en: 'waiting: it can be cancelled' },
  cancelled: { zh: '已撤销', en: 'cancelled' },
  done: { zh: '已删除', en: 'done' },
} as const satisfies Record<string, Bilingual>;
export type ErasureStatus = keyof typeof ERASURE_STATUSES;

/** That a student's personal data is to be erased, or was. Holds ids only, and stays. */
@Entity({ name: 'erasure', schema: 'directory' })
export class Erasure extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  ground: ErasureGround;

  @Column('text')
  status: ErasureStatus = 'waiting';

  /** Until then it can be cancelled. */
  @Column('timestamptz')
  dueAt: Date;

  /** A person's id, or the app's client id. */
  @Column('text')
  requestedBy: string;

  /** The same; `system:directory`: the student is active again. */
  @Column('text', { nullable: true })
  cancelledBy: string | null = null;

  @Column('timestamptz', { nullable: true })
  doneAt: Date | null = null;

  static of(values: Pick<Erasure, 'studentId' | 'ground' | 'dueAt' | 'requestedBy'>): Erasure {
    return Object.assign(new Erasure(), values);
  }

  /** Throws ErasureNotWaiting when it is done or cancelled already. */
  cancel(by: string): void {
    if (this.status !== 'waiting') throw new ErasureNotWaiting();
    this.status = 'cancelled';
    this.cancelledBy = by;
  }

  complete(now: Date): void {
    if (this.status !== 'waiting') throw new ErasureNotWaiting();
    this.status = 'done';
    this.doneAt = now;
  }
}
