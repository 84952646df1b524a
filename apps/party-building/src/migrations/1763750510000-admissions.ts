import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Admissions to the Party: where each stands, everything that was ever recorded, and what was reminded of. */
export class Admissions1763750510000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE party_building.admission (
        id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        organization_id uuid NOT NULL REFERENCES party_building.organization,
        applied_on date NOT NULL,
        -- as the applicant stated it
        birth_date date NOT NULL,
        rule_version text NOT NULL,
        -- platform.policy_version of the school's additions; 0 = none
        policy_number int NOT NULL,
        status text NOT NULL CHECK (status IN ('open','withdrawn')),
        stage text NOT NULL CHECK (stage IN ('applicant','activist','candidate','probationary_member','full_member')),
        -- highest step that is done; 0 = none
        step int NOT NULL,
        -- nearest deadline and its step
        due_on date,
        due_step int,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX admission_open ON party_building.admission (person_id) WHERE status = 'open';
      CREATE INDEX ON party_building.admission (person_id);
      CREATE INDEX ON party_building.admission (organization_id);
      CREATE INDEX ON party_building.admission (applied_on, id);
      CREATE INDEX ON party_building.admission (due_on) WHERE status = 'open';

      -- append-only: what was recorded is reversed by a further entry, never changed or deleted
      CREATE TABLE party_building.admission_entry (
        id uuid PRIMARY KEY,
        admission_id uuid NOT NULL REFERENCES party_building.admission,
        -- order within the admission
        number int NOT NULL,
        kind text NOT NULL CHECK (kind IN ('record','reversal','move')),
        step int,
        taken_on date NOT NULL,
        evidence jsonb NOT NULL,
        verdicts jsonb NOT NULL,
        rule_version text NOT NULL,
        policy_number int NOT NULL,
        reverses_id uuid UNIQUE REFERENCES party_building.admission_entry,
        organization_id uuid REFERENCES party_building.organization,
        reason text,
        entered_by_app text NOT NULL,
        entered_by_person uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (admission_id, number)
      );

      CREATE TABLE party_building.admission_reminder (
        id uuid PRIMARY KEY,
        admission_id uuid NOT NULL REFERENCES party_building.admission,
        step int NOT NULL,
        due_on date NOT NULL,
        -- days before the deadline; -1 = it has passed
        threshold int NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        UNIQUE (admission_id, step, due_on, threshold)
      );
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
