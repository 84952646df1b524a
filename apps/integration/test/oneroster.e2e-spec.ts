import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { directory } from '../../directory/src/directory.module.js';
import { staffing } from '../../staffing/src/staffing.module.js';
import { integration } from '../src/integration.module.js';
import { COLLECTIONS, CORE, DEMOGRAPHICS, ROSTER, ROUTES } from '../src/oneroster/routes.js';
import { errorMisfits, misfits } from './oneroster-schemas.js';

const ROOT = '/ims/oneroster/rostering/v1p2';

type Obj = Record<string, unknown> & { sourcedId: string };

describe('the roster by OneRoster 1.2', () => {
  let test: TestApp;
  let core: Client;
  let roster: Client;
  let born: Client;

  beforeAll(async () => {
    test = await TestApp.create([directory, staffing, integration]);
    core = await test.client(CORE);
    roster = await test.client(ROSTER);
    born = await test.client(DEMOGRAPHICS);
  });
  afterAll(() => test?.close());

  const path = (of: string, ...ids: string[]): string => `${ROOT}/${of.replace(/:\w+/g, () => ids.shift()!)}`;
  const minor = (body: unknown): string =>
    (body as { imsx_CodeMinor: { imsx_codeMinorField: { imsx_codeMinorFieldValue: string }[] } }).imsx_CodeMinor
      .imsx_codeMinorField[0]!.imsx_codeMinorFieldValue;
  const listOf = async (of: string, query: Record<string, string | number> = {}): Promise<Obj[]> => {
    const { body } = await (of.startsWith('demographics') ? born : roster).get(`${ROOT}/${of}`).query(query).expect(200);
    return Object.values(body as Record<string, Obj[]>)[0]!;
  };
  const idFor: Record<string, () => string> = {
    sessions: () => '',
  };

  it('answers all of the 41 operations as specified', async () => {
    expect(ROUTES).toHaveLength(41);
    const firsts: Record<string, string> = {};
    for (const name of Object.keys(COLLECTIONS)) firsts[name] = (await listOf(name))[0]?.sourcedId ?? '';
    firsts.classes = campus.classes.se2401;
    for (const route of ROUTES) {
      const { kind, many, one } = COLLECTIONS[route.collection];
      const client = route.collection === 'demographics' ? born : roster;
      const of = route.parents.map((parent) => firsts[parent.of]!);
      const { body, headers, status } = await client.get(path(route.path, ...of, firsts[route.collection]!));
      const nothing = of.includes('') || (route.single && firsts[route.collection] === '');
      expect([route.path, status]).toEqual([route.path, nothing ? 404 : 200]);
      if (nothing) expect(errorMisfits(body)).toEqual([]);
      else expect([route.path, misfits(body, route.single ? one : many, kind, route.single)]).toEqual([route.path, []]);
      if (!nothing && !route.single) expect(headers['x-total-count']).toMatch(/^\d+$/);
    }
    void idFor;
  });

  it('tells of every error as imsx_StatusInfo', async () => {
    const none = await test.client('directory:unit:read');
    const answers = [
      [401, 'unauthorisedrequest', await test.http().get(path('orgs'))],
      [403, 'forbidden', await none.get(path('orgs'))],
      [404, 'unknownobject', await core.get(path('orgs/nothing'))],
      [404, 'unknownobject', await core.get(path('nothing'))],
      [400, 'invalid_filter_field', await core.get(path('orgs')).query({ filter: "foo='bar'" })],
      [400, 'invalid_selection_field', await core.get(path('orgs')).query({ fields: 'foo' })],
      [400, 'invaliddata', await core.get(path('orgs')).query({ limit: 0 })],
      [400, 'invaliddata', await core.get(path('orgs')).query({ sort: 'foo' })],
      [400, 'invaliddata', await core.get(path('orgs')).query({ foo: 1 })],
      [405, 'invaliddata', await core.post(path('orgs'), {})],
    ] as const;
    for (const [status, code, { status: got, body, type }] of answers) {
      expect([got, errorMisfits(body), minor(body), type]).toEqual([status, [], code, 'application/json']);
    }
    await test.query(sql`SELECT 1`);
  });
});
