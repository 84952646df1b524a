import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '#config';
import { WARNING_LEVELS } from '#contracts';
import { Database, query, queryOne, sql, type Tx } from '#database';
import { demoPersonas } from '../../apps/directory/src/login/demo.js';
import { count } from './steps.js';

/** What is there and how to go on, for whoever has just started the house. */
export async function banner(app: NestFastifyApplication, config: Config): Promise<string> {
  const tx = app.get(Database).reader;
  const [figures, warnings, personas] = await Promise.all([figuresOf(tx), warningsOf(tx), demoPersonas(tx)]);
  const names = personas.map(({ name }) => name).join(', ');
  const token = names
    ? [`  Token       npm run --silent token -- --as counselor`, `              personas: ${names}; or app`]
    : ['  Token       POST /directory/oauth/token with a client of yours (see README.md)'];
  return [
    '',
    `  Yizhan (一站) is running   ${config.origin}`,
    `  API         ${config.origin}/docs`,
    ...token,
    '',
    `  Students    ${count(figures.students)}`,
    `  Came in     ${count(figures.passes)} gate passes, ${count(figures.observations)} observations`,
    `  Nights      ${count(figures.nights)} checked: ${count(figures.late)} late returns, and ${count(figures.excused)} more excused by leave`,
    `              ${count(figures.notReturned)} not returned, ${count(figures.awayOnLeave)} more excused by leave`,
    `  Warnings    ${warnings}`,
    '',
    '  Ctrl-C stops everything; the data stays. npm run reset begins anew.',
  ].join('\n');
}

interface Figures {
  students: number;
  passes: number;
  observations: number;
  nights: number;
  late: number;
  excused: number;
  notReturned: number;
  awayOnLeave: number;
}

async function figuresOf(tx: Tx): Promise<Figures> {
  const row = await queryOne<Figures>(
    tx,
    sql`SELECT (SELECT count(*) FROM directory.published_student_v1 WHERE active)::int AS students,
               (SELECT count(*) FROM safety.pass WHERE status = 'counted')::int AS passes,
               -- what came with batches; values that events brought are the passes and findings themselves
               (SELECT coalesce(sum(n), 0) FROM early_warning.ingest_batch WHERE source NOT LIKE 'event:%')::int AS observations,
               (SELECT count(*) FROM safety.night)::int AS nights, f.*
          FROM (SELECT count(*) FILTER (WHERE finding = 'late')::int AS late,
                       count(*) FILTER (WHERE finding = 'not_returned')::int AS "notReturned",
                       count(*) FILTER (WHERE finding = 'excused' AND excuse = 'leave' AND observed = 'late')::int AS excused,
                       count(*) FILTER (WHERE finding = 'excused' AND excuse = 'leave' AND observed = 'not_returned')::int AS "awayOnLeave"
                  FROM safety.night_finding) f`,
  );
  return row as Figures;
}

/** Open warnings by level, gravest first. */
async function warningsOf(tx: Tx): Promise<string> {
  const rows = await query<{ level: string; n: number }>(
    tx,
    sql`SELECT level, count(*)::int AS n FROM early_warning.warning WHERE status = 'open' GROUP BY level`,
  );
  const byLevel = new Map(rows.map(({ level, n }) => [level, n]));
  const levels = Object.entries(WARNING_LEVELS).reverse();
  return levels.map(([level, { zh }]) => `${count(byLevel.get(level) ?? 0)} ${level} ${zh}`).join(', ');
}
