import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Care cases (帮扶个案): one open case a student, two persons for its level and its end, and an owner at every instant. */
export class CareCases1764812000000 implements MigrationInterface {
  name = 'CareCases1764812000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS btree_gist;

      CREATE TABLE early_warning.care_case (
        id uuid PRIMARY KEY,
        student_id uuid NOT NULL,
        kind text NOT NULL,
        origin text NOT NULL CHECK (origin IN ('warning', 'referral', 'person')),
        opened_at timestamptz NOT NULL,
        opened_by uuid NOT NULL,
        opened_by_app text NOT NULL,
        summary bytea NOT NULL,
        level text,
        level_rank int,
        level_proposed_by uuid,
        level_confirmed_by uuid,
        -- by when it is to have a level, and its next review; NULL: nothing is due
        level_due_on date,
        review_on date,
        -- the last day on which something was recorded, and the day on which it counts as quiet
        active_on date NOT NULL,
        quiet_on date,
        quiet_told_on date,
        pulled_up_term uuid,
        goals bytea,
        planned_at timestamptz,
        planned_by uuid,
        closed_at timestamptz,
        effect text,
        closure_proposed_by uuid,
        closure_confirmed_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CONSTRAINT care_case_level_by_two CHECK (num_nonnulls(level, level_rank, level_proposed_by, level_confirmed_by) IN (0, 4)
          AND level_proposed_by <> level_confirmed_by AND student_id NOT IN (level_proposed_by, level_confirmed_by)),
        CONSTRAINT care_case_closed_by_two CHECK (num_nonnulls(closed_at, effect, closure_proposed_by, closure_confirmed_by) IN (0, 4)
          AND closure_proposed_by <> closure_confirmed_by AND student_id NOT IN (closure_proposed_by, closure_confirmed_by)),
        CONSTRAINT care_case_not_of_oneself CHECK (student_id <> opened_by AND student_id <> planned_by)
      );
      -- 一人一策一专班: one case of a student runs
      CREATE UNIQUE INDEX care_case_one ON early_warning.care_case (student_id) WHERE closed_at IS NULL;
      CREATE INDEX ON early_warning.care_case (student_id);
      CREATE INDEX ON early_warning.care_case (opened_at, id);
      CREATE INDEX ON early_warning.care_case (updated_at, id);

      CREATE TABLE early_warning.care_owner (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES early_warning.care_case ON DELETE CASCADE,
        person_id uuid NOT NULL,
        valid_from timestamptz NOT NULL,
        valid_to timestamptz,
        why text NOT NULL CHECK (why IN ('opened', 'accepted', 'refused', 'expired')),
        created_at timestamptz NOT NULL DEFAULT now(),
        CHECK (valid_to > valid_from),
        CONSTRAINT care_owner_one EXCLUDE USING gist (case_id WITH =, tstzrange(valid_from, valid_to) WITH &&)
      );
      CREATE UNIQUE INDEX care_owner_now ON early_warning.care_owner (case_id) WHERE valid_to IS NULL;
      CREATE INDEX ON early_warning.care_owner (person_id) WHERE valid_to IS NULL;

      -- the exclusion says: never two owners; this says: never none
      CREATE FUNCTION early_warning.care_owners_join() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        the_case uuid;
        joined boolean;
      BEGIN
        IF TG_TABLE_NAME = 'care_case' THEN the_case := NEW.id;
        ELSIF TG_OP = 'DELETE' THEN the_case := OLD.case_id;
        ELSE the_case := NEW.case_id;
        END IF;
        SELECT count(o.id) > 0 AND coalesce(bool_and(o.valid_from = coalesce(o.before, c.opened_at)), FALSE) AND bool_or(o.valid_to IS NULL) INTO joined
          FROM early_warning.care_case c
          LEFT JOIN (SELECT *, lag(valid_to) OVER (PARTITION BY case_id ORDER BY valid_from) AS before FROM early_warning.care_owner
                      WHERE case_id = the_case) o ON o.case_id = c.id
         WHERE c.id = the_case GROUP BY c.id;
        IF NOT joined THEN
          RAISE EXCEPTION 'A care case has an owner at every instant' USING ERRCODE = '23514', CONSTRAINT = 'care_owner_joins';
        END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER care_owners_join AFTER INSERT OR UPDATE OR DELETE ON early_warning.care_owner
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION early_warning.care_owners_join();
      CREATE CONSTRAINT TRIGGER care_case_has_owner AFTER INSERT ON early_warning.care_case
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION early_warning.care_owners_join();

      CREATE TABLE early_warning.care_transfer (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES early_warning.care_case ON DELETE CASCADE,
        student_id uuid NOT NULL,
        from_id uuid NOT NULL,
        to_id uuid NOT NULL,
        status text NOT NULL CHECK (status IN ('offered', 'accepted', 'refused', 'expired', 'withdrawn')),
        reason bytea NOT NULL,
        answer bytea,
        offered_by uuid NOT NULL,
        offered_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        settled_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (from_id <> to_id AND to_id <> student_id),
        CHECK ((status = 'offered') = (settled_at IS NULL))
      );
      CREATE UNIQUE INDEX care_transfer_one ON early_warning.care_transfer (case_id) WHERE status = 'offered';
      CREATE INDEX ON early_warning.care_transfer (case_id);
      CREATE INDEX ON early_warning.care_transfer (to_id) WHERE status = 'offered';

      CREATE TABLE early_warning.care_decision (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES early_warning.care_case ON DELETE CASCADE,
        student_id uuid NOT NULL,
        what text NOT NULL CHECK (what IN ('level', 'closure')),
        level text,
        effect text,
        status text NOT NULL CHECK (status IN ('proposed', 'confirmed', 'declined', 'withdrawn')),
        reason bytea NOT NULL,
        answer bytea,
        proposed_by uuid NOT NULL,
        proposed_at timestamptz NOT NULL,
        decided_by uuid,
        decided_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (CASE what WHEN 'level' THEN level IS NOT NULL AND effect IS NULL ELSE effect IS NOT NULL AND level IS NULL END),
        CHECK ((status IN ('confirmed', 'declined')) = (decided_by IS NOT NULL)),
        CONSTRAINT care_decision_by_two CHECK (decided_by <> proposed_by),
        CONSTRAINT care_decision_not_of_oneself CHECK (student_id <> proposed_by AND student_id <> decided_by)
      );
      CREATE UNIQUE INDEX care_decision_waiting ON early_warning.care_decision (case_id, what) WHERE status = 'proposed';
      CREATE INDEX ON early_warning.care_decision (case_id);

      CREATE TABLE early_warning.care_member (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES early_warning.care_case ON DELETE CASCADE,
        student_id uuid NOT NULL,
        person_id uuid NOT NULL,
        -- the post by which they were found; NULL: named
        post text,
        lead boolean NOT NULL,
        duties bytea NOT NULL,
        joined_at timestamptz NOT NULL,
        joined_by uuid NOT NULL,
        left_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (person_id <> student_id)
      );
      CREATE UNIQUE INDEX care_member_once ON early_warning.care_member (case_id, person_id) WHERE left_at IS NULL;
      CREATE UNIQUE INDEX care_member_lead ON early_warning.care_member (case_id) WHERE lead AND left_at IS NULL;
      CREATE INDEX ON early_warning.care_member (case_id);
      CREATE INDEX ON early_warning.care_member (person_id) WHERE left_at IS NULL;

      CREATE TABLE early_warning.care_measure (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES early_warning.care_case ON DELETE CASCADE,
        student_id uuid NOT NULL,
        what bytea NOT NULL,
        owner_id uuid NOT NULL,
        due_on date NOT NULL,
        status text NOT NULL CHECK (status IN ('open', 'done', 'dropped')),
        result bytea,
        planned_at timestamptz NOT NULL,
        planned_by uuid NOT NULL,
        settled_at timestamptz,
        settled_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (owner_id <> student_id),
        CHECK ((status = 'open') = (settled_at IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL))
      );
      CREATE INDEX ON early_warning.care_measure (case_id);

      CREATE TABLE early_warning.care_entry (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES early_warning.care_case ON DELETE CASCADE,
        student_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('note', 'talk', 'visit', 'call', 'action', 'review')),
        -- was the student, or whoever it was about, reached? NULL: nobody was to be
        reached boolean,
        happened_on date NOT NULL,
        confidentiality text NOT NULL CHECK (confidentiality IN ('team', 'named', 'psychologist')),
        readers uuid[] NOT NULL,
        text bytea NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by uuid NOT NULL,
        recorded_by_app text NOT NULL,
        voided_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1,
        CHECK (recorded_by <> student_id),
        CHECK ((confidentiality = 'named') = (cardinality(readers) > 0)),
        CHECK (kind <> 'review' OR confidentiality = 'team')
      );
      CREATE INDEX ON early_warning.care_entry (case_id, happened_on);

      CREATE TABLE early_warning.care_supervision (
        id uuid PRIMARY KEY,
        case_id uuid NOT NULL REFERENCES early_warning.care_case ON DELETE CASCADE,
        student_id uuid NOT NULL,
        cause text NOT NULL CHECK (cause IN ('level', 'review', 'measure')),
        step int NOT NULL,
        person_ids uuid[] NOT NULL,
        since_at timestamptz NOT NULL,
        -- on which it goes up to the next step; NULL: there is none above
        rises_on date,
        answer bytea,
        answered_by uuid,
        answered_at timestamptz,
        ended_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        version int NOT NULL DEFAULT 1
      );
      CREATE UNIQUE INDEX care_supervision_once ON early_warning.care_supervision (case_id, step) WHERE ended_at IS NULL;
      CREATE INDEX ON early_warning.care_supervision (case_id);
      CREATE INDEX ON early_warning.care_supervision USING gin (person_ids);
      CREATE INDEX ON early_warning.care_supervision (since_at, id);

      -- the case that took a warning
      ALTER TABLE early_warning.warning ADD case_id uuid;
      CREATE INDEX ON early_warning.warning (case_id) WHERE case_id IS NOT NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
