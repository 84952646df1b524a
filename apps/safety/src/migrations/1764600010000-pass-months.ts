import type { MigrationInterface, QueryRunner } from 'typeorm';
import { monthFunctions } from '#database';
import { LOWEST_PASS_MONTHS, PASS_MONTHS } from '../passes/pass-months.js';

/**
 * Passes lie in months, which are dropped whole when their time is over. What was there goes into the first partition as it is. A pass
 * says what replaced it, and holds it no more: either may be of a month that is gone.
 */
export class PassMonths1764600010000 implements MigrationInterface {
  name = 'PassMonths1764600010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE safety.pass RENAME TO pass_before;
      ALTER TABLE safety.pass_before DROP CONSTRAINT pass_replaced_by_fkey, DROP CONSTRAINT pass_pkey;
      DO $$
      DECLARE
        name text;
      BEGIN
        FOR name IN SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
                     WHERE i.indrelid = 'safety.pass_before'::regclass LOOP
          EXECUTE format('ALTER INDEX safety.%I RENAME TO %I', name, replace(name, 'pass_', 'pass_before_'));
        END LOOP;
      END $$;

      CREATE TABLE safety.pass (
        LIKE safety.pass_before INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
        PRIMARY KEY (id, at),
        FOREIGN KEY (device_id) REFERENCES safety.device
      ) PARTITION BY RANGE (at);
      CREATE UNIQUE INDEX pass_record ON safety.pass (device_id, record_id, at, (status = 'held')) WHERE status <> 'replaced';
      CREATE INDEX pass_replaced ON safety.pass (device_id, record_id, at) WHERE status = 'replaced';
      CREATE INDEX ON safety.pass (student_id, at);
      CREATE INDEX ON safety.pass (device_id, at) WHERE status IN ('counted', 'void');
      CREATE INDEX ON safety.pass (at, id);
      CREATE TABLE safety.pass_default PARTITION OF safety.pass DEFAULT;

      CREATE OR REPLACE VIEW safety.published_pass_v1 AS
        SELECT id, student_id, building_id, direction, at FROM safety.pass WHERE status = 'counted';
    `);
    await runner.query(monthFunctions(PASS_MONTHS, { lowest: LOWEST_PASS_MONTHS }));
    await runner.query(`
      DO $$
      DECLARE
        month date := date_trunc('month', greatest((SELECT max(at) FROM safety.pass_before), now()) AT TIME ZONE 'UTC');
        name text := 'pass_' || to_char(month, 'YYYY_MM');
      BEGIN
        IF EXISTS (SELECT FROM safety.pass_before) THEN
          EXECUTE format('ALTER TABLE safety.pass_before RENAME TO %I', name);
          EXECUTE format('ALTER TABLE safety.pass ATTACH PARTITION safety.%I FOR VALUES FROM (MINVALUE) TO (%L)',
            name, (month + interval '1 month')::timestamp AT TIME ZONE 'UTC');
        ELSE
          DROP TABLE safety.pass_before;
        END IF;
        PERFORM safety.make_pass_months(month, month, (month + interval '3 months')::date);
      END $$;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
