import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A job makes a student one book, however often it is tried. */
export class OneBookOfAJob1764822100100 implements MigrationInterface {
  name = 'OneBookOfAJob1764822100100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNIQUE INDEX graduation_book_one_of_job ON early_warning.graduation_book (job_id, student_id) WHERE job_id IS NOT NULL;
      DROP INDEX early_warning.graduation_book_job_id_idx;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
