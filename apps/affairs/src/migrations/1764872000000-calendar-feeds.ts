import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Feeds of several kinds, which show no more than their app was allowed. Those that are there are of bookings, which ask for no right. */
export class CalendarFeeds1764872000000 implements MigrationInterface {
  name = 'CalendarFeeds1764872000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE affairs.booking_feed RENAME TO calendar_feed;
      ALTER TABLE affairs.calendar_feed
        ADD kind text NOT NULL DEFAULT 'bookings' CHECK (kind IN ('bookings', 'deadlines')),
        ADD permissions text[] NOT NULL DEFAULT '{}',
        ADD told jsonb NOT NULL DEFAULT '{}';
      ALTER TABLE affairs.calendar_feed ALTER kind DROP DEFAULT, ALTER permissions DROP DEFAULT;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
