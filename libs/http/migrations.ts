import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { MigrationClass } from '#database';

/** First answers of requests with an Idempotency-Key; kept for a day (`deleteOldIdempotencyKeys`). */
class PlatformHttp1763750000000 implements MigrationInterface {
  name = 'PlatformHttp1763750000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.idempotency_key (
        app text NOT NULL,
        person_id text NOT NULL,
        route text NOT NULL,
        key text NOT NULL,
        fingerprint text NOT NULL,
        status int NOT NULL,
        response text,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (app, person_id, route, key)
      );
      CREATE INDEX idempotency_key_created ON platform.idempotency_key (created_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE platform.idempotency_key');
  }
}

/**
 * Answers are sealed from here on. Those in clear are thrown away; their rows stay until they are a day old, so that a retry has no
 * second effect.
 */
class SealedAnswers1764300010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE platform.idempotency_key DROP COLUMN fingerprint, DROP COLUMN response;
      -- sealed; null: it cannot be given again
      ALTER TABLE platform.idempotency_key ADD COLUMN answer bytea;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** What apps ask, by day: every service adds to it, and can do nothing else with it. */
class AppUsage1764862000000 implements MigrationInterface {
  name = 'AppUsage1764862000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE platform.app_usage (
        app text NOT NULL,
        day date NOT NULL,
        -- answered, whichever way; bulk routes are counted apart
        requests bigint NOT NULL,
        bulk bigint NOT NULL,
        -- of both together: 429, 403, 5xx
        limited bigint NOT NULL,
        forbidden bigint NOT NULL,
        failed bigint NOT NULL,
        -- to the hour
        used_at timestamptz NOT NULL,
        PRIMARY KEY (app, day)
      );
      CREATE INDEX app_usage_day ON platform.app_usage (day);

      CREATE FUNCTION platform.add_app_usage(uses jsonb) RETURNS void
      LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
        INSERT INTO platform.app_usage AS u (app, day, requests, bulk, limited, forbidden, failed, used_at)
        SELECT app, day, requests, bulk, limited, forbidden, failed, "usedAt"
          FROM jsonb_to_recordset(uses) AS more(app text, day date, requests bigint, bulk bigint, limited bigint,
            forbidden bigint, failed bigint, "usedAt" timestamptz) ORDER BY app, day
        ON CONFLICT (app, day) DO UPDATE SET requests = u.requests + excluded.requests, bulk = u.bulk + excluded.bulk,
          limited = u.limited + excluded.limited, forbidden = u.forbidden + excluded.forbidden,
          failed = u.failed + excluded.failed, used_at = greatest(u.used_at, excluded.used_at)
      $$;
      REVOKE ALL ON FUNCTION platform.add_app_usage(jsonb) FROM PUBLIC;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** Migrations of schema `platform`. */
export const httpMigrations: MigrationClass[] = [
  PlatformHttp1763750000000,
  SealedAnswers1764300010000,
  AppUsage1764862000000,
];
