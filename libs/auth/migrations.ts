import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#database';

/**
 * The audit. A service's role may only call `append_audit`, which runs with its owner's rights: no service can write a
 * row by hand, change one, or remove one.
 */
class PlatformAudit1763740000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.audit_day (
        day date PRIMARY KEY,
        entries bigint NOT NULL,
        head text NOT NULL
      );
      CREATE TABLE platform.audit_entry (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        day date NOT NULL,
        seq bigint NOT NULL,
        occurred_at timestamptz NOT NULL,
        app text NOT NULL,
        person_id uuid,
        request_id text NOT NULL,
        action text NOT NULL,
        subject_kind text NOT NULL,
        subject_id text NOT NULL,
        reason text,
        prev text NOT NULL,
        hash text NOT NULL,
        UNIQUE (day, seq)
      );
      CREATE INDEX audit_entry_subject ON platform.audit_entry (subject_kind, subject_id, occurred_at);
      CREATE INDEX audit_entry_person ON platform.audit_entry (person_id, occurred_at);

      -- SHA-256 over all columns as a JSON array, so that no two contents read the same.
      CREATE FUNCTION platform.audit_hash(e platform.audit_entry) RETURNS text
      LANGUAGE sql STABLE SET search_path = pg_catalog AS $$
        SELECT encode(sha256(convert_to(jsonb_build_array(
          e.id, to_char(e.day, 'YYYY-MM-DD'), e.seq, to_char(e.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
          e.app, e.person_id, e.request_id, e.action, e.subject_kind, e.subject_id, e.reason, e.prev
        )::text, 'UTF8')), 'hex')
      $$;

      CREATE FUNCTION platform.append_audit(
        app text, person_id uuid, request_id text, action text, subject_kind text, subject_id text, reason text
      ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
      DECLARE
        today date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
        chain platform.audit_day;
        entry platform.audit_entry;
      BEGIN
        INSERT INTO platform.audit_day AS d VALUES (today, 1, '')
          ON CONFLICT (day) DO UPDATE SET entries = d.entries + 1 RETURNING * INTO chain;
        entry := ROW(gen_random_uuid(), today, chain.entries, clock_timestamp(), app, person_id, request_id, action,
          subject_kind, subject_id, reason, chain.head, '');
        entry.hash := platform.audit_hash(entry);
        INSERT INTO platform.audit_entry SELECT entry.*;
        UPDATE platform.audit_day d SET head = entry.hash WHERE d.day = today;
      END $$;
      REVOKE ALL ON FUNCTION platform.append_audit(text, uuid, text, text, text, text, text) FROM PUBLIC;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** Migrations of schema `platform` that libs/auth owns. */
export const authMigrations: MigrationClass[] = [PlatformAudit1763740000000];
