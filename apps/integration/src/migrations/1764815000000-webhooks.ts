import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks of apps, what they are told, and every attempt to tell it. */
export class Webhooks1764815000000 implements MigrationInterface {
  name = 'Webhooks1764815000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE integration.webhook (
        id uuid PRIMARY KEY,
        client_id text NOT NULL,
        url text NOT NULL,
        types text[] NOT NULL CHECK (cardinality(types) > 0),
        description text NOT NULL,
        format text NOT NULL CHECK (format IN ('standard', 'cloudevents')),
        sealed_secrets bytea NOT NULL,
        disabled_at timestamptz,
        disabled_for text CHECK (disabled_for IN ('app', 'gone', 'failing')),
        tested_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((disabled_at IS NULL) = (disabled_for IS NULL))
      );
      CREATE INDEX webhook_types ON integration.webhook USING gin (types);
      CREATE INDEX webhook_of_client ON integration.webhook (client_id, created_at, id);

      CREATE TABLE integration.webhook_message (
        id uuid PRIMARY KEY,
        webhook_id uuid NOT NULL REFERENCES integration.webhook ON DELETE CASCADE,
        -- none: a test
        event_id uuid,
        type text NOT NULL,
        data jsonb NOT NULL,
        occurred_at timestamptz NOT NULL,
        -- when it is sent next, or looked at again should the process that sends it die
        due_at timestamptz NOT NULL,
        attempts int NOT NULL DEFAULT 0,
        delivered_at timestamptz,
        failed_at timestamptz,
        resent_at timestamptz,
        -- a message of an event is one, however often the event is delivered here
        CONSTRAINT webhook_message_once UNIQUE (webhook_id, event_id)
      );
      CREATE INDEX webhook_message_due ON integration.webhook_message (webhook_id, due_at) WHERE delivered_at IS NULL AND failed_at IS NULL;
      CREATE INDEX webhook_message_recent ON integration.webhook_message (webhook_id, occurred_at, id);
      CREATE INDEX webhook_message_old ON integration.webhook_message (occurred_at);

      CREATE TABLE integration.webhook_attempt (
        message_id uuid NOT NULL REFERENCES integration.webhook_message ON DELETE CASCADE,
        number int NOT NULL,
        at timestamptz NOT NULL,
        -- none: no answer came
        status int,
        problem text,
        milliseconds int NOT NULL,
        PRIMARY KEY (message_id, number)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
