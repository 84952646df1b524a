import { feature } from '#service';
import { Bookable } from './bookable.entity.js';
import { BookablesController } from './bookables.controller.js';
import { Bookables } from './bookables.service.js';
import { BookingCalendarsController, BookingFeedsController } from './booking-feeds.controller.js';
import { BookingCalendar } from './booking-calendar.js';
import { Booking } from './booking.entity.js';
import { BookingsController } from './bookings.controller.js';
import { BookingHandlers } from './bookings.handlers.js';
import { Bookings } from './bookings.service.js';
import { WaitingList } from './waiting-list.service.js';

export const bookings = feature({
  controllers: [BookablesController, BookingsController, BookingFeedsController, BookingCalendarsController],
  providers: [Bookables, Bookings, BookingCalendar, WaitingList, BookingHandlers],
  entities: [Bookable, Booking],
});
