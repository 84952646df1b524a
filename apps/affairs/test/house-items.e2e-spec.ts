import { readFileSync } from 'node:fs';
import { newId, sql } from '#database';
import { campus, type Client, TestApp, wholeList } from '#testing';
import { affairs } from '../src/affairs.module.js';
import { publishedItems } from '../src/catalogue/catalogue.queries.js';
import { addHouseItems } from '../src/catalogue/house-items.js';
import { schoolFindings } from '../src/catalogue/item-check.js';
import { HOUSE_ITEMS } from '../src/catalogue/items/index.js';
import { appoint } from './support.js';

const PATH = '/affairs/v1/items';
const { schoolOfficer, counselorFl, collegeOfficerCs, partyOrganizerCs, classAdvisorSe2401, buildingHead1 } =
  campus.staff;

describe('the items that the house brings with it', () => {
  let test: TestApp;
  let officer: Client;
  let second: Client;
  let student: Client;

  beforeAll(async () => {
    test = await TestApp.create([affairs]);
    await appoint(test, counselorFl, 'student_affairs_officer', campus.school);
    [officer, second, student] = (await Promise.all(
      [schoolOfficer, counselorFl, campus.students[0]!].map((id) => test.person(id)),
    )) as [Client, Client, Client];
  });
  afterAll(() => test.close());

  const findings = async (change: object = {}) => {
    const items = (await publishedItems(test.tx)).map(({ code, content }) => ({
      code,
      content: { ...content, ...change },
    }));
    const found = await schoolFindings(test.tx, items, test.clock.today());
    return Object.fromEntries(items.map(({ code }, i) => [code, found[i]!]).filter(([, errors]) => errors!.length > 0));
  };

  it('are offered from the first day on, by nobody of the school, and stand the check of this school', async () => {
    const all = await wholeList<{ code: string; number: number; owner: { name: string | null } }>(student, PATH);
    expect(all.map(({ code }) => code)).toEqual(HOUSE_ITEMS.map(({ code }) => code));
    expect(all.filter(({ number, owner }) => number !== 1 || owner.name === null)).toEqual([]);
    const { id } = (await student.get(`${PATH}?code=leave`).expect(200)).body.data[0];
    expect(await wholeList(officer, `${PATH}/${id}/versions`)).toMatchObject([
      { publishedBy: { kind: 'system', id: 'affairs' }, draftedBy: [{ kind: 'app', id: 'yizhan' }] },
    ]);
    expect(await findings()).toEqual({});
  });

  it('lead to a place that exists, which is looked at when they are published', async () => {
    const findings = async (code: string, change: object) => {
      const { content } = (await publishedItems(test.tx, [code]))[0]!;
      return (await officer.post(`${PATH}/check`, { code, ...content, ...change }).expect(200)).body.findings;
    };
    for (const { code, servedAt } of HOUSE_ITEMS)
      if (servedAt) expect([code, await findings(code, {})]).toEqual([code, []]);
    expect(await findings('hardship-assessment', { servedAt: '/affairs/v1/nowhere' })).toMatchObject([
      { pointer: '#/servedAt', zh: expect.stringContaining('/affairs/v1/rounds') },
    ]);
    expect(await findings('hardship-assessment', { servedKind: 'repair' })).toMatchObject([
      { pointer: '#/servedKind', en: expect.stringContaining('hardship') },
    ]);
    expect(await findings('dormitory-repair', { servedKind: 'repair-lift' })).toEqual([]);
    expect(await findings('leave', { servedKind: 'hardship' })).toMatchObject([{ pointer: '#/servedKind' }]);
    expect(await findings('national-grant', { servedAt: undefined })).toMatchObject([
      { pointer: '#/servedAt' },
      { pointer: '#/servedKind' },
    ]);
  });

  it('need no stand-in where every post is held; without its clerk a department is missed', async () => {
    expect(Object.keys(await findings({ standIn: null })).length).toBeGreaterThan(35);
    const { classes, colleges, places } = campus;
    const posts = [
      [collegeOfficerCs, 'student_affairs_officer', colleges.fl],
      [partyOrganizerCs, 'party_organizer', colleges.fl],
      [classAdvisorSe2401, 'class_advisor', classes.se2402],
      [classAdvisorSe2401, 'class_advisor', classes.en2401],
      [buildingHead1, 'building_head', places.building2],
    ] as const;
    for (const [person, kind, unit] of posts) await appoint(test, person, kind, unit);
    const departments = await test.query<{ id: string; code: string }>(
      sql`SELECT id, code FROM directory.unit WHERE kind = 'department'`,
    );
    for (const { id, code } of departments)
      if (code !== 'DAG') await appoint(test, schoolOfficer, 'department_clerk', id);
    expect(Object.keys(await findings({ standIn: null }))).toEqual(['file-transfer']);
    await appoint(test, schoolOfficer, 'department_clerk', departments.find(({ code }) => code === 'DAG')!.id);
    expect(await findings({ standIn: null })).toEqual({});
  });

  it('are found by their sounds and by month', async () => {
    const find = async (q: string): Promise<string[]> =>
      (await student.get(`${PATH}?q=${encodeURIComponent(q)}`).expect(200)).body.data.map(
        ({ code }: { code: string }) => code,
      );
    expect(await find('zdzm')).toEqual(['enrolment-certificate']);
    expect(await find('lvse')).toEqual(['green-channel']);
    expect(await find('lǜ sè')).toEqual(['green-channel']);
    expect(await find('tiaosu')).toEqual(['room-change']);
    expect(await find('休学')).toEqual(['study-suspension']);
    // Somebody of 2024 is no new student, and may ask for a certificate at any time.
    const mine = (await student.get(`${PATH}?forMe=true&limit=200`).expect(200)).body.data.map(
      ({ code }: { code: string }) => code,
    );
    expect(mine).toContain('enrolment-certificate');
    expect(mine).not.toContain('green-channel');
  });

  it('stay as the school has made them, whatever is started again', async () => {
    const [leave, repair] = await Promise.all(
      ['leave', 'dormitory-repair'].map(
        async (code) => (await student.get(`${PATH}?code=${code}`).expect(200)).body.data[0],
      ),
    );
    await officer.post(`${PATH}/${leave.id}/retire`).set('If-Match', `"${leave.version}"`).expect(200);
    const { content } = (await officer.get(`${PATH}/${repair.id}`).expect(200)).body;
    await officer
      .put(`${PATH}/${repair.id}/draft`, { ...content, workingDays: 1 })
      .set('If-Match', '"1"')
      .expect(200);
    await second.post(`${PATH}/${repair.id}/publish`).set('If-Match', '"2"').expect(200);
    const rows = () =>
      test.query(
        sql`SELECT * FROM affairs.item i JOIN affairs.item_version v ON v.item_id = i.id ORDER BY code, v.number`,
      );
    const before = await rows();
    await Promise.all([1, 2, 3].map(() => addHouseItems(test.tx, test.clock.now())));
    expect(await rows()).toEqual(before);
    // An item of the school's own is not taken for the house's.
    await test.query(sql`TRUNCATE affairs.item, affairs.item_version, affairs.application`);
    const own = (await officer.post(PATH, { code: 'leave', ...content }).expect(201)).body as { id: string };
    await Promise.all([1, 2, 3].map(() => addHouseItems(test.tx, test.clock.now())));
    expect(await test.query(sql`SELECT count(*)::int AS n FROM affairs.item_version`)).toEqual([{ n: 63 }]);
    expect((await officer.get(`${PATH}/${own.id}/draft`).expect(200)).body).toMatchObject({ number: null, version: 1 });
    expect(await publishedItems(test.tx, ['leave'])).toEqual([]);
  });

  it.each(['docs/catalogue.md', 'docs/catalogue.zh-CN.md'])(
    'as %s says, one POST makes another, which goes live by a second person',
    async (file) => {
      const [, json] = /```json\n([\s\S]*?)```/.exec(readFileSync(file, 'utf8')) ?? [];
      const body = { ...(JSON.parse(json!) as { code: string }), code: `guide-${newId().slice(-12)}` };
      expect((await officer.post(`${PATH}/check`, body).expect(200)).body).toEqual({ findings: [] });
      const { id } = (await officer.post(PATH, body).expect(201)).body as { id: string };
      await second.post(`${PATH}/${id}/publish`).set('If-Match', '"1"').expect(200);
      expect((await student.get(`${PATH}/${id}`).expect(200)).body).toMatchObject({
        number: 1,
        prefilled: { room: '1号楼 1号楼101' },
        mayApply: true,
      });
    },
  );
});
