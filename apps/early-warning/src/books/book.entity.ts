import { Column, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';
import { BookRevoked } from './books.problems.js';

/** Parts of a book that a student may leave out. */
export const SECTIONS = {
  numbers: { zh: '数字与图表', en: 'Numbers and charts' },
  timeline: { zh: '时间线', en: 'Timeline' },
  honours: { zh: '荣誉', en: 'Honours' },
  thanks: { zh: '寄语', en: 'Words of one’s own' },
} as const satisfies Record<string, Bilingual>;
export type Section = keyof typeof SECTIONS;
export const ALL_SECTIONS = Object.keys(SECTIONS) as Section[];

export const BOOK_STATUSES = {
  valid: { zh: '有效', en: 'valid' },
  revoked: { zh: '已撤销', en: 'revoked' },
  erased: { zh: '内容已删除', en: 'its content was deleted' },
} as const satisfies Record<string, Bilingual>;
export type BookStatus = keyof typeof BOOK_STATUSES;

/** What a student wants in the book. Without one: everything. */
@Entity({ schema: 'early_warning', name: 'book_choice' })
export class BookChoice extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text', { array: true })
  sections: Section[] = ALL_SECTIONS;

  @Sealed({ nullable: true })
  thanks: SealedText | null = null;
}

/** A graduation book (毕业纪念册) that was made; its file lies with the files. */
@Entity({ schema: 'early_warning', name: 'graduation_book' })
export class GraduationBook extends BaseEntity {
  @Column('uuid')
  studentId: string;

  /** The job that it was made in with others. */
  @Column('uuid', { nullable: true })
  jobId: string | null = null;

  /** `2027-000123` */
  @Column('text')
  number: string;

  /** Keyed hash of the verification code, which itself stands in the file alone. */
  @Column('text')
  codeHash: string;

  /** Of the file. */
  @Column('text')
  sha256: string;

  @Column('date')
  issuedOn: string;

  /** Entries of the archive that stand in it. */
  @Column('int')
  entries: number;

  /** The student themselves: what they alone see may stand in it, and they alone read it. */
  @Column('uuid', { nullable: true })
  madeByPerson: string | null;

  @Column('text')
  madeByApp: string;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null = null;

  @Column('boolean')
  erased = false;

  revoke(now: Date): void {
    if (this.revokedAt) throw new BookRevoked();
    this.revokedAt = now;
  }
}
