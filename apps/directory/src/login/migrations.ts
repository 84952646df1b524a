import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#database';

/** Sign-in by the campus: which session came from which sign-in, whose access tokens are over, and what people have agreed to. */
class SignIn1763750060000 implements MigrationInterface {
  name = 'SignIn1763750060000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- codes and refresh tokens go with their session
      ALTER TABLE directory.oidc_state ADD session_hash text;
      CREATE INDEX ON directory.oidc_state (session_hash) WHERE session_hash IS NOT NULL;

      CREATE TABLE directory.sso_session (
        session_hash text NOT NULL,
        -- keyed hashes of what the campus calls its sign-in (OIDC sid, CAS ticket) and the person (OIDC sub)
        campus_session_hash text,
        campus_subject_hash text,
        expires_at timestamptz NOT NULL,
        CHECK (num_nonnulls(campus_session_hash, campus_subject_hash) > 0)
      );
      CREATE UNIQUE INDEX ON directory.sso_session (session_hash, campus_session_hash, campus_subject_hash) NULLS NOT DISTINCT;
      CREATE INDEX ON directory.sso_session (campus_session_hash);
      CREATE INDEX ON directory.sso_session (campus_subject_hash);
      CREATE INDEX ON directory.sso_session (expires_at);

      ALTER TABLE directory.revocation ADD session_hash text;
      ALTER TABLE directory.revocation DROP CONSTRAINT revocation_check;
      -- all tokens of a client, a person or a session, or what a client has of one of the last two
      ALTER TABLE directory.revocation ADD CHECK (num_nonnulls(person_id, session_hash) <= 1
        AND num_nonnulls(client_id, person_id, session_hash) >= 1);
      CREATE OR REPLACE VIEW directory.published_revocation_v1 AS
        SELECT client_id, person_id, not_before, session_hash FROM directory.revocation
         WHERE not_before > now() - interval '15 minutes';

      -- what somebody lets an app do in their name
      CREATE TABLE directory.app_consent (
        person_id uuid NOT NULL REFERENCES directory.person,
        client_id text NOT NULL,
        scopes text[] NOT NULL,
        given_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (person_id, client_id)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** A single access token can be revoked too. */
class TokenRevocation1763750100000 implements MigrationInterface {
  name = 'TokenRevocation1763750100000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE directory.revocation DROP CONSTRAINT revocation_check;
      ALTER TABLE directory.revocation ADD token_id text;
      -- one token, or all of a client, a person or a session, or what a client has of one of the last two
      ALTER TABLE directory.revocation ADD CHECK (CASE WHEN token_id IS NOT NULL
        THEN num_nonnulls(client_id, person_id, session_hash) = 0
        ELSE num_nonnulls(person_id, session_hash) <= 1 AND num_nonnulls(client_id, person_id, session_hash) >= 1 END);
      CREATE OR REPLACE VIEW directory.published_revocation_v1 AS
        SELECT client_id, person_id, not_before, session_hash, token_id FROM directory.revocation
         WHERE not_before > now() - interval '15 minutes';
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** How often somebody has tried to sign in with a password. */
class SignInAttempts1764863000000 implements MigrationInterface {
  name = 'SignInAttempts1764863000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE directory.sign_in_attempt (
        -- keyed hash of the name or the address
        key_hash text PRIMARY KEY,
        -- as of last_at; they are forgotten one by one as time goes on
        failures double precision NOT NULL CHECK (failures >= 0),
        last_at timestamptz NOT NULL
      );
      CREATE INDEX ON directory.sign_in_attempt (last_at);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

export const loginMigrations: MigrationClass[] = [
  SignIn1763750060000,
  TokenRevocation1763750100000,
  SignInAttempts1764863000000,
];
