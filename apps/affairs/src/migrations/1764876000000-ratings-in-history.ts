import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A reopened ticket is rated anew: what was said of the handling before stands in its history. */
export class RatingsInHistory1764876000000 implements MigrationInterface {
  name = 'RatingsInHistory1764876000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE affairs.ticket_action
        ADD rating int CHECK (rating BETWEEN 1 AND 5),
        ADD CHECK (rating IS NULL OR action = 'rate');
      -- until now a ticket was rated once
      UPDATE affairs.ticket_action a SET rating = t.rating FROM affairs.ticket t
       WHERE t.id = a.ticket_id AND a.action = 'rate';
      CREATE INDEX ON affairs.ticket_action (at) WHERE rating IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
