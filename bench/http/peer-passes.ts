import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { v7 } from 'uuid';

interface Row {
  deviceCode: string;
  recordId: string;
  studentNumber: string;
  direction: string;
  at: string;
}

/** A batch of passes by COPY, with the events that tell of them, 500 passes to an event. */
export async function takePasses(pool: pg.Pool, { passes }: { passes: Row[] }): Promise<object> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const students = await client.query<{ id: string; number: string }>({
      name: 'students',
      text: `SELECT id, number FROM directory.person WHERE kind = 'student' AND number = ANY($1)`,
      values: [[...new Set(passes.map(({ studentNumber }) => studentNumber))]],
    });
    const gates = await client.query<{ id: string; code: string; building_id: string }>({
      name: 'gates',
      text: `SELECT id, code, building_id FROM safety.device WHERE code = ANY($1) AND status = 'active'`,
      values: [[...new Set(passes.map(({ deviceCode }) => deviceCode))]],
    });
    const studentOf = new Map(students.rows.map(({ number, id }) => [number, id]));
    const gateOf = new Map(gates.rows.map((gate) => [gate.code, gate]));
    const facts: object[] = [];
    const lines: string[] = [];
    for (const { deviceCode, recordId, studentNumber, direction, at } of passes) {
      const [gate, studentId, id] = [gateOf.get(deviceCode)!, studentOf.get(studentNumber)!, v7()];
      lines.push(`${id}\t${gate.id}\t${recordId}\t${studentId}\t${gate.building_id}\t${direction}\t${at}\tcounted\n`);
      facts.push({ passId: id, studentId, buildingId: gate.building_id, direction, at: new Date(at).toISOString() });
    }
    const columns = 'id, device_id, record_id, student_id, building_id, direction, at, status';
    const stream = client.query(copyFrom(`COPY safety.pass (${columns}) FROM STDIN`));
    stream.end(lines.join(''));
    await once(stream, 'finish');
    const events: { id: string; passes: object[] }[] = [];
    for (let i = 0; i < facts.length; i += 500) events.push({ id: v7(), passes: facts.slice(i, i + 500) });
    await client.query({
      name: 'events',
      text: `WITH given AS (SELECT id, payload::jsonb AS payload FROM unnest($1::uuid[], $2::text[]) AS g(id, payload)),
          logged AS (INSERT INTO events.event (id, name, payload) SELECT id, 'safety.passes-recorded.v1', payload FROM given)
        INSERT INTO events.delivery (event_id, consumer, dispatched_at)
        SELECT id, consumer, now() FROM given, unnest(ARRAY['affairs', 'early-warning']) AS consumer`,
      values: [events.map(({ id }) => id), events.map(({ passes }) => JSON.stringify({ passes }))],
    });
    await client.query('COMMIT');
    return { accepted: lines.length, duplicates: 0, held: 0, renumbered: 0, rejected: [] };
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
