import { type Database, newId, query, sql } from '#database';
import { campus } from '#testing';
import { type Command, type Workflows } from '#workflow';
import { DEFINITION } from './flow.js';

const { counselorCs, collegeOfficerCs, schoolOfficer } = campus.staff;
/** Those of the college whose counselor and officer sign. */
const STUDENTS = campus.students.slice(0, 8);
const SIGNERS = [counselorCs, counselorCs, collegeOfficerCs, schoolOfficer];
const APPROVE: Command = { op: 'approve' };

/** Ours as the services use it: a transaction for each decision, in which the case is read, locked, decided on and written. */
export class Ours {
  constructor(
    readonly database: Database,
    readonly workflows: Workflows,
  ) {}

  async begin(i = 0): Promise<string> {
    const student = STUDENTS[i % STUDENTS.length]!;
    const opening = { definition: DEFINITION, subjectId: newId(), personId: student, facts: { days: 3 } };
    const { id } = await this.database.transaction(null, (tx) =>
      this.workflows.begin(
        tx,
        { ...opening, initiators: [student], ownMatterOf: [student] },
        { by: { app: 'bench', personId: student }, at: new Date() },
      ),
    );
    return id;
  }

  async approve(caseId: string, personId: string): Promise<string> {
    const { instance } = await this.database.transaction(null, async (tx) => {
      const [case_] = await this.workflows.lock(tx, sql`w.id = ${caseId}`);
      return this.workflows.act(tx, case_!, APPROVE, { by: { app: 'bench', personId }, at: new Date() });
    });
    return instance.status;
  }

  async flow(i: number): Promise<void> {
    const id = await this.begin(i);
    let status = '';
    for (const signer of SIGNERS) status = await this.approve(id, signer);
    if (status !== 'approved') throw new Error(`A flow ended ${status}`);
  }

  /** What each of the decisions of a flow writes, as rows. */
  async recorded(): Promise<Written[]> {
    const id = await this.begin();
    const known = new Set<string>();
    const written = [await this.rowsOf(id, 1, known)];
    for (const [i, signer] of SIGNERS.entries()) {
      await this.approve(id, signer);
      written.push(await this.rowsOf(id, i + 2, known));
    }
    return written;
  }

  /** Of the steps those that are not among `known`, to which they are added. */
  private async rowsOf(caseId: string, no: number, known: Set<string>): Promise<Written> {
    const table = (name: '' | '_step' | '_action') => this.workflows.table(name);
    const [row] = await query<Omit<Written, 'steps'> & { steps: string[] }>(
      this.database.connection,
      sql`SELECT to_json(w)::text AS head,
                 (SELECT array_agg(to_json(s)::text ORDER BY s.signer) FROM ${table('_step')} s WHERE s.workflow_id = w.id) AS steps,
                 (SELECT json_agg(a)::text FROM ${table('_action')} a WHERE a.workflow_id = w.id AND a.no = ${no}) AS actions
            FROM ${table('')} w WHERE w.id = ${caseId}`,
    );
    const steps = row!.steps.filter((one) => !known.has(one));
    for (const one of steps) known.add(one);
    return { ...row!, steps: `[${steps.join(',')}]`, caseId };
  }
}

export interface Written {
  caseId: string;
  head: string;
  steps: string;
  actions: string;
}
