import { feature } from '#service';
import { CalendarDay } from './calendar-day.entity.js';
import { TermsController, CalendarController } from './calendar.controller.js';
import { Calendar } from './calendar.service.js';
import { Term } from './term.entity.js';
import { Terms } from './terms.service.js';

export const calendar = feature({
  controllers: [TermsController, CalendarController],
  providers: [Terms, Calendar],
  entities: [Term, CalendarDay],
});
