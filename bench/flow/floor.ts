import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import type { Written } from './ours.js';

/**
 * The floor: what a decision must do at the least, with nothing to think about. In one transaction the case is locked and read, and the
 * same rows as ours are written to the same tables, by one prepared statement.
 */
export class Floor {
  constructor(
    private readonly pool: pg.Pool,
    private readonly written: readonly Written[],
  ) {}

  async flow(): Promise<void> {
    const id = randomUUID();
    for (const one of this.written) await this.decide(id, one);
  }

  private async decide(id: string, { caseId, head, steps, actions }: Written): Promise<void> {
    const client = await this.pool.connect();
    try {
      await client.query({ name: 'begin', text: 'BEGIN' });
      await client.query({ name: 'read', text: READ, values: [id] });
      const own = (rows: string): string => rows.replaceAll(caseId, id);
      const action = own(actions).replace(/"id":"[^"]+"/, `"id":"${randomUUID()}"`);
      await client.query({ name: 'write', text: WRITE, values: [own(head), own(steps), action] });
      await client.query({ name: 'commit', text: 'COMMIT' });
    } finally {
      client.release();
    }
  }
}

const READ = `
  SELECT w.*, (SELECT json_agg(a.content ORDER BY a.no) FROM affairs.workflow_action a WHERE a.workflow_id = w.id AND a.no IS NOT NULL) AS history
    FROM affairs.workflow w WHERE w.id = $1 FOR UPDATE OF w`;

const WRITE = `
  WITH head AS (
    INSERT INTO affairs.workflow SELECT * FROM json_populate_record(NULL::affairs.workflow, $1::json)
    ON CONFLICT (id) DO UPDATE SET (status, due_at, overdue_since, version, updated_at) =
      (excluded.status, excluded.due_at, excluded.overdue_since, excluded.version, now())),
  steps AS (
    INSERT INTO affairs.workflow_step SELECT * FROM json_populate_recordset(NULL::affairs.workflow_step, $2::json)
    ON CONFLICT (workflow_id, signer) DO UPDATE SET (visit, state, candidates, decided_by, decided_at) =
      (excluded.visit, excluded.state, excluded.candidates, excluded.decided_by, excluded.decided_at))
  INSERT INTO affairs.workflow_action SELECT * FROM json_populate_recordset(NULL::affairs.workflow_action, $3::json)`;
