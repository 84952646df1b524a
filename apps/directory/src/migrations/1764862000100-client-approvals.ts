import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sensitive permissions of apps are approved by a second person; and apps say who offers them, and consents when they were last used. */
export class ClientApprovals1764862000100 implements MigrationInterface {
  name = 'ClientApprovals1764862000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE directory.client_approval (
        id uuid PRIMARY KEY,
        client_ref uuid NOT NULL REFERENCES directory.client,
        permission text NOT NULL,
        status text NOT NULL CHECK (status IN ('waiting', 'approved', 'refused', 'withdrawn', 'expired', 'dropped')),
        requested_by_app text NOT NULL,
        requested_by uuid,
        approved_by uuid,
        approved_at timestamptz,
        purpose text,
        ends_on date,
        ended_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT client_approval_second_person CHECK (approved_by <> requested_by),
        CONSTRAINT client_approval_whole CHECK (num_nonnulls(approved_by, approved_at, purpose, ends_on) IN (0, 4)
          AND (status NOT IN ('approved', 'expired', 'withdrawn') OR ends_on IS NOT NULL)),
        CONSTRAINT client_approval_ended CHECK ((status IN ('waiting', 'approved')) = (ended_at IS NULL))
      );
      CREATE UNIQUE INDEX client_approval_once ON directory.client_approval (client_ref, permission)
        WHERE status IN ('waiting', 'approved');
      CREATE INDEX client_approval_created ON directory.client_approval (created_at, id);
      CREATE INDEX client_approval_ends ON directory.client_approval ((COALESCE(ends_on, 'infinity')), id);

      ALTER TABLE directory.client ADD publisher text;
      -- by a token for the person, to the day
      ALTER TABLE directory.app_consent ADD used_on date;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
