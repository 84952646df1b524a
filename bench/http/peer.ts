import Fastify from 'fastify';
import pg from 'pg';
import { takeLeave, decideLeave } from './peer-leave.js';
import { takePasses } from './peer-passes.js';

/** What the peer is told. Its database is a copy of ours, with what `PEER_SCHEMA` adds. */
export interface PeerOptions {
  databaseUrl: string;
}

const ON = `valid_from <= $2 AND (valid_to IS NULL OR valid_to > $2)`;
/** The students under a person's posts ($1) on a date ($2). */
const OWN = `SELECT m.person_id FROM (SELECT unit_id FROM staffing.appointment WHERE person_id = $1 AND ${ON}) a
  JOIN directory.unit_path p ON p.ancestor_id = a.unit_id JOIN directory.membership m ON m.unit_id = p.descendant_id
 WHERE m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)`;

const WARNING = `w.id, w.rule_code, r.number, j.number AS evaluated, (SELECT t.definition -> 'title' FROM early_warning.rule t WHERE t.id = w.rule_id) AS title, w.student_id, s.number AS student_number,
  s.name, w.level, w.status, w.first_day::text AS first_day, w.last_day::text AS last_day, w.hits, w.holds, w.raised_at, w.triage_due_at, w.muted, w.told_at,
  w.reached_at, w.reason_zh, w.reason_en, w.version`;
const WARNINGS = `early_warning.warning w JOIN early_warning.rule r ON r.id = w.rule_id
  JOIN early_warning.rule j ON j.id = coalesce(w.judged_rule_id, w.rule_id) JOIN directory.person s ON s.id = w.student_id`;
const VISIBLE = `w.student_id IN (${OWN}) AND w.rule_id = ANY(ARRAY(
  SELECT id FROM early_warning.rule WHERE definition -> 'visibility' IS NULL OR definition -> 'visibility' @> '"counselor"'))`;

/** Where a class (`o.unit_id`) is, and who answers for it. */
const WHERE = `json_build_object('college', (SELECT u.name FROM directory.unit_path p JOIN directory.unit u ON u.id = p.ancestor_id
     WHERE p.descendant_id = o.unit_id AND u.kind = 'college'),
  'className', (SELECT name FROM directory.unit WHERE id = o.unit_id),
  'counselors', (SELECT coalesce(json_agg(json_build_object('personId', a.person_id, 'kind', a.kind, 'name', c.name) ORDER BY a.person_id), '[]')
     FROM directory.unit_path p JOIN staffing.appointment a ON a.unit_id = p.ancestor_id JOIN directory.person c ON c.id = a.person_id
    WHERE p.descendant_id = o.unit_id AND a.kind = 'counselor' AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2)))`;

const STATEMENTS = {
  // Where they are is worked out once a class.
  warnings: `WITH entry AS (INSERT INTO bench.audit (person_id, action) VALUES ($1, 'warnings.list')),
      page AS MATERIALIZED (SELECT ${WARNING} FROM ${WARNINGS} WHERE w.status = 'open' AND NOT w.muted AND ${VISIBLE} ORDER BY w.raised_at DESC, w.id DESC LIMIT 51),
      own AS MATERIALIZED (SELECT m.person_id, m.unit_id FROM (SELECT DISTINCT student_id FROM page) p JOIN directory.membership m ON m.person_id = p.student_id
        WHERE m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)),
      place AS MATERIALIZED (SELECT o.unit_id, ${WHERE} AS words FROM (SELECT DISTINCT unit_id FROM own) o)
    SELECT page.*, place.words AS "where" FROM page JOIN own ON own.person_id = page.student_id JOIN place ON place.unit_id = own.unit_id
     ORDER BY page.raised_at DESC, page.id DESC`,
  warning: `WITH entry AS (INSERT INTO bench.audit (person_id, action, subject) VALUES ($1, 'warning.read', $3))
    SELECT ${WARNING}, w.evidence, w.history, (SELECT ${WHERE} FROM directory.membership o
             WHERE o.person_id = w.student_id AND o.valid_from <= $2 AND (o.valid_to IS NULL OR o.valid_to > $2)) AS "where",
           (SELECT json_agg(json_build_object('personId', a.person_id, 'kind', a.kind, 'name', c.name) ORDER BY a.kind DESC, a.person_id)
              FROM directory.membership m JOIN directory.unit_path p ON p.descendant_id = m.unit_id
              JOIN staffing.appointment a ON a.unit_id = p.ancestor_id JOIN directory.person c ON c.id = a.person_id
             WHERE m.person_id = w.student_id AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to > $2)
               AND a.kind IN ('counselor', 'class_advisor') AND a.valid_from <= $2 AND (a.valid_to IS NULL OR a.valid_to > $2)) AS assignees
      FROM ${WARNINGS} WHERE w.id = $3::text::uuid AND ${VISIBLE}`,
  nights: `WITH own AS MATERIALIZED (SELECT DISTINCT person_id FROM (${OWN}) o),
      page AS MATERIALIZED (SELECT * FROM safety.night ORDER BY night DESC, id DESC LIMIT 51),
      home AS MATERIALIZED (
        SELECT p.ancestor_id AS building_id, r.valid_from, r.valid_to, s.active, s.inactive_since, count(*) AS students
          FROM own o JOIN directory.residence r ON r.person_id = o.person_id JOIN directory.place_path p ON p.descendant_id = r.bed_id
          JOIN directory.place b ON b.id = p.ancestor_id AND b.kind = 'building' JOIN directory.person s ON s.id = r.person_id
         GROUP BY 1, 2, 3, 4, 5),
      lived AS (SELECT n.night, sum(h.students)::int AS students FROM page n JOIN home h ON h.building_id = ANY(n.buildings)
                   AND h.valid_from <= n.night AND (h.valid_to IS NULL OR h.valid_to > n.night) AND (h.active OR h.inactive_since > n.night) GROUP BY n.night),
      found AS (SELECT f.night, count(*) FILTER (WHERE finding = 'late') AS late, count(*) FILTER (WHERE finding = 'not_returned') AS "notReturned",
                       count(*) FILTER (WHERE finding = 'excused') AS excused, count(*) FILTER (WHERE finding = 'excused' AND excuse = 'leave') AS "excusedByLeave",
                       count(*) FILTER (WHERE finding = 'suppressed') AS suppressed, count(*) FILTER (WHERE finding = 'unknown') AS unknown
                  FROM own o JOIN safety.night_finding f ON f.student_id = o.person_id WHERE f.night >= (SELECT min(night) FROM page) GROUP BY f.night)
    SELECT n.id, n.night::text AS night, n.revision, n.policy_number, n.checked_at, coalesce(l.students, 0) AS students, n.outages,
           json_build_object('late', coalesce(late, 0), 'notReturned', coalesce("notReturned", 0), 'excused', coalesce(excused, 0),
             'excusedByLeave', coalesce("excusedByLeave", 0), 'suppressed', coalesce(suppressed, 0), 'unknown', coalesce(unknown, 0)) AS counts
      FROM page n LEFT JOIN lived l ON l.night = n.night LEFT JOIN found f ON f.night = n.night ORDER BY n.night DESC, n.id DESC`,
  people: `SELECT id, kind, number, name, sex, grade, active FROM directory.person
    WHERE bench.pairs(name) @> bench.pairs($1) AND strpos(name, $1) > 0 ORDER BY number, id LIMIT 51`,
};

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
  ...{ reachedAt: w['reached_at'], where: w['where'], version: w['version'] },
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
