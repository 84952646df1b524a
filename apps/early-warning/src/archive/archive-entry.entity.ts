import { Column, type ColumnOptions, Entity } from 'typeorm';
import type { Bilingual } from '#contracts';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';

/** What an entry tells of. Nothing of discipline, aid, hardship, health. */
export const KINDS = {
  participation: { zh: '参加活动', en: 'Took part in an activity' },
  honour: { zh: '荣誉', en: 'Honour' },
  award: { zh: '评奖评优', en: 'Award' },
  star: { zh: '星级志愿者', en: 'Volunteer stars' },
  claim: { zh: '第二课堂认定', en: 'Recognised by the second classroom' },
  post: { zh: '学生组织任职', en: 'Post in an organisation of students' },
  work_study: { zh: '勤工助学', en: 'Work-study' },
  party: { zh: '入党历程', en: 'On the way into the Party' },
  own: { zh: '本人记录', en: 'Recorded by the student' },
} as const satisfies Record<string, Bilingual>;
export type Kind = keyof typeof KINDS;

/** Who may read an entry, the fewest first. */
export const VISIBILITIES = {
  student: { zh: '仅本人', en: 'the student alone' },
  counselor: { zh: '本人与其辅导员、班主任', en: 'the student, and the counselor and class advisor' },
  school: { zh: '对其负责的各级人员', en: 'whoever answers for the student' },
} as const satisfies Record<string, Bilingual>;
export type Visibility = keyof typeof VISIBILITIES;

/** Why an entry was reversed. */
export const REVERSAL_REASONS = {
  withdrawn: { zh: '来源已撤回', en: 'its source counts no more' },
  corrected: { zh: '来源已更正，见新条目', en: 'its source was corrected; another entry says how' },
} as const satisfies Record<string, Bilingual>;
export type ReversalReason = keyof typeof REVERSAL_REASONS;

/** Two decimals; the driver gives such a number as text. */
const NUMERIC: ColumnOptions = {
  ...{ type: 'numeric', precision: 8, scale: 2, nullable: true },
  transformer: { to: (value: unknown) => value, from: (text: string | null) => (text === null ? null : Number(text)) },
};

/** An entry of a student's growth archive (成长档案). What it says never changes: another entry reverses it. */
@Entity({ schema: 'early_warning', name: 'archive_entry' })
export class ArchiveEntry extends BaseEntity {
  @Column('uuid')
  studentId: string;

  @Column('text')
  kind: Kind;

  /** Code of the policy, as it was then. */
  @Column('text')
  area: string;

  /** Which of the four hundreds it counts for. */
  @Column('text', { nullable: true })
  track: string | null;

  @Column('date')
  happenedOn: string;

  /** Null: it reverses another. */
  @Sealed({ nullable: true })
  titleZh: SealedText | null;

  @Sealed({ nullable: true })
  titleEn: SealedText | null;

  /** Of an honour: national, province, city, school. */
  @Column('text', { nullable: true })
  level: string | null;

  @Column(NUMERIC)
  credits: number | null;

  @Column(NUMERIC)
  hours: number | null;

  /** The service that it is from. */
  @Column('text')
  source: string;

  /** Id of what it tells of, in that service. */
  @Column('uuid')
  sourceId: string;

  /** Entries of the same work count once for a track. */
  @Column('uuid')
  workId: string;

  @Column('text')
  visibility: Visibility;

  /** The student wants it in the graduation book. */
  @Column('boolean')
  inBook = true;

  @Column('int')
  policyNumber: number;

  /** The entry that this one takes back. */
  @Column('uuid', { nullable: true })
  reversesId: string | null = null;

  @Column('text', { nullable: true })
  reversedFor: ReversalReason | null = null;

  /** Another entry takes it back. */
  @Column('boolean')
  reversed = false;

  /** The entry that says that this one counts no more. */
  reversal(reversedFor: ReversalReason, today: string): ArchiveEntry {
    const { studentId, kind, area, track, source, sourceId, workId, visibility, policyNumber } = this;
    return Object.assign(new ArchiveEntry(), {
      ...{ studentId, kind, area, track, source, sourceId, workId, visibility, policyNumber },
      ...{ happenedOn: today, titleZh: null, titleEn: null, level: null, credits: null, hours: null },
      ...{ reversesId: this.id, reversedFor },
    });
  }
}
