import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes of what waits for somebody, for their inbox. */
export class Waiting1764811000000 implements MigrationInterface {
  name = 'Waiting1764811000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ON affairs.ticket (unit_id) WHERE status = 'open';
      CREATE INDEX ON affairs.round (status) WHERE status IN ('open','review','proposed','notice');
      CREATE INDEX ON affairs.round_objection (round_id) WHERE status = 'open';
      CREATE INDEX ON affairs.clearance_sign_off (unit_id, list_id) WHERE state IN ('waiting','evidence_given');
      CREATE INDEX ON affairs.clearance_sign_off (student_id) WHERE deferral_asked_at IS NOT NULL;
      CREATE INDEX ON affairs.second_classroom_claim (created_at, id) WHERE status = 'submitted';
      CREATE INDEX ON affairs.work_study_application (post_id) WHERE status = 'submitted';
      CREATE INDEX ON affairs.work_study_shift (post_id, ends_at) WHERE status = 'booked';
      CREATE INDEX ON affairs.star_objection (star_id) WHERE outcome IS NULL;
      CREATE INDEX ON affairs.sanction_appeal (due_on, id) WHERE status = 'waiting';
      CREATE INDEX ON affairs.booking (bookable_id) WHERE status = 'no_show' AND appealed_at IS NOT NULL AND answered_at IS NULL;
      CREATE INDEX ON affairs.booking (student_id) WHERE status = 'offered';

      -- whoever waits is served in this order, whatever the clocks of machines say
      ALTER TABLE affairs.booking ADD COLUMN turn bigint GENERATED ALWAYS AS IDENTITY;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
