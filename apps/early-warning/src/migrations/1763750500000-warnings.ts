import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Metrics, observations with their ledger and day vectors, rules, runs and warnings. */
export class Warnings1763750500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE early_warning.metric (
        id uuid PRIMARY KEY,
        -- short key of observations and vectors
        number smallint GENERATED ALWAYS AS IDENTITY UNIQUE,
        code text NOT NULL UNIQUE,
        zh text NOT NULL,
        en text NOT NULL,
        unit text NOT NULL,
        -- stored values are the unit's × 10^decimals
        decimals int NOT NULL DEFAULT 0 CHECK (decimals BETWEEN 0 AND 4),
        fold text NOT NULL CHECK (fold IN ('sum','max','min','last','count')),
        domain text NOT NULL CHECK (domain IN ('study','consumption','network','sport','psychology','aid','awards','second_classroom','gate',
          'attendance','library')),
        -- class 4 (psychological, biometric, hardship) needs its own key and audit, which this table does not give
        sensitivity int NOT NULL CHECK (sensitivity BETWEEN 1 AND 3),
        retention_days int NOT NULL CHECK (retention_days BETWEEN 1 AND 3660),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );

      -- lanes of the vectors: dense, given in order of cohort, never changed
      CREATE TABLE early_warning.student_ordinal (
        ordinal int PRIMARY KEY,
        student_id uuid NOT NULL UNIQUE
      );

      -- idempotency of deliveries: a batch takes effect once
      CREATE TABLE early_warning.ingest_batch (
        seq bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
        source text NOT NULL,
        batch_key text NOT NULL,
        sha256 bytea NOT NULL,
        n int NOT NULL DEFAULT 0,
        rejected jsonb NOT NULL DEFAULT '[]',
        metrics smallint[] NOT NULL DEFAULT '{}',
        first_day date,
        last_day date,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (source, batch_key)
      );

      -- append-only; of rows with the same key on a student, metric and day only the highest revision counts
      CREATE TABLE early_warning.observation (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        metric smallint NOT NULL,
        day date NOT NULL,
        ordinal int NOT NULL,
        value int NOT NULL CHECK (value >= 0),
        at timestamptz NOT NULL,
        key uuid,
        revision bigint NOT NULL DEFAULT 0,
        batch_seq bigint NOT NULL
      );
      CREATE INDEX ON early_warning.observation (metric, day);

      -- (metric, day) whose vector must be folded again; rows come from committed batches only
      CREATE TABLE early_warning.dirty_day (metric smallint NOT NULL, day date NOT NULL);

      -- one row per metric, day and block of 65,536 students: int32 little-endian of the students first, first + 1, …;
      -- -1 = no data, 0 = a real zero. hwm rises with every change of any vector.
      CREATE TABLE early_warning.day_vector (
        metric smallint NOT NULL,
        day date NOT NULL,
        block smallint NOT NULL,
        hwm bigint NOT NULL,
        n int NOT NULL,
        first int NOT NULL,
        v bytea NOT NULL,
        PRIMARY KEY (metric, day, block)
      );
      ALTER TABLE early_warning.day_vector ALTER v SET STORAGE EXTERNAL;
      CREATE INDEX ON early_warning.day_vector (hwm);
      CREATE SEQUENCE early_warning.vector_hwm;

      -- days on leave; first_day is NULL once the leave was cancelled
      CREATE TABLE early_warning.leave_mask (
        leave_id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        first_day date,
        last_day date,
        revision int NOT NULL,
        hwm bigint NOT NULL
      );
      CREATE INDEX ON early_warning.leave_mask (student_id);

      -- every version of every rule; a definition never changes
      CREATE TABLE early_warning.rule (
        id uuid PRIMARY KEY,
        code text NOT NULL,
        number int NOT NULL,
        state text NOT NULL CHECK (state IN ('draft','published','retired')),
        definition jsonb NOT NULL,
        created_by text NOT NULL,
        published_at timestamptz,
        published_by text,
        retired_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (code, number)
      );
      CREATE UNIQUE INDEX rule_published ON early_warning.rule (code) WHERE state = 'published';

      CREATE TABLE early_warning.run (
        id uuid PRIMARY KEY,
        trigger text NOT NULL CHECK (trigger IN ('on_demand','nightly','new_data')),
        job_id uuid,
        as_of date,
        rule_codes text[],
        unit_id uuid,
        include_future boolean NOT NULL DEFAULT false,
        -- whom the asker may deal with; NULL = the school
        scope_unit_ids uuid[],
        started_at timestamptz,
        finished_at timestamptz,
        result jsonb,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      -- something changed that a run must look at
      CREATE TABLE early_warning.run_wanted (at timestamptz NOT NULL DEFAULT now());

      CREATE TABLE early_warning.warning (
        id uuid PRIMARY KEY,
        rule_code text NOT NULL,
        rule_id uuid NOT NULL REFERENCES early_warning.rule,
        student_id uuid NOT NULL,
        level text NOT NULL CHECK (level IN ('blue','yellow','orange','red')),
        level_rank int NOT NULL,
        status text NOT NULL CHECK (status IN ('open','confirmed','dismissed','closed','withdrawn')),
        first_day date NOT NULL,
        last_day date NOT NULL,
        hits int NOT NULL DEFAULT 1,
        -- when it was last raised: first, to a higher level, or again
        raised_at timestamptz NOT NULL,
        -- whether the rule held for the student when it was last judged
        holds boolean NOT NULL DEFAULT true,
        hwm bigint NOT NULL,
        corrected_at timestamptz,
        reason_zh text NOT NULL,
        reason_en text NOT NULL,
        evidence jsonb NOT NULL,
        history jsonb NOT NULL DEFAULT '[]',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX warning_one_active ON early_warning.warning (rule_code, student_id) WHERE status IN ('open','confirmed');
      CREATE INDEX ON early_warning.warning (rule_code, student_id, raised_at DESC);
      CREATE INDEX ON early_warning.warning (student_id, status);
      CREATE INDEX ON early_warning.warning (status, raised_at DESC, id DESC);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
