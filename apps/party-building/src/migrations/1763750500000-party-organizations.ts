import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The party tree, its members, and which branch covers which grid. */
export class PartyOrganizations1763750500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE party_building.organization (
        id uuid PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('party_committee','general_branch','branch','joint_branch')),
        code text NOT NULL,
        name text NOT NULL,
        parent_id uuid REFERENCES party_building.organization,
        -- directory's units it spans: a joint branch a college and an academy
        unit_ids uuid[] NOT NULL,
        founded_on date NOT NULL,
        dissolved_on date,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT organization_code UNIQUE (code),
        CHECK (dissolved_on IS NULL OR dissolved_on >= founded_on)
      );
      CREATE INDEX ON party_building.organization (parent_id);
      CREATE INDEX ON party_building.organization USING gin (unit_ids);

      -- valid_from inclusive, valid_to exclusive, NULL = open; equal dates: entered by mistake, never counted
      CREATE TABLE party_building.member (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES party_building.organization,
        person_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('full_member','probationary_member')),
        joined_on date NOT NULL,
        party_group text,
        valid_from date NOT NULL,
        valid_to date,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (valid_to IS NULL OR valid_to >= valid_from),
        EXCLUDE USING gist (person_id WITH =, daterange(valid_from, valid_to) WITH &&)
      );
      CREATE INDEX ON party_building.member (person_id);
      CREATE INDEX ON party_building.member (organization_id);

      CREATE TABLE party_building.grid_assignment (
        id uuid PRIMARY KEY,
        organization_id uuid NOT NULL REFERENCES party_building.organization,
        grid_id uuid NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (valid_to IS NULL OR valid_to >= valid_from),
        -- a branch has many grids, a grid one branch at a time
        EXCLUDE USING gist (grid_id WITH =, daterange(valid_from, valid_to) WITH &&)
      );
      CREATE INDEX ON party_building.grid_assignment (organization_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
