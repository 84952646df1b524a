import type pg from 'pg';
import { v7 } from 'uuid';

/** A leave of at most two days: the counselor decides. */
interface LeaveForm {
  kind: string;
  startsAt: string;
  endsAt: string;
  reason: string;
  destination: string;
}

const VALID = (row: string, date: string): string =>
  `${row}.valid_from <= ${date} AND (${row}.valid_to IS NULL OR ${row}.valid_to > ${date})`;
/** The student ($1), who answers for them today ($2), what else they have asked for ($3, $4), the term, and the school's own days. */
const CHECK = `
  SELECT s.id, s.number, s.name,
    (SELECT array_agg(DISTINCT a.person_id) FROM directory.membership m JOIN directory.unit_path p ON p.descendant_id = m.unit_id
       JOIN staffing.appointment a ON a.unit_id = p.ancestor_id AND a.kind = 'counselor'
      WHERE m.person_id = s.id AND ${VALID('m', '$2')} AND ${VALID('a', '$2')}) AS deciders,
    EXISTS (SELECT FROM bench.leave l WHERE l.student_id = s.id AND l.status IN ('submitted', 'returned', 'approved', 'closed')
               AND l.starts_at < $4 AND l.ends_at > $3) AS overlaps,
    (SELECT value FROM platform.policy_version WHERE key = 'affairs.leave' AND effective_from <= $2 ORDER BY effective_from DESC, number DESC LIMIT 1) AS policy,
    (SELECT starts_on::text FROM directory.term WHERE kind = 'term' AND starts_on <= $3::timestamptz::date AND ends_on > $3::timestamptz::date LIMIT 1) AS term,
    (SELECT json_agg(json_build_array(day, workday)) FROM directory.calendar_day WHERE day BETWEEN $2 AND $4::timestamptz::date) AS days
    FROM directory.person s WHERE s.id = $1 AND s.kind = 'student' AND s.active`;
const SUBMIT = `
  WITH l AS (INSERT INTO bench.leave (id, student_id, kind, status, starts_at, ends_at, planned_ends_at, reason, destination, urgent, attachments,
      papers_owed, submitted_by, round, returned_count) VALUES ($1, $2, $3, 'submitted', $4, $5, $5, $6, $7, false, '{}', false, $2, 1, 0) RETURNING created_at),
    s AS (INSERT INTO bench.leave_step (id, leave_id, round, position, kind, policy_version, decision) VALUES ($8, $1, 1, 1, 'counselor', 0, 'pending')),
    a AS (INSERT INTO bench.leave_action (id, leave_id, action, person_id, app) VALUES ($9, $1, 'submit', $2, 'bench'))
  SELECT created_at FROM l`;

export function takeLeave(pool: pg.Pool, student: string, form: LeaveForm, today: string): Promise<object> {
  return transaction(pool, async (client) => {
    const lock = 'SELECT pg_advisory_xact_lock(hashtextextended($1, 0))';
    await client.query({ name: 'lock', text: lock, values: [student] });
    const values = [student, today, form.startsAt, form.endsAt];
    const { rows } = await client.query<Checked>({ name: 'check', text: CHECK, values });
    const [checked] = rows;
    if (!checked?.deciders?.length || checked.overlaps) throw new Error('not possible');
    const id = v7();
    const written = await client.query<{ created_at: Date }>({
      name: 'submit',
      text: SUBMIT,
      values: [id, student, form.kind, form.startsAt, form.endsAt, form.reason, form.destination, v7(), v7()],
    });
    return leaveOf({ ...OPEN, id, student: checked, ...form, createdAt: written.rows[0]!.created_at });
  });
}

/** The leave ($1) as the counselor ($2) may decide it today ($3), with the passes that may show a return. */
const DECIDE = `
  SELECT l.*, st.id AS step_id, s.number, s.name,
    (SELECT json_agg(json_build_array(day, workday)) FROM directory.calendar_day WHERE day BETWEEN l.planned_ends_at::date AND l.planned_ends_at::date + 30) AS days,
    (SELECT json_agg(json_build_array(p.id, p.direction, p.at)) FROM safety.pass p
      WHERE p.student_id = l.student_id AND p.status = 'counted' AND p.at > l.starts_at - interval '24 hours') AS passes
    FROM bench.leave l JOIN bench.leave_step st ON st.leave_id = l.id AND st.round = l.round AND st.decision = 'pending'
    JOIN directory.person s ON s.id = l.student_id
   WHERE l.id = $1 AND l.status = 'submitted' AND l.student_id <> $2 AND EXISTS (
     SELECT FROM directory.membership m JOIN directory.unit_path p ON p.descendant_id = m.unit_id
       JOIN staffing.appointment a ON a.unit_id = p.ancestor_id AND a.kind = st.kind AND a.person_id = $2
      WHERE m.person_id = l.student_id AND ${VALID('m', '$3')} AND ${VALID('a', '$3')})
   ORDER BY st.position LIMIT 1 FOR UPDATE OF l`;
const APPROVE = `
  WITH s AS (UPDATE bench.leave_step SET decision = 'approved', decided_by = $3, decided_at = $4 WHERE id = $2),
    l AS (UPDATE bench.leave SET status = 'approved', return_by = $5, version = version + 1, updated_at = now() WHERE id = $1),
    a AS (INSERT INTO bench.leave_action (id, leave_id, action, person_id, app) VALUES ($6, $1, 'approve', $3, 'bench')),
    e AS (INSERT INTO events.event (id, name, aggregate_id, aggregate_version, payload) VALUES ($7, 'affairs.leave-approved.v1', $1, 2, $8))
  INSERT INTO events.delivery (event_id, consumer, aggregate_id, dispatched_at) VALUES ($7, 'safety', $1, now()), ($7, 'early-warning', $1, now())`;

export function decideLeave(pool: pg.Pool, by: string, id: string, today: string): Promise<object> {
  return transaction(pool, async (client) => {
    const { rows } = await client.query<Due>({ name: 'due', text: DECIDE, values: [id, by, today] });
    const [due] = rows;
    if (!due) throw new Error('not found');
    const [decidedAt, returnBy] = [new Date(), twoWorkdaysAfter(due.planned_ends_at)];
    const payload = { leaveId: id, studentId: due.student_id, startsAt: due.starts_at, endsAt: due.ends_at };
    const values = [id, due.step_id, by, decidedAt, returnBy, v7(), v7(), JSON.stringify(payload)];
    await client.query({ name: 'approve', text: APPROVE, values });
    return leaveOf({
      ...{
        id,
        student: { id: due.student_id, number: due.number, name: due.name },
        kind: due.kind,
        status: 'approved',
        version: 2,
      },
      ...{
        startsAt: due.starts_at,
        endsAt: due.ends_at,
        reason: due.reason,
        destination: due.destination,
        createdAt: due.created_at,
      },
      ...{ returnBy, decision: 'approved', decidedBy: by, decidedAt },
    });
  });
}

async function transaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** By weekdays alone: the bench's campus has no days of its own. */
function twoWorkdaysAfter(end: Date): Date {
  const day = new Date(end.getTime() + 8 * 3_600_000);
  for (let left = 2; left > 0;) {
    day.setUTCDate(day.getUTCDate() + 1);
    if (day.getUTCDay() % 6 !== 0) left--;
  }
  return new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + 1) - 8 * 3_600_000);
}

const OPEN = { status: 'submitted', version: 1, returnBy: null, decision: 'pending', decidedBy: null, decidedAt: null };

function leaveOf(leave: Shown): object {
  const { decision, decidedBy, decidedAt, student, startsAt, endsAt, createdAt, ...rest } = leave;
  return {
    ...{
      ...rest,
      startsAt,
      endsAt,
      plannedEndsAt: endsAt,
      createdAt,
      urgent: false,
      proofPending: false,
      returnedCount: 0,
    },
    ...{
      extensionEndsAt: null,
      extensionReason: null,
      returnedAt: null,
      closedHow: null,
      overdue: false,
      returnedLate: false,
    },
    ...{ contact: null, attachments: [], submittedBy: { kind: 'person', id: student.id } },
    student: { id: student.id, number: student.number, name: student.name },
    steps: [
      {
        position: 1,
        kind: 'counselor',
        unitKind: null,
        policyVersion: 0,
        decision,
        decidedBy,
        decidedAt,
        comment: null,
      },
    ],
  };
}

interface Student {
  id: string;
  number: string;
  name: string;
}

interface Checked extends Student {
  deciders: string[] | null;
  overlaps: boolean;
}

interface Due extends Student {
  step_id: string;
  student_id: string;
  kind: string;
  starts_at: Date;
  ends_at: Date;
  planned_ends_at: Date;
  reason: string;
  destination: string;
  created_at: Date;
}

interface Shown {
  id: string;
  student: Student;
  kind: string;
  status: string;
  version: number;
  startsAt: Date | string;
  endsAt: Date | string;
  reason: string;
  destination: string;
  createdAt: Date;
  returnBy: Date | null;
  decision: string;
  decidedBy: string | null;
  decidedAt: Date | null;
}
