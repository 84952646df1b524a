import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Day vectors of small values take half the room. */
export class NarrowVectors1763750500700 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- bytes per student in v: 2 (int16) where every value fits, else 4 (int32), which is what all vectors are that came before
      ALTER TABLE early_warning.day_vector ADD width smallint NOT NULL DEFAULT 4 CHECK (width IN (2, 4));
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
