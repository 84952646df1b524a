import type pg from 'pg';
import { Actor } from '#auth';
import { newId } from '#database';
import { campus } from '#testing';
import { type Tasks } from '../../apps/affairs/src/tasks/tasks.service.js';
import { TasksQuery } from '../../apps/affairs/src/tasks/tasks.dto.js';

const ITEM = 'fee-reduction';
export const CLERK = campus.staff.psychologist;

/** Copies the case so often, each with an application of its own; the first `waiting` of them wait for the clerk. */
export async function openCases(admin: pg.Pool, caseId: string, cases: number, waiting: number): Promise<void> {
  const columns = `id, student_id, item, item_version, status, data, materials, sole, channel, created_by_app, workflow_id, submitted_at`;
  await admin.query(
    `CREATE TABLE public.copied AS SELECT n, gen_random_uuid() AS workflow_id, gen_random_uuid() AS subject_id FROM generate_series(1, $1::int) n`,
    [cases],
  );
  const like = (table: string, change: string): string =>
    `INSERT INTO affairs.${table} SELECT r.* FROM public.copied c, affairs.${table} o, LATERAL json_populate_record(o, ${change}) r`;
  const case_ = `'workflow_id', c.workflow_id`;
  await admin.query(
    `${like('workflow', `json_build_object('id', c.workflow_id, 'subject_id', c.subject_id, 'created_at', o.created_at + c.n * interval '1 ms')`)} WHERE o.id = $1`,
    [caseId],
  );
  await admin.query(
    `${like('workflow_step', `json_build_object(${case_}, 'candidates', CASE WHEN c.n <= ${waiting} THEN ARRAY['${CLERK}']::uuid[] ELSE o.candidates END, 'entered_at', o.entered_at + c.n * interval '1 ms')`)} WHERE o.workflow_id = $1`,
    [caseId],
  );
  await admin.query(
    `${like('workflow_action', `json_build_object('id', gen_random_uuid(), ${case_}, 'subject_id', c.subject_id)`)} WHERE o.workflow_id = $1`,
    [caseId],
  );
  await admin.query(
    `INSERT INTO affairs.application (${columns})
     SELECT subject_id, $1, $2, 1, 'submitted', '\\x00', '{}', false, 'online', 'bench', workflow_id, now() FROM public.copied`,
    [campus.students[0], ITEM],
  );
  await admin.query('VACUUM ANALYZE');
}

/** The clerk's first page of 50, as the service answers it. */
export async function inbox(tasks: Tasks): Promise<void> {
  const post = { kind: 'department_clerk' as const, unitId: campus.department, unitKind: 'department' as const };
  const clerk = Actor.person(
    'bench',
    { id: CLERK, student: false, posts: [post] },
    ['affairs:application:decide', 'affairs:leave:read'],
    newId(),
  );
  const { data } = await tasks.list(clerk, new TasksQuery());
  if (data.length !== 50) throw new Error(`The inbox has ${data.length}`);
}

/** The same rows in the same order, by due date, by the best statement for this case alone: no stand-ins, no leaves, no scope. */
export async function bareInbox(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query({
    name: 'inbox',
    text: `SELECT w.id, w.definition, w.subject_id, a.item, d.content->'name' AS title, a.version, p.id AS person_id, p.number, p.name AS person_name,
                  w.step, w.entered_at, w.due_at, w.overdue_since,
                  (SELECT one->'name' FROM json_array_elements(d.content->'steps') one WHERE one->>'key' = w.step) AS name
             FROM (SELECT s.step, s.entered_at, w.* FROM affairs.workflow_step s JOIN affairs.workflow w ON w.id = s.workflow_id
                    WHERE s.state = 'open' AND s.candidates @> ARRAY[$1]::uuid[]
                    ORDER BY coalesce(w.due_at, w.overdue_since, 'infinity'), w.id LIMIT 51) w
             JOIN affairs.application a ON a.id = w.subject_id
             JOIN affairs.workflow_definition d ON d.key = w.definition AND d.version = w.definition_version
             JOIN directory.person p ON p.id = w.person_id`,
    values: [CLERK],
  });
  if (rows.length !== 51) throw new Error(`The bare inbox has ${rows.length}`);
}
