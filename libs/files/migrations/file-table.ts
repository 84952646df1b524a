import type { QueryRunner } from 'typeorm';
import { schemaOf, type ServiceName } from '#contracts';
import { raw, type Sql } from '#database';

/** The table of a service's files. It lies in the schema of the service, so that no other can read or change it. */
export function fileTable(service: ServiceName): Sql {
  return raw(`${schemaOf(service)}.file`);
}

/** For a migration of the service. */
export async function createFileTable(runner: QueryRunner, service: ServiceName): Promise<void> {
  await runner.query(`
    CREATE TABLE ${schemaOf(service)}.file (
      id uuid PRIMARY KEY,
      purpose text NOT NULL,
      -- what it is attached to, a row of the feature that declared the purpose; NULL = not yet
      subject_id uuid,
      name text NOT NULL,
      -- as its content says
      media_type text NOT NULL,
      bytes int NOT NULL,
      sha256 text NOT NULL,
      -- opens the stored content; sealed with the key of the student, or without one with a root key
      sealed_key bytea NOT NULL,
      student_id uuid,
      -- who handed it in; no person: the app by itself
      person_id uuid,
      app text NOT NULL,
      -- deleted after it; NULL = as long as what it is attached to
      keep_until timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      CHECK (subject_id IS NOT NULL OR keep_until IS NOT NULL)
    );
    CREATE INDEX ON ${schemaOf(service)}.file (subject_id);
    CREATE INDEX ON ${schemaOf(service)}.file (keep_until);
    CREATE INDEX file_student ON ${schemaOf(service)}.file (student_id);
    -- what somebody handed in and has not used yet
    CREATE INDEX ON ${schemaOf(service)}.file (person_id, app) WHERE subject_id IS NULL;
  `);
}

/** For a migration of a service whose table was created before files had the keys of students. */
export async function addStudentsToFiles(runner: QueryRunner, service: ServiceName): Promise<void> {
  await runner.query(`
    ALTER TABLE ${schemaOf(service)}.file ADD COLUMN IF NOT EXISTS student_id uuid;
    CREATE INDEX IF NOT EXISTS file_student ON ${schemaOf(service)}.file (student_id);
  `);
}
