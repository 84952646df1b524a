import { Column, Entity } from 'typeorm';
import type { Permission } from '#contracts';
import { BaseEntity } from '#database';

/** What a feed shows. */
export type FeedKind = 'bookings' | 'deadlines';

/** What a calendar program was last told of an entry that no row of its own stands for. */
export interface ToldEntry {
  /** YYYY-MM-DD */
  day: string;
  summary: string;
  /** Grows with each change. */
  sequence: number;
  cancelled: boolean;
  /** ISO 8601 */
  changedAt: string;
}

/** A secret address at which a calendar program reads somebody's calendar. Whoever has it reads it, until it is renewed or withdrawn. */
@Entity({ schema: 'affairs', name: 'calendar_feed' })
export class CalendarFeed extends BaseEntity {
  @Column('uuid')
  personId: string;

  @Column('text')
  kind: FeedKind;

  /** SHA-256 of the secret part of the address, which is kept nowhere. */
  @Column('bytea')
  digest: Buffer;

  /** What the app that made it was allowed: the calendar shows no more. */
  @Column('text', { array: true })
  permissions: Permission[];

  /** By the id of the entry. */
  @Column('jsonb')
  told: Record<string, ToldEntry> = {};

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null = null;

  withdraw(now: Date): void {
    this.withdrawnAt ??= now;
    this.told = {};
  }
}
