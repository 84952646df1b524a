import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Messages for people: what events say to whom, over which channels, and what came of it. */
export class Notifications1764841000000 implements MigrationInterface {
  name = 'Notifications1764841000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE integration.message (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        kind text NOT NULL,
        -- the event that began it
        window_key text NOT NULL,
        -- others of its kind join it until it is told
        digest boolean NOT NULL,
        urgent boolean NOT NULL,
        -- the student whom the person is told of because they answer for them
        student_id uuid,
        -- ids and numbers of the first events
        subjects jsonb NOT NULL CHECK (jsonb_typeof(subjects) = 'array'),
        events int NOT NULL DEFAULT 1,
        occurred_at timestamptz NOT NULL,
        -- when it is told; until then events of its window join it
        due_at timestamptz NOT NULL,
        closed_at timestamptz,
        withheld_for text CHECK (withheld_for IN ('gone', 'not_answering')),
        read_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT message_once UNIQUE (person_id, kind, window_key)
      );
      CREATE UNIQUE INDEX message_open ON integration.message (person_id, kind) WHERE digest AND closed_at IS NULL;
      CREATE INDEX message_due ON integration.message (due_at) WHERE closed_at IS NULL;
      CREATE INDEX message_of_person ON integration.message (person_id, due_at, id) WHERE closed_at IS NOT NULL AND withheld_for IS NULL;
      CREATE INDEX message_unread ON integration.message (person_id) WHERE closed_at IS NOT NULL AND withheld_for IS NULL AND read_at IS NULL;
      CREATE INDEX message_old ON integration.message (due_at);
      CREATE INDEX message_of_student ON integration.message (student_id) WHERE student_id IS NOT NULL;

      CREATE TABLE integration.message_delivery (
        id uuid PRIMARY KEY,
        message_id uuid NOT NULL REFERENCES integration.message ON DELETE CASCADE,
        channel text NOT NULL CHECK (channel IN ('in_app', 'email', 'wecom', 'dingtalk')),
        state text NOT NULL CHECK (state IN ('waiting', 'sent', 'delivered', 'failed', 'skipped')),
        -- not sent before; of what is being sent when it is looked at again should the process die
        due_at timestamptz NOT NULL,
        attempts int NOT NULL DEFAULT 0,
        problem text,
        -- what the channel calls it
        reference text,
        template_version int,
        sent_at timestamptz,
        delivered_at timestamptz,
        read_at timestamptz,
        -- when the channel is asked what became of it
        check_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT message_delivery_once UNIQUE (message_id, channel)
      );
      CREATE INDEX message_delivery_due ON integration.message_delivery (due_at) WHERE state = 'waiting';
      CREATE INDEX message_delivery_check ON integration.message_delivery (check_at) WHERE check_at IS NOT NULL;
      CREATE INDEX message_delivery_recent ON integration.message_delivery (created_at, id);

      CREATE TABLE integration.message_attempt (
        delivery_id uuid NOT NULL REFERENCES integration.message_delivery ON DELETE CASCADE,
        number int NOT NULL,
        at timestamptz NOT NULL,
        -- none: the channel took it
        problem text,
        milliseconds int NOT NULL,
        PRIMARY KEY (delivery_id, number)
      );

      -- What was handed to a channel, as its limits count it.
      CREATE TABLE integration.channel_use (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        channel text NOT NULL,
        person_id uuid NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX channel_use_of_person ON integration.channel_use (channel, person_id, at);
      CREATE INDEX channel_use_at ON integration.channel_use (channel, at);

      CREATE TABLE integration.channel (
        id uuid PRIMARY KEY,
        key text NOT NULL CONSTRAINT channel_key UNIQUE CHECK (key IN ('email', 'wecom', 'dingtalk')),
        enabled boolean NOT NULL DEFAULT FALSE,
        settings jsonb NOT NULL DEFAULT '{}',
        sealed_secret bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      INSERT INTO integration.channel (id, key) SELECT gen_random_uuid(), key FROM unnest(ARRAY['email', 'wecom', 'dingtalk']) AS key;

      CREATE TABLE integration.channel_identity (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        channel text NOT NULL REFERENCES integration.channel (key),
        sealed_address bytea NOT NULL,
        -- keyed: an address belongs to one person, without anybody reading it
        address_hash text NOT NULL,
        source text NOT NULL CHECK (source IN ('school', 'own')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT channel_identity_of_person UNIQUE (person_id, channel),
        CONSTRAINT channel_identity_address UNIQUE (channel, address_hash)
      );

      CREATE TABLE integration.email_code (
        person_id uuid PRIMARY KEY,
        id uuid NOT NULL UNIQUE,
        sealed_address bytea NOT NULL,
        code_hash text NOT NULL,
        sent_at timestamptz NOT NULL,
        tries int NOT NULL DEFAULT 0
      );

      CREATE TABLE integration.notification_preference (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL CONSTRAINT notification_preference_of_person UNIQUE,
        language text NOT NULL CHECK (language IN ('zh', 'en')),
        quiet_from text,
        quiet_to text,
        kinds jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((quiet_from IS NULL) = (quiet_to IS NULL))
      );

      CREATE TABLE integration.message_template (
        id uuid PRIMARY KEY,
        kind text NOT NULL,
        -- counts from 1 as they are published; none: a draft
        number int,
        zh jsonb NOT NULL,
        en jsonb NOT NULL,
        edited_by text[] NOT NULL,
        published_by uuid,
        published_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT message_template_number UNIQUE (kind, number),
        CHECK ((number IS NULL) = (published_at IS NULL) AND (number IS NULL) = (published_by IS NULL))
      );
      CREATE INDEX message_template_recent ON integration.message_template (created_at, id);

      CREATE TABLE integration.unreached (
        id uuid PRIMARY KEY,
        message_id uuid NOT NULL CONSTRAINT unreached_once UNIQUE REFERENCES integration.message ON DELETE CASCADE,
        -- who was to be told
        person_id uuid NOT NULL,
        student_id uuid,
        kind text NOT NULL,
        step int NOT NULL,
        assignee_ids uuid[] NOT NULL,
        reason text NOT NULL CHECK (reason IN ('no_channel', 'failed', 'in_time', 'withheld')),
        status text NOT NULL CHECK (status IN ('open', 'taken', 'done')),
        taken_by uuid,
        taken_at timestamptz,
        done_at timestamptz,
        opened_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX unreached_recent ON integration.unreached (opened_at, id);
      CREATE INDEX unreached_assignees ON integration.unreached USING gin (assignee_ids);

      CREATE TABLE integration.unreachable (
        day date NOT NULL,
        person_id uuid NOT NULL,
        posts text[] NOT NULL,
        reason text NOT NULL CHECK (reason IN ('no_address', 'channels_off')),
        PRIMARY KEY (day, person_id)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
