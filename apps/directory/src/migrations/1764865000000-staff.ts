import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Staff as published to those who keep accounts of them, and what each source calls them. */
export class Staff1764865000000 implements MigrationInterface {
  name = 'Staff1764865000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE INDEX ON directory.source_link (id);
      CREATE VIEW directory.published_staff_v1 AS
        SELECT id, number, name, active, version, created_at, updated_at FROM directory.person WHERE kind = 'staff';
      -- external_id: what the source calls them; NULL where it has no name of its own
      CREATE VIEW directory.published_staff_source_v1 AS
        SELECT l.source, p.id AS person_id, NULLIF(l.sourced_id, p.id::text) AS external_id
          FROM directory.source_link l JOIN directory.person p ON p.id = l.id
         WHERE l.kind = 'person' AND p.kind = 'staff';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
