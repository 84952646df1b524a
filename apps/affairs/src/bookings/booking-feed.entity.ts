import { Column, Entity } from 'typeorm';
import { BaseEntity } from '#database';

/** A secret address at which a calendar program reads somebody's bookings. Whoever has it reads them, until it is withdrawn. */
@Entity({ schema: 'affairs', name: 'booking_feed' })
export class BookingFeed extends BaseEntity {
  @Column('uuid')
  personId: string;

  /** SHA-256 of the secret part of the address, which is kept nowhere. */
  @Column('bytea')
  digest: Buffer;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null = null;

  withdraw(now: Date): void {
    this.withdrawnAt ??= now;
  }
}
