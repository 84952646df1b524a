import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Rounds of awards, aid, hardship levels, changes of the major and evaluations: who is in, their scores, the public notice, objections. */
export class Rounds1764807000000 implements MigrationInterface {
  name = 'Rounds1764807000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.round (
        id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('award','aid','hardship','transfer','appraisal')),
        school_year int NOT NULL,
        award_group text,
        status text NOT NULL CHECK (status IN ('draft','open','review','proposed','notice','final','cancelled')),
        content jsonb NOT NULL,
        quota jsonb NOT NULL,
        -- as many as there were of each when the list was proposed
        places jsonb NOT NULL,
        seed text NOT NULL,
        awaits_unit_ids uuid[] NOT NULL,
        proposed_by text,
        final_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE INDEX ON affairs.round (created_at, id);
      CREATE INDEX ON affairs.round (updated_at, id);
      CREATE INDEX ON affairs.round (unit_id);
      CREATE INDEX ON affairs.round (award_group, school_year) WHERE status = 'final';

      CREATE TABLE affairs.round_notice (
        id uuid PRIMARY KEY,
        round_id uuid NOT NULL REFERENCES affairs.round,
        number int NOT NULL,
        starts_on date NOT NULL,
        -- the last day of it
        ends_on date NOT NULL CHECK (ends_on >= starts_on),
        working_days int NOT NULL,
        provisional boolean NOT NULL,
        fields text[] NOT NULL,
        concerned_only boolean NOT NULL,
        policy_number int NOT NULL,
        withdrawn_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (round_id, number)
      );

      CREATE TABLE affairs.round_entry (
        id uuid PRIMARY KEY,
        round_id uuid NOT NULL REFERENCES affairs.round,
        student_id uuid NOT NULL,
        way text NOT NULL CHECK (way IN ('self','nomination','automatic')),
        status text NOT NULL CHECK (status IN ('entered','withdrawn','removed')),
        data bytea,
        automatic_group bytea,
        account bytea,
        created_by uuid,
        created_by_app text NOT NULL,
        college_id uuid,
        major_id uuid,
        class_id uuid,
        scores jsonb,
        total numeric(20,8),
        exclusions jsonb,
        place int,
        outcome text CHECK (outcome IN ('awarded','not_awarded','excluded')),
        level text,
        over_quota boolean NOT NULL,
        notice_id uuid REFERENCES affairs.round_notice,
        revoked_at timestamptz,
        revoked_by uuid,
        revoked_for bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK ((outcome = 'awarded') = (level IS NOT NULL))
      );
      -- a student is in a round once
      CREATE UNIQUE INDEX round_entry_once ON affairs.round_entry (round_id, student_id) WHERE status <> 'withdrawn';
      CREATE INDEX ON affairs.round_entry (round_id, place, id);
      CREATE INDEX ON affairs.round_entry (student_id, created_at);
      CREATE INDEX ON affairs.round_entry (created_at, id);
      CREATE INDEX ON affairs.round_entry (updated_at, id);
      CREATE INDEX ON affairs.round_entry (notice_id);

      CREATE TABLE affairs.round_figure (
        entry_id uuid NOT NULL REFERENCES affairs.round_entry,
        code text NOT NULL,
        value numeric(14,4) NOT NULL,
        PRIMARY KEY (entry_id, code)
      );
      CREATE TABLE affairs.round_reviewer (
        round_id uuid NOT NULL REFERENCES affairs.round,
        person_id uuid NOT NULL,
        PRIMARY KEY (round_id, person_id)
      );
      CREATE INDEX ON affairs.round_reviewer (person_id);
      CREATE TABLE affairs.round_mark (
        entry_id uuid NOT NULL REFERENCES affairs.round_entry,
        component text NOT NULL,
        reviewer_id uuid NOT NULL,
        value numeric(14,4) NOT NULL,
        PRIMARY KEY (entry_id, component, reviewer_id)
      );
      CREATE TABLE affairs.round_class_review (
        entry_id uuid PRIMARY KEY REFERENCES affairs.round_entry,
        favour int NOT NULL CHECK (favour >= 0),
        against int NOT NULL CHECK (against >= 0),
        abstained int NOT NULL CHECK (abstained >= 0),
        present int NOT NULL,
        due int NOT NULL,
        recorded_by uuid,
        recorded_by_app text NOT NULL,
        CHECK (favour + against + abstained = present),
        CHECK (present <= due)
      );

      CREATE TABLE affairs.round_objection (
        id uuid PRIMARY KEY,
        round_id uuid NOT NULL REFERENCES affairs.round,
        entry_id uuid NOT NULL REFERENCES affairs.round_entry,
        -- whom the entry is of: their key seals the texts
        student_id uuid NOT NULL,
        raised_by uuid,
        unnamed boolean NOT NULL,
        text bytea NOT NULL,
        status text NOT NULL CHECK (status IN ('open','upheld','dismissed','withdrawn')),
        answer bytea,
        decided_by uuid,
        decided_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX round_objection_open ON affairs.round_objection (entry_id, raised_by) WHERE status = 'open';
      CREATE INDEX ON affairs.round_objection (round_id, created_at, id);
      CREATE INDEX ON affairs.round_objection (created_at, id);

      CREATE TABLE affairs.round_action (
        id uuid PRIMARY KEY,
        round_id uuid NOT NULL REFERENCES affairs.round,
        action text NOT NULL,
        unit_ids uuid[] NOT NULL,
        person_id uuid,
        app text NOT NULL,
        comment text,
        occurred_at timestamptz NOT NULL
      );
      CREATE INDEX ON affairs.round_action (round_id, occurred_at, id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
