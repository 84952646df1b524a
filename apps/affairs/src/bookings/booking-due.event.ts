import { IsUUID } from 'class-validator';
import { Event } from '#contracts';

/** An offer's time has run out, or what somebody waited for begins; the service's own background job. */
@Event({ name: 'affairs.booking-due.v1', consumers: ['affairs'] })
export class BookingDueV1 {
  @IsUUID()
  bookingId: string;

  constructor(bookingId: string) {
    this.bookingId = bookingId;
  }
}
