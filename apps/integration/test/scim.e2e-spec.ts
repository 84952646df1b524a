import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { directory } from '../../directory/src/directory.module.js';
import { staffing } from '../../staffing/src/staffing.module.js';
import { integration } from '../src/integration.module.js';
import { freePort } from './connector-kit.js';

const ROOT = '/scim/v2';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';

interface User {
  id: string;
  userName: string;
  externalId?: string;
  displayName: string;
  name: { formatted: string; familyName?: string; givenName?: string };
  active: boolean;
  groups?: { value: string; display: string }[];
  meta: { location: string; version: string; resourceType: string };
  [ENTERPRISE]?: { department: string };
}
interface List {
  totalResults: number;
  startIndex: number;
  itemsPerPage: number;
  Resources: User[];
}

describe('accounts of staff by SCIM 2.0', () => {
  let test: TestApp;
  let app: Client;
  let reader: Client;
  /** May manage SCIM, but has no right to write staff. */
  let unable: Client;

  beforeAll(async () => {
    const port = await freePort();
    test = await TestApp.create([directory, staffing, integration], { port, baseUrl: `http://127.0.0.1:${port}` });
    [app, reader, unable] = await Promise.all([
      test.client('integration:scim:manage', 'directory:staff:write'),
      test.client('integration:scim:read'),
      test.client('integration:scim:manage'),
    ]);
  });
  afterAll(() => test?.close());

  const scim = 'application/scim+json';
  const send = (method: 'post' | 'put' | 'patch', path: string, body: object, client = app) =>
    client[method](ROOT + path)
      .set('content-type', scim)
      .set('accept', scim)
      .send(JSON.stringify(body));
  const patch = (id: string, ...Operations: object[]) =>
    send('patch', `/Users/${id}`, { schemas: [PATCH], Operations });
  const make = async (userName: string, more: object = {}): Promise<User> => {
    const body = { schemas: [USER], userName, name: { familyName: '王', givenName: '芳' }, ...more };
    const { body: made, status } = await send('post', '/Users', body);
    expect([status, made]).toEqual([201, expect.anything()]);
    return made as User;
  };
  const find = async (filter: string, query: object = {}, of = 'Users'): Promise<List> => {
    const { body, status } = await reader.get(`${ROOT}/${of}`).query({ filter, ...query });
    expect([filter, status, status === 200 ? '' : body]).toEqual([filter, 200, '']);
    return body as List;
  };
  const namesOf = ({ Resources }: List): string[] => Resources.map(({ userName }) => userName).sort();
  const person = async (id: string) =>
    (
      await test.query<{ name: string; active: boolean; number: string }>(
        sql`SELECT name, active, number FROM directory.person WHERE id = ${id}`,
      )
    )[0];
  const units = (id: string): Promise<{ unit: string; ended: boolean }[]> =>
    test.query(
      sql`SELECT unit_id AS unit, valid_to IS NOT NULL AS ended FROM directory.membership WHERE person_id = ${id} ORDER BY valid_from, id`,
    );

  it('are provisioned as members of staff, with their unit', async () => {
    const { status, body, headers } = await send('post', '/Users', {
      schemas: [USER, ENTERPRISE],
      externalId: 'ext-1',
      userName: 'T2026001',
      name: { familyName: '欧阳', givenName: '明月' },
      emails: [{ value: 'a@example.edu.cn', primary: true }],
      password: 'not kept',
      [ENTERPRISE]: { department: '学生处' },
    });
    const user = body as User;
    expect([status, headers['content-type']]).toEqual([201, 'application/scim+json; charset=utf-8']);
    expect(headers).toMatchObject({ location: user.meta.location, etag: user.meta.version });
    expect(user).toEqual({
      schemas: [USER, ENTERPRISE],
      id: expect.any(String),
      externalId: 'ext-1',
      userName: 'T2026001',
      name: { formatted: '欧阳明月', familyName: '欧阳', givenName: '明月' },
      displayName: '欧阳明月',
      active: true,
      groups: [
        {
          value: campus.department,
          display: '学生处',
          $ref: `${test.config.origin}/scim/v2/Groups/${campus.department}`,
          type: 'direct',
        },
      ],
      [ENTERPRISE]: { department: '学生处' },
      meta: {
        resourceType: 'User',
        created: expect.any(String),
        lastModified: expect.any(String),
        location: `${test.config.origin}/scim/v2/Users/${user.id}`,
        version: expect.stringMatching(/^W\/"[\w-]{22}"$/),
      },
    });
    expect(await person(user.id)).toEqual({ name: '欧阳明月', active: true, number: 'T2026001' });
    expect(await units(user.id)).toEqual([{ unit: campus.department, ended: false }]);
    const got = await reader.get(`${ROOT}/Users/${user.id}`).expect(200);
    expect(got.body).toEqual(user);
    await reader.get(`${ROOT}/Users/${user.id}`).set('If-None-Match', user.meta.version).expect(304);
    const { body: group } = await reader.get(`${ROOT}/Groups/${campus.department}`).expect(200);
    expect((group as { members: object[] }).members).toContainEqual({
      value: user.id,
      display: '欧阳明月',
      $ref: user.meta.location,
      type: 'User',
    });
    const audited = await test.query(
      sql`SELECT action FROM platform.audit WHERE subject_id = ${user.id} AND action IN ('directory.staff.write', 'integration.scim.users')`,
    );
    expect(audited.length).toBeGreaterThanOrEqual(2);
  });

  it('have a number and an external id of their own', async () => {
    await make('T2026010', { externalId: 'ext-10' });
    for (const more of [{ userName: 'T2026010' }, { userName: 'T2026011', externalId: 'ext-10' }]) {
      const { body } = await send('post', '/Users', { schemas: [USER], displayName: '李四', ...more }).expect(409);
      expect(body).toMatchObject({ schemas: [ERROR], status: '409', scimType: 'uniqueness' });
    }
    expect(namesOf(await find('userName eq "T2026011"'))).toEqual([]);
    // A userName is the same in small letters; one's own may be written otherwise.
    const { body } = await send('post', '/Users', {
      schemas: [USER],
      userName: 't2026010',
      displayName: '李四',
    }).expect(409);
    expect(body).toMatchObject({ scimType: 'uniqueness' });
    const { id } = await make('T2026012');
    await patch(id, { op: 'replace', path: 'userName', value: 't2026010' }).expect(409);
    expect((await patch(id, { op: 'replace', path: 'userName', value: 't2026012' }).expect(200)).body.userName).toBe(
      't2026012',
    );
  });

  it('are found by filters, and a filter that is not understood finds nobody', async () => {
    const a = await make('Filter-A', { externalId: 'F-a', [ENTERPRISE]: { department: 'XGC' } });
    const b = await make('filter-b', { displayName: 'Maria da Silva', name: {} });
    await patch(b.id, { op: 'replace', path: 'active', value: false }).expect(200);
    const ours = 'userName sw "FILTER-"';
    const cases: [string, string[]][] = [
      ['userName eq "filter-a"', ['Filter-A']],
      [ours, ['Filter-A', 'filter-b']],
      [`${ours} and active eq true`, ['Filter-A']],
      [`${ours} and not (active eq true)`, ['filter-b']],
      [`${ours} and active eq false or externalId eq "F-a"`, ['Filter-A', 'filter-b']],
      [`${ours} and (active eq false or externalId eq "F-a")`, ['Filter-A', 'filter-b']],
      [`userName eq "none" and active eq false or externalId eq "F-a"`, ['Filter-A']],
      [`userName eq "none" and (active eq false or externalId eq "F-a")`, []],
      ['externalId eq "f-a"', []],
      [`${ours} and externalId pr`, ['Filter-A']],
      [`${ours} and externalId ne "F-a"`, ['filter-b']],
      ['name.familyName eq "silva"', ['filter-b']],
      [`displayName ew "da Silva"`, ['filter-b']],
      [`${ENTERPRISE}:department eq "学生处" and ${ours}`, ['Filter-A']],
      [`groups.value eq "${campus.department}" and ${ours}`, ['Filter-A']],
      [`groups[value eq "${campus.department}" and display eq "学生处"] and ${ours}`, ['Filter-A']],
      [`groups[value eq "${campus.department}" and display eq "财务处"] and ${ours}`, []],
      [`${ours} and not (groups pr)`, ['filter-b']],
      [`id eq "${a.id}"`, ['Filter-A']],
      [`${ours} and meta.lastModified gt "2099-01-01T00:00:00Z"`, []],
      [`userName co "%"`, []],
    ];
    for (const [filter, found] of cases) expect([filter, namesOf(await find(filter))]).toEqual([filter, found]);
    for (const filter of [
      'userName',
      'nickName ne "x"',
      'userName eq x',
      'active gt true',
      'meta.created co "2"',
      'groups[members pr]',
      'userName eq "a\\u0000"',
      'userName eq "a\\ud800"',
    ]) {
      const { body } = await reader.get(`${ROOT}/Users`).query({ filter });
      expect([filter, body]).toEqual([
        filter,
        { schemas: [ERROR], status: '400', scimType: 'invalidFilter', detail: expect.any(String) },
      ]);
    }
    const { body } = await send(
      'post',
      '/Users/.search',
      {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
        filter: ours,
        sortBy: 'userName',
        sortOrder: 'descending',
        attributes: ['userName', 'name.familyName'],
      },
      reader,
    ).expect(200);
    expect((body as List).Resources.map(({ userName, meta, name }) => [userName, meta, name])).toEqual([
      ['filter-b', undefined, { familyName: 'Silva' }],
      ['Filter-A', undefined, { familyName: '王' }],
    ]);
  });

  it('come in pages from 1, within each of which the filter holds', async () => {
    for (const n of [1, 2, 3]) await make(`Page-${n}`);
    const page = (query: object) => find('userName sw "page-" or userName eq "none"', { sortBy: 'userName', ...query });
    expect(await page({ startIndex: 2, count: 1 })).toMatchObject({
      ...{ totalResults: 3, startIndex: 2, itemsPerPage: 1 },
      Resources: [{ userName: 'Page-2' }],
    });
    expect(await page({ startIndex: -5, count: 2 })).toMatchObject({ startIndex: 1, itemsPerPage: 2 });
    expect(await page({ count: -1 })).toMatchObject({ totalResults: 3, itemsPerPage: 0, Resources: [] });
    expect(await page({ startIndex: 9 })).toMatchObject({ totalResults: 3, Resources: [] });
    await test.query(
      sql`INSERT INTO directory.person (id, kind, number, name) SELECT directory.new_id(), 'staff', 'many-' || n, '王芳' FROM generate_series(1, 201) n`,
    );
    expect(await find('userName sw "many-"', { count: 500 })).toMatchObject({ totalResults: 201, itemsPerPage: 200 });
    expect(await find('userName sw "many-"')).toMatchObject({ totalResults: 201, itemsPerPage: 100 });
    await test.query(sql`DELETE FROM directory.person WHERE number LIKE 'many-%'`);
    // Students are no accounts.
    const all = await find('userName pr', { count: 200 });
    expect(namesOf(all).filter((name) => name.startsWith('2024'))).toEqual([]);
    expect(all.Resources.map(({ id }) => id)).toContain(campus.staff.psychologist);
  });

  it('are changed by PATCH, as its operations say one after the other', async () => {
    const { id } = await make('T2026020', { externalId: 'p', [ENTERPRISE]: { department: '学生处' } });
    const changed = await patch(
      id,
      { op: 'Replace', path: 'name.givenName', value: '丽' },
      { op: 'add', value: { active: 'False', nickName: '丽丽' } },
      { op: 'replace', path: `${ENTERPRISE}:department`, value: '财务处' },
      { op: 'remove', path: 'externalId' },
    ).expect(200);
    expect(changed.body).toMatchObject({
      ...{ displayName: '王丽', active: false, name: { familyName: '王', givenName: '丽' } },
      [ENTERPRISE]: { department: '财务处' },
    });
    expect(changed.body).not.toHaveProperty('externalId');
    // From one day to the same day nobody was in a unit.
    expect(await units(id)).toMatchObject([{ ended: false }]);
    test.clock.advance({ days: 1 });
    await patch(id, { op: 'replace', value: { active: true, [ENTERPRISE]: { department: 'XGC' } } }).expect(200);
    expect(await units(id)).toMatchObject([{ ended: true }, { unit: campus.department, ended: false }]);
    const before = await reader.get(`${ROOT}/Users/${id}`);
    for (const [operation, scimType] of [
      [{ op: 'remove' }, 'noTarget'],
      [{ op: 'remove', path: 'userName' }, 'mutability'],
      [{ op: 'replace', path: 'id', value: 'x' }, 'mutability'],
      [{ op: 'add', path: 'groups', value: [{ value: campus.department }] }, 'mutability'],
      [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'x' }, 'invalidPath'],
      [{ op: 'replace', path: 'active', value: 'perhaps' }, 'invalidValue'],
      [{ op: 'replace', path: 'userName', value: '' }, 'invalidValue'],
      [{ op: 'replace', path: 'displayName', value: 'a\u0000b' }, 'invalidSyntax'],
      [{ op: 'replace', path: `${ENTERPRISE}:department`, value: '没有的处' }, 'invalidValue'],
      [{ op: 'move', path: 'active' }, 'invalidSyntax'],
    ] as [object, string][]) {
      const { body } = await patch(id, { op: 'replace', path: 'displayName', value: '不改' }, operation);
      expect([operation, body]).toEqual([operation, expect.objectContaining({ status: '400', scimType })]);
    }
    expect((await reader.get(`${ROOT}/Users/${id}`)).body).toEqual(before.body);
  });

  it('are replaced by PUT when nobody was faster', async () => {
    const user = await make('T2026030', { externalId: 'r', [ENTERPRISE]: { department: '学生处' } });
    const body = { schemas: [USER], userName: 'T2026031', displayName: '赵云' };
    const put = (tag?: string) => {
      const request = send('put', `/Users/${user.id}`, body);
      return tag === undefined ? request : request.set('If-Match', tag);
    };
    expect((await put('W/"other"').expect(412)).body).toMatchObject({ schemas: [ERROR], status: '412' });
    const { body: replaced } = await put(user.meta.version).expect(200);
    expect(replaced).toMatchObject({ userName: 'T2026031', displayName: '赵云', active: true });
    expect(replaced).not.toHaveProperty('externalId');
    expect((replaced as User)[ENTERPRISE]).toBeUndefined();
    await put(user.meta.version).expect(412);
    await put().expect(200);
    // Tags come in lists, as strong ones from some, and `*` is any.
    const { version } = (replaced as User).meta;
    await put(`"other", ${version.slice(2)}`).expect(200);
    await put('*').expect(200);
    for (const tags of ['*', `"other", ${version}`])
      await reader.get(`${ROOT}/Users/${user.id}`).set('If-None-Match', tags).expect(304);
    await reader.get(`${ROOT}/Users/${user.id}`).set('If-None-Match', '"other"').expect(200);
    await app.delete(`${ROOT}/Users/${user.id}`).set('If-Match', user.meta.version).expect(412);
    expect(await person(user.id)).toMatchObject({ active: true });
  });

  it('have one name: the full one that differs, before its parts, before what is displayed', async () => {
    const { id } = await make('T2026035', { [ENTERPRISE]: { department: '学生处' } });
    const named = async (value: object): Promise<string> =>
      ((await patch(id, { op: 'replace', value }).expect(200)).body as User).displayName;
    expect(await named({ displayName: '甲', name: { formatted: '王丁', familyName: '李', givenName: '乙' } })).toBe(
      '王丁',
    );
    expect(await named({ displayName: '甲', name: { formatted: '王丁', familyName: '李', givenName: '乙' } })).toBe(
      '李乙',
    );
    expect(await named({ displayName: '甲', name: { formatted: '李乙', familyName: '李', givenName: '乙' } })).toBe(
      '甲',
    );
    expect(await named({ name: null })).toBe('甲');
    const cleared = await patch(id, { op: 'replace', value: { [ENTERPRISE]: null } }).expect(200);
    expect(cleared.body).not.toHaveProperty(ENTERPRISE);
  });

  it('leave the roster when they are deleted, and may come back', async () => {
    const { id } = await make('T2026040', { externalId: 'd', [ENTERPRISE]: { department: '学生处' } });
    test.clock.advance({ days: 1 });
    await app.delete(`${ROOT}/Users/${id}`).expect(204);
    expect(await person(id)).toMatchObject({ active: false, number: 'T2026040' });
    expect(await units(id)).toMatchObject([{ ended: true }]);
    for (const answer of [await reader.get(`${ROOT}/Users/${id}`), await app.delete(`${ROOT}/Users/${id}`)])
      expect(answer.body).toMatchObject({ schemas: [ERROR], status: '404' });
    expect(namesOf(await find('userName eq "T2026040"'))).toEqual([]);
    expect((await make('T2026040', { externalId: 'd' })).id).toBe(id);
    expect(await person(id)).toMatchObject({ active: true });
  });

  it('are left alone where another source keeps them', async () => {
    const { id } = await make('T2026050');
    await test.query(
      sql`INSERT INTO directory.source_link (source, kind, sourced_id, id) VALUES ('hr', 'person', 'hr-1', ${id})`,
    );
    for (const answer of [
      await patch(id, { op: 'replace', path: 'displayName', value: '别人' }),
      await app.delete(`${ROOT}/Users/${id}`),
    ])
      expect(answer.body).toMatchObject({ status: '400', scimType: 'mutability' });
    expect(await person(id)).toMatchObject({ name: '王芳', active: true });
    // A unit that another source says stays, too.
    const { id: other } = await make('T2026051');
    await test.query(
      sql`INSERT INTO directory.membership (id, person_id, unit_id, valid_from, source)
          VALUES (directory.new_id(), ${other}, ${campus.department}, '2026-01-01', 'hr')`,
    );
    const moved = await patch(other, { op: 'replace', path: `${ENTERPRISE}:department`, value: '财务处' });
    expect(moved.body).toMatchObject({ status: '400', scimType: 'mutability' });
    await patch(other, { op: 'replace', path: 'displayName', value: '王方' }).expect(200);
    expect(await units(other)).toEqual([{ unit: campus.department, ended: false }]);
  });

  it('do not all leave on one day', async () => {
    test.clock.advance({ days: 1 });
    const { Resources } = await find('active eq true', { count: 200 });
    let left = 0;
    let refusal: unknown;
    for (const { id } of Resources) {
      const { status, body } = await patch(id, { op: 'replace', path: 'active', value: false });
      if (status === 409) {
        refusal = body;
        break;
      }
      if (status === 200) left++;
    }
    expect(refusal).toMatchObject({ schemas: [ERROR], status: '409' });
    expect(left).toBeGreaterThan(Resources.length / 3);
    expect(left).toBeLessThanOrEqual(Resources.length / 2);
    await test.query(sql`UPDATE directory.person SET active = true, inactive_since = NULL WHERE kind = 'staff'`);
  });

  it('say what is supported, and errors of all kinds in the form of SCIM', async () => {
    const config = await reader.get(`${ROOT}/ServiceProviderConfig`).expect(200);
    expect(config.body).toMatchObject({
      patch: { supported: true },
      bulk: { supported: false },
      etag: { supported: true },
    });
    const types = (await reader.get(`${ROOT}/ResourceTypes`).expect(200)).body as { Resources: { id: string }[] };
    expect(types.Resources.map(({ id }) => id)).toEqual(['User', 'Group']);
    const schemas = (await reader.get(`${ROOT}/Schemas`).expect(200)).body as { Resources: { id: string }[] };
    for (const { id } of schemas.Resources)
      expect((await reader.get(`${ROOT}/Schemas/${id}`).expect(200)).body).toMatchObject({ id });
    const { attributes } = (await reader.get(`${ROOT}/Schemas/${ENTERPRISE}`)).body as {
      attributes: { name: string; canonicalValues?: string[] }[];
    };
    expect(attributes.find(({ name }) => name === 'department')!.canonicalValues).toContain('学生处');
    const answers = {
      401: await test.caller('').get(`${ROOT}/Users`),
      403: await send('post', '/Users', { schemas: [USER], userName: 'x', displayName: 'x' }, reader),
      404: await reader.get(`${ROOT}/Users/no-id`),
      405: await reader.put(`${ROOT}/Users`),
      400: await send('post', '/Users', { userName: 'x' }),
    };
    for (const [status, { body, headers }] of Object.entries(answers)) {
      expect([status, body, headers['content-type']]).toEqual([
        status,
        expect.objectContaining({ schemas: [ERROR], status }),
        'application/scim+json; charset=utf-8',
      ]);
    }
    // The rights are directory's to check, too.
    await send('post', '/Users', { schemas: [USER], userName: 'x', displayName: 'x' }, unable).expect(403);
    await test.client('directory:staff:write').then((other) => other.get(`${ROOT}/Users`).expect(403));
    const broken = await app.post(`${ROOT}/Users`).set('content-type', scim).send('{');
    expect(broken.body).toMatchObject({ schemas: [ERROR], status: '400' });
  });
});
