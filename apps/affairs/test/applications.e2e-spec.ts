import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { affairs } from '../src/affairs.module.js';
import {
  act,
  type ApplicationAnswer,
  appointClerks,
  clerk,
  content,
  FILLED,
  handIn,
  otherClerk,
  PATH,
  post,
  publish,
} from './application-support.js';

const { counselorCs, counselorFl, collegeOfficerCs, schoolOfficer } = campus.staff;

describe('applications for items of the catalogue', () => {
  let test: TestApp;
  let student: Client;
  let classmate: Client;
  let counselor: Client;
  let officer: Client;
  let clerkOf: Client;
  let other: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    await appointClerks(test);
    [student, classmate, counselor, officer, clerkOf, other] = (await Promise.all(
      [campus.students[0]!, campus.students[1]!, counselorCs, schoolOfficer, clerk, otherClerk].map((id) =>
        test.person(id),
      ),
    )) as [Client, Client, Client, Client, Client, Client];
    await publish(test, 'grant', content());
    await publish(test, 'notice', content({ kind: 'automatic', steps: [], materials: [], workingDays: 0 }));
  });
  afterAll(() => test.close());

  const offered = ({ actions }: ApplicationAnswer): string[] =>
    actions.filter(({ allowed }) => allowed).map(({ action }) => action);
  const events = (id: string) =>
    test.query<{ name: string; payload: Record<string, unknown> }>(
      sql`SELECT name, payload FROM events.event WHERE aggregate_id = ${id} ORDER BY aggregate_version, occurred_at`,
    );

  it('go from the draft to the decision', async () => {
    const begun = (await student.post(PATH, { item: 'grant' }).expect(201)).body as ApplicationAnswer;
    expect(begun).toMatchObject({
      ...{ status: 'draft', version: 1, item: 'grant', itemVersion: 1, channel: 'online', submittedAt: null },
      ...{ data: { class: '软工2401' }, prefilled: [{ field: 'class', from: 'class', value: '软工2401' }] },
    });
    expect(offered(begun)).toEqual(['save', 'submit', 'discard']);
    // One open application for an item.
    const second = await student.post(PATH, { item: 'grant' }).expect(409);
    expect(second.body).toMatchObject({ code: 'affairs/application-open-already', errors: [{ pointer: '#/item' }] });
    const early = await post(student, begun, 'submit').expect(422);
    expect(early.body.errors).toMatchObject([
      { pointer: '#/data/amount' },
      { pointer: '#/data/kind' },
      { pointer: '#/materials', code: 'material-missing' },
    ]);
    const file = await handIn(student);
    const form = { data: FILLED, materials: [{ key: 'proof', files: [file] }] };
    const saved = (await student.put(`${PATH}/${begun.id}`, form).set('If-Match', '"1"').expect(200)).body;
    expect(saved).toMatchObject({ version: 2, data: { ...FILLED, class: '软工2401' } });
    expect(saved.materials).toMatchObject([{ key: 'proof', files: [{ id: file }] }]);
    const { body: passes } = await student.post(`${PATH}/${begun.id}/precheck`, {}).expect(200);
    expect(passes).toMatchObject({ possible: true, findings: [], itemVersion: 1 });
    expect(passes.steps).toMatchObject([
      { key: 'counselor', people: [{ id: counselorCs }], standIn: false },
      { key: 'office', people: [{ id: clerk }] },
    ]);
    let seen = (await post(student, saved, 'submit').expect(200)).body as ApplicationAnswer;
    expect(seen).toMatchObject({ status: 'submitted', version: 3, dueAt: passes.dueAt, data: { class: '软工2401' } });
    seen = await act(counselor, seen, { action: 'approve', comment: '属实' });
    expect(seen.steps).toMatchObject([{ decision: 'approved', comment: '属实' }, { decision: 'pending' }]);
    expect((await clerkOf.get(`${PATH}/${seen.id}`).expect(200)).body.data).toMatchObject(FILLED);
    seen = await act(clerkOf, seen, { action: 'approve' });
    expect(seen).toMatchObject({ status: 'completed', returnedCount: 0 });
    expect(seen['endedAt']).not.toBeNull();
    // Whoever signed for the department still sees it; nobody is offered anything any more.
    const after = (await clerkOf.get(`${PATH}/${seen.id}`).expect(200)).body as ApplicationAnswer;
    expect(offered(after)).toEqual([]);
    const { body: history } = await student.get(`${PATH}/${seen.id}/history`).expect(200);
    expect(history.data.map(({ action }: { action: string }) => action)).toEqual(['submit', 'approve', 'approve']);
    const ids = { applicationId: seen.id, studentId: campus.students[0], item: 'grant', itemVersion: 1 };
    expect(await events(seen.id)).toEqual([
      { name: 'affairs.application-submitted.v1', payload: ids },
      { name: 'affairs.application-decided.v1', payload: { ...ids, outcome: 'completed' } },
    ]);
  });

  it('for an item without steps are done at once', async () => {
    const body = (await student.post(PATH, { item: 'notice', data: FILLED }).expect(201)).body as ApplicationAnswer;
    const done = (await post(student, body, 'submit').expect(200)).body as ApplicationAnswer;
    expect(done).toMatchObject({ status: 'completed', steps: [] });
    expect(offered(done)).toEqual([]);
    expect((await events(done.id)).map(({ name }) => name)).toEqual([
      'affairs.application-submitted.v1',
      'affairs.application-decided.v1',
    ]);
    const refused = await post(student, done, 'actions', { action: 'withdraw' }).expect(409);
    expect(refused.body.code).toBe('workflow/ended');
  });
});
