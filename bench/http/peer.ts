import Fastify from 'fastify';
import pg from 'pg';
import { takeLeave, decideLeave } from './peer-leave.js';
import { takePasses } from './peer-passes.js';
import { STATEMENTS } from './peer-statements.js';

/** What the peer is told. Its database is a copy of ours, with what `PEER_SCHEMA` adds. */
export interface PeerOptions {
  databaseUrl: string;
}

interface WarningRow extends Record<string, unknown> {
  id: string;
  raised_at: Date;
}

const toWarning = (w: WarningRow): object => ({
  ...{
    id: w.id,
    level: w['level'],
    status: w['status'],
    firstDay: w['first_day'],
    lastDay: w['last_day'],
    hits: w['hits'],
  },
  ...{
    holds: w['holds'],
    raisedAt: w.raised_at,
    triageDueAt: w['triage_due_at'],
    muted: w['muted'],
    toldAt: w['told_at'],
  },
  ...{ reachedAt: w['reached_at'], correctedAt: w['corrected_at'], where: w['where'], version: w['version'] },
  rule: { code: w['rule_code'], number: w['number'], evaluatedNumber: w['evaluated'], title: w['title'] },
  student: { id: w['student_id'], number: w['student_number'], name: w['name'] },
  reason: { zh: w['reason_zh'], en: w['reason_en'] },
});

function toPage<R extends { id: string }>(rows: R[], key: (row: R) => unknown, to: (row: R) => object): object {
  const last = rows.length > 50 ? rows[49] : undefined;
  const nextCursor = last ? Buffer.from(JSON.stringify([key(last), last.id])).toString('base64url') : null;
  return { data: rows.slice(0, 50).map(to), nextCursor };
}

/**
 * The peer: bare Fastify and pg, with the best SQL that we could write by hand for the same answers: one prepared statement where one does,
 * no tokens, no validation, no problems, no headers. It is told who asks.
 */
process.on('message', (options: PeerOptions) => void serve(options));

async function serve({ databaseUrl }: PeerOptions): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  const app = Fastify({ bodyLimit: 1 << 24 });
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());
  const select = async <R extends pg.QueryResultRow>(
    name: keyof typeof STATEMENTS,
    ...values: unknown[]
  ): Promise<R[]> => (await pool.query<R>({ name, text: STATEMENTS[name], values })).rows;

  app.get<{ Params: { by: string } }>('/:by/warnings', async ({ params }) =>
    toPage(await select<WarningRow>('warnings', params.by, today), (row) => row.raised_at, toWarning),
  );
  app.get<{ Params: { by: string; id: string } }>('/:by/warnings/:id', async ({ params }) => {
    const [row] = await select<WarningRow>('warning', params.by, today, params.id);
    const history = (row!['history'] as { by: string }[]).map((entry) => ({
      ...entry,
      by: { kind: 'system', id: 'early-warning' },
    }));
    return { ...toWarning(row!), evidence: row!['evidence'], history, assignees: row!['assignees'] };
  });
  app.get<{ Params: { by: string } }>('/:by/nights', async ({ params }) =>
    toPage(
      await select<{ id: string; night: string; policy_number: number; checked_at: Date }>('nights', params.by, today),
      (row) => row.night,
      ({ id: _id, policy_number: policyNumber, checked_at: checkedAt, ...row }) => ({
        ...row,
        policyNumber,
        checkedAt,
      }),
    ),
  );
  app.post<{ Body: { name: string } }>('/people', async ({ body }) =>
    toPage(
      await select<{ id: string; number: string }>('people', body.name),
      (row) => row.number,
      (row) => row,
    ),
  );
  app.post<{ Params: { by: string } }>('/:by/leaves', ({ params, body }, reply) => {
    void reply.status(201);
    return takeLeave(pool, params.by, body as never, today);
  });
  app.post<{ Params: { by: string; id: string } }>('/:by/leaves/:id/approve', ({ params }) =>
    decideLeave(pool, params.by, params.id, today),
  );
  app.post('/passes', ({ body }) => takePasses(pool, body as never));
  await app.listen({ port: 0, host: '127.0.0.1' });
  process.send?.({ ready: true, port: (app.server.address() as { port: number }).port });
}
