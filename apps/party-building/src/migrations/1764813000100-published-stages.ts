import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Stages that people reached on their way into the Party (steps 1, 3, 7, 17 and 24 of the 25), for whoever keeps their archive. The columns are
 * those of affairs.published_achievement_v1.
 */
export class PublishedStages1764813000100 implements MigrationInterface {
  name = 'PublishedStages1764813000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW party_building.published_achievement_v1 AS
        SELECT 'party'::text AS kind, n.id AS source_id, n.admission_id AS group_id, a.person_id AS student_id, NULL::timestamptz AS happened_at, n.taken_on AS happened_on,
               NULL::text AS title_zh, NULL::text AS title_en, NULL::bytea AS sealed_title, NULL::text AS sealed_place,
               CASE n.step WHEN 1 THEN 'applicant' WHEN 3 THEN 'activist' WHEN 7 THEN 'candidate' WHEN 17 THEN 'probationary_member' WHEN 24 THEN 'full_member' END AS code,
               NULL::text AS level, NULL::numeric AS credits, NULL::numeric AS hours, n.id AS work_id, NULL::uuid AS replaces,
               NOT EXISTS (SELECT FROM party_building.admission_entry b WHERE b.reverses_id = n.id) AS counts
          FROM party_building.admission_entry n JOIN party_building.admission a ON a.id = n.admission_id
         WHERE n.kind = 'record' AND n.step IN (1, 3, 7, 17, 24);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
