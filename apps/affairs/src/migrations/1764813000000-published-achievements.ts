import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What students did and received, for whoever keeps their archive. A row for each thing that has ever counted or may yet; `counts` says whether
 * it does now. `happened_at` or `happened_on`; of honours, of which the year is known alone, its last day, or the day they were recorded where
 * that is earlier. A title that is sealed with the student's key comes with the place that it is sealed to. Nothing of discipline, aid and hardship.
 */
export class PublishedAchievements1764813000000 implements MigrationInterface {
  name = 'PublishedAchievements1764813000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE VIEW affairs.published_achievement_v1 AS
        SELECT 'participation'::text AS kind, e.id AS source_id, e.activity_id AS group_id, e.student_id, a.starts_at AS happened_at, NULL::date AS happened_on,
               a.title_zh, a.title_en, NULL::bytea AS sealed_title, NULL::text AS sealed_place, a.kind AS code, NULL::text AS level,
               e.credits, e.hours, a.work_id, NULL::uuid AS replaces, e.status = 'confirmed' AS counts
          FROM affairs.enrolment e JOIN affairs.activity a ON a.id = e.activity_id
        UNION ALL
        SELECT 'honour', h.id, NULL, h.student_id, h.created_at, make_date(h.year, 12, 31),
               h.title, NULL, NULL, NULL, NULL, h.level, NULL, NULL, h.id, NULL, h.status = 'verified' AND h.title IS NOT NULL
          FROM affairs.honour h WHERE h.student_id IS NOT NULL
        UNION ALL
        SELECT 'award', n.id, n.round_id, n.student_id, r.final_at, NULL,
               r.content->'title'->>'zh', r.content->'title'->>'en', NULL, NULL, NULL,
               (SELECT l->'name'->>'zh' FROM jsonb_array_elements(r.content->'levels') l WHERE l->>'code' = n.level),
               NULL, NULL, n.id, NULL, r.status = 'final' AND n.status = 'entered' AND n.outcome IS NOT DISTINCT FROM 'awarded' AND n.revoked_at IS NULL
          FROM affairs.round_entry n JOIN affairs.round r ON r.id = n.round_id WHERE r.kind = 'award'
        UNION ALL
        SELECT 'star', s.id, NULL, s.student_id, s.decided_at, NULL,
               NULL, NULL, NULL, NULL, s.stars::text, NULL, NULL, s.hours, s.id, NULL, s.status = 'final'
          FROM affairs.volunteer_star s
        UNION ALL
        SELECT 'claim', c.id, NULL, c.student_id, NULL, c.happened_on,
               NULL, NULL, c.title, 'affairs.second_classroom_claim ' || c.id || ' title', c.kind, NULL, c.credits, NULL, c.work_id, NULL, c.status = 'confirmed'
          FROM affairs.second_classroom_claim c
        UNION ALL
        SELECT 'work_study', l.id, l.payroll_id, l.student_id, NULL, ((p.month || '-01')::date + interval '1 month' - interval '1 day')::date,
               w.title, NULL, NULL, NULL, NULL, NULL, NULL, round(l.minutes / 60.0, 2), l.id, l.reverses,
               p.status = 'closed' AND l.reverses IS NULL AND NOT EXISTS (
                 SELECT FROM affairs.payroll_line b JOIN affairs.payroll q ON q.id = b.payroll_id WHERE b.reverses = l.id AND q.status = 'closed')
          FROM affairs.payroll_line l JOIN affairs.payroll p ON p.id = l.payroll_id JOIN affairs.work_study_post w ON w.id = l.post_id
        UNION ALL
        SELECT 'post', m.id, m.organisation_id, m.student_id, NULL, m.valid_from,
               o.name, NULL, NULL, NULL, m.post, NULL, NULL, NULL, m.id, NULL, m.valid_to IS NULL OR m.valid_to > m.valid_from
          FROM affairs.organisation_member m JOIN affairs.organisation o ON o.id = m.organisation_id;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
