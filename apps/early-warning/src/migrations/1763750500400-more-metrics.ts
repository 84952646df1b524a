import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Results of a term (`term_credits`, `term_credits_planned`, `credits_chosen`, `failed_after_resit`) are delivered with a day within the
 * term in which they are published, and once a term; what is published between terms, with the first day of the next one.
 */
const METRICS = [
  [
    'failed_required_credits',
    '必修课不及格学分，累计',
    'required credits failed or owed, cumulative',
    'credit',
    1,
    'last',
    'study',
  ],
  ['mean_term_credits', '平均每学期获得学分', 'credits a term, mean', 'credit', 1, 'last', 'study'],
  ['term_credits', '学期获得学分', 'credits earned in the term last graded', 'credit', 1, 'last', 'study'],
  ['term_credits_planned', '学期计划学分', 'credits planned for the term last graded', 'credit', 1, 'last', 'study'],
  ['credits_chosen', '学期选课学分', 'credits chosen in the term', 'credit', 1, 'last', 'study'],
  ['failed_after_resit', '补考后仍不及格门数', 'courses failed after resits', 'course', 0, 'last', 'study'],
  ['failed_courses', '不及格门数，累计', 'courses failed, cumulative', 'course', 0, 'last', 'study'],
  ['credit_gap', '与培养计划相差学分', 'credits behind the plan', 'credit', 1, 'last', 'study'],
  ['gpa', '绩点', 'grade point average', 'point', 2, 'last', 'study'],
  ['absent_hours', '旷课学时', 'hours of absence', 'h', 1, 'sum', 'attendance'],
  ['card_uses', '校园卡使用次数', 'uses of the campus card', 'count', 0, 'sum', 'consumption'],
  ['sso_logins', '统一认证登录次数', 'sign-ins to campus systems', 'count', 0, 'sum', 'network'],
] as const;

const RETENTION_DAYS: Record<string, number> = { study: 3660, attendance: 800, consumption: 400, network: 400 };

/** What the rule templates of study, attendance and lost contact need beyond the first catalogue. */
export class MoreMetrics1763750500400 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const metrics = METRICS.map(([code, zh, en, unit, decimals, fold, domain], i) => ({
      id: `00000000-0000-7000-8000-0062${String(i + 1).padStart(8, '0')}`,
      ...{ code, zh, en, unit, decimals, fold, domain },
      sensitivity: domain === 'attendance' ? 2 : 3,
      retention: RETENTION_DAYS[domain],
    }));
    await runner.query(
      `INSERT INTO early_warning.metric (id, code, zh, en, unit, decimals, fold, domain, sensitivity, retention_days)
       SELECT id, code, zh, en, unit, decimals, fold, domain, sensitivity, retention
         FROM jsonb_to_recordset($1::jsonb) AS m(id uuid, code text, zh text, en text, unit text, decimals int, fold text, domain text,
              sensitivity int, retention int) ORDER BY id
       ON CONFLICT (code) DO NOTHING`,
      [JSON.stringify(metrics)],
    );
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
