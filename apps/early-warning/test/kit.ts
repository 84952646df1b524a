import { Events } from '#events';
import { sql } from '#database';
import { campus, campusToday, type Client, drainEvents, studentNumbers, type TestApp } from '#testing';
import { addDays } from '#time';

/** The campus date so many days ago. */
export function daysAgo(n: number): string {
  return addDays(campusToday(), -n);
}

let batches = 0;

/** Delivers observations `[student 0–11, metric, day, value]` as one batch. */
export async function observe(
  client: Client,
  rows: [student: number, metric: string, day: string, value: number][],
): Promise<void> {
  const observations = rows.map(([student, metric, day, value]) => ({
    studentNumber: studentNumbers[student],
    metric,
    day,
    value,
  }));
  const body = { source: 'test', batchKey: `kit-${++batches}`, observations };
  const answer = await client.post('/early-warning/v1/observations/batches', body);
  if (answer.status !== 200 || answer.body.rejected.length > 0) throw new Error(JSON.stringify(answer.body));
}

/** Publishes events as the other services would, and waits until they took effect. */
export async function tell(
  test: TestApp,
  events: object[],
  aggregate?: { id: string; version: number },
): Promise<void> {
  await test.database.transaction(null, (tx) => test.app.get(Events).publishAll(tx, events, aggregate));
  await drainEvents(test);
}

/** Runs the rules and waits for the result. */
export async function run(test: TestApp, client: Client, body: object = {}): Promise<Record<string, number>> {
  const accepted = await client.post('/early-warning/v1/runs', body).expect(202);
  await drainEvents(test);
  const job = await client.get(`/early-warning/v1/jobs/${accepted.body.id}`).expect(200);
  if (job.body.status !== 'succeeded') throw new Error(JSON.stringify(job.body));
  return job.body.result as Record<string, number>;
}

/** A rule of one comparison over one feature. */
export function simpleRule(id: string, feature: object, when: object, more: object = {}) {
  return {
    id,
    title: { zh: '测试', en: 'test' },
    on: 'data',
    features: { x: feature },
    level: 'yellow',
    when,
    reason: { zh: '值 {x}', en: 'value {x}' },
    ...more,
  };
}

/** A second person who answers for the whole school: whoever drafts a rule must not publish it. */
export const SECOND_OFFICER = '00000000-0000-7000-8000-004000009999';

export async function secondOfficer(test: TestApp): Promise<Client> {
  await test.query(
    sql`INSERT INTO directory.person (id, kind, number, name, sex) VALUES (${SECOND_OFFICER}, 'staff', 'T9999', '教师', '0') ON CONFLICT DO NOTHING`,
  );
  await test.query(
    sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
        VALUES (${SECOND_OFFICER}, ${SECOND_OFFICER}, 'student_affairs_officer', ${campus.school}, '2024-09-01') ON CONFLICT DO NOTHING`,
  );
  return test.person(SECOND_OFFICER);
}

/** Drafts a rule as the school's officer, dry-runs it and publishes it as another; answers its version. */
export async function publish(test: TestApp, rule: object): Promise<{ id: string; version: number }> {
  const officer = await test.person(campus.staff.schoolOfficer);
  const draft = await officer.post('/early-warning/v1/rules', rule).expect(201);
  const { id } = draft.body as { id: string };
  await dryRun(officer, id);
  const second = await secondOfficer(test);
  // Of twelve students every one is a large share.
  const body = { reason: 'for a test' };
  const published = await second.post(`/early-warning/v1/rules/${id}/publish`, body).set('If-Match', '"1"').expect(200);
  return published.body as { id: string; version: number };
}

/** The shortest dry run that lets a draft be published. */
export async function dryRun(client: Client, ruleId: string): Promise<void> {
  const yesterday = daysAgo(1);
  await client.post('/early-warning/v1/dry-runs', { ruleId, from: yesterday, to: yesterday }).expect(200);
}

/** Keeps schedules, timers and wake-ups still, so that only the test starts runs. */
export async function holdSchedules(test: TestApp): Promise<void> {
  await test.query(sql`UPDATE events.schedule SET last_period = '2200-01-01' WHERE service = 'early-warning'`);
  await test.query(sql`DELETE FROM events.timer WHERE service = 'early-warning'`);
  await test.query(
    sql`INSERT INTO platform.policy_version (id, key, number, effective_from, value, source, created_by)
        VALUES (gen_random_uuid(), 'early-warning.schedule', 1, '2000-01-01', '{"onNewData":false}', 'test', 'test')`,
  );
}

/** Takes the rules that ship with the house out of force, so that a test has only its own. */
export async function retireShipped(test: TestApp): Promise<void> {
  await test.query(
    sql`UPDATE early_warning.rule SET state = 'retired', retired_at = now() WHERE created_by = 'yizhan'`,
  );
}
