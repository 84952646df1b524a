import { feature } from '#service';
import { bookingServing } from '../bookings/booking.serving.js';
import { Servings } from '../catalogue/serving.js';
import { clearanceServing } from '../clearances/clearance.serving.js';
import { appealServing } from '../discipline/appeal.serving.js';
import { holidayServing } from '../holiday-registrations/holiday.serving.js';
import { leaveServing } from '../leave/leave.serving.js';
import { roundServing } from '../rounds/round.serving.js';
import { claimServing } from '../second-classroom/claim.serving.js';
import { ticketServing } from '../tickets/ticket.serving.js';
import { starServing } from '../volunteering/star.serving.js';
import { postServing } from '../work-study/post.serving.js';

/** Where items of the catalogue are dealt with that take no applications. */
export const SERVINGS = new Servings([
  ...[leaveServing, roundServing, ticketServing, clearanceServing, bookingServing],
  ...[claimServing, starServing, postServing, appealServing, holidayServing],
]);

export const servings = feature({ providers: [{ provide: Servings, useValue: SERVINGS }] });
