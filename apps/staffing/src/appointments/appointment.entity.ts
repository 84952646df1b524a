import { Column, Entity } from 'typeorm';
import type { AppointmentKind } from '#contracts';
import { BaseEntity } from '#database';
import { AppointmentEnded, EndBeforeBegin } from './appointments.problems.js';

export interface Term {
  fullTime: boolean;
  /** First day, YYYY-MM-DD. */
  validFrom: string;
  /** First day that no longer counts; null = open. */
  validTo: string | null;
}

/** A person's post over a unit or place, from when to when. Everybody's scope follows from it. */
@Entity({ name: 'appointment', schema: 'staffing' })
export class Appointment extends BaseEntity {
  @Column('uuid')
  personId: string;

  @Column('text')
  kind: AppointmentKind;

  @Column('uuid')
  unitId: string;

  @Column('boolean')
  fullTime: boolean;

  @Column('date')
  validFrom: string;

  @Column('date', { nullable: true })
  validTo: string | null;

  static appoint(values: { personId: string; kind: AppointmentKind; unitId: string } & Term): Appointment {
    const { personId, kind, unitId } = values;
    const appointment = Object.assign(new Appointment(), { personId, kind, unitId });
    appointment.correct(values);
    return appointment;
  }

  /** `validTo` = first day without the post; equal to `validFrom` it withdraws an appointment made by mistake. */
  end(validTo: string): void {
    if (this.validTo !== null && validTo >= this.validTo) throw new AppointmentEnded({ pointer: '#/validTo' });
    this.correct({ ...this, validTo });
  }

  /** Puts right what was entered wrongly. */
  correct({ fullTime, validFrom, validTo }: Term): void {
    if (validTo !== null && validTo < validFrom) throw new EndBeforeBegin({ pointer: '#/validTo' });
    Object.assign(this, { fullTime, validFrom, validTo });
  }
}
