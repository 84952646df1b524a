import { Int } from '#fields';
import { Policy } from '#policy';

/**
 * How many bookings a student may have, and what comes of bookings that nobody came to. No rule of the state gives numbers: schools that
 * publish theirs (安徽理工大学's list of those who did not come) differ, so these are defaults to be set.
 */
@Policy({ key: 'affairs.booking', title: { zh: '预约', en: 'Bookings' } })
export class BookingPolicy {
  @Int({
    zh: '一名学生同时最多有多少个未结束的预约',
    en: 'Bookings a student may have that are not over',
    min: 1,
    max: 100,
    example: 10,
  })
  openPerStudent = 10;

  @Int({
    zh: '多少次爽约后暂停预约；已申诉待答复或已谅解的不计',
    en: 'No-shows after which booking is paused; those under appeal or forgiven do not count',
    min: 1,
    max: 100,
    example: 3,
  })
  noShows = 3;

  @Int({ zh: '爽约在多少天内累计', en: 'Days within which no-shows add up', min: 1, max: 730, example: 90 })
  noShowDays = 90;

  @Int({
    zh: '暂停多少天，自最近一次爽约起',
    en: 'Days that booking is paused, from the latest of them',
    min: 1,
    max: 365,
    example: 14,
  })
  pauseDays = 14;

  @Int({
    zh: '候补递补后保留多少分钟',
    en: 'Minutes a place that has become free is held for whoever waits first',
    min: 5,
    max: 2_880,
    example: 120,
  })
  offerMinutes = 120;

  @Int({
    zh: '预约结束后多少天内可登记爽约，学生可申诉',
    en: 'Days after its end in which a no-show may be recorded, and appealed against',
    min: 1,
    max: 60,
    example: 7,
  })
  afterDays = 7;
}
