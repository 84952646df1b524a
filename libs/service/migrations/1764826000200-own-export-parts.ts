import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What each service has of a student who asked for a copy: written by the services, put together and deleted by the directory. */
export class OwnExportParts1764826000200 implements MigrationInterface {
  name = 'OwnExportParts1764826000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.own_export_part (
        export_id uuid NOT NULL,
        service text NOT NULL,
        student_id uuid NOT NULL,
        -- JSON, sealed with the student's key
        part bytea NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (export_id, service)
      );
      CREATE INDEX ON platform.own_export_part (student_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
