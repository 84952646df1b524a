import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Resources that are offered to the students whom they fit, what students said to them, and kinds that students want none of. */
export class Resources1764824000000 implements MigrationInterface {
  name = 'Resources1764824000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE early_warning.resource (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        -- no reason is shown, and of students nobody but themselves sees that they took it up
        discreet boolean NOT NULL,
        title jsonb NOT NULL,
        offers jsonb NOT NULL,
        because jsonb,
        department_id uuid NOT NULL,
        link text,
        capacity int,
        taken int NOT NULL DEFAULT 0,
        first_day date NOT NULL,
        last_day date NOT NULL,
        match jsonb NOT NULL,
        state text NOT NULL CHECK (state IN ('draft', 'published', 'withdrawn')),
        created_by text NOT NULL,
        edited_by text[] NOT NULL,
        published_at timestamptz,
        published_by text,
        publication jsonb,
        withdrawn_at timestamptz,
        withdrawn_by text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (first_day <= last_day),
        CHECK (discreet = (because IS NULL)),
        CHECK ((state = 'draft') = (published_at IS NULL) AND (published_at IS NULL) = (published_by IS NULL)),
        CONSTRAINT resource_capacity CHECK (taken >= 0 AND taken <= capacity),
        CONSTRAINT resource_second_person CHECK (published_by <> created_by AND published_by <> ALL (edited_by))
      );
      CREATE INDEX ON early_warning.resource (created_at, id);
      CREATE INDEX ON early_warning.resource (last_day) WHERE state = 'published';

      CREATE TABLE early_warning.resource_offer (
        id uuid PRIMARY KEY,
        resource_id uuid NOT NULL REFERENCES early_warning.resource,
        student_id uuid NOT NULL,
        -- by the student's own choice from the catalogue, or because it fits
        origin text NOT NULL CHECK (origin IN ('match', 'own')),
        status text NOT NULL CHECK (status IN ('offered', 'taken_up', 'declined')),
        -- first day of the term in which it was offered: within it nothing is offered twice
        term_starts_on date NOT NULL,
        as_of date,
        offered_at timestamptz NOT NULL,
        answered_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((origin = 'match') = (as_of IS NOT NULL)),
        CHECK ((status = 'offered') = (answered_at IS NULL)),
        CONSTRAINT resource_offer_once_a_term UNIQUE (resource_id, student_id, term_starts_on)
      );
      CREATE UNIQUE INDEX resource_offer_live ON early_warning.resource_offer (resource_id, student_id) WHERE status <> 'declined';
      CREATE INDEX ON early_warning.resource_offer (student_id, offered_at, id);
      CREATE INDEX ON early_warning.resource_offer (offered_at, id);
      CREATE INDEX ON early_warning.resource_offer (updated_at, id);

      CREATE TABLE early_warning.resource_opt_out (
        student_id uuid NOT NULL,
        kind text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (student_id, kind)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
