import { newId, sql } from '#database';
import { campus, type TestApp } from '#testing';
import { awaitsMe, type Definition, subjectIsHandedTo, Workflows } from '#workflow';
import { mayBeStale } from '../stale.js';
import { appWithFlows, AT, STUDENT } from './cases-kit.js';

const { counselorCs, partyOrganizerCs, psychologist } = campus.staff;

describe('steps signed over a named unit', () => {
  let test: TestApp;
  let workflows: Workflows;

  beforeAll(async () => {
    test = await appWithFlows();
    workflows = new Workflows('flows', 'Asia/Shanghai');
  });
  afterAll(() => test.close());

  const inbox = async (personId: string): Promise<string[]> =>
    (
      await test.query<{ id: string }>(
        sql`SELECT DISTINCT w.id FROM flows.workflow_step s JOIN flows.workflow w ON w.id = s.workflow_id
             WHERE ${awaitsMe(workflows, personId, AT)}`,
      )
    ).map(({ id }) => id);

  it('are asked of its holders of the post, whatever the case is about, and handed over with the office', async () => {
    const [clerk, other] = [psychologist, partyOrganizerCs];
    const appoint = (personId: string, unitId: string): Promise<unknown> =>
      test.query(sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from)
        VALUES (${newId()}, ${personId}, 'department_clerk', ${unitId}, '2024-09-01')`);
    await appoint(clerk, campus.department);
    await appoint(other, campus.colleges.cs);
    const rule = { by: 'post' as const, post: 'department_clerk' as const, over: 'named' as const, unit: 'XGC' };
    const office = {
      key: 'office',
      name: { zh: '部门', en: 'Office' },
      when: [],
      signers: [rule],
      mode: 'any' as const,
    };
    const definition: Definition = {
      ...{ key: 'affairs.named', name: { zh: '测试', en: 'Test' }, mayChange: [], urgeEveryHours: 24, standIn: null },
      steps: [{ ...office, standIn: null, deadline: null, returnTo: [], afterReturn: [] }],
    };
    const opening = {
      ...{ definition, subjectId: newId(), personId: STUDENT, facts: {} },
      ...{ initiators: [STUDENT], ownMatterOf: [STUDENT] },
    };
    const by = (personId: string) => ({ by: { app: 'portal', personId }, at: AT });
    const { id, instance } = await test.database.transaction(null, (tx) => workflows.begin(tx, opening, by(STUDENT)));
    expect(instance.visit!.seats[0]!.signers[0]!.candidates).toEqual([clerk]);
    const sees = async (personId: string): Promise<boolean> =>
      (
        await test.query(
          sql`SELECT FROM flows.workflow w WHERE w.id = ${id} AND ${subjectIsHandedTo(workflows, sql`w.subject_id`, personId, AT)}`,
        )
      ).length > 0;
    expect([await sees(clerk), await sees(other), await sees(counselorCs)]).toEqual([true, false, false]);
    expect(await inbox(clerk)).toContain(id);
    // The office changes hands: at once for what is seen, at the next look for the inbox.
    await test.query(
      sql`UPDATE staffing.appointment SET valid_to = '2026-01-01' WHERE person_id = ${clerk} AND kind = 'department_clerk'`,
    );
    await appoint(other, campus.department);
    expect([await sees(clerk), await sees(other)]).toEqual([false, true]);
    const changed = await test.database.transaction(null, (tx) =>
      workflows.refreshAll(tx, AT, { app: 'system:affairs', personId: undefined }),
    );
    expect(changed.map((one) => one.id)).toContain(id);
    expect(await inbox(other)).toContain(id);
    expect(await inbox(clerk)).not.toContain(id);
    // Nothing is stale any more.
    const again = await test.database.transaction(null, (tx) =>
      workflows.lock(tx, mayBeStale(workflows.table('_step'), '2026-03-02')),
    );
    expect(again.map((one) => one.id)).not.toContain(id);
    const decided = await test.database.transaction(null, async (tx) => {
      const [case_] = await workflows.lock(tx, sql`w.id = ${id}`);
      return workflows.act(tx, case_!, { op: 'approve' }, by(other));
    });
    expect(decided.instance.status).toBe('approved');
    // What the unit has signed, it still sees.
    expect([await sees(clerk), await sees(other)]).toEqual([false, true]);
  });
});
