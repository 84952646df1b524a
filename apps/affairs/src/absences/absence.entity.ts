import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';
import { AbsenceOver } from './absences.problems.js';

/** Somebody is away, and another signs meanwhile: what waits for the one waits for both. */
@Entity({ schema: 'affairs', name: 'workflow_absence' })
export class Absence extends BaseEntity {
  @Column('uuid')
  personId: string;

  @Column('uuid')
  standInId: string;

  @Column('timestamptz')
  startsAt: Date;

  /** Exclusive. The instant it was taken back, when it was; its start, when it had not begun. */
  @Column('timestamptz')
  endsAt: Date;

  /** When it was taken back. */
  @Column('timestamptz', { nullable: true })
  endedAt: Date | null = null;

  /** Takes it back: from now on nobody stands in. */
  end(now: Date): void {
    if (this.endedAt || this.endsAt <= now) throw new AbsenceOver();
    this.endedAt = now;
    this.endsAt = now > this.startsAt ? now : this.startsAt;
  }
}
