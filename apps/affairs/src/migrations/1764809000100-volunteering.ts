import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Volunteer stars, and what is said against them. */
export class Volunteering1764809000100 implements MigrationInterface {
  name = 'Volunteering1764809000100';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE affairs.volunteer_star (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        stars int NOT NULL CHECK (stars > 0),
        hours numeric(8,2) NOT NULL,
        status text NOT NULL CHECK (status IN ('notice','final','refused','withdrawn','taken_back')),
        notice_until timestamptz NOT NULL,
        provisional boolean NOT NULL,
        department_id uuid,
        decided_at timestamptz CHECK ((decided_at IS NULL) = (status = 'notice')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX volunteer_star_once ON affairs.volunteer_star (student_id, stars) WHERE status IN ('notice','final');
      CREATE INDEX ON affairs.volunteer_star (notice_until, id) WHERE status = 'notice';
      CREATE INDEX ON affairs.volunteer_star (created_at, id);
      CREATE INDEX ON affairs.volunteer_star (updated_at, id);

      CREATE TABLE affairs.star_objection (
        id uuid PRIMARY KEY,
        star_id uuid NOT NULL REFERENCES affairs.volunteer_star,
        student_id uuid NOT NULL,
        by_person uuid,
        text bytea NOT NULL,
        outcome text CHECK (outcome IN ('upheld','dismissed')),
        answer bytea,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT star_objection_once UNIQUE (star_id, by_person)
      );
      CREATE INDEX ON affairs.star_objection (student_id);
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
