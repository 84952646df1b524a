import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Observations as an append-only log by month, keyed records beside it, and a queue of what waits to be folded. */
export class Ingest1763750500200 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE early_warning.observation RENAME TO observation_before;

      -- append-only truth without any index that is kept up row by row. Folded by (metric, day); only fold 'last' looks at the order
      -- (at, batch_seq, line), rows without an instant first.
      CREATE TABLE early_warning.observation (
        batch_seq bigint NOT NULL,
        at timestamptz,
        day date NOT NULL,
        ordinal int NOT NULL,
        value int NOT NULL,
        line int NOT NULL,
        metric smallint NOT NULL
      ) PARTITION BY RANGE (day);
      CREATE INDEX observation_day ON early_warning.observation USING brin (day) WITH (pages_per_range = 32, autosummarize = on);

      -- The services' role may not change tables: these two do it for the months of observations, and nothing else.
      CREATE FUNCTION early_warning.create_observation_months(months date[]) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        first date;
        name text;
      BEGIN
        FOR first IN SELECT DISTINCT date_trunc('month', m)::date FROM unnest(months) AS m ORDER BY 1 LOOP
          name := 'observation_' || to_char(first, 'YYYY_MM');
          CONTINUE WHEN to_regclass('early_warning.' || name) IS NOT NULL;
          LOCK TABLE early_warning.observation IN SHARE UPDATE EXCLUSIVE MODE;
          CONTINUE WHEN to_regclass('early_warning.' || name) IS NOT NULL;
          EXECUTE format('CREATE TABLE early_warning.%I (LIKE early_warning.observation)', name);
          -- attached rather than created as a partition: that would wait for every reader and writer of the log
          EXECUTE format('ALTER TABLE early_warning.observation ATTACH PARTITION early_warning.%I FOR VALUES FROM (%L) TO (%L)',
            name, first, (first + interval '1 month')::date);
        END LOOP;
      END $$;
      CREATE FUNCTION early_warning.drop_observation_month(month date) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      BEGIN
        EXECUTE format('DROP TABLE IF EXISTS early_warning.%I', 'observation_' || to_char(month, 'YYYY_MM'));
      END $$;
      REVOKE ALL ON FUNCTION early_warning.create_observation_months(date[]), early_warning.drop_observation_month(date) FROM PUBLIC;

      -- records of sources that do not send the same batch again: of one key the highest revision counts. NULL = withdrawn.
      -- batch_seq: the batch that brought the record; corrected_seq: the one that last changed its value.
      CREATE TABLE early_warning.keyed_observation (
        at timestamptz,
        revision bigint NOT NULL,
        batch_seq bigint NOT NULL,
        corrected_seq bigint,
        day date NOT NULL,
        ordinal int NOT NULL,
        value int,
        line int NOT NULL,
        metric smallint NOT NULL,
        -- as the source sends it: keys that rise with time stay together in the index
        source text COLLATE "C" NOT NULL,
        key text COLLATE "C" NOT NULL,
        PRIMARY KEY (day, metric, source, key, ordinal)
      );

      -- accepted batches whose rows no vector has yet: int32 little-endian, see engine/batches.ts. Records of fold 'last' and
      -- corrections are not among them; their days are in dirty_day.
      CREATE TABLE early_warning.unfolded_batch (seq bigint PRIMARY KEY, n int NOT NULL, rows bytea NOT NULL);
      ALTER TABLE early_warning.unfolded_batch ALTER rows SET STORAGE EXTERNAL;

      -- months whose observations were thrown away; they take no more
      CREATE TABLE early_warning.closed_month (month date PRIMARY KEY);

      -- rises when a lane's student changes, so that nobody goes on with what they remember
      CREATE TABLE early_warning.lane_epoch (epoch bigint NOT NULL);
      INSERT INTO early_warning.lane_epoch VALUES (1);

      -- SHA-256 of the ids of students whose data was erased: they get no lane again
      CREATE TABLE early_warning.erased_student (digest bytea PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());
      ALTER TABLE early_warning.student_ordinal ALTER student_id DROP NOT NULL;

      -- rejected holds the first thousand; sha256 is that of the body, empty where it is not known
      ALTER TABLE early_warning.ingest_batch ADD rejected_count int NOT NULL DEFAULT 0;
      UPDATE early_warning.ingest_batch SET sha256 = '', rejected_count = jsonb_array_length(rejected);

      SELECT early_warning.create_observation_months(ARRAY(SELECT DISTINCT day FROM early_warning.observation_before WHERE key IS NULL));
      INSERT INTO early_warning.observation (batch_seq, at, day, ordinal, value, line, metric)
        SELECT batch_seq, at, day, ordinal, value, row_number() OVER (PARTITION BY batch_seq ORDER BY id), metric
          FROM early_warning.observation_before WHERE key IS NULL;
      -- Keys of batches delivered over HTTP were kept as digests only and stay so.
      INSERT INTO early_warning.keyed_observation (at, revision, batch_seq, day, ordinal, value, line, metric, source, key)
        SELECT DISTINCT ON (o.day, o.metric, o.key, o.ordinal)
               o.at, o.revision, o.batch_seq, o.day, o.ordinal, o.value, row_number() OVER (PARTITION BY o.batch_seq ORDER BY o.id), o.metric,
               b.source, o.key::text
          FROM early_warning.observation_before o JOIN early_warning.ingest_batch b ON b.seq = o.batch_seq
         WHERE o.key IS NOT NULL ORDER BY o.day, o.metric, o.key, o.ordinal, o.revision DESC, o.id DESC;
      INSERT INTO early_warning.dirty_day (metric, day) SELECT DISTINCT metric, day FROM early_warning.observation_before;
      DROP TABLE early_warning.observation_before;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
