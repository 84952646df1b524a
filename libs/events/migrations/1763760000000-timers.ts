import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Deadlines: events with a due date. Not deliveries, for one that waits would block the later ones of its aggregate. */
export class Timers1763760000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE events.timer (
        key text PRIMARY KEY,
        service text NOT NULL,
        due_at timestamptz NOT NULL,
        event_name text NOT NULL,
        payload jsonb NOT NULL
      );
      CREATE INDEX timer_due ON events.timer (service, due_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
