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

/** Migrations of schema `platform`. */
export const httpMigrations: MigrationClass[] = [PlatformHttp1763750000000, SealedAnswers1764300010000];
