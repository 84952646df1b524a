import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Drafts with editors and dry runs, sources with heartbeats and notices, and what runs need to wake each other. */
export class Workflow1763750500300 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- who changed a draft after it was drafted; none of them may publish it
      ALTER TABLE early_warning.rule ADD edited_by text[] NOT NULL DEFAULT '{}';

      -- a draft as it was tried over the past; counts only
      CREATE TABLE early_warning.dry_run (
        id uuid PRIMARY KEY,
        rule_id uuid NOT NULL REFERENCES early_warning.rule ON DELETE CASCADE,
        -- SHA-256 of the definition's jsonb text: a draft that was edited since must be tried again
        definition_hash bytea NOT NULL,
        from_day date NOT NULL,
        to_day date NOT NULL,
        -- students of one unit only; NULL = everybody
        unit_id uuid,
        result jsonb NOT NULL,
        created_by text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON early_warning.dry_run (rule_id, created_at DESC);

      -- who delivers what, and how often; its code is the source of its batches
      CREATE TABLE early_warning.source (
        id uuid PRIMARY KEY,
        code text NOT NULL UNIQUE,
        zh text NOT NULL,
        en text NOT NULL,
        metrics text[] NOT NULL,
        rhythm_hours int NOT NULL DEFAULT 24 CHECK (rhythm_hours BETWEEN 1 AND 8784),
        -- share of the usual number of students below which a day is thin; 0 = never
        min_presence double precision NOT NULL DEFAULT 0.5 CHECK (min_presence BETWEEN 0 AND 1),
        active boolean NOT NULL DEFAULT true,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );

      -- a source is alive although it has nothing to deliver
      CREATE TABLE early_warning.source_heartbeat (
        source text NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        -- a day that has no data and is not to be judged by
        day date
      );
      CREATE INDEX ON early_warning.source_heartbeat (source, at DESC);
      CREATE INDEX ON early_warning.ingest_batch (source, received_at DESC);

      -- one per source and silence
      CREATE TABLE early_warning.source_notice (
        id uuid PRIMARY KEY,
        source text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('dead','thin')),
        -- last sign of life, or the end of the thin day
        since timestamptz NOT NULL,
        metrics text[] NOT NULL,
        -- codes of the published rules that say nothing meanwhile
        rules text[] NOT NULL,
        opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        closed_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX source_notice_one_open ON early_warning.source_notice (source) WHERE closed_at IS NULL;
      CREATE INDEX ON early_warning.source_notice (opened_at DESC, id DESC);

      ALTER TABLE early_warning.run DROP CONSTRAINT run_trigger_check;
      ALTER TABLE early_warning.run ADD CONSTRAINT run_trigger_check
        CHECK (trigger IN ('on_demand','nightly','midnight','new_data'));
      CREATE INDEX ON early_warning.run (trigger, created_at DESC);

      -- when a person first said of a warning what it is worth, and what
      ALTER TABLE early_warning.warning ADD triaged_at timestamptz, ADD triage text, ADD triage_reason text,
        ADD CHECK (triage IN ('confirmed','dismissed'));
      UPDATE early_warning.warning w SET triaged_at = (t.entry ->> 'at')::timestamptz, triage = t.entry ->> 'what',
             triage_reason = t.entry ->> 'code'
        FROM (SELECT DISTINCT ON (x.id) x.id, e.entry FROM early_warning.warning x, jsonb_array_elements(x.history) WITH ORDINALITY AS e(entry, i)
               WHERE e.entry ->> 'what' IN ('confirmed','dismissed') ORDER BY x.id, e.i) t
       WHERE t.id = w.id;
      CREATE INDEX ON early_warning.warning (rule_id, created_at);
      CREATE INDEX ON early_warning.warning (rule_id, triaged_at);
    `);
    await runner.query(
      `INSERT INTO early_warning.source (id, code, zh, en, metrics)
       SELECT id, code, zh, en, metrics FROM jsonb_to_recordset($1::jsonb) AS s(id uuid, code text, zh text, en text, metrics text[])`,
      [JSON.stringify(SOURCES)],
    );
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

/** The house's own services, by the events they tell. */
const SOURCES = [
  {
    id: '00000000-0000-7000-8000-006200000001',
    code: 'event:safety.passes-recorded.v1',
    zh: '门禁通行',
    en: 'gate passes',
    metrics: ['dorm_gate_in', 'gate_passes'],
  },
  {
    id: '00000000-0000-7000-8000-006200000002',
    code: 'event:safety.night-checked.v1',
    zh: '夜间核查',
    en: 'night check',
    metrics: ['late_return', 'not_returned', 'late_minutes'],
  },
];
