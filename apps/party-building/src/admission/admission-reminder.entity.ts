import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** That somebody was reminded of a deadline; once for each step, deadline and threshold. */
@Entity({ name: 'admission_reminder', schema: 'party_building' })
export class AdmissionReminder extends BaseEntity {
  @Column('uuid')
  admissionId: string;

  @Column('int')
  step: number;

  @Column('date')
  dueOn: string;

  /** Days before the deadline; -1 = it has passed. */
  @Column('int')
  threshold: number;
}
