import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Hardship is not every teacher's business; and the last of the domains gets a metric, one that says nothing of anybody's health. */
export class SensitiveMatters1763750501000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- the rule as it shipped; what a school has made of it is the school's
      UPDATE early_warning.rule SET definition = definition || '{"visibility": ["student_affairs_officer"]}'
       WHERE code = 'aid.hidden-hardship' AND created_by = 'yizhan' AND NOT definition ? 'visibility';

      INSERT INTO early_warning.metric (id, code, zh, en, unit, decimals, fold, domain, sensitivity, retention_days)
      VALUES ('00000000-0000-7000-8000-006300000001', 'wellbeing_activities', '参加心理健康活动次数', 'well-being activities attended',
              'count', 0, 'sum', 'psychology', 2, 400)
      ON CONFLICT (code) DO NOTHING;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
