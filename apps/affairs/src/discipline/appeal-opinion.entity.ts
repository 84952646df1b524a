import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { Sealed, type SealedText } from '#vault';
import type { AppealOutcome, SanctionAppeal } from './appeal.entity.js';
import type { SanctionKind } from './sanction.entity.js';

/** What an appeal is to come to; `kind` and `months`: what the sanction becomes, when changed. */
export interface AppealDecision {
  outcome: AppealOutcome;
  kind: SanctionKind | null;
  months: number | null;
}

/** What a member of the committee says to an appeal: as many as the school asks for must say the same. */
@Entity({ schema: 'affairs', name: 'sanction_appeal_opinion' })
export class AppealOpinion extends BaseEntity implements AppealDecision {
  @Column('uuid')
  appealId: string;

  @Column('uuid')
  studentId: string;

  @Column('uuid')
  memberId: string;

  /** Who recorded the sanction: somebody else says something to the appeal, the table sees to it. */
  @Column('uuid', { nullable: true })
  recordedBy: string | null;

  @Column('text')
  outcome: AppealOutcome;

  @Column('text', { nullable: true })
  kind: SanctionKind | null;

  @Column('int', { nullable: true })
  months: number | null;

  @Sealed()
  conclusion: SealedText;

  @Column('timestamptz')
  givenAt: Date;

  static of(
    { id: appealId, studentId, recordedBy }: SanctionAppeal,
    memberId: string,
    { outcome, kind, months }: AppealDecision,
    conclusion: string,
    givenAt: Date,
  ): AppealOpinion {
    return Object.assign(new AppealOpinion(), {
      ...{ appealId, studentId, recordedBy, memberId, outcome, kind, months, conclusion, givenAt },
    });
  }

  says({ outcome, kind, months }: AppealDecision): boolean {
    return this.outcome === outcome && this.kind === kind && this.months === months;
  }
}
