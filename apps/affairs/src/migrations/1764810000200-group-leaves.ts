import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Leave for many students at once, decided on as a whole; each of them has a leave of it. */
export class GroupLeaves1764810000200 implements MigrationInterface {
  name = 'GroupLeaves1764810000200';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.group_leave (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('personal','sick','official')),
        status text NOT NULL CHECK (status IN ('submitted','approved','rejected','withdrawn','cancelled','ended')),
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL CHECK (starts_at < ends_at),
        reason text NOT NULL,
        destination text NOT NULL,
        organiser text NOT NULL,
        days float8 NOT NULL CHECK (days > 0),
        policy_version int NOT NULL,
        decided_by text,
        decided_at timestamptz,
        comment text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((decided_by IS NULL) = (decided_at IS NULL))
      );
      CREATE INDEX ON affairs.group_leave (starts_at, id);
      CREATE INDEX ON affairs.group_leave (updated_at, id);
      CREATE INDEX ON affairs.group_leave (organiser);

      -- whom the organiser has listed; problem: code of why a student cannot be on leave with the group
      CREATE TABLE affairs.group_leave_member (
        group_id uuid NOT NULL REFERENCES affairs.group_leave ON DELETE CASCADE,
        student_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('listed','refused','left')),
        problem text CHECK ((problem IS NOT NULL) = (state = 'refused')),
        PRIMARY KEY (group_id, student_id)
      );
      CREATE INDEX ON affairs.group_leave_member (student_id);

      ALTER TABLE affairs.leave ADD COLUMN group_id uuid REFERENCES affairs.group_leave;
      CREATE UNIQUE INDEX leave_one_of_group ON affairs.leave (group_id, student_id) WHERE group_id IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
