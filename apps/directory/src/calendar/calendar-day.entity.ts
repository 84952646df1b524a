import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A day on which the school departs from the national workday calendar. */
@Entity({ name: 'calendar_day', schema: 'directory' })
export class CalendarDay extends BaseEntity {
  @Column('date')
  day: string;

  @Column('boolean')
  workday: boolean;

  @Column('text')
  name: string;
}
