import { newId, sql } from '#database';
import { campus, type Client, TestApp, wholeList } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { itemAt, knownFieldsOf, publishedItem } from '../src/catalogue/catalogue.queries.js';
import { ITEM_EXAMPLE } from '../src/catalogue/items.dto.js';

const PATH = '/affairs/v1/items';
const { schoolOfficer, collegeOfficerCs, counselorCs, psychologist } = campus.staff;

interface ItemAnswer {
  id: string;
  code: string;
  number: number | null;
  version: number;
  draft: Record<string, unknown> | null;
}

describe('items of the service catalogue', () => {
  let test: TestApp;
  let officer: Client;
  let second: Client;
  let secondId: string;
  let college: Client;
  let counselor: Client;
  let student: Client;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    secondId = newId();
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name, sex) VALUES (${secondId}, 'staff', 'T9001', '教师二', '0')`,
    );
    await test.query(
      sql`INSERT INTO staffing.appointment (id, person_id, kind, unit_id, valid_from) VALUES (${newId()}, ${secondId}, 'student_affairs_officer', ${campus.school}, '2024-09-01')`,
    );
    [officer, second, college, counselor, student] = (await Promise.all(
      [schoolOfficer, secondId, collegeOfficerCs, counselorCs, campus.students[0]!].map((id) => test.person(id)),
    )) as [Client, Client, Client, Client, Client];
    app = await test.client();
  });
  afterAll(() => test.close());

  let serial = 0;
  const entry = (more: object = {}): Record<string, unknown> & { code: string } => ({
    ...{ code: `test-${++serial}`, ...structuredClone(ITEM_EXAMPLE), ...more },
  });
  const drafted = async (more: object = {}, client = officer): Promise<ItemAnswer> =>
    (await client.post(PATH, entry(more)).expect(201)).body;
  const act = (client: Client, { id, version }: ItemAnswer, verb: string) =>
    client.post(`${PATH}/${id}/${verb}`).set('If-Match', `"${version}"`);
  const write = (client: Client, { id, version }: ItemAnswer, more: object) =>
    client.put(`${PATH}/${id}/draft`, { ...ITEM_EXAMPLE, ...more }).set('If-Match', `"${version}"`);
  const published = async (more: object = {}): Promise<ItemAnswer> =>
    (await act(second, await drafted(more), 'publish').expect(200)).body;
  const listed = async (client: Client, query: string): Promise<string[]> =>
    (await client.get(`${PATH}?limit=200&${query}`).expect(200)).body.data.map(({ code }: ItemAnswer) => code);

  it('are drafted by one and published by another, and never change after', async () => {
    const item = await drafted();
    expect(item).toMatchObject({ number: null, version: 1, draftedBy: [{ id: schoolOfficer }] });
    for (const client of [student, counselor]) await client.get(`${PATH}/${item.id}`).expect(404);
    expect(await publishedItem(test.tx, item.code)).toBeUndefined();
    expect((await act(officer, item, 'publish').expect(409)).body.code).toBe('affairs/item-second-person-needed');
    expect((await act(app, item, 'publish').expect(403)).body.code).toBe('affairs/item-person-needed');
    // Whoever edits it is one of its authors.
    const edited = (await write(second, item, { workingDays: 5 }).expect(200)).body as ItemAnswer;
    expect((await act(second, edited, 'publish').expect(409)).body.code).toBe('affairs/item-second-person-needed');
    await act(officer, item, 'publish').expect(412);
    const first = await published();
    expect(first).toMatchObject({ number: 1, draft: null, draftedBy: [] });
    expect(await publishedItem(test.tx, first.code)).toMatchObject({ version: 1, content: { workingDays: 2 } });
    const next = (await write(officer, first, { workingDays: 7 }).expect(200)).body as ItemAnswer;
    expect((await student.get(`${PATH}/${first.id}`).expect(200)).body.workingDays).toBe(2);
    const done = (await act(second, next, 'publish').expect(200)).body as ItemAnswer;
    expect(done.number).toBe(2);
    expect((await student.get(`${PATH}/${first.id}`).expect(200)).body.content.workingDays).toBe(7);
    expect((await student.get(`${PATH}/${first.id}?number=1`).expect(200)).body.content.workingDays).toBe(2);
    await student.get(`${PATH}/${first.id}?number=3`).expect(404);
    expect((await itemAt(test.tx, first.code, 1))?.content.workingDays).toBe(2);
    expect(await wholeList(student, `${PATH}/${first.id}/versions`)).toMatchObject([
      { number: 2, publishedBy: { kind: 'person', id: secondId }, draftedBy: [{ id: schoolOfficer }] },
      { number: 1 },
    ]);
    const actions = await test.query<{ action: string }>(
      sql`SELECT action FROM platform.audit WHERE subject_id = ${first.id}`,
    );
    expect(actions.map(({ action }) => action.split('.')[2]).sort()).toEqual(['draft', 'draft', 'publish', 'publish']);
  });

  it('are kept by the tables alone from being published by their author, and from being changed', async () => {
    const item = await published();
    const row = (
      by: string,
    ) => sql`INSERT INTO affairs.item_version (item_id, number, content, drafted_by, published_by, published_at, sounds)
      VALUES (${item.id}, 2, '{}', ${[schoolOfficer]}::text[], ${by}, now(), '{}')`;
    await expect(test.query(row(schoolOfficer))).rejects.toThrow('item_second_person');
    await expect(test.query(row('system:affairs'))).rejects.toThrow('check constraint');
    await expect(test.query(row('some-app'))).rejects.toThrow('check constraint');
    await expect(
      test.query(sql`UPDATE affairs.item_version SET content = '{}' WHERE item_id = ${item.id}`),
    ).rejects.toThrow('never changes');
    await expect(test.query(sql`DELETE FROM affairs.item_version WHERE item_id = ${item.id}`)).rejects.toThrow(
      'never changes',
    );
  });

  it('of two who publish at once one does', async () => {
    const item = await drafted();
    const answers = await Promise.all([1, 2, 3].map(() => act(second, item, 'publish')));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it('are for officers of the school to write', async () => {
    const item = await published();
    const ready = (await write(officer, item, {}).expect(200)).body as ItemAnswer;
    for (const client of [college, counselor, student]) {
      await client.post(PATH, entry()).expect(403);
      await client.post(`${PATH}/check`, entry()).expect(403);
      await client.post(`${PATH}/import`, { items: [entry()] }).expect(403);
      await client.get(`${PATH}/export`).expect(403);
      await write(client, ready, {}).expect(403);
      await client.delete(`${PATH}/${item.id}/draft`).set('If-Match', `"${ready.version}"`).expect(403);
      for (const verb of ['publish', 'retire', 'restore']) await act(client, ready, verb).expect(403);
    }
    // A college's officer has the permission, and not for the school.
    for (const path of ['draft', 'findings']) await college.get(`${PATH}/${item.id}/${path}`).expect(404);
    await college.get(`${PATH}/${item.id}/diff?from=1`).expect(404);
    expect(await listed(college, `status=draft`)).toEqual([]);
    expect(await listed(officer, `status=draft&code=${item.code}`)).toEqual([item.code]);
    expect((await student.get(`${PATH}/${item.id}`).expect(200)).body.hasDraft).toBe(false);
    expect((await officer.get(`${PATH}/${item.id}`).expect(200)).body.hasDraft).toBe(true);
    await test.caller().get(PATH).expect(401);
    await officer.get(`${PATH}/${newId()}`).expect(404);
    await act(officer, { ...ready, id: newId() }, 'publish').expect(404);
  });

  it('are retired and offered again; a draft is discarded', async () => {
    const item = await published();
    await act(officer, item, 'restore').expect(409);
    const retired = (await act(officer, item, 'retire').expect(200)).body as ItemAnswer;
    expect(await publishedItem(test.tx, item.code)).toBeUndefined();
    expect(await itemAt(test.tx, item.code, 1)).toBeDefined();
    expect(await listed(student, `code=${item.code}`)).toEqual([]);
    expect(await listed(student, `status=retired&code=${item.code}`)).toEqual([item.code]);
    expect((await student.get(`${PATH}/${item.id}`).expect(200)).body).toMatchObject({ mayApply: false });
    expect((await act(officer, retired, 'retire').expect(409)).body.code).toBe('affairs/item-not-offered');
    const again = (await act(officer, retired, 'restore').expect(200)).body as ItemAnswer;
    expect(await publishedItem(test.tx, item.code)).toBeDefined();
    const discard = ({ id, version }: ItemAnswer) =>
      officer.delete(`${PATH}/${id}/draft`).set('If-Match', `"${version}"`);
    expect((await discard(again).expect(409)).body.code).toBe('affairs/item-has-no-draft');
    const withDraft = (await write(officer, again, {}).expect(200)).body as ItemAnswer;
    await discard(withDraft).expect(204);
    expect((await officer.get(`${PATH}/${item.id}/draft`).expect(200)).body).toMatchObject({ draft: null, number: 1 });
    const fresh = await drafted();
    await act(officer, fresh, 'retire').expect(409);
    await discard(fresh).expect(204);
    await officer.get(`${PATH}/${fresh.id}/draft`).expect(404);
    await drafted({ code: fresh.code });
    expect((await officer.post(PATH, entry({ code: fresh.code })).expect(409)).body.code).toBe(
      'affairs/item-code-taken',
    );
  });

  it('are refused with pointers where they could never work, and nothing is stored', async () => {
    const text = { type: 'string', maxLength: 10, 'x-label': { zh: '名称', en: 'Name' } };
    const form = {
      type: 'object',
      additionalProperties: false,
      properties: { days: { ...text, type: 'integer', maxLength: undefined }, why: text },
    };
    const step = ITEM_EXAMPLE.steps[0]!;
    const nested = (n: number): object => (n === 0 ? {} : { properties: { a: nested(n - 1) } });
    const cases: [object, string][] = [
      [{ form: { ...form, properties: { a: { $ref: 'https://example.org/x' } } } }, '#/form/properties/a/$ref'],
      [{ form: { ...form, properties: { a: { ...text, pattern: '(?<=a)b' } } } }, '#/form/properties/a/pattern'],
      [{ form: { ...form, properties: { a: { ...text, minimum: 1 } } } }, '#/form'],
      [{ form: { ...form, required: 'why' } }, '#/form/required'],
      [{ form: { ...form, properties: { a: nested(12) } } }, `#/form${'/properties/a'.repeat(10)}`],
      [{ form: { ...form, description: 'x'.repeat(900_000) } }, '#/form'],
      [{ form, prefilled: [{ field: 'days', from: 'grade' }] }, '#/prefilled/0/field'],
      [{ form, prefilled: [{ field: 'nothing', from: 'grade' }] }, '#/prefilled/0/field'],
      [{ form, prefilled: [], steps: [{ ...step, when: [{ fact: 'nothing', atLeast: 1 }] }] }, '#/steps/0/when/0/fact'],
      [{ form, prefilled: [], steps: [{ ...step, when: [{ fact: 'why', atLeast: 1 }] }] }, '#/steps/0/when/0/fact'],
      [{ steps: [{ ...step, when: [{ fact: 'fault', oneOf: ['burnt'] }] }] }, '#/steps/0/when/0/oneOf/0'],
      [{ steps: [{ ...step, mode: 'k-of-n' }] }, '#/steps/0/needed'],
      [{ steps: [step, step] }, '#/steps/1/key'],
      [{ steps: [] }, '#/steps'],
      [{ kind: 'automatic' }, '#/steps'],
      [{ months: [13] }, '#/months/0'],
      [
        { materials: [1, 2].map(() => ({ key: 'a', name: { zh: '甲', en: 'A' }, required: true })) },
        '#/materials/1/key',
      ],
      [{ eligibility: [{ when: 'student.salary > 1', reason: { zh: '无', en: 'No' } }] }, '#/eligibility/0/when'],
      [{ module: 'sports' }, '#/module'],
      [{ code: 'Test' }, '#/code'],
      [{ more: 1 }, '#/more'],
    ];
    const count = async () => (await test.query(sql`SELECT count(*) FROM affairs.item`))[0];
    const before = await count();
    for (const [more, pointer] of cases) {
      const begun = performance.now();
      const { body } = await officer.post(PATH, entry(more)).expect(400);
      expect(performance.now() - begun).toBeLessThan(2000);
      expect([pointer, body.errors.map((one: { pointer: string }) => one.pointer)]).toEqual([
        pointer,
        expect.arrayContaining([pointer]),
      ]);
      const found = await officer.post(`${PATH}/import`, { items: [entry(more)] }).expect(400);
      expect(found.body.errors[0].pointer).toMatch(/^#\/items\/0\//);
    }
    await officer.post(PATH, entry({ summaryZh: 'x'.repeat(2_000_000) })).expect(413);
    expect(await count()).toEqual(before);
    const english = await officer
      .post(PATH, entry({ months: [0] }))
      .set('Accept-Language', 'en')
      .expect(400);
    expect(english.body.errors[0].detail).toContain('1 to 12');
  });

  it('are published only where the school can keep them', async () => {
    const cases: [object, string][] = [
      [{ owner: 'NOBODY' }, '#/owner'],
      [
        {
          steps: [{ ...ITEM_EXAMPLE.steps[0]!, signers: [{ by: 'post', post: 'mentor' }], standIn: null }],
          standIn: null,
        },
        '#/steps/0/signers',
      ],
      // A choice of the form after which nobody is asked.
      [{ steps: [{ ...ITEM_EXAMPLE.steps[0]!, when: [{ fact: 'fault', oneOf: ['slow'] }] }] }, '#/steps'],
    ];
    for (const [more, pointer] of cases) {
      const { findings } = (await officer.post(`${PATH}/check`, entry(more)).expect(200)).body;
      expect(findings).toMatchObject([{ pointer }]);
      expect(JSON.stringify(findings)).not.toContain('学生1');
      const item = await drafted(more);
      expect((await officer.get(`${PATH}/${item.id}/findings`).expect(200)).body.findings).toMatchObject([{ pointer }]);
      const refused = await act(second, item, 'publish').expect(400);
      expect(refused.body.errors).toMatchObject([{ pointer: pointer.replace('#', '#/draft') }]);
    }
    expect((await officer.post(`${PATH}/check`, entry()).expect(200)).body).toEqual({ findings: [] });
    // What holds today may not tomorrow: a version in force is checked anew.
    const item = await published();
    expect((await officer.get(`${PATH}/${item.id}/findings`).expect(200)).body.findings).toEqual([]);
    await test.query(sql`UPDATE directory.unit SET active = FALSE WHERE code = 'XGC'`);
    expect((await officer.get(`${PATH}/${item.id}/findings`).expect(200)).body.findings).toMatchObject([
      { pointer: '#/owner' },
    ]);
    await test.query(sql`UPDATE directory.unit SET active = TRUE WHERE code = 'XGC'`);
  });

  it('say what they mean for a student: what is known, and which conditions hold', async () => {
    const reason = { zh: '仅限新生', en: 'For new students' };
    const eligibility = [ITEM_EXAMPLE.eligibility[0]!, { when: 'student.grade == today.schoolYear', reason }];
    const item = await published({ eligibility });
    const { body } = await student.get(`${PATH}/${item.id}`).expect(200);
    expect(body).toMatchObject({
      ...{ prefilled: { place: '1号楼 1号楼101' }, mayApply: false, owner: { code: 'XGC', name: '学生处' } },
      eligibility: [
        { rule: 0, ok: true },
        { rule: 1, ok: false, reason },
      ],
    });
    test.clock.set('2024-09-10T10:00:00+08:00');
    expect((await (await test.person(campus.students[0]!)).get(`${PATH}/${item.id}`).expect(200)).body.mayApply).toBe(
      true,
    );
    test.clock.reset();
    expect((await counselor.get(`${PATH}/${item.id}`).expect(200)).body).toMatchObject({
      prefilled: {},
      eligibility: [],
      mayApply: null,
    });
    const known = await knownFieldsOf(test.tx, campus.students[0]!, test.clock.today());
    expect(known).toEqual({
      fields: {
        name: '学生1',
        number: '2024000001',
        college: '计算机学院',
        major: '软件工程',
        class: '软工2401',
        grade: '2024',
        room: '1号楼 1号楼101',
      },
      student: { number: '2024000001', grade: 2024, college: 'CS', major: 'SE', class: 'SE2401', resident: true },
    });
    for (const id of [counselorCs, newId()])
      expect(await knownFieldsOf(test.tx, id, test.clock.today())).toBeUndefined();
  });

  it('are found by name, by sound and by initials, and filtered', async () => {
    const tag = { zh: '奖学金核对清单', en: 'Checklist of zeta scholarships' };
    const item = await published({ name: tag, area: 'assessment', months: [3], channels: ['counter'] });
    const find = async (q: string) => (await listed(student, `q=${encodeURIComponent(q)}`)).includes(item.code);
    for (const q of [
      '奖学金',
      '核对',
      '奖学金核对清单',
      'jiangxuejin',
      'hedui',
      'JXJ',
      'hd',
      'jiǎng xué',
      'zeta',
      'ZETA sch',
    ])
      expect([q, await find(q)]).toEqual([q, true]);
    for (const q of ['助学金', 'iangxue', 'xyz', '奖金', "x' OR 1=1 --", '%', '_'])
      expect([q, await find(q)]).toEqual([q, false]);
    const only = (query: string) => listed(student, `code=${item.code}&${query}`);
    for (const query of [
      'module=enrolled',
      'area=assessment',
      'kind=workflow',
      'channel=counter',
      'channel=online&channel=counter',
      'owner=XGC',
    ])
      expect(await only(query)).toEqual([item.code]);
    for (const query of ['module=leaving', 'area=services', 'kind=ticket', 'channel=online', 'owner=JWC'])
      expect(await only(query)).toEqual([]);
    await student.get(`${PATH}?module=sports`).expect(400);
    await student.get(`${PATH}?q=${'x'.repeat(51)}`).expect(400);
    const { body } = await student.get(`${PATH}?limit=1&total=true&code=${item.code}`).expect(200);
    expect(body).toMatchObject({ total: 1, nextCursor: null });
    await wholeList(student, PATH);
  });

  it('that concern me now are those of the month that I may apply to; of staff those they sign', async () => {
    const now = await published({ months: [Number(test.clock.today().slice(5, 7))] });
    const otherMonth = await published({ months: [(Number(test.clock.today().slice(5, 7)) % 12) + 1] });
    const notMine = await published({
      eligibility: [{ when: 'student.grade > 2024', reason: { zh: '否', en: 'No' } }],
    });
    const offline = await published({ channels: ['counter'] });
    const mine = await listed(student, 'forMe=true');
    expect(mine).toContain(now.code);
    for (const { code } of [otherMonth, notMine, offline]) expect(mine).not.toContain(code);
    expect(await listed(counselor, 'forMe=true')).toEqual(expect.arrayContaining([now.code, offline.code]));
    expect(await listed(await test.person(psychologist), 'forMe=true')).not.toContain(now.code);
  });

  it('show where two versions differ, and where the draft does', async () => {
    const item = await published();
    const step = { ...ITEM_EXAMPLE.steps[0]!, key: 'second', when: [] };
    const next = (
      await write(officer, item, { workingDays: 9, materials: [], steps: [ITEM_EXAMPLE.steps[0], step] }).expect(200)
    ).body as ItemAnswer;
    const { changes } = (await officer.get(`${PATH}/${item.id}/diff?from=1`).expect(200)).body;
    expect(changes).toEqual([
      { pointer: '#/steps/1', before: null, after: expect.stringContaining('"second"') },
      { pointer: '#/workingDays', before: '2', after: '9' },
    ]);
    await act(second, next, 'publish').expect(200);
    expect((await student.get(`${PATH}/${item.id}/diff?from=2&to=1`).expect(200)).body.changes).toHaveLength(2);
    await student.get(`${PATH}/${item.id}/diff?from=1&to=9`).expect(404);
    await student.get(`${PATH}/${item.id}/diff?from=1`).expect(404);
  });

  it('go from one school to another in a file; the same file twice changes nothing', async () => {
    const [one, two] = [await published(), await published({ workingDays: 4 })];
    const file = (await officer.get(`${PATH}/export?code=${one.code}&code=${two.code}`).expect(200)).body;
    expect(file.items).toHaveLength(2);
    const whole = (await officer.get(`${PATH}/export`).expect(200)).body;
    expect(
      (await officer.post(`${PATH}/import`, whole).expect(200)).body.items.map(
        ({ outcome }: { outcome: string }) => outcome,
      ),
    ).toEqual(whole.items.map(() => 'unchanged'));
    const added = { ...file.items[0], code: 'imported-one' };
    const changed = { ...file.items[1], workingDays: 8 };
    const body = { items: [file.items[0], changed, added] };
    const outcomes = [
      { code: one.code, outcome: 'unchanged' },
      { code: two.code, outcome: 'drafted' },
      { code: 'imported-one', outcome: 'created' },
    ];
    const import_ = (more: object = {}) => officer.post(`${PATH}/import`, { ...body, ...more });
    expect((await import_({ dryRun: true }).expect(200)).body).toEqual({ dryRun: true, items: outcomes });
    expect(await listed(officer, 'status=draft&code=imported-one')).toEqual([]);
    expect((await import_().expect(200)).body).toEqual({ dryRun: false, items: outcomes });
    const rows = () =>
      test.query(
        sql`SELECT code, version, draft, drafted_by FROM affairs.item WHERE code = ANY(${[one.code, two.code, 'imported-one']}::text[]) ORDER BY code`,
      );
    const before = await rows();
    expect((await import_().expect(200)).body.items.map(({ outcome }: { outcome: string }) => outcome)).toEqual(
      Array(3).fill('unchanged'),
    );
    expect(await rows()).toEqual(before);
    // A draft of somebody is not written over, and one error refuses the file.
    const clash = await officer
      .post(`${PATH}/import`, {
        items: [
          { ...added, code: 'imported-two' },
          { ...changed, workingDays: 1 },
        ],
      })
      .expect(409);
    expect(clash.body).toMatchObject({ code: 'affairs/item-has-draft', errors: [{ pointer: '#/items/1/code' }] });
    const twice = await officer
      .post(`${PATH}/import`, { items: [added, added, { ...added, code: 'imported-three', months: [0] }] })
      .expect(400);
    expect(twice.body.errors).toMatchObject([{ pointer: '#/items/1/code' }, { pointer: '#/items/2/months/0' }]);
    expect(await rows()).toEqual(before);
    expect(await listed(officer, 'status=draft&code=imported-two&code=imported-three')).toEqual([]);
  });
});
