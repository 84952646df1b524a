import { newId, query, raw, sql } from '#database';
import { campus, TestApp } from '#testing';
import { StudentKeys } from '#vault';
import {
  type Acting,
  type Case,
  type Definition,
  type StepDefinition,
  Workflows,
  workflowTables,
  workflowTablesComments,
  workflowTablesNamedUnits,
  workflowTablesSince,
} from '#workflow';
import { affairs } from '../../../apps/affairs/src/affairs.module.js';

const { counselorCs, collegeOfficerCs } = campus.staff;
const STUDENT = campus.students[0]!;

const step = (key: string, more: Partial<StepDefinition> = {}): StepDefinition => ({
  ...{ key, name: { zh: key, en: key }, when: [], signers: [{ by: 'post', post: 'counselor' }], mode: 'any' },
  ...{ standIn: null, deadline: null, returnTo: [], afterReturn: [], ...more },
});
const flow = (...steps: StepDefinition[]): Definition => ({
  ...{ key: 'affairs.test', name: { zh: '测试', en: 'Test' }, steps, mayChange: [], urgeEveryHours: 24, standIn: null },
});
const acting = (personId: string): Acting => ({
  by: { app: 'portal', personId },
  at: new Date('2026-03-02T02:00:00.000Z'),
});

describe('what is read and written of a case', () => {
  let test: TestApp;
  let workflows: Workflows;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    await query(test.tx, sql`CREATE SCHEMA flows`);
    for (const tables of [workflowTables, workflowTablesSince, workflowTablesNamedUnits])
      await query(test.tx, raw(tables('flows')));
    await query(test.tx, raw(workflowTablesComments('flows', 'a.subject_id')));
    workflows = new Workflows('flows', 'Asia/Shanghai', { keys: test.app.get(StudentKeys) });
  });
  afterAll(() => test.close());

  const opening = (definition: Definition) => ({
    ...{ definition, subjectId: newId(), personId: STUDENT, facts: { days: 3 } },
    ...{ initiators: [STUDENT], ownMatterOf: [STUDENT] },
  });
  const begin = (definition: Definition): Promise<Case> =>
    test.database.transaction(null, (tx) => workflows.begin(tx, opening(definition), acting(STUDENT)));

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
    const { id } = await begin(flow(step('one', { mode: 'countersign', signers }), step('two')));
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
