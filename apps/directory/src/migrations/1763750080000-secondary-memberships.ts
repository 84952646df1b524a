import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which of several units of a kind somebody mainly belongs to, so that nobody is counted twice. */
export class SecondaryMemberships1763750080000 implements MigrationInterface {
  name = 'SecondaryMemberships1763750080000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- a role that the source marks as secondary, or a course: the units above it are not those the person mainly belongs to
      ALTER TABLE directory.membership ADD secondary boolean NOT NULL DEFAULT false;
      UPDATE directory.membership m SET secondary = true FROM directory.unit u WHERE u.id = m.unit_id AND u.kind = 'course_class';
      CREATE OR REPLACE VIEW directory.published_membership_v1 AS
        SELECT m.person_id, u.id AS unit_id, u.kind AS unit_kind, m.valid_from, m.valid_to, m.secondary
          FROM directory.membership m
          JOIN directory.unit_path p ON p.descendant_id = m.unit_id
          JOIN directory.unit u ON u.id = p.ancestor_id
        UNION ALL
        SELECT r.person_id, l.id, l.kind, r.valid_from, r.valid_to, false
          FROM directory.residence r
          JOIN directory.place_path p ON p.descendant_id = r.bed_id
          JOIN directory.place l ON l.id = p.ancestor_id
        UNION ALL
        SELECT r.person_id, l.grid_id, 'grid', r.valid_from, r.valid_to, false
          FROM directory.residence r
          JOIN directory.place_path p ON p.descendant_id = r.bed_id
          JOIN directory.place l ON l.id = p.ancestor_id
         WHERE l.grid_id IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
