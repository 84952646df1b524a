import type { MigrationInterface, QueryRunner } from 'typeorm';
import { workflowTables } from '#workflow';

/**
 * Leaves are decided in cases of libs/workflow. The latest round of each leave becomes a case, as a chain of its own definition; who
 * holds the posts of its open step is found by the next run of the schedule, or at the decision. Earlier rounds stay as history.
 */
export class LeaveOnWorkflow1763750700000 implements MigrationInterface {
  name = 'LeaveOnWorkflow1763750700000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(workflowTables('affairs'));
    await runner.query(CASES);
  }

  async down(): Promise<void> {
    throw new Error('Migrations go forward only: restore a backup, or write the next migration');
  }
}

const CASES = `
  -- one row per leave: its latest chain, as the definition it amounts to
  CREATE TEMP TABLE chain ON COMMIT DROP AS
    SELECT l.id AS leave_id, gen_random_uuid() AS id,
           CASE WHEN min(e.occurred_at) > min(s.created_at) - interval '1 second' THEN 'affairs.leave-extension' ELSE 'affairs.leave' END AS key,
           json_agg(json_build_object('kind', s.kind, 'unitKind', s.unit_kind) ORDER BY s.position)::text AS posts
      FROM affairs.leave l JOIN affairs.leave_step s ON s.leave_id = l.id AND s.round = l.round
      LEFT JOIN LATERAL (SELECT a.occurred_at FROM affairs.leave_action a WHERE a.leave_id = l.id AND a.action = 'extend'
                          ORDER BY a.id DESC LIMIT 1) e ON TRUE
     GROUP BY l.id;

  INSERT INTO affairs.workflow_definition (key, version, content)
    SELECT key, row_number() OVER (PARTITION BY key ORDER BY posts),
           json_build_object('key', key, 'name', json_build_object('zh', '请假', 'en', 'Leave'), 'steps', (
             SELECT json_agg(json_strip_nulls(json_build_object('key', 'step-' || n || '-from-1',
                      'name', json_build_object('zh', '审批', 'en', 'Decision'),
                      'signers', json_build_array(json_build_object('by', 'post', 'post', p->>'kind', 'unitKind', p->>'unitKind')),
                      'mode', 'any'))::jsonb
                    || jsonb_build_object('when', '[]'::jsonb, 'standIn', NULL, 'deadline', NULL,
                      'returnTo', CASE key WHEN 'affairs.leave' THEN '["initiator"]'::jsonb ELSE '[]'::jsonb END,
                      'afterReturn', CASE key WHEN 'affairs.leave' THEN '["on"]'::jsonb ELSE '[]'::jsonb END) ORDER BY n)
               FROM json_array_elements(posts::json) WITH ORDINALITY AS each (p, n)),
             'standIn', json_build_object('by', 'post', 'post', 'student_affairs_officer', 'unitKind', 'school'),
             'mayChange', '[]'::json, 'urgeEveryHours', 24)
      FROM (SELECT DISTINCT key, posts FROM chain) one;

  -- the actions of each chain: submission, the decisions made, the withdrawal; with whoever decided as holder of the post
  CREATE TEMP TABLE done ON COMMIT DROP AS
    WITH versions AS (
      SELECT c.*, d.version FROM chain c JOIN affairs.workflow_definition d ON d.key = c.key AND c.posts = (
        SELECT json_agg(json_build_object('kind', one->'signers'->0->>'post', 'unitKind', one->'signers'->0->>'unitKind') ORDER BY n)::text
          FROM json_array_elements(d.content->'steps') WITH ORDINALITY AS each (one, n))),
    inputs AS (
      SELECT v.*, l.student_id, l.submitted_by, l.submitted_by_app, l.status, l.updated_at, json_build_object('posts', coalesce((
               SELECT json_agg(json_build_object('personId', s.decided_by, 'post', s.kind, 'unitKind', coalesce(s.unit_kind, 'class')))
                 FROM affairs.leave_step s WHERE s.leave_id = l.id AND s.round = l.round AND s.decided_by IS NOT NULL), '[]'::json),
               'gone', '[]'::json, 'workdayEnds', '[]'::json) AS inputs,
             array_remove(ARRAY[l.student_id, nullif(l.submitted_by, l.student_id)], NULL) AS initiators,
             (SELECT min(s.created_at) FROM affairs.leave_step s WHERE s.leave_id = l.id AND s.round = l.round) AS began,
             (SELECT min(s.policy_version) FROM affairs.leave_step s WHERE s.leave_id = l.id AND s.round = l.round) AS policy_version
        FROM versions v JOIN affairs.leave l ON l.id = v.leave_id),
    acts AS (
      SELECT i.*, 0 AS place, 'submit' AS op, submitted_by AS person, submitted_by_app AS app, NULL::text AS comment, began AS at,
             json_build_object('op', 'submit', 'definitionVersion', version, 'facts', json_build_object('policyVersion', policy_version), 'chosen', '{}'::json,
               'initiators', initiators, 'ownMatterOf', ARRAY[student_id]) AS command
        FROM inputs i
      UNION ALL
      SELECT i.*, s.position, v.op, s.decided_by, 'migration', s.comment, s.decided_at,
             CASE v.op WHEN 'return' THEN '{"op":"return","to":"initiator","then":"on"}'::json ELSE json_build_object('op', v.op) END
        FROM inputs i JOIN affairs.leave l ON l.id = i.leave_id
        JOIN affairs.leave_step s ON s.leave_id = l.id AND s.round = l.round AND s.decision <> 'pending'
        JOIN (VALUES ('approved', 'approve'), ('rejected', 'reject'), ('returned', 'return')) AS v (decision, op) ON v.decision = s.decision
      UNION ALL
      SELECT i.*, 1000, 'withdraw', i.student_id, 'migration', NULL, i.updated_at, '{"op":"withdraw"}'::json
        FROM inputs i WHERE i.status = 'withdrawn')
    SELECT acts.*, row_number() OVER (PARTITION BY leave_id ORDER BY place) AS no FROM acts;

  INSERT INTO affairs.workflow (id, definition, definition_version, subject_id, person_id, own_matter_of, status, suspended, created_at, version)
    SELECT id, key, version, leave_id, student_id, ARRAY[student_id], CASE
             WHEN bool_or(op = 'withdraw') THEN 'withdrawn' WHEN bool_or(op = 'reject') THEN 'rejected'
             WHEN bool_or(op = 'return') THEN 'returned'
             WHEN count(*) - 1 = json_array_length(min(posts)::json) THEN 'approved' ELSE 'running' END,
           FALSE, min(began), count(*)
      FROM done GROUP BY id, key, version, leave_id, student_id;

  -- what was written down of each leave, the latest chain as actions that fold
  INSERT INTO affairs.workflow_action (id, subject_id, action, person_id, app, comment, occurred_at)
    SELECT a.id, a.leave_id, a.action, a.person_id, a.app, a.comment, a.occurred_at FROM affairs.leave_action a
     WHERE NOT EXISTS (SELECT FROM done d WHERE d.leave_id = a.leave_id AND a.occurred_at >= d.began
                          AND a.action IN ('submit', 'resubmit', 'extend', 'approve', 'reject', 'return', 'withdraw'));
  INSERT INTO affairs.workflow_action (id, subject_id, workflow_id, no, action, person_id, app, comment, definition_version, content, occurred_at)
    SELECT coalesce(a.id, gen_random_uuid()), d.leave_id, d.id, d.no, coalesce(a.action, d.op), d.person, coalesce(a.app, d.app),
           coalesce(a.comment, d.comment), d.version,
           json_build_object('command', d.command, 'by', json_build_object('person', d.person, 'app', coalesce(a.app, d.app),
             'roles', CASE WHEN d.op = 'withdraw' THEN '["initiator"]'::json ELSE '[]'::json END, 'insteadOf', '[]'::json),
             'at', to_char(d.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'inputs', d.inputs), d.at
      FROM done d LEFT JOIN LATERAL (
        SELECT * FROM affairs.leave_action a WHERE a.leave_id = d.leave_id AND a.occurred_at >= d.began
           AND (a.action = d.op OR (d.op = 'submit' AND a.action IN ('resubmit', 'extend')))
         ORDER BY a.id OFFSET (SELECT count(*) FROM done e WHERE e.leave_id = d.leave_id AND e.op = d.op AND e.no < d.no) LIMIT 1) a ON TRUE;

  -- signatures: those given, and the one that is due
  INSERT INTO affairs.workflow_step (workflow_id, signer, visit, step, state, candidates, post, unit_kind, apart, stand_in, decided_by, entered_at, decided_at)
    SELECT w.id, s.position, s.position, 'step-' || s.position || '-from-1', CASE s.decision WHEN 'pending' THEN 'open' ELSE s.decision END,
           coalesce((SELECT array_agg(DISTINCT o.decided_by) FROM affairs.leave_step o WHERE o.leave_id = s.leave_id AND o.round = s.round
                        AND o.kind = s.kind AND (s.unit_kind IS NULL OR coalesce(o.unit_kind, 'class') = s.unit_kind) AND o.decided_by IS NOT NULL), '{}'),
           s.kind, s.unit_kind, FALSE, FALSE, s.decided_by, s.created_at, s.decided_at
      FROM affairs.workflow w JOIN affairs.leave l ON l.id = w.subject_id
      JOIN affairs.leave_step s ON s.leave_id = l.id AND s.round = l.round
     WHERE s.decision <> 'pending' OR (w.status = 'running' AND s.position = (
       SELECT min(o.position) FROM affairs.leave_step o WHERE o.leave_id = l.id AND o.round = l.round AND o.decision = 'pending'));
  INSERT INTO affairs.workflow_step (workflow_id, signer, visit, step, state, candidates, apart, stand_in, entered_at)
    SELECT DISTINCT d.id, 0, 0, 'initiator', 'open', d.initiators, FALSE, FALSE, d.updated_at
      FROM done d JOIN affairs.workflow w ON w.id = d.id WHERE w.status = 'returned';

  ALTER TABLE affairs.leave ADD workflow_id uuid;
  UPDATE affairs.leave l SET workflow_id = w.id FROM affairs.workflow w WHERE w.subject_id = l.id;
  ALTER TABLE affairs.leave DROP COLUMN round;
  DROP TABLE affairs.leave_step, affairs.leave_action;
`;
