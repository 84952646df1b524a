import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who belongs where, with every unit and place above, is kept as rows instead of being worked out with each question: three joins over
 * all of a school took longer than the question itself, and planners got them wrong. Triggers keep it in the transaction of every change.
 */
export class MembershipClosure1763750610000 implements MigrationInterface {
  name = 'MembershipClosure1763750610000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- valid_from inclusive, valid_to exclusive, NULL = open
      CREATE TABLE directory.membership_closure (
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        unit_kind text NOT NULL,
        valid_from date NOT NULL,
        valid_to date,
        secondary boolean NOT NULL
      );
      CREATE INDEX ON directory.membership_closure (unit_id, person_id) INCLUDE (valid_from, valid_to);
      CREATE INDEX ON directory.membership_closure (person_id, unit_kind);

      -- what the closure of some people must be
      CREATE FUNCTION directory.derived_membership(people uuid[]) RETURNS SETOF directory.membership_closure LANGUAGE sql STABLE AS $$
        SELECT m.person_id, u.id, u.kind, m.valid_from, m.valid_to, m.secondary
          FROM directory.membership m
          JOIN directory.unit_path p ON p.descendant_id = m.unit_id
          JOIN directory.unit u ON u.id = p.ancestor_id
         -- who takes a course belongs to the course class, not to the college that gives it; a course is always secondary
         WHERE m.person_id = ANY(people) AND (NOT m.secondary OR u.id = m.unit_id
            OR NOT EXISTS (SELECT 1 FROM directory.unit own WHERE own.id = m.unit_id AND own.kind = 'course_class'))
        UNION
        SELECT r.person_id, l.id, l.kind, r.valid_from, r.valid_to, false
          FROM directory.residence r
          JOIN directory.place_path p ON p.descendant_id = r.bed_id
          JOIN directory.place l ON l.id = p.ancestor_id
         WHERE r.person_id = ANY(people)
        UNION
        SELECT r.person_id, l.grid_id, 'grid', r.valid_from, r.valid_to, false
          FROM directory.residence r
          JOIN directory.place_path p ON p.descendant_id = r.bed_id
          JOIN directory.place l ON l.id = p.ancestor_id
         WHERE r.person_id = ANY(people) AND l.grid_id IS NOT NULL
      $$;

      -- Brings the closure of some people in line; what is right stays untouched. How many they are is not known when it is planned:
      -- loops within loops are good for a few and would never end for everybody.
      CREATE FUNCTION directory.refresh_membership_closure(people uuid[]) RETURNS void LANGUAGE sql SET enable_nestloop = off AS $$
        WITH wanted AS MATERIALIZED (SELECT * FROM directory.derived_membership(people)), gone AS (
          DELETE FROM directory.membership_closure c WHERE c.person_id = ANY(people) AND NOT EXISTS (
            SELECT FROM wanted w WHERE w.person_id = c.person_id AND w.unit_id = c.unit_id AND w.unit_kind = c.unit_kind AND w.secondary = c.secondary
               AND w.valid_from = c.valid_from AND coalesce(w.valid_to, 'infinity') = coalesce(c.valid_to, 'infinity')))
        INSERT INTO directory.membership_closure (person_id, unit_id, unit_kind, valid_from, valid_to, secondary)
        SELECT person_id, unit_id, unit_kind, valid_from, valid_to, secondary FROM wanted w WHERE NOT EXISTS (
          SELECT FROM directory.membership_closure c WHERE c.person_id = w.person_id AND c.unit_id = w.unit_id AND c.unit_kind = w.unit_kind
             AND c.secondary = w.secondary AND c.valid_from = w.valid_from AND coalesce(c.valid_to, 'infinity') = coalesce(w.valid_to, 'infinity'))
      $$;

      -- arguments: the columns that matter, and whom a changed row is about
      CREATE FUNCTION directory.keep_membership_closure() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        old_rows text := format('SELECT %s FROM before', TG_ARGV[0]);
        new_rows text := format('SELECT %s FROM after', TG_ARGV[0]);
        changed text;
        people uuid[];
      BEGIN
        -- Changes one after the other: of two at a time neither would see what the other one does to the same people.
        PERFORM pg_advisory_xact_lock(918273650);
        changed := CASE TG_OP WHEN 'INSERT' THEN new_rows WHEN 'DELETE' THEN old_rows
          ELSE format('(%1$s EXCEPT %2$s) UNION ALL (%2$s EXCEPT %1$s)', old_rows, new_rows) END;
        EXECUTE format('WITH changed AS (%s) SELECT array_agg(DISTINCT person_id) FROM (%s) concerned', changed, TG_ARGV[1]) INTO people;
        IF people IS NOT NULL THEN PERFORM directory.refresh_membership_closure(people); END IF;
        RETURN NULL;
      END $$;
    `);
    for (const [table, columns, people] of SOURCES) {
      for (const [event, rows] of EVENTS) {
        await runner.query(`
          CREATE TRIGGER membership_closure_${event} AFTER ${event} ON directory.${table} REFERENCING ${rows} FOR EACH STATEMENT
            EXECUTE FUNCTION directory.keep_membership_closure('${columns}', '${people}')`);
      }
    }
    await runner.query(`
      SELECT directory.refresh_membership_closure(array_agg(id)) FROM directory.person;
      CREATE OR REPLACE VIEW directory.published_membership_v1 AS
        SELECT person_id, unit_id, unit_kind, valid_from, valid_to, secondary FROM directory.membership_closure;
    `);
    await runner.query('ANALYZE directory.membership_closure');
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

const EVENTS = [
  ['insert', 'NEW TABLE AS after'],
  ['update', 'OLD TABLE AS before NEW TABLE AS after'],
  ['delete', 'OLD TABLE AS before'],
] as const;

/** What the closure is made from: the columns that matter, and whom a changed row is about. */
const SOURCES = [
  ['membership', 'person_id, unit_id, valid_from, valid_to, secondary', 'SELECT person_id FROM changed'],
  ['residence', 'person_id, bed_id, valid_from, valid_to', 'SELECT person_id FROM changed'],
  [
    'unit_path',
    'descendant_id, ancestor_id',
    'SELECT m.person_id FROM changed JOIN directory.membership m ON m.unit_id = changed.descendant_id',
  ],
  [
    'place_path',
    'descendant_id, ancestor_id',
    'SELECT r.person_id FROM changed JOIN directory.residence r ON r.bed_id = changed.descendant_id',
  ],
  [
    'unit',
    'id, kind',
    'SELECT m.person_id FROM changed JOIN directory.unit_path p ON p.ancestor_id = changed.id JOIN directory.membership m ON m.unit_id = p.descendant_id',
  ],
  [
    'place',
    'id, kind, grid_id',
    'SELECT r.person_id FROM changed JOIN directory.place_path p ON p.ancestor_id = changed.id JOIN directory.residence r ON r.bed_id = p.descendant_id',
  ],
] as const;
