import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#database';

/** A key for each student, under which services seal what is theirs (docs/adr/0011-a-key-per-student.md). */
class StudentKeys1764400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.student_key (
        student_id uuid PRIMARY KEY,
        -- the key, sealed with a root key of the deployment; NULL = it was dropped: what it sealed cannot be read by anybody
        wrapped bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        erased_at timestamptz,
        CHECK ((wrapped IS NULL) = (erased_at IS NOT NULL))
      );

      -- The keys of students, whose row nobody drops until the caller has committed. Who has none gets the one that is offered, unless
      -- another was faster. Order: that of the ids, so that two callers do not wait for each other.
      CREATE FUNCTION platform.take_student_keys(ids uuid[], offered bytea[]) RETURNS TABLE (id uuid, key bytea)
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
      BEGIN
        INSERT INTO platform.student_key (student_id, wrapped)
          SELECT o.student_id, o.wrapped FROM unnest(ids, offered) AS o(student_id, wrapped) ORDER BY o.student_id
          ON CONFLICT DO NOTHING;
        -- A statement of its own: it sees what the other has committed meanwhile.
        RETURN QUERY SELECT k.student_id, k.wrapped FROM platform.student_key k
          WHERE k.student_id = ANY(ids) ORDER BY k.student_id FOR KEY SHARE;
      END $$;
      REVOKE ALL ON FUNCTION platform.take_student_keys(uuid[], bytea[]) FROM PUBLIC;

      -- Waits for whoever is sealing for the student; nobody can afterwards. Also for a student who never had a key.
      CREATE FUNCTION platform.drop_student_key(id uuid) RETURNS void
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
      BEGIN
        INSERT INTO platform.student_key (student_id, erased_at) VALUES (id, now()) ON CONFLICT DO NOTHING;
        PERFORM FROM platform.student_key k WHERE k.student_id = id FOR UPDATE;
        UPDATE platform.student_key k SET wrapped = NULL, erased_at = now() WHERE k.student_id = id AND k.wrapped IS NOT NULL;
      END $$;
      REVOKE ALL ON FUNCTION platform.drop_student_key(uuid) FROM PUBLIC;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

export const vaultMigrations: MigrationClass[] = [StudentKeys1764400000000];
