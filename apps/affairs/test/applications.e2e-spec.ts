import { newId, sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { addDays } from '#time';
import { affairs } from '../src/affairs.module.js';
import {
  act,
  type ApplicationAnswer,
  appointClerks,
  clerk,
  CLERK,
  content,
  COUNSELOR,
  draft,
  FILLED,
  handIn,
  otherClerk,
  PATH,
  post,
  publish,
  step,
  submit,
} from './application-support.js';

const { counselorCs, counselorFl, schoolOfficer } = campus.staff;

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

  it('keep a draft to who fills it in, who may change it, lose none of it to another, and discard it', async () => {
    const begun = await draft(classmate, 'grant');
    for (const client of [counselor, officer, clerkOf, student]) {
      await client.get(`${PATH}/${begun.id}`).expect(404);
      expect((await client.get(`${PATH}?studentId=${campus.students[1]}`).expect(200)).body.data).toEqual([]);
    }
    expect((await classmate.get(`${PATH}?mine=true&status=draft`).expect(200)).body.data).toHaveLength(1);
    const file = begun.materials[0]!.files[0]!.id;
    await counselor.get(`/affairs/v1/files/${file}`).expect(404);
    const put = (version: number, body: object) =>
      classmate.put(`${PATH}/${begun.id}`, body).set('If-Match', `"${version}"`);
    await put(9, { data: {}, materials: [] }).expect(412);
    const wrong = await put(1, {
      data: { amount: 'much', colour: 'red', class: '别班' },
      materials: [{ key: 'no', files: [] }],
    });
    expect(wrong.status).toBe(400);
    expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(
      ['#/data/amount', '#/data/class', '#/data/colour', '#/materials'].sort(),
    );
    const strange = await put(1, { data: {}, materials: [{ key: 'proof', files: [file, newId()] }] }).expect(422);
    expect(strange.body.errors).toMatchObject([{ pointer: '#/materials/0/files/1' }]);
    // Nothing of it was written.
    expect((await classmate.get(`${PATH}/${begun.id}`).expect(200)).body).toMatchObject({ version: 1, data: FILLED });
    const saved = (await put(1, { data: { amount: 7 }, materials: [] }).expect(200)).body;
    expect(saved).toMatchObject({ version: 2, data: { amount: 7, class: '软工2401' }, materials: [] });
    await classmate.delete(`${PATH}/${begun.id}`).set('If-Match', '"1"').expect(412);
    await classmate.delete(`${PATH}/${begun.id}`).set('If-Match', '"2"').expect(204);
    await classmate.get(`${PATH}/${begun.id}`).expect(404);
    await draft(classmate, 'grant').then(({ id }) =>
      classmate.delete(`${PATH}/${id}`).set('If-Match', '"1"').expect(204),
    );
  });

  it('exist for nobody but those who answer for the student, and who signs', async () => {
    let seen = await submit(classmate, 'grant');
    const foreign = await test.person(counselorFl);
    const strangers = { student, foreign, clerkOf, other, organizer: await test.person(campus.staff.partyOrganizerCs) };
    for (const [who, client] of Object.entries(strangers)) {
      expect([who, (await client.get(`${PATH}/${seen.id}`)).status]).toEqual([who, 404]);
      expect([who, (await post(client, seen, 'actions', { action: 'approve' })).status]).toEqual([who, 404]);
      expect([who, (await client.get(`${PATH}/${seen.id}/history`)).status]).toEqual([who, 404]);
    }
    await counselor.get(`${PATH}/${seen.id}`).expect(200);
    // The clerk's turn: of their department alone, and of this application alone.
    seen = await act(counselor, seen, { action: 'approve' });
    await clerkOf.get(`${PATH}/${seen.id}`).expect(200);
    await clerkOf.get(`/affairs/v1/files/${seen.materials[0]!.files[0]!.id}/content`).expect(200);
    await other.get(`${PATH}/${seen.id}`).expect(404);
    await other.get(`/affairs/v1/files/${seen.materials[0]!.files[0]!.id}/content`).expect(404);
    await submit(await test.person(campus.students[2]!), 'grant');
    const all = (await clerkOf.get(`${PATH}?limit=200&total=true`).expect(200)).body;
    expect(all.data.every(({ student: { id } }: { student: { id: string } }) => id !== campus.students[2])).toBe(true);
    expect((await other.get(`${PATH}?total=true`).expect(200)).body).toMatchObject({ data: [], total: 0 });
    // A post over a department opens no door to students elsewhere.
    await clerkOf.get('/affairs/v1/leaves').expect(403);
    expect((await clerkOf.get('/affairs/v1/indicators')).status).toBe(403);
    // Who has read it is kept, for all but the student.
    const entries = await test.query(
      sql`SELECT person_id AS who FROM platform.audit WHERE action = 'affairs.application.read' AND subject_id = ${seen.id}`,
    );
    expect(entries.map(({ who }) => who)).toEqual([counselorCs, clerk]);
    // Handed on by name, and taken back.
    seen = await act(clerkOf, seen, { action: 'transfer', to: [otherClerk] });
    await other.get(`${PATH}/${seen.id}`).expect(200);
    await clerkOf.get(`${PATH}/${seen.id}`).expect(404);
    seen = await act(other, seen, { action: 'transfer', to: [clerk] });
    // Somebody of the staff who holds no post.
    const unappointed = newId();
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name, sex) VALUES (${unappointed}, 'staff', 'T9999', '无任职', '0')`,
    );
    const nobody = await post(clerkOf, seen, 'actions', { action: 'transfer', to: [unappointed] });
    expect(nobody.body).toMatchObject({ code: 'affairs/cannot-decide-applications', errors: [{ pointer: '#/to' }] });
    await act(clerkOf, seen, { action: 'reject', comment: '不符合条件' });
  });

  it('are seen by other posts where they sign, and not of all whom they are over', async () => {
    const head = await test.person(campus.staff.buildingHead1);
    const rule = { by: 'post' as const, post: 'building_head' as const };
    await publish(test, 'room', content({ materials: [], steps: [step('counselor', COUNSELOR), step('head', rule)] }));
    const begun = (await student.post(PATH, { item: 'room', data: FILLED }).expect(201)).body as ApplicationAnswer;
    let seen = (await post(student, begun, 'submit').expect(200)).body as ApplicationAnswer;
    // The head of the building in which the student lives.
    await head.get(`${PATH}/${seen.id}`).expect(404);
    seen = await act(counselor, seen, { action: 'approve' });
    await head.get(`${PATH}/${seen.id}`).expect(200);
    expect((await head.get(`${PATH}?total=true`).expect(200)).body.total).toBe(1);
    expect((await head.get('/affairs/v1/tasks').expect(200)).body.data).toMatchObject([{ subjectId: seen.id }]);
    expect((await act(head, seen, { action: 'approve' })).status).toBe('completed');
    await head.get(`${PATH}/${seen.id}`).expect(200);
    const refused = await head.post(PATH, { item: 'room', studentId: campus.students[1] }).expect(404);
    expect(refused.body.errors).toMatchObject([{ pointer: '#/studentId' }]);
  });

  it('are not made to what is dealt with elsewhere, or in rounds', async () => {
    await publish(
      test,
      'elsewhere',
      content({ kind: 'automatic', steps: [], materials: [], servedAt: '/affairs/v1/leaves' }),
    );
    await publish(
      test,
      'rounds',
      content({ kind: 'round', steps: [], materials: [], servedAt: '/affairs/v1/rounds', servedKind: 'award' }),
    );
    for (const [item, code] of [
      ['elsewhere', 'served-elsewhere'],
      ['rounds', 'served-elsewhere'],
    ]) {
      const begun = (await student.post(PATH, { item, data: FILLED }).expect(201)).body as ApplicationAnswer;
      expect((await post(student, begun, 'submit').expect(422)).body.errors).toMatchObject([{ code, pointer: '#' }]);
      await student.delete(`${PATH}/${begun.id}`).set('If-Match', '"1"').expect(204);
    }
  });

  it('are corrected in what was named, and nothing else', async () => {
    let seen = await submit(student, 'grant');
    seen = await act(counselor, seen, {
      action: 'return',
      comment: '请改金额',
      fields: ['data.amount', 'materials.other'],
    });
    expect(seen).toMatchObject({
      status: 'returned',
      returnedCount: 1,
      correctable: ['data.amount', 'materials.other'],
    });
    const back = (await student.get(`${PATH}/${seen.id}`).expect(200)).body as ApplicationAnswer;
    const { data } = back;
    const materials = [{ key: 'proof', files: [back.materials[0]!.files[0]!.id] }];
    for (const [body, pointer] of [
      [{ data: { ...data, kind: 'other' }, materials }, '#/data/kind'],
      [{ data: { ...data, reason: undefined }, materials }, '#/data/reason'],
      [{ data: { ...data, class: '别班' }, materials }, '#/data/class'],
      [{ data, materials: [{ key: 'proof', files: [await handIn(student)] }] }, '#/materials/proof'],
      [{ data, materials: [] }, '#/materials/proof'],
      [{ data: { ...data, amount: 0 }, materials }, '#/data/amount'],
    ] as const) {
      const refused = await post(student, back, 'resubmit', body);
      expect([pointer, refused.status]).toEqual([pointer, 422]);
      expect(refused.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer);
      const { body: checked } = await student.post(`${PATH}/${seen.id}/precheck`, body).expect(200);
      expect([pointer, checked.possible]).toEqual([pointer, false]);
    }
    const added = [...materials, { key: 'other', files: [await handIn(student)] }];
    const foreign = await post(counselor, back, 'resubmit', { data, materials }).expect(403);
    expect(foreign.body.code).toBe('workflow/not-initiator');
    const again = (
      await post(student, back, 'resubmit', { data: { ...data, amount: 300 }, materials: added }).expect(200)
    ).body as ApplicationAnswer;
    expect(again).toMatchObject({ status: 'submitted', correctable: [], data: { ...FILLED, amount: 300 } });
    expect(again.materials.map(({ key }) => key)).toEqual(['proof', 'other']);
    const { body: history } = await student.get(`${PATH}/${seen.id}/history`).expect(200);
    expect(history.data.map(({ action, fields }: { action: string; fields: string[] }) => [action, fields])).toEqual([
      ['submit', []],
      ['return', ['data.amount', 'materials.other']],
      ['resubmit', ['data.amount', 'materials.other']],
    ]);
    // A correction that asks for another step goes through it.
    seen = await act(counselor, again, { action: 'return', comment: '再改', fields: ['data.amount'] });
    seen = (
      await post(student, seen, 'resubmit', {
        data: { ...again.data, amount: 2000 },
        materials: again.materials.map(({ key, files }) => ({ key, files: files.map(({ id }) => id) })),
      }).expect(200)
    ).body;
    expect(seen.steps.map(({ key }) => key)).toEqual(['counselor', 'college', 'office']);
    seen = await act(student, seen, { action: 'withdraw' });
    expect(seen).toMatchObject({ status: 'withdrawn', returnedCount: 2 });
    expect((await events(seen.id)).map(({ payload }) => payload['outcome'] ?? null)).toEqual([null, 'withdrawn']);
  });

  it('run to their end under the version they were made to', async () => {
    await publish(test, 'moving', content({ materials: [], steps: [step('counselor', COUNSELOR)] }));
    const first = (await student.post(PATH, { item: 'moving', data: FILLED }).expect(201)).body as ApplicationAnswer;
    let seen = (await post(student, first, 'submit').expect(200)).body as ApplicationAnswer;
    const waiting = (await classmate.post(PATH, { item: 'moving', data: FILLED }).expect(201))
      .body as ApplicationAnswer;
    await publish(
      test,
      'moving',
      content({
        ...{ materials: [], prefilled: [], steps: [step('office', CLERK)] },
        form: {
          ...{ type: 'object', additionalProperties: false, required: ['why'] },
          properties: { why: { type: 'string', maxLength: 9, 'x-label': { zh: '为何', en: 'Why' } } },
        },
      }),
    );
    // What was submitted is corrected and decided as before.
    seen = await act(counselor, seen, { action: 'return', comment: '补充', fields: ['data.reason'] });
    const body = { data: { ...seen.data, reason: '更详细' }, materials: [] };
    seen = (await post(student, seen, 'resubmit', body).expect(200)).body;
    expect(seen).toMatchObject({ status: 'submitted', itemVersion: 1, data: { reason: '更详细' } });
    expect(seen.steps.map(({ key }) => key)).toEqual(['counselor']);
    expect((await act(counselor, seen, { action: 'approve' })).status).toBe('completed');
    expect((await officer.get(`${PATH}/${seen.id}/replay`).expect(200)).body).toMatchObject({
      same: true,
      differences: [],
    });
    // A draft follows the item.
    const stale = await post(classmate, waiting, 'submit').expect(422);
    expect(stale.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toContain('#/data/why');
    const saved = await classmate
      .put(`${PATH}/${waiting.id}`, { data: { why: '搬' }, materials: [] })
      .set('If-Match', '"1"');
    const sent = (await post(classmate, saved.body, 'submit').expect(200)).body as ApplicationAnswer;
    expect(sent).toMatchObject({ itemVersion: 2, steps: [{ key: 'office' }] });
    // Retired: what runs goes on, and nothing new begins.
    const { body: items } = await officer.get('/affairs/v1/items?code=moving').expect(200);
    const item = items.data[0];
    await officer.post(`/affairs/v1/items/${item.id}/retire`).set('If-Match', `"${item.version}"`).expect(200);
    const gone = await student.post(PATH, { item: 'moving' }).expect(404);
    expect(gone.body).toMatchObject({ errors: [{ pointer: '#/item' }] });
    expect((await act(clerkOf, sent, { action: 'approve' })).status).toBe('completed');
  });

  it('are decided in a batch, each by itself, and once when two decide at the same time', async () => {
    await publish(test, 'batch', content({ materials: [], steps: [step('counselor', COUNSELOR)] }));
    const sent: ApplicationAnswer[] = [];
    for (const id of campus.students.slice(0, 4)) {
      const client = await test.person(id);
      const begun = (await client.post(PATH, { item: 'batch', data: FILLED }).expect(201)).body as ApplicationAnswer;
      sent.push((await post(client, begun, 'submit').expect(200)).body as ApplicationAnswer);
    }
    const [a, b, c, d] = sent as [ApplicationAnswer, ApplicationAnswer, ApplicationAnswer, ApplicationAnswer];
    const rows = [
      { id: a.id, version: a.version, decision: 'approve' },
      { id: b.id, version: 9, decision: 'approve' },
      { id: c.id, version: c.version, decision: 'reject' },
      { id: newId(), version: 1, decision: 'approve' },
    ];
    const { body } = await counselor.post(`${PATH}/decide`, { rows }).expect(200);
    expect(body.results).toMatchObject([
      { id: a.id, status: 'completed', problem: null },
      { problem: { code: 'http/stale', status: 412 } },
      { problem: { code: 'http/invalid', status: 400 } },
      { problem: { code: 'http/not-found', status: 404 } },
    ]);
    const deciders = [counselor, counselor, counselor, counselor];
    const answers = await Promise.all(
      deciders.map((client, i) =>
        post(client, d, 'actions', i % 2 ? { action: 'approve' } : { action: 'reject', comment: '否' }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412]);
    expect((await events(d.id)).filter(({ name }) => name.endsWith('decided.v1'))).toHaveLength(1);
  });

  it('are made at the counter by staff for students they answer for, and for no others', async () => {
    const studentId = campus.students[3]!;
    const files = [await handIn(counselor)];
    const body = { item: 'grant', studentId, data: FILLED, materials: [{ key: 'proof', files }] };
    const begun = (await counselor.post(PATH, body).expect(201)).body as ApplicationAnswer;
    expect(begun).toMatchObject({ channel: 'counter', createdBy: { id: counselorCs }, data: { class: '软工2401' } });
    // The student sees it at once, nobody else.
    await (await test.person(studentId)).get(`${PATH}/${begun.id}`).expect(200);
    await officer.get(`${PATH}/${begun.id}`).expect(404);
    const seen = (await post(counselor, begun, 'submit').expect(200)).body as ApplicationAnswer;
    expect(seen.status).toBe('submitted');
    for (const client of [clerkOf, await test.person(counselorFl), student]) {
      const refused = await client.post(PATH, { ...body, materials: [] });
      expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([404, '#/studentId']);
    }
    await publish(test, 'only-online', content({ channels: ['online'], materials: [] }));
    const wrong = (await counselor.post(PATH, { ...body, item: 'only-online', materials: [] }).expect(201)).body;
    expect((await post(counselor, wrong, 'submit').expect(422)).body.errors).toMatchObject([
      { code: 'not-this-channel' },
    ]);
  });

  it('of which a student may have several where the item says so', async () => {
    await publish(test, 'several', content({ materials: [], severalAtOnce: true }));
    for (let i = 0; i < 2; i++) await student.post(PATH, { item: 'several' }).expect(201);
  });

  it('are begun once with the same Idempotency-Key', async () => {
    const begin = () => classmate.post(PATH, { item: 'several' }).set('Idempotency-Key', 'one-and-only-application');
    const [one, two] = [await begin().expect(201), await begin().expect(201)];
    expect(two.body.id).toBe(one.body.id);
  });

  it('are listed with filters, sorts and totals', async () => {
    const ids = async (query: string): Promise<string[]> =>
      ((await officer.get(`${PATH}?limit=200&${query}`).expect(200)).body.data as { id: string }[]).map(({ id }) => id);
    const all = await ids('');
    expect(all.length).toBeGreaterThan(8);
    const { body } = await officer.get(`${PATH}?limit=3&total=true&sort=dueAt`).expect(200);
    expect([body.data.length, body.total]).toEqual([3, all.length]);
    const { body: next } = await officer.get(`${PATH}?limit=3&sort=dueAt&cursor=${body.nextCursor}`).expect(200);
    expect(next.data.map(({ id }: { id: string }) => id)).not.toContain(body.data[0].id);
    expect((await ids('item=batch')).length).toBe(4);
    expect((await ids('module=leaving')).length).toBe(0);
    expect((await ids('module=enrolled')).length).toBe(all.length);
    expect((await ids('kind=automatic')).length).toBe(1);
    expect((await ids('channel=counter')).length).toBe(1);
    expect((await ids(`unitId=${campus.colleges.fl}`)).length).toBe(0);
    expect((await ids(`unitId=${campus.classes.se2401}`)).length).toBe(all.length);
    expect((await ids('status=withdrawn')).length).toBe(1);
    expect((await ids('overdue=true')).length).toBe(0);
    const today = test.clock.today();
    expect((await ids(`from=${today}&to=${today}`)).length).toBe(all.length);
    expect((await ids(`from=${addDays(today, 1)}`)).length).toBe(0);
    expect((await ids('updatedSince=2000-01-01T00:00:00Z')).length).toBe(all.length);
    const at = test.clock.now();
    test.clock.set(new Date(at.getTime() + 30 * 24 * 3_600_000).toISOString());
    expect((await ids('overdue=true')).length).toBeGreaterThan(0);
    test.clock.set(at.toISOString());
  });
});
