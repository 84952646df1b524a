import Fastify from 'fastify';
import pg from 'pg';
import { v7 } from 'uuid';

/** One statement that our process was seen to run for a request, in order. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** What the peer is told: the statements of each request, and what in them differs from request to request. */
export interface PeerScript {
  databaseUrl: string;
  list: Statement[];
  leave: Statement[];
  /** Ids that our process made for the recorded leave; the peer makes new ones. */
  freshIds: string[];
  /** The recorded student, start and end; the peer gets others with each request. */
  recorded: { student: string; startsAt: string; endsAt: string };
}

/**
 * The peer: bare Fastify and pg, doing the same SQL in the same order and the same transactions, and nothing else: no tokens, no
 * validation, no problems, no headers.
 */
process.on('message', (script: PeerScript) => void serve(script));

async function serve(script: PeerScript): Promise<void> {
  const pool = new pg.Pool({ connectionString: script.databaseUrl, max: 10 });
  const app = Fastify();
  app.get('/list', async () => {
    let rows: unknown[] = [];
    for (const { text, values } of script.list) rows = (await pool.query(text, values)).rows as unknown[];
    return { data: rows, nextCursor: null };
  });
  const leave = script.leave.map(({ text, values }) => ({ text, values: JSON.stringify(values) }));
  const { recorded } = script;
  // All at once: one request's start may be the recorded request's end.
  const parts = new RegExp([recorded.student, recorded.startsAt, recorded.endsAt, ...script.freshIds].join('|'), 'g');
  app.post('/leave', async (request, reply) => {
    const body = request.body as { student: string; startsAt: string; endsAt: string };
    const renewed = new Map([
      [recorded.student, body.student],
      [recorded.startsAt, body.startsAt],
      [recorded.endsAt, body.endsAt],
      ...script.freshIds.map((id): [string, string] => [id, v7()]),
    ]);
    const client = await pool.connect();
    try {
      for (const { text, values } of leave) {
        const own = values.replace(parts, (part) => renewed.get(part) as string);
        await client.query(text, JSON.parse(own) as unknown[]);
      }
    } catch (error) {
      await client.query('ROLLBACK');
      throw error;
    } finally {
      client.release();
    }
    return reply.status(201).send({ status: 'submitted', ...body });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  process.send?.({ ready: true, port: (app.server.address() as { port: number }).port });
}
