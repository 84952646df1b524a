import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Indexes of what waits for somebody, for their inbox; when a booking was asked for. */
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

      -- by the campus clock: whoever waits is served in this order
      ALTER TABLE affairs.booking ADD COLUMN asked_at timestamptz;
      UPDATE affairs.booking SET asked_at = created_at;
      ALTER TABLE affairs.booking ALTER COLUMN asked_at SET NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
