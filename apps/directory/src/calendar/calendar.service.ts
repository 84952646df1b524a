import { Injectable } from '@nestjs/common';
import { type Actor, requireSchool } from '#auth';
import { Database, newId, query, sql, type Tx } from '#database';
import { Invalid, NotFound } from '#problems';
import { calendarDays } from '#roster';
import { daysBetween } from '#time';
import { CalendarDayDto, type CalendarDayInput, CalendarDto, type CalendarQuery, MAX_DAYS } from './calendar.dto.js';

/** The workday calendar: the national plan with the school's own days on top. */
@Injectable()
export class Calendar {
  constructor(private readonly database: Database) {}

  async days({ from, to }: CalendarQuery): Promise<CalendarDto> {
    const days = daysBetween(from, to) + 1;
    if (days < 1 || days > MAX_DAYS) {
      const zh = `必须不早于 from，且不超过 ${MAX_DAYS} 天`;
      throw new Invalid({
        errors: [{ pointer: '?to', zh, en: `must not be before from, nor more than ${MAX_DAYS} days on` }],
      });
    }
    const found = await calendarDays(this.database.connection, from, to);
    return Object.assign(new CalendarDto(), { days: found.map((day) => CalendarDayDto.from(day)) });
  }

  put(actor: Actor, date: string, { workday, name }: CalendarDayInput): Promise<CalendarDayDto> {
    requireSchool(actor, 'directory:calendar:write');
    return this.database.transaction(actor, async (tx) => {
      await query(
        tx,
        sql`INSERT INTO directory.calendar_day (id, day, workday, name) VALUES (${newId()}, ${date}, ${workday}, ${name})
            ON CONFLICT (day) DO UPDATE SET workday = excluded.workday, name = excluded.name, updated_at = now(),
              version = calendar_day.version + 1`,
      );
      return this.day(tx, date);
    });
  }

  /** Back to the national plan. */
  delete(actor: Actor, date: string): Promise<void> {
    requireSchool(actor, 'directory:calendar:write');
    return this.database.transaction(actor, async (tx) => {
      const gone = await query(tx, sql`DELETE FROM directory.calendar_day WHERE day = ${date} RETURNING id`);
      if (gone.length === 0) throw new NotFound({ what: 'calendar-day' });
    });
  }

  private async day(tx: Tx, date: string): Promise<CalendarDayDto> {
    const [day] = await calendarDays(tx, date, date);
    return CalendarDayDto.from(day!);
  }
}
