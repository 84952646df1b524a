import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A job issues a student one certificate, however often it is tried. */
export class OneCertificateOfAJob1764822100000 implements MigrationInterface {
  name = 'OneCertificateOfAJob1764822100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNIQUE INDEX certificate_one_of_job ON affairs.certificate (job_id, student_id) WHERE job_id IS NOT NULL;
      DROP INDEX affairs.certificate_job;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
