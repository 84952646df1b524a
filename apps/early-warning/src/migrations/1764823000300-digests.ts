import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Each counselor's digest of the day: the first of the timers that set one another. */
export class Digests1764823000300 implements MigrationInterface {
  name = 'Digests1764823000300';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      INSERT INTO events.timer (key, service, due_at, event_name, payload)
      VALUES ('early-warning.digests', 'early-warning', now(), 'early-warning.digests-due.v1', '{}')
      ON CONFLICT DO NOTHING;
      -- what of a day is new, and what is over
      CREATE INDEX ON early_warning.care_case (closed_at) WHERE closed_at IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
