import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#database';

/** Client applications, what the issuer remembers, its signing keys, and the personas of the demo. */
class Clients1763750010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE directory.client (
        id uuid PRIMARY KEY,
        client_id text NOT NULL UNIQUE CHECK (client_id ~ '^[a-z][a-z0-9]*(-[a-z0-9]+)*$' AND length(client_id) BETWEEN 3 AND 32),
        name text NOT NULL,
        grants text[] NOT NULL CHECK (grants <@ ARRAY['client_credentials','authorization_code','refresh_token']),
        redirect_uris text[] NOT NULL,
        permissions text[] NOT NULL,
        jwks jsonb,
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE TABLE directory.client_secret (
        id uuid PRIMARY KEY,
        client_ref uuid NOT NULL REFERENCES directory.client,
        -- HMAC-SHA-256 under the deployment's key
        hash text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON directory.client_secret (client_ref);

      CREATE TABLE directory.revocation (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        client_id text,
        person_id uuid,
        not_before timestamptz NOT NULL,
        CHECK (num_nonnulls(client_id, person_id) = 1)
      );
      CREATE INDEX ON directory.revocation (not_before);
      -- tokens live ten minutes at most: what is older than that has nothing left to revoke
      CREATE VIEW directory.published_revocation_v1 AS
        SELECT client_id, person_id, not_before FROM directory.revocation WHERE not_before > now() - interval '15 minutes';

      CREATE TABLE directory.signing_key (
        kid text PRIMARY KEY,
        -- private JWK, AES-256-GCM
        sealed_jwk bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        activated_at timestamptz,
        retired_at timestamptz,
        CHECK (retired_at IS NULL OR activated_at IS NOT NULL)
      );
      CREATE UNIQUE INDEX signing_key_one_next ON directory.signing_key ((true)) WHERE activated_at IS NULL;
      CREATE UNIQUE INDEX signing_key_one_current ON directory.signing_key ((true))
        WHERE activated_at IS NOT NULL AND retired_at IS NULL;

      -- codes, refresh tokens, sessions: keys hashed, contents sealed
      CREATE TABLE directory.oidc_state (
        model text NOT NULL,
        id_hash text NOT NULL,
        grant_hash text,
        uid_hash text,
        payload bytea NOT NULL,
        consumed_at timestamptz,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (model, id_hash)
      );
      CREATE INDEX ON directory.oidc_state (grant_hash) WHERE grant_hash IS NOT NULL;
      CREATE INDEX ON directory.oidc_state (uid_hash) WHERE uid_hash IS NOT NULL;
      CREATE INDEX ON directory.oidc_state (expires_at);

      CREATE TABLE directory.demo_persona (
        name text PRIMARY KEY CHECK (name ~ '^[a-z][a-z0-9-]*$'),
        person_id uuid NOT NULL REFERENCES directory.person,
        label_zh text NOT NULL,
        label_en text NOT NULL,
        sort int NOT NULL
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** Apps in browsers: origins that may read answers, and clients without secrets. */
class BrowserClients1763750070000 implements MigrationInterface {
  name = 'BrowserClients1763750070000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE directory.client ADD origins text[] NOT NULL DEFAULT '{}', ADD is_public boolean NOT NULL DEFAULT false;
      ALTER TABLE directory.client ALTER origins DROP DEFAULT, ALTER is_public DROP DEFAULT;
      CREATE VIEW directory.published_client_origin_v1 AS
        SELECT DISTINCT unnest(origins) AS origin FROM directory.client WHERE active;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** Run after the roster's: personas are people. */
export const clientsMigrations: MigrationClass[] = [Clients1763750010000];

export const browserClientsMigrations: MigrationClass[] = [BrowserClients1763750070000];
