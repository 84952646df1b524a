import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who takes a course belongs to the course class, and not to the college that gives it: its officers do not answer for them. */
export class CourseClassesEndAtThemselves1763750090000 implements MigrationInterface {
  name = 'CourseClassesEndAtThemselves1763750090000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE OR REPLACE VIEW directory.published_membership_v1 AS
        SELECT m.person_id, u.id AS unit_id, u.kind AS unit_kind, m.valid_from, m.valid_to, m.secondary
          FROM directory.membership m
          JOIN directory.unit_path p ON p.descendant_id = m.unit_id
          JOIN directory.unit u ON u.id = p.ancestor_id
         -- a course is always secondary, so that the others need not be looked at
         WHERE NOT m.secondary OR u.id = m.unit_id
            OR NOT EXISTS (SELECT 1 FROM directory.unit own WHERE own.id = m.unit_id AND own.kind = 'course_class')
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
