import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';

/** What apps write into the gradebook: known by the id that its app, or the house for it, gave. */
export abstract class GradebookRow extends BaseEntity {
  @Column('text')
  sourcedId: string;

  @Column('boolean')
  deleted = false;

  /** By the campus clock. */
  @Column('timestamptz')
  changedAt: Date;

  /** Which app wrote it last. */
  @Column('text')
  byApp: string;
}

@Entity({ schema: 'integration', name: 'gradebook_category' })
export class Category extends GradebookRow {
  @Column('text')
  title: string;

  @Column('double precision', { nullable: true })
  weight: number | null;
}

@Entity({ schema: 'integration', name: 'gradebook_score_scale' })
export class ScoreScale extends GradebookRow {
  @Column('text')
  title: string;

  @Column('text')
  type: string;

  @Column('uuid')
  classId: string;

  @Column('text', { nullable: true })
  courseId: string | null;

  @Column('jsonb')
  scale: { itemValueLHS: string; itemValueRHS: string }[];
}

@Entity({ schema: 'integration', name: 'gradebook_line_item' })
export class LineItem extends GradebookRow {
  @Column('text')
  title: string;

  @Column('text', { nullable: true })
  description: string | null;

  @Column('timestamptz')
  assignedAt: Date;

  @Column('timestamptz')
  dueAt: Date;

  @Column('uuid')
  classId: string;

  @Column('uuid', { nullable: true })
  termId: string | null;

  @Column('uuid')
  categoryId: string;

  @Column('uuid', { nullable: true })
  scoreScaleId: string | null;

  @Column('double precision', { nullable: true })
  lowest: number | null;

  @Column('double precision', { nullable: true })
  highest: number | null;
}

/** How a student did. */
@Entity({ schema: 'integration', name: 'gradebook_result' })
export class Result extends GradebookRow {
  @Column('uuid')
  lineItemId: string;

  @Column('uuid')
  studentId: string;

  @Column('uuid', { nullable: true })
  scoreScaleId: string | null;

  @Column('text')
  scoreStatus: string;

  @Column('date')
  scoreOn: string;

  @Column('double precision', { nullable: true })
  score: number | null;

  @Column('text', { nullable: true })
  textScore: string | null;

  @Sealed({ nullable: true })
  comment: SealedText | null;

  @Column('boolean', { nullable: true })
  inProgress: boolean | null;

  @Column('boolean', { nullable: true })
  incomplete: boolean | null;

  @Column('boolean', { nullable: true })
  late: boolean | null;

  @Column('boolean', { nullable: true })
  missing: boolean | null;
}
