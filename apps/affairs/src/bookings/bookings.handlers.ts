import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { OnEvent, type Received } from '#events';
import { BookingDueV1 } from './booking-due.event.js';
import { WaitingList } from './waiting-list.service.js';

@Injectable()
export class BookingHandlers {
  constructor(private readonly waitingList: WaitingList) {}

  @OnEvent(BookingDueV1)
  async whenBookingDue(tx: Tx, { data }: Received<BookingDueV1>): Promise<void> {
    await this.waitingList.expire(tx, data.bookingId);
  }
}
