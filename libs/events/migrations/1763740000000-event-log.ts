import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The append-only event log, one delivery per event and consumer, and the schedules. */
export class EventLog1763740000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE events.event (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        aggregate_id uuid,
        aggregate_version int,
        payload jsonb NOT NULL,
        trace text,
        occurred_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX ON events.event (aggregate_id, aggregate_version) WHERE aggregate_id IS NOT NULL;

      CREATE TABLE events.delivery (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        event_id uuid NOT NULL REFERENCES events.event,
        consumer text NOT NULL,
        aggregate_id uuid,
        long boolean NOT NULL DEFAULT false,
        -- not dispatched before; 'infinity' while an earlier delivery of the same aggregate is dead
        due_at timestamptz NOT NULL DEFAULT now(),
        dispatched_at timestamptz,
        attempts int NOT NULL DEFAULT 0,
        handled_at timestamptz,
        dead_at timestamptz,
        last_problem text,
        UNIQUE (event_id, consumer)
      ) WITH (fillfactor = 70);
      CREATE INDEX delivery_to_dispatch ON events.delivery (id) WHERE dispatched_at IS NULL AND handled_at IS NULL AND dead_at IS NULL;
      CREATE INDEX delivery_under_way ON events.delivery (dispatched_at) WHERE handled_at IS NULL AND dead_at IS NULL;
      CREATE INDEX delivery_order ON events.delivery (consumer, aggregate_id, id) WHERE handled_at IS NULL AND aggregate_id IS NOT NULL;
      CREATE INDEX delivery_dead ON events.delivery (consumer, id) WHERE dead_at IS NOT NULL;

      CREATE TABLE events.schedule (
        name text PRIMARY KEY,
        service text NOT NULL,
        cron text NOT NULL,
        -- the newest period a delivery was written for; deliveries are durable, so it will be finished
        last_period timestamptz NOT NULL,
        last_event_id uuid
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
