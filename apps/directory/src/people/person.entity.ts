import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

export type PersonKind = 'student' | 'staff';

/** A student or a member of staff. Never deleted: who has left is not active. */
@Entity({ name: 'person', schema: 'directory' })
export class Person extends BaseEntity {
  @Column('text')
  kind: PersonKind;

  /** 学号 or 工号; unique among its kind. */
  @Column('text')
  number: string;

  @Column('text')
  name: string;

  /** GB/T 2261.1. */
  @Column('text')
  sex = '0';

  @Column('date', { nullable: true })
  birthDate: string | null = null;

  /** The year of entry, e.g. 2024. */
  @Column('text', { nullable: true })
  grade: string | null = null;

  @Column('boolean')
  active = true;

  /** First day (campus time zone) on which the roster no longer had the person as active. */
  @Column('date', { nullable: true })
  inactiveSince: string | null = null;

  /** The record that this one was given up for; it is inactive then. Never a chain: that one is not given up. */
  @Column('uuid', { nullable: true })
  mergedInto: string | null = null;
}
