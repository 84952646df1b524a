import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Certificates1764803000000 implements MigrationInterface {
  name = 'Certificates1764803000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.certificate (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        job_id uuid,
        kind text NOT NULL,
        name jsonb NOT NULL,
        language text NOT NULL CHECK (language IN ('zh', 'en')),
        number text NOT NULL,
        -- keyed hash; the code itself stands in the file alone
        code_hash text NOT NULL,
        sha256 text NOT NULL,
        -- what it says, as a JWS; sealed with the key of the student
        signed bytea NOT NULL,
        policy_version int NOT NULL,
        issued_on date NOT NULL,
        expires_on date,
        issued_by_person uuid,
        issued_by_app text NOT NULL,
        revoked_at timestamptz,
        revoked_by text,
        revocation_reason bytea,
        erased boolean NOT NULL DEFAULT false,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((revoked_at IS NULL) = (revoked_by IS NULL) AND (revoked_at IS NULL) = (revocation_reason IS NULL))
      );
      CREATE UNIQUE INDEX certificate_by_number ON affairs.certificate (number);
      CREATE UNIQUE INDEX certificate_by_code ON affairs.certificate (code_hash);
      CREATE INDEX certificate_student ON affairs.certificate (student_id, issued_on);
      CREATE INDEX certificate_job ON affairs.certificate (job_id) WHERE job_id IS NOT NULL;
      CREATE INDEX certificate_created ON affairs.certificate (created_at, id);

      -- the last number of a year
      CREATE TABLE affairs.certificate_number (
        year int PRIMARY KEY,
        last int NOT NULL
      );

      CREATE TABLE affairs.certificate_key (
        kid text PRIMARY KEY,
        -- stays for good: what was signed stays verifiable
        public_jwk jsonb NOT NULL,
        -- private JWK, sealed with a root key; NULL = it signs no more
        sealed_jwk bytea,
        created_at timestamptz NOT NULL,
        retired_at timestamptz,
        CHECK ((sealed_jwk IS NULL) = (retired_at IS NOT NULL))
      );
      CREATE UNIQUE INDEX certificate_key_one_current ON affairs.certificate_key ((true)) WHERE retired_at IS NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
