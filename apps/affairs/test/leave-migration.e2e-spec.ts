import { randomUUID } from 'node:crypto';
import { connect, Database, migrate, newId, query, sql } from '#database';
import { migrationSets } from '#service';
import { campus, databaseUrl, secretKeyFile } from '#testing';
import { StudentKeys, Vault } from '#vault';
import { outlineOf, Workflows } from '#workflow';
import pg from 'pg';
import { services } from '../../campus/src/services.js';
import { LeaveOnWorkflow1763750700000 } from '../src/migrations/1763750700000-leave-on-workflow.js';

const AFFAIRS = 'affairs';
const [STUDENT] = campus.students;
const { counselorCs, collegeOfficerCs } = campus.staff;

/** Leaves as they were stored before their decisions became cases. */
describe('the migration of leaves to cases', () => {
  const server = process.env['YIZHAN_TEST_POSTGRES'] as string;
  const name = `t_${randomUUID().replace(/-/g, '')}`;
  let source: Awaited<ReturnType<typeof connect>>;
  const ids = new Map<string, string>();
  const keys = new StudentKeys(Vault.fromFile(secretKeyFile()));
  const admin = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };

  beforeAll(async () => {
    await admin(`CREATE DATABASE ${name}`);
    const url = databaseUrl(server, name);
    const sets = migrationSets(services);
    const before = sets.map((set) =>
      set.schema === AFFAIRS
        ? {
            ...set,
            migrations: set.migrations.slice(0, set.migrations.indexOf(LeaveOnWorkflow1763750700000)),
          }
        : set,
    );
    await migrate(url, before);
    source = await connect({ url, entities: [], poolSize: 2, applicationName: 'test' });
    await fill(new Database(source));
    await migrate(url, sets);
  });
  afterAll(async () => {
    await source.destroy();
    await admin(`DROP DATABASE ${name} WITH (FORCE)`);
  });

  /** `decisions` of the chain counselor, college; each `action` of the history. */
  async function fill(database: Database): Promise<void> {
    const leaves: [string, string, string[], string[]][] = [
      ['fresh', 'submitted', ['pending', 'pending'], ['submit']],
      ['half', 'submitted', ['approved', 'pending'], ['submit', 'approve']],
      ['approved', 'approved', ['approved', 'approved'], ['submit', 'approve', 'approve']],
      ['rejected', 'rejected', ['approved', 'rejected'], ['submit', 'approve', 'reject']],
      ['returned', 'returned', ['returned', 'pending'], ['submit', 'return']],
      ['withdrawn', 'withdrawn', ['approved', 'pending'], ['submit', 'approve', 'withdraw']],
    ];
    await database.transaction(null, async (tx) => {
      for (const [key, status, decisions, actions] of leaves) {
        const id = newId();
        ids.set(key, id);
        await query(
          tx,
          sql`INSERT INTO affairs.leave (id, student_id, kind, status, starts_at, ends_at, planned_ends_at, reason, destination, urgent,
                papers_owed, submitted_by, submitted_by_app, round, returned_count)
              VALUES (${id}, ${STUDENT}, 'personal', ${status}, '2026-03-02', '2026-03-06', '2026-03-06', '事由', '去向', FALSE,
                FALSE, ${STUDENT}, 'portal', 2, 0)`,
        );
        // A first round that was returned, then the one that counts.
        const rounds: [number, string[], string[]][] = [
          [1, ['returned', 'pending'], ['submit', 'return']],
          [2, decisions, actions],
        ];
        for (const [round, verdicts, done] of rounds) {
          const at = (minute: number): Date =>
            new Date(Date.parse('2026-03-01T00:00:00Z') + (round * 60 + minute) * 60_000);
          for (const [i, decision] of verdicts.entries()) {
            const decided = decision === 'pending' ? [null, null] : [[counselorCs, collegeOfficerCs][i], at(i + 1)];
            await query(
              tx,
              sql`INSERT INTO affairs.leave_step (id, leave_id, round, position, kind, unit_kind, policy_version, decision, decided_by, decided_at, comment, created_at)
                  VALUES (${newId()}, ${id}, ${round}, ${i + 1}, ${['counselor', 'student_affairs_officer'][i]}, ${[null, 'college'][i]}, 3,
                    ${decision}, ${decided[0]}, ${decided[1]}, ${decision === 'pending' ? null : '意见'}, ${at(0)})`,
            );
          }
          for (const [i, action] of done.entries()) {
            const person =
              action === 'submit' || action === 'withdraw' ? STUDENT : [counselorCs, collegeOfficerCs][i - 1];
            await query(
              tx,
              sql`INSERT INTO affairs.leave_action (id, leave_id, action, person_id, app, comment, occurred_at)
                  VALUES (${newId()}, ${id}, ${round === 2 && action === 'submit' ? 'resubmit' : action}, ${person}, 'portal',
                    ${action === 'submit' ? null : '意见'}, ${at(i)})`,
            );
          }
        }
      }
    });
  }

  it('keeps where each leave stands, who decided, and what was written down', async () => {
    const workflows = new Workflows(AFFAIRS, 'Asia/Shanghai', { keys });
    const rows = await query<{ id: string; workflowId: string }>(
      source.manager,
      sql`SELECT id, workflow_id AS "workflowId" FROM affairs.leave`,
    );
    const seen: Record<string, unknown> = {};
    for (const [key, id] of ids) {
      const [case_] = await workflows.read(source.manager, [rows.find((row) => row.id === id)!.workflowId]);
      const steps = outlineOf(case_!).map(({ decision, decisive }) => [decision, decisive?.by ?? null]);
      const history = await query<{ action: string }>(
        source.manager,
        sql`SELECT action FROM affairs.workflow_action WHERE subject_id = ${id} ORDER BY occurred_at, id`,
      );
      expect(case_!.instance.facts).toEqual({ policyVersion: 3 });
      seen[key] = [
        case_!.instance.status,
        steps,
        history
          .map(({ action }) => action)
          .slice(2)
          .join(' '),
      ];
    }
    const [yes, no] = [(by: string) => ['approved', by], (by: string) => ['rejected', by]];
    const open = [null, null];
    expect(seen).toEqual({
      fresh: ['running', [open, open], 'resubmit'],
      half: ['running', [yes(counselorCs), open], 'resubmit approve'],
      approved: ['approved', [yes(counselorCs), yes(collegeOfficerCs)], 'resubmit approve approve'],
      rejected: ['rejected', [yes(counselorCs), no(collegeOfficerCs)], 'resubmit approve reject'],
      returned: ['returned', [['returned', counselorCs], open], 'resubmit return'],
      withdrawn: ['withdrawn', [yes(counselorCs), open], 'resubmit approve withdraw'],
    });
  });

  it('asks again for the signatures that are open, from whoever holds the posts', async () => {
    const workflows = new Workflows(AFFAIRS, 'Asia/Shanghai', { keys });
    const open = await query<{ subject: string; step: string; candidates: string[] }>(
      source.manager,
      sql`SELECT w.subject_id AS subject, s.step, s.candidates FROM affairs.workflow_step s JOIN affairs.workflow w ON w.id = s.workflow_id
           WHERE s.state = 'open' ORDER BY w.subject_id`,
    );
    expect(open.map(({ subject, step }) => [subject, step])).toEqual([
      [ids.get('fresh'), 'step-1-from-1'],
      [ids.get('half'), 'step-2-from-1'],
      [ids.get('returned'), 'initiator'],
    ]);
    const [correction] = open.slice(-1);
    expect(correction!.candidates).toEqual([STUDENT]);
    const database = new Database(source);
    await database.transaction(null, (tx) =>
      workflows.refreshAll(tx, new Date('2026-03-02T00:00:00Z'), { app: 'system:affairs', personId: undefined }),
    );
    const withdrawn = await database.transaction(null, async (tx) => {
      const [case_] = await workflows.lock(tx, sql`w.subject_id = ${ids.get('half')}`);
      return workflows.act(
        tx,
        case_!,
        { op: 'withdraw' },
        { by: { app: 'portal', personId: STUDENT }, at: new Date('2026-03-02T01:00:00Z') },
      );
    });
    expect(withdrawn.instance.status).toBe('withdrawn');
  });
});
