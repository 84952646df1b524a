import { feature } from '#service';
import { CalendarFeed } from './calendar-feed.entity.js';
import { CalendarFeeds } from './calendar-feeds.service.js';

/** What the calendars of several features share. */
export const calendarFeeds = feature({ providers: [CalendarFeeds], entities: [CalendarFeed] });
