import { Injectable } from '@nestjs/common';
import { Config } from '#config';
import { dateOf, instantOf } from './dates.js';

/** What time it is on campus. Services ask it rather than the machine, so that tests can move it. */
@Injectable()
export class CampusClock {
  constructor(private readonly config: Config) {}

  /** The campus time zone (IANA name). */
  get timeZone(): string {
    return this.config.timeZone;
  }

  now(): Date {
    return new Date();
  }

  /** Today's calendar date, YYYY-MM-DD. */
  today(): string {
    return this.dateOf(this.now());
  }

  /** The calendar date an instant falls on, YYYY-MM-DD. */
  dateOf(instant: Date | string): string {
    return dateOf(instant, this.timeZone);
  }

  /** The instant of a wall-clock time (`HH:mm`, `24:00` = next midnight) on a date. */
  instantOf(date: string, time: string): Date {
    return instantOf(date, time, this.timeZone);
  }
}
