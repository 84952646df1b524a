import { sql } from '#database';
import { campus, type TestApp } from '#testing';
import { StudentKeys } from '#vault';
import { Workflows } from '#workflow';
import { acting, appWithFlows, flow, opening, step, STUDENT } from './cases-kit.js';

const { counselorCs, collegeOfficerCs } = campus.staff;

describe('what is read and written of a case', () => {
  let test: TestApp;
  let workflows: Workflows;

  beforeAll(async () => {
    test = await appWithFlows();
    workflows = new Workflows('flows', 'Asia/Shanghai', { keys: test.app.get(StudentKeys) });
  });
  afterAll(() => test.close());

  it('reads a definition once, unless it was published in what was rolled back', async () => {
    const first = { ...flow(step('one')), key: 'affairs.read-once' };
    const other = { ...first, urgeEveryHours: 12 };
    const failing = test.database.transaction(null, async (tx) => {
      const { id } = await workflows.begin(tx, opening(first), acting(STUDENT));
      expect((await workflows.read(tx, [id]))[0]!.definition.urgeEveryHours).toBe(first.urgeEveryHours);
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    // The same version, with another content, by another process.
    const elsewhere = new Workflows('flows', 'Asia/Shanghai');
    const { id } = await test.database.transaction(null, (tx) => elsewhere.begin(tx, opening(other), acting(STUDENT)));
    expect((await workflows.read(test.tx, [id]))[0]!.definition.urgeEveryHours).toBe(12);
    await test.query(
      sql`UPDATE flows.workflow_definition SET content = jsonb_set(content::jsonb, '{urgeEveryHours}', '99')::json WHERE key = ${first.key}`,
    );
    expect((await workflows.read(test.tx, [id]))[0]!.definition.urgeEveryHours).toBe(12);
  });

  it('writes the signatures that an action changes, and no others', async () => {
    const signers = [counselorCs, collegeOfficerCs].map((personId) => ({ by: 'person' as const, personId }));
    const definition = flow(step('one', { mode: 'countersign', signers }), step('two'));
    const { id } = await test.database.transaction(null, (tx) =>
      workflows.begin(tx, opening(definition), acting(STUDENT)),
    );
    const rows = (): Promise<{ state: string; written: string }[]> =>
      test.query(
        sql`SELECT state, xmin::text AS written FROM flows.workflow_step WHERE workflow_id = ${id} ORDER BY signer`,
      );
    const before = await rows();
    expect(before.map(({ state }) => state)).toEqual(['open', 'open']);
    await test.database.transaction(null, async (tx) => {
      const [case_] = await workflows.lock(tx, sql`w.id = ${id}`);
      return workflows.act(tx, case_!, { op: 'approve' }, acting(counselorCs));
    });
    const after = await rows();
    expect(after.map(({ state }) => state)).toEqual(['approved', 'open']);
    expect(after.map(({ written }, i) => written === before[i]!.written)).toEqual([false, true]);
  });
});
