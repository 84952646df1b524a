import type pg from 'pg';
import { Actor } from '#auth';
import { Database } from '#database';
import { personWithPosts } from '#roster';
import { createApp } from '#service';
import { CampusClock } from '#time';
import { services } from '../../apps/campus/src/services.js';
import { WarnedStudentsQuery } from '../../apps/early-warning/src/warnings/warned-students.dto.js';
import { WarningsQuery } from '../../apps/early-warning/src/warnings/warnings.dto.js';
import { Warnings } from '../../apps/early-warning/src/warnings/warnings.service.js';
import { benchId, makeCampus } from '../http/campus.js';
import { PEER_SCHEMA } from '../http/peer-schema.js';
import { STATEMENTS } from '../http/peer-statements.js';
import { atLeast, inTurns, pool, type Result, servers } from '../kit.js';

const [STUDENTS, WARNINGS] = [50_000, 2_000];
const [RUNS, PAGES] = [5, 40];

/**
 * What a counselor of 200 students opens in the morning, in a school of 50,000 with 2,000 open warnings of theirs: the warnings, and the
 * students with their warnings. Ours as the service answers it, in this process; the peer by the best statement written by hand.
 */
export async function workLists(): Promise<Result> {
  const own = await servers(services);
  const admin = pool(own.databaseUrl, 2);
  const app = await createApp(services, own.config({ roles: ['api'] }));
  try {
    const campus = await makeCampus(admin, STUDENTS);
    await admin.query(PEER_SCHEMA);
    await warnMore(admin);
    const [database, clock] = [app.get(Database), app.get(CampusClock)];
    const today = clock.today();
    const { id, posts } = (await personWithPosts(database.connection, campus.counselorId, today))!;
    const permissions = ['early-warning:warning:read', 'early-warning:risk:read'] as const;
    const counselor = Actor.person('bench', { id, student: false, posts }, permissions, 'bench');
    const warnings = app.get(Warnings, { strict: false });
    const byHand = (name: 'warnings' | 'students') => async () =>
      (await admin.query({ name, text: STATEMENTS[name], values: [id, today] })).rows.length;
    const open = Object.assign(new WarningsQuery(), { status: ['open'] });
    const students = new WarnedStudentsQuery();
    const took = await inTurns(RUNS, {
      'warnings, ours': () => each(async () => (await warnings.list(counselor, open)).data.length, 50),
      'warnings, by hand': () => each(byHand('warnings'), 51),
      'students, ours': () => each(async () => (await warnings.students(counselor, students)).data.length, 50),
      'students, by hand': () => each(byHand('students'), 51),
    });
    return {
      rows: Object.entries(took).map(([name, value]) => ({ id: `work list of ${name}`, value, unit: 'ms' })),
      ratios: ['warnings', 'students'].map((name) =>
        atLeast(`pages of ${name} a second / by hand`, 1 / took[`${name}, ours`]!, 1 / took[`${name}, by hand`]!, 0.5),
      ),
    };
  } finally {
    await admin.end();
    await app.close();
    await own.stop();
  }
}

/** The counselor's students get warnings of further rules, until there are as many as wanted. */
async function warnMore(admin: pg.Pool): Promise<void> {
  const first = benchId('student', 0);
  const last = benchId('student', 199);
  // As many rules as a school has after a year.
  await admin.query(
    `INSERT INTO early_warning.rule SELECT o.* FROM early_warning.rule r,
       LATERAL json_populate_record(r, json_build_object('id', gen_random_uuid(), 'code', r.code || '.own')) o
      WHERE r.definition -> 'visibility' IS NULL`,
  );
  await admin.query(
    `INSERT INTO early_warning.warning (id, rule_code, rule_id, student_id, level, level_rank, status, first_day, last_day, raised_at, hwm, reason_zh,
       reason_en, evidence, history)
     SELECT gen_random_uuid(), r.code, r.id, w.student_id, w.level, w.level_rank, w.status, w.first_day, w.last_day, w.raised_at - r.i * interval '1 hour', w.hwm,
            w.reason_zh, w.reason_en, w.evidence, w.history
       FROM (SELECT DISTINCT ON (student_id) * FROM early_warning.warning WHERE student_id BETWEEN $1 AND $2 ORDER BY student_id, id) w
      CROSS JOIN (SELECT id, code, row_number() OVER (ORDER BY code) AS i FROM early_warning.rule WHERE definition -> 'visibility' IS NULL) r
      WHERE r.code NOT IN (SELECT rule_code FROM early_warning.warning o WHERE o.student_id = w.student_id)
      ORDER BY r.i LIMIT $3 - (SELECT count(*) FROM early_warning.warning WHERE student_id BETWEEN $1 AND $2)`,
    [first, last, WARNINGS],
  );
  const { rows } = await admin.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM early_warning.warning WHERE student_id BETWEEN $1 AND $2`,
    [first, last],
  );
  if (rows[0]!.n !== WARNINGS) throw new Error(`There are ${rows[0]!.n} warnings`);
  await admin.query('VACUUM ANALYZE');
}

/** Milliseconds of a page of so many rows. */
async function each(page: () => Promise<number>, rows: number): Promise<number> {
  const began = performance.now();
  for (let i = 0; i < PAGES; i++) {
    const found = await page();
    if (found !== rows) throw new Error(`A page has ${found} rows`);
  }
  return (performance.now() - began) / PAGES;
}
