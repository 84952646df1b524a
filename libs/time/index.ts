export { CampusClock } from './clock.js';
export { type DayOfCalendar, nationalDay } from './calendar.js';
export { addDays, addMonths, dateOf, daysBetween, instantOf, LAST_DATE, weekdayOf } from './dates.js';
