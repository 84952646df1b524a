import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Time limits of triage, and the next look at the sources: timers. */
export class TriageDeadlines1763760010000 implements MigrationInterface {
  name = 'TriageDeadlines1763760010000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- by when a person was to look at it; NULL: no limit, or raised before there were any and settled since
      ALTER TABLE early_warning.warning ADD triage_due_at timestamptz;
      CREATE INDEX warning_to_triage ON early_warning.warning (triage_due_at) WHERE status = 'open';

      -- those that are open now have the whole of their time from now on; timers are set to the millisecond
      UPDATE early_warning.warning
         SET triage_due_at = date_trunc('milliseconds', now())
             + CASE level WHEN 'red' THEN 24 WHEN 'orange' THEN 48 WHEN 'yellow' THEN 72 ELSE 168 END * interval '1 hour'
       WHERE status = 'open';
      INSERT INTO events.timer (key, service, due_at, event_name, payload)
      SELECT 'early-warning.triage-due ' || iso, 'early-warning', due_at, 'early-warning.triage-due.v1', jsonb_build_object('dueAt', iso)
        FROM (SELECT DISTINCT triage_due_at AS due_at, to_char(triage_due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS iso
                FROM early_warning.warning WHERE status = 'open') AS due;

      -- in the place of an hourly schedule
      INSERT INTO events.timer (key, service, due_at, event_name, payload)
      VALUES ('early-warning.source-review', 'early-warning', now() + interval '1 hour', 'early-warning.source-review-due.v1', '{}');
      DELETE FROM events.schedule WHERE name = 'early-warning.source-notices';
      DELETE FROM events.delivery d USING events.event e
       WHERE e.id = d.event_id AND e.name = 'schedule/early-warning.source-notices' AND d.handled_at IS NULL;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}
