import type { Response } from 'supertest';
import { query, sql } from '#database';
import { campus, campusToday, eventually, TestApp, type Client } from '#testing';
import { partyBuilding } from '../src/party-building.module.js';

let test: TestApp;
let office: Client;
let organizer: Client;
const now = campusToday();
const { staff, colleges, academies, grids, students } = campus;
const party = (n: number): string => `00000000-0000-7000-8000-0060${String(n).padStart(8, '0')}`;
const [COMMITTEE, MINGDE, MD01, XINGJIAN, XJ01] = [1, 2, 3, 4, 5].map(party) as [
  string,
  string,
  string,
  string,
  string,
];

beforeAll(async () => {
  test = await TestApp.create([partyBuilding]);
  office = await test.client();
  organizer = await test.person(staff.partyOrganizerCs);
});
afterAll(() => test?.close());

const branch = (changes: object = {}): object => ({
  kind: 'joint_branch',
  code: 'MD-02',
  name: '明德书院第二联合党支部',
  parentId: MINGDE,
  unitIds: [colleges.cs, academies.mingde],
  foundedOn: '2026-09-01',
  ...changes,
});
const codes = (response: { body: { data: { code: string }[] } }): string[] => response.body.data.map((row) => row.code);

describe('the party tree', () => {
  it('shows the three levels', async () => {
    const all = await office.get('/party-building/v1/organizations').expect(200);
    expect(codes(all)).toEqual(['MD', 'MD-01', 'SQ', 'XJ', 'XJ-01']);
    expect(codes(await office.get(`/party-building/v1/organizations?parentId=${COMMITTEE}`))).toEqual(['MD', 'XJ']);
    expect(codes(await office.get(`/party-building/v1/organizations?unitId=${colleges.fl}`))).toEqual(['XJ-01']);
    expect(codes(await office.get('/party-building/v1/organizations?on=2021-02-28'))).toEqual([]);
  });

  it('shows an organizer the organizations that span their units, and those below', async () => {
    expect(codes(await organizer.get('/party-building/v1/organizations'))).toEqual(['MD-01']);
    await organizer.get(`/party-building/v1/organizations/${XJ01}`).expect(404);
    const counselor = await test.person(staff.counselorFl);
    expect(codes(await counselor.get('/party-building/v1/organizations'))).toEqual([]);
    await counselor.post('/party-building/v1/organizations', branch()).expect(403);
  });

  it('founds, changes with If-Match and dissolves', async () => {
    const founded = await office.post('/party-building/v1/organizations', branch()).expect(201);
    const path = `/party-building/v1/organizations/${founded.body.id}`;
    expect(founded.headers.location).toBe(path);
    const {
      kind: _,
      foundedOn: __,
      ...values
    } = branch({ name: '新名称', parentId: XINGJIAN }) as Record<string, unknown>;
    await office.put(path, values).expect(428);
    const changed = await organizer
      .put(path, { ...values, parentId: MINGDE })
      .set('If-Match', '"1"')
      .expect(200);
    expect(changed.body).toMatchObject({ name: '新名称', version: 2 });
    await office.put(path, values).set('If-Match', '"1"').expect(412);
    const early = await office.post(`${path}/dissolve`, { on: '2026-08-31' }).set('If-Match', '"2"').expect(400);
    expect(early.body).toMatchObject({
      code: 'party-building/dissolved-before-founded',
      errors: [{ pointer: '#/on' }],
    });
    await office.post(`${path}/dissolve`, { on: now }).set('If-Match', '"2"').expect(200);
    const again = await office.post(`${path}/dissolve`, { on: now }).set('If-Match', '"3"').expect(409);
    expect(again.body.code).toBe('party-building/already-dissolved');
    const inUse = await office
      .post(`/party-building/v1/organizations/${MD01}/dissolve`, { on: now })
      .set('If-Match', '"1"');
    expect(inUse.body.code).toBe('party-building/organization-in-use');
    expect((await office.get(`/party-building/v1/organizations/${MD01}`)).body.dissolvedOn).toBeNull();
  });

  it.each([
    ['a branch without a parent', { parentId: null }, '#/parentId', 'party-building/parent-does-not-fit'],
    ['a branch below a branch', { parentId: MD01 }, '#/parentId', 'party-building/parent-does-not-fit'],
    [
      'a general branch below a general branch',
      { kind: 'general_branch' },
      '#/parentId',
      'party-building/parent-does-not-fit',
    ],
    ['an unknown parent', { parentId: colleges.cs }, '#/parentId', 'party-building/organization-unknown'],
    ['an unknown unit', { unitIds: [colleges.cs, MD01] }, '#/unitIds', 'party-building/unit-unknown'],
    ['a joint branch of one unit', { unitIds: [colleges.cs] }, '#/unitIds', 'party-building/joint-branch-spans-units'],
    ['a code that is taken', { code: 'MD-01' }, '#/code', 'party-building/code-taken'],
  ])('refuses %s', async (_, change, pointer, code) => {
    const refused = await office.post('/party-building/v1/organizations', branch({ code: 'X', ...change }));
    expect(refused.status).toBe(code.endsWith('taken') ? 409 : 400);
    expect(refused.body).toMatchObject({ code, errors: [{ pointer }] });
  });

  it('does not blame the code for another constraint of the table', async () => {
    await test.query(sql`CREATE UNIQUE INDEX name_once ON party_building.organization (name) WHERE name = '独一无二'`);
    const named = (code: string) => office.post('/party-building/v1/organizations', branch({ code, name: '独一无二' }));
    await named('ONCE-1').expect(201);
    expect((await named('ONCE-2').expect(409)).body.code).toBe('http/conflict');
    expect((await named('ONCE-1').expect(409)).body.code).toBe('party-building/code-taken');
  });

  it('keeps an organizer within their own', async () => {
    const foreign = await organizer
      .post('/party-building/v1/organizations', branch({ parentId: XINGJIAN }))
      .expect(400);
    expect(foreign.body.code).toBe('party-building/organization-unknown');
    const root = branch({ kind: 'party_committee', parentId: null });
    expect((await organizer.post('/party-building/v1/organizations', root)).body.code).toBe(
      'party-building/organization-unknown',
    );
  });

  it('makes no circle', async () => {
    const committee = branch({ kind: 'party_committee', code: 'C2', unitIds: [], parentId: COMMITTEE });
    const { body } = await office.post('/party-building/v1/organizations', committee).expect(201);
    const below = { code: 'SQ', name: '学生社区党委', unitIds: [], parentId: body.id as string };
    const circle = await office
      .put(`/party-building/v1/organizations/${COMMITTEE}`, below)
      .set('If-Match', '"1"')
      .expect(409);
    expect(circle.body).toMatchObject({
      code: 'party-building/organization-cycle',
      errors: [{ pointer: '#/parentId' }],
    });
  });
});

describe('members', () => {
  const member = (changes: object = {}): object => ({
    organizationId: MD01,
    personId: students[0],
    kind: 'probationary_member',
    joinedOn: '2026-06-20',
    validFrom: '2026-06-20',
    ...changes,
  });

  it('are in one branch at a time, with dates', async () => {
    const added = await organizer.post('/party-building/v1/members', member()).expect(201);
    expect(added.body).toMatchObject({
      organizationId: MD01,
      person: { id: students[0] },
      partyGroup: null,
      version: 1,
    });
    const twice = await office.post(
      '/party-building/v1/members',
      member({ organizationId: XJ01, validFrom: '2026-07-01' }),
    );
    expect(twice.body).toMatchObject({ status: 409, code: 'party-building/member-elsewhere' });
    const { organizationId: _, personId: __, ...values } = member({ validTo: '2026-07-01' }) as Record<string, unknown>;
    await organizer.put(`/party-building/v1/members/${added.body.id}`, values).set('If-Match', '"1"').expect(200);
    await office
      .post('/party-building/v1/members', member({ organizationId: XJ01, validFrom: '2026-07-01' }))
      .expect(201);
    const on = await organizer.get(
      `/party-building/v1/members?organizationId=${MD01}&on=2026-06-30&kind=probationary_member`,
    );
    expect((on.body.data as { person: { id: string } }[]).map((row) => row.person.id)).toEqual([
      students[0],
      staff.classAdvisorSe2401,
    ]);
    await organizer.put(`/party-building/v1/members/${added.body.id}`, values).set('If-Match', '"1"').expect(412);
  });

  it('of foreign branches do not exist', async () => {
    const seen = await organizer.get('/party-building/v1/members?limit=200').expect(200);
    expect(new Set((seen.body.data as { organizationId: string }[]).map((row) => row.organizationId))).toEqual(
      new Set([MD01]),
    );
    const refused = await organizer.post('/party-building/v1/members', member({ organizationId: XJ01 })).expect(400);
    expect(refused.body).toMatchObject({
      code: 'party-building/organization-unknown',
      errors: [{ pointer: '#/organizationId' }],
    });
    const stranger = await organizer.post('/party-building/v1/members', member({ personId: students[8] })).expect(400);
    expect(stranger.body).toMatchObject({ code: 'party-building/person-unknown', errors: [{ pointer: '#/personId' }] });
    const { organizationId: _, personId: __, ...values } = member() as Record<string, unknown>;
    const foreign = '00000000-0000-7000-8000-006100000004';
    await organizer.put(`/party-building/v1/members/${foreign}`, values).set('If-Match', '"1"').expect(404);
  });
});

describe('grids', () => {
  const coverage = async (query = '', client = office) =>
    (await client.get(`/party-building/v1/grids/coverage${query}`).expect(200)).body;
  const cover = (id: string, version: number, body: object, client = office) =>
    client.put(`/party-building/v1/branches/${id}/grids`, body).set('If-Match', `"${version}"`);

  it('lists what is covered and what is not', async () => {
    const body = await coverage();
    expect(body).toMatchObject({ on: now, total: 3, covered: 1, uncovered: 2, nextCursor: null });
    expect(body.data).toMatchObject([
      { code: 'G-E', branch: { code: 'MD-01' } },
      { code: 'G-V', branch: null },
      { code: 'G-W', branch: null },
    ]);
    expect((await coverage('?covered=false&limit=1')).data).toMatchObject([{ code: 'G-V' }]);
    expect((await coverage('?covered=false&limit=1')).nextCursor).toEqual(expect.any(String));
    expect(await coverage('?on=2024-08-31')).toMatchObject({ covered: 0, uncovered: 3 });
  });

  it('shows an organizer the grids their students live in', async () => {
    // Students of CS live in grid east only.
    expect(await coverage('', organizer)).toMatchObject({ total: 1, data: [{ code: 'G-E' }] });
    const refused = await cover(MD01, 1, { gridIds: [grids.east, grids.vacant] }, organizer).expect(400);
    expect(refused.body).toMatchObject({ code: 'party-building/grid-unknown', errors: [{ pointer: '#/gridIds/1' }] });
    await cover(XJ01, 1, { gridIds: [] }, organizer).expect(404);
  });

  it('gives a branch N grids and a grid one branch, and keeps what was', async () => {
    const set = await cover(MD01, 1, { gridIds: [grids.east, grids.west], from: '2026-10-01' }).expect(200);
    expect(set.body).toMatchObject({ id: MD01, version: 2, gridIds: [grids.east, grids.west] });
    const taken = await cover(XJ01, 1, { gridIds: [grids.vacant, grids.west], from: '2026-10-02' }).expect(409);
    expect(taken.body).toMatchObject({ code: 'party-building/grid-covered', errors: [{ pointer: '#/gridIds/1' }] });
    await cover(MD01, 1, { gridIds: [] }).expect(412);
    await cover(MD01, 2, { gridIds: [grids.east], from: '2026-11-01' }).expect(200);
    await cover(XJ01, 1, { gridIds: [grids.west, grids.vacant], from: '2026-11-01' }).expect(200);
    const branchOfWest = async (on: string): Promise<string | undefined> =>
      (await coverage(`?on=${on}`)).data.find((grid: { code: string }) => grid.code === 'G-W').branch?.code;
    expect(await branchOfWest('2026-09-30')).toBeUndefined();
    expect(await branchOfWest('2026-10-31')).toBe('MD-01');
    expect(await branchOfWest('2026-11-01')).toBe('XJ-01');
    expect(await coverage('?on=2026-11-01')).toMatchObject({ covered: 3, uncovered: 0 });
    const east = await test.query(sql`SELECT 1 FROM party_building.grid_assignment WHERE grid_id = ${grids.east}`);
    expect(east).toHaveLength(1);
  });

  it('goes to one of two branches that come at the same time', async () => {
    const id = party(90);
    let second: Promise<Response> | undefined;
    await test.query(sql`INSERT INTO directory.unit (id, kind, code, name) VALUES (${id}, 'grid', 'G-N', '北区网格')`);
    await test.database.transaction(null, async (tx) => {
      await query(
        tx,
        sql`INSERT INTO party_building.grid_assignment (id, organization_id, grid_id, valid_from)
            VALUES (${party(91)}, ${MD01}, ${id}, ${now})`,
      );
      second = Promise.resolve(cover(XJ01, 2, { gridIds: [id] }));
      await eventually(async () => {
        const waiting = await test.query(
          sql`SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        expect(waiting).toHaveLength(1);
      });
    });
    expect(await second).toMatchObject({ status: 409, body: { code: 'party-building/grid-covered' } });
  });

  it('is refused for what is no branch, and for what is no grid', async () => {
    await cover(MINGDE, 1, { gridIds: [] }).expect(404);
    const refused = await cover(MD01, 3, { gridIds: [colleges.cs] }).expect(400);
    expect(refused.body.errors).toMatchObject([{ pointer: '#/gridIds/0' }]);
    await cover(MD01, 3, { gridIds: [grids.east, grids.east] }).expect(400);
  });
});
