import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The levels that the house ships at this time: those of groups asked for before a school had a policy of its own. */
const SHIPPED = [
  { upToDays: 2, approvers: [{ kind: 'counselor' }] },
  { upToDays: 7, approvers: [{ kind: 'student_affairs_officer', unitKind: 'college' }] },
  { upToDays: 60, approvers: [{ kind: 'student_affairs_officer', unitKind: 'school' }] },
];

/** A group leave keeps which posts decide on it; indexes of group leaves and registrations for holidays that wait for somebody. */
export class GroupLeavePosts1764822000000 implements MigrationInterface {
  name = 'GroupLeavePosts1764822000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE affairs.group_leave ADD COLUMN posts jsonb');
    await runner.query(
      `UPDATE affairs.group_leave g SET posts = (
         SELECT coalesce(jsonb_agg((level->'approvers'->-1) - 'deadline' ORDER BY i), '[]')
           FROM jsonb_array_elements(coalesce((SELECT p.value->'levels' FROM platform.policy_version p
                  WHERE p.key = 'affairs.leave' AND p.number = g.policy_version), $1::jsonb)) WITH ORDINALITY l(level, i)
          WHERE (level->>'upToDays')::float8 >= g.days)`,
      [JSON.stringify(SHIPPED)],
    );
    await runner.query(`
      ALTER TABLE affairs.group_leave ALTER COLUMN posts SET NOT NULL;
      CREATE INDEX ON affairs.group_leave (starts_at, id) WHERE status = 'submitted';
      CREATE INDEX ON affairs.holiday_registration (campaign_id) WHERE status = 'submitted';
      CREATE INDEX ON affairs.holiday_registration (campaign_id, returns_at) WHERE status = 'approved' AND away AND returned_at IS NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
