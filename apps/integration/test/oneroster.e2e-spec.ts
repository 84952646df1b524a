import { mock } from 'node:test';
import fc from 'fast-check';
import pg from 'pg';
import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { directory } from '../../directory/src/directory.module.js';
import { staffing } from '../../staffing/src/staffing.module.js';
import { integration } from '../src/integration.module.js';
import {
  type CollectionName,
  COLLECTIONS,
  CORE,
  DEMOGRAPHICS,
  ROSTER,
  ROSTER_COLLECTIONS,
  ROUTES,
} from '../src/oneroster/routes.js';
import {
  byCodePoint,
  type Clause,
  enrich,
  extra,
  holds,
  type Obj,
  type Operator,
  ROOT,
  textOf,
  valuesAt,
} from './oneroster-kit.js';
import { errorMisfits, misfits } from './oneroster-schemas.js';

const NAMES = Object.keys(ROSTER_COLLECTIONS) as CollectionName[];
const AT = { today: '2026-12-01', timeZone: 'Asia/Shanghai' };

describe('the roster by OneRoster 1.2', () => {
  let test: TestApp;
  let core: Client;
  let roster: Client;
  let born: Client;

  beforeAll(async () => {
    test = await TestApp.create([directory, staffing, integration]);
    [core, roster, born] = await Promise.all([test.client(CORE), test.client(ROSTER), test.client(DEMOGRAPHICS)]);
    await enrich(test);
  });
  afterAll(() => test?.close());

  const path = (of: string, ...ids: string[]): string => `${ROOT}/${of.replace(/:\w+/g, () => ids.shift()!)}`;
  const minor = (body: unknown): string =>
    (body as { imsx_CodeMinor: { imsx_codeMinorField: { imsx_codeMinorFieldValue: string }[] } }).imsx_CodeMinor
      .imsx_codeMinorField[0]!.imsx_codeMinorFieldValue;
  const page = async (of: string, query: Record<string, string | number> = {}) => {
    const client = of.startsWith('demographics') ? born : roster;
    const { body, headers, status } = await client.get(`${ROOT}/${of}`).query(query);
    expect([of, query, status, status === 200 ? '' : body]).toEqual([of, query, 200, '']);
    const links = [...((headers.link as string) ?? '').matchAll(/<([^>]+)>; rel="(\w+)"/g)];
    return {
      objects: Object.values(body as Record<string, Obj[]>)[0]!,
      total: Number(headers['x-total-count']),
      rels: Object.fromEntries(links.map(([, url, rel]) => [rel!, url!])),
    };
  };
  const listOf = async (of: string, query: Record<string, string | number> = {}): Promise<Obj[]> =>
    (await page(of, { limit: 10_000, ...query })).objects;
  const one = async (of: string, id: string): Promise<Obj> =>
    Object.values((await roster.get(`${ROOT}/${of}/${id}`).expect(200)).body as Record<string, Obj>)[0]!;
  /** All pages, by following `next`. */
  const walk = async (of: string, query: Record<string, string | number>) => {
    const first = await page(of, query);
    const found = [...first.objects];
    for (let { next } = first.rels; next;) {
      const url = new URL(next);
      const at = await page(url.pathname.slice(ROOT.length + 1), Object.fromEntries(url.searchParams));
      expect(at.total).toBe(first.total);
      found.push(...at.objects);
      next = at.rels.next;
    }
    return { found, total: first.total };
  };

  it('answers all of the 41 operations as specified', async () => {
    expect(ROUTES).toHaveLength(41);
    const firsts = {} as Record<CollectionName, string>;
    for (const name of NAMES) firsts[name] = (await listOf(name))[0]?.sourcedId ?? '';
    firsts.classes = campus.classes.se2401;
    for (const route of ROUTES) {
      const { kind, many, one: single } = COLLECTIONS[route.collection];
      const client = route.collection === 'demographics' ? born : roster;
      const of = route.parents.map((parent) => firsts[parent.of]);
      const { body, headers, status } = await client.get(path(route.path, ...of, firsts[route.collection]));
      const nothing = route.single && firsts[route.collection] === '';
      expect([route.path, status]).toEqual([route.path, nothing ? 404 : 200]);
      const wrong = nothing ? errorMisfits(body) : misfits(body, route.single ? single : many, kind, route.single);
      expect([route.path, wrong]).toEqual([route.path, []]);
      if (!route.single)
        expect([route.path, headers['x-total-count']]).toEqual([route.path, expect.stringMatching(/^\d+$/)]);
    }
  });

  it('tells of every error as imsx_StatusInfo, and never on success', async () => {
    const none = await test.client('directory:unit:read');
    const person = await test.person(campus.staff.schoolOfficer);
    const answers = [
      [401, 'unauthorisedrequest', await test.caller().get(path('orgs'))],
      [401, 'unauthorisedrequest', await test.caller('nonsense').get(path('orgs'))],
      [403, 'forbidden', await none.get(path('orgs'))],
      [403, 'forbidden', await person.get(path('orgs'))],
      [404, 'unknownobject', await core.get(path('orgs/nothing'))],
      [404, 'unknownobject', await core.get(path('schools/:id', campus.colleges.cs))],
      [404, 'unknownobject', await roster.get(path('classes/:id/students', campus.colleges.cs))],
      [404, 'unknownobject', await core.get(path('nothing'))],
      [400, 'invalid_filter_field', await core.get(path('orgs')).query({ filter: "foo='bar'" })],
      [400, 'invalid_filter_field', await core.get(path('orgs')).query({ filter: "constructor='bar'" })],
      [400, 'invalid_filter_field', await core.get(path('terms')).query({ filter: "startDate>'soon'" })],
      [400, 'invalid_filter_field', await core.get(path('terms')).query({ filter: "dateLastModified>'2026-02-31'" })],
      [400, 'invalid_selection_field', await core.get(path('orgs')).query({ fields: 'name,foo' })],
      [400, 'invaliddata', await core.get(path('orgs')).query({ limit: 0 })],
      [400, 'invaliddata', await core.get(path('orgs')).query({ offset: -1 })],
      [400, 'invaliddata', await core.get(path('orgs')).query({ sort: 'foo' })],
      [400, 'invaliddata', await core.get(path('orgs')).query({ foo: 1 })],
      [405, 'invaliddata', await core.post(path('orgs'), {})],
    ] as const;
    for (const [i, [status, code, { status: got, body, type }]] of answers.entries())
      expect([i, got, errorMisfits(body), minor(body), type]).toEqual([i, status, [], code, 'application/json']);
    expect(answers[0][2].headers['www-authenticate']).toContain('Bearer');
    const { body } = await roster.get('/integration/v1/webhooks').expect(403);
    expect(body).toMatchObject({ code: 'http/forbidden' });
  });

  it('gives each scope its own paths, and demographics to theirs alone', async () => {
    const may = async (client: Client): Promise<string[]> => {
      const allowed: string[] = [];
      for (const route of ROUTES) {
        const { status } = await client.get(path(route.path, ...Array<string>(3).fill(campus.school)));
        if (status !== 403) allowed.push(route.operation);
      }
      return allowed;
    };
    const demographics = ROUTES.filter(({ collection }) => collection === 'demographics');
    const others = ROUTES.filter((route) => !demographics.includes(route));
    const names = (routes: typeof ROUTES): string[] => routes.map(({ operation }) => operation);
    expect(await may(core)).toEqual(names(others.filter(({ parents }) => parents.length === 0)));
    expect(await may(roster)).toEqual(names(others));
    expect(await may(born)).toEqual(names(demographics));
    expect(names(demographics)).toHaveLength(2);
  });

  it('refers to nothing that cannot be had', async () => {
    const refs = new Map<string, string>();
    for (const name of NAMES) {
      for (const object of await listOf(name)) {
        JSON.stringify(object, (_, value: unknown) => {
          const { href, sourcedId } = (value ?? {}) as { href?: string; sourcedId?: string };
          if (href) refs.set(href, sourcedId!);
          return value;
        });
      }
    }
    expect(refs.size).toBeGreaterThan(25);
    for (const [href, sourcedId] of refs) {
      const { body, status } = await roster.get(new URL(href).pathname);
      expect([href, status, (Object.values(body as object)[0] as Obj).sourcedId]).toEqual([href, 200, sourcedId]);
    }
  });

  it('answers a filter, a sort and pages as one would by hand, and never beyond the collection', async () => {
    const all = {} as Record<CollectionName, Obj[]>;
    for (const name of NAMES) all[name] = await listOf(name);
    const filled = NAMES.filter((name) => all[name].length > 0);
    const clauses = (name: CollectionName): fc.Arbitrary<Clause> => {
      const { fields } = COLLECTIONS[name].source(AT);
      return fc.constantFrom(...Object.keys(fields)).chain((field) => {
        const known = all[name].flatMap((object) => valuesAt(object, field.split('.')));
        const values = fc.constantFrom(...known, known[0]?.slice(1, 3) ?? "'");
        const dates = ['date', 'instant'].includes(fields[field]!.kind);
        const operators =
          fields[field]!.kind === 'many' ? ['=', '!='] : ['=', '!=', '>', '>=', '<', '<=', ...(dates ? [] : ['~'])];
        const value = dates ? fc.constantFrom(...known, '2020-01-01') : values;
        return fc.record({ field: fc.constant(field), operator: fc.constantFrom(...(operators as Operator[])), value });
      });
    };
    const asked = fc.constantFrom(...filled).chain((name) =>
      fc.record({
        name: fc.constant(name),
        first: clauses(name),
        second: fc.option(clauses(name)),
        join: fc.constantFrom('AND', 'OR'),
        limit: fc.integer({ min: 3, max: 40 }),
        orderBy: fc.constantFrom('asc', 'desc'),
        sort: fc.constantFrom(
          ...Object.entries(COLLECTIONS[name].source(AT).fields)
            .filter(([, { kind }]) => kind !== 'many')
            .map(([field]) => field),
        ),
      }),
    );
    await fc.assert(
      fc.asyncProperty(asked, async ({ name, first, second, join, limit, orderBy, sort }) => {
        const filter = second ? `${textOf(first)} ${join} ${textOf(second)}` : textOf(first);
        const expected = all[name].filter((object) => {
          const [a, b] = [holds(first, object), second && holds(second, object)];
          return b === null ? a : join === 'AND' ? a && b : a || b;
        });
        const { found, total } = await walk(name, { filter, limit, sort, orderBy });
        expect(new Set(found.map(({ sourcedId }) => sourcedId)).size).toBe(found.length);
        expect(total).toBe(found.length);
        const order = (objects: Obj[]): string[] => objects.map(({ sourcedId }) => sourcedId).sort();
        expect([filter, order(found)]).toEqual([filter, order(expected)]);
        const keys = found.map((object) => valuesAt(object, sort.split('.'))[0]).filter((key) => key !== undefined);
        const sorted = [...keys].sort((a, b) => (orderBy === 'asc' ? 1 : -1) * byCodePoint(a, b));
        expect(keys).toEqual(sorted);
      }),
      { numRuns: 120 },
    );
  });

  it('does not let an OR out of a relation', async () => {
    const inside = new Set(
      (await listOf(`classes/${campus.classes.se2401}/students`)).map(({ sourcedId }) => sourcedId),
    );
    expect([...inside].sort()).toEqual([...campus.students.slice(0, 4)]);
    for (const filter of ["status='active' OR status='tobedeleted'", "status!='x' OR sourcedId~''"]) {
      const found = await listOf(`classes/${campus.classes.se2401}/students`, { filter });
      expect(found.map(({ sourcedId }) => sourcedId).sort()).toEqual([...inside].sort());
      expect(
        (await listOf('students', { filter })).every(({ roles }) => JSON.stringify(roles).includes('"student"')),
      ).toBe(true);
      expect((await listOf('schools', { filter })).map(({ sourcedId }) => sourcedId)).toEqual([campus.school]);
    }
  });

  it('splits names so that they make the full name again', async () => {
    const found = new Map((await listOf('students')).map((user) => [user.sourcedId, user]));
    for (const { id, full, family, given } of extra.named)
      expect(found.get(id)).toMatchObject({ familyName: family, givenName: given, metadata: { fullName: full } });
  });

  it('tells what people are by their posts, and who belongs to a class when', async () => {
    expect((await one('users', campus.staff.counselorCs)).roles).toMatchObject([
      { roleType: 'primary', role: 'counselor', org: { sourcedId: campus.colleges.cs } },
    ]);
    expect((await one('users', campus.staff.psychologist)).roles).toMatchObject([{ role: 'ext:staff' }]);
    expect((await listOf('teachers')).map(({ sourcedId }) => sourcedId)).toEqual([campus.staff.classAdvisorSe2401]);
    expect(await listOf(`classes/${campus.classes.se2401}/teachers`)).toHaveLength(1);
    expect(await one('users', campus.students[0]!)).toMatchObject({ primaryOrg: { sourcedId: campus.majors.se } });
    const { memberships: m } = extra;
    expect(await one('enrollments', m.future)).toMatchObject({ status: 'active', beginDate: '2099-09-01' });
    expect(await one('enrollments', m.ended)).toMatchObject({ status: 'tobedeleted', endDate: '2026-01-20' });
    expect(await one('enrollments', m.deleted)).toMatchObject({ status: 'tobedeleted' });
    expect(await one('users', extra.left)).toMatchObject({ status: 'tobedeleted', enabledUser: 'false' });
    expect((await listOf(`students/${campus.students[0]}/classes`)).map(({ title }) => title).sort()).toEqual([
      '软工2401',
      '高等数学一班',
    ]);
    expect(await listOf(`students/${campus.students[2]}/classes`)).toHaveLength(1);
    expect(await one('classes', extra.teachingClass)).toMatchObject({ classType: 'scheduled', classCode: 'MA101-1' });
  });

  it('moves the date of what changed, so that a pull of changes finds it', async () => {
    const since = async (of: string, at: string): Promise<string[]> =>
      (await listOf(of, { filter: `dateLastModified>'${at}'` })).map(({ sourcedId }) => sourcedId).sort();
    const latest = async (of: string): Promise<string> =>
      (await page(of, { sort: 'dateLastModified', orderBy: 'desc', limit: 1 })).objects[0]!.dateLastModified;
    const before = {
      users: await latest('users'),
      enrollments: await latest('enrollments'),
      orgs: await latest('orgs'),
      classes: await latest('classes'),
    };
    for (const [of, at] of Object.entries(before)) expect([of, await since(of, at)]).toEqual([of, []]);

    const [, , , , quiet, moved, renamed] = campus.students;
    await test.query(
      sql`UPDATE directory.membership SET valid_to = '2026-11-30', updated_at = now() WHERE person_id = ${moved} AND unit_id = ${campus.classes.se2402}`,
    );
    await test.query(sql`UPDATE directory.person SET name = '学生柒', updated_at = now() WHERE id = ${renamed}`);
    await test.query(
      sql`UPDATE directory.unit SET name = '明德书院（新）', updated_at = now() WHERE id = ${campus.academies.mingde}`,
    );
    await test.query(
      sql`UPDATE staffing.appointment SET valid_to = '2026-11-30', updated_at = now() WHERE person_id = ${campus.staff.classAdvisorSe2401}`,
    );
    const changed = await since('users', before.users);
    expect(changed).toEqual([moved, renamed, campus.staff.classAdvisorSe2401].sort());
    expect(changed).not.toContain(quiet);
    expect(await since('orgs', before.orgs)).toEqual([campus.academies.mingde]);
    expect(await since('classes', before.classes)).toEqual([]);
    expect(await since('enrollments', before.enrollments)).toHaveLength(3);
    expect(await listOf('teachers')).toEqual([]);
    expect((await one('users', campus.staff.classAdvisorSe2401)).roles).toMatchObject([{ role: 'ext:staff' }]);
  });

  it('ends what ends by itself on the day, and its date moves with it', async () => {
    const [, , , , , , , , , last] = campus.students;
    await test.query(
      sql`UPDATE directory.membership SET valid_to = '2099-03-01', updated_at = '2026-01-01' WHERE person_id = ${last} AND unit_id = ${campus.classes.en2401}`,
    );
    const filter = `user.sourcedId='${last}'`;
    const state = async () => (await listOf('enrollments', { filter }))[0];
    expect(await state()).toMatchObject({ status: 'active' });
    test.clock.set('2099-03-01T00:30:00+08:00');
    try {
      expect(await state()).toMatchObject({ status: 'tobedeleted', dateLastModified: '2099-02-28T16:00:00.000Z' });
      expect(await listOf(`classes/${campus.classes.en2401}/students`)).toHaveLength(3);
    } finally {
      test.clock.set('2026-12-01T10:00:00+08:00');
    }
  });

  it('keeps the window and the query in its links', async () => {
    const { rels, total } = await page('orgs', {
      limit: 5,
      offset: 5,
      sort: 'name',
      filter: "status='active'",
      fields: 'sourcedId,name',
    });
    const at = (rel: string) => Object.fromEntries(new URL(rels[rel]!).searchParams);
    const rest = { limit: '5', sort: 'name', filter: "status='active'", fields: 'sourcedId,name' };
    expect(at('next')).toEqual({ ...rest, offset: '10' });
    expect(at('prev')).toEqual({ ...rest, offset: '0' });
    expect(at('first')).toEqual({ ...rest, offset: '0' });
    expect(at('last')).toEqual({ ...rest, offset: String(Math.floor((total - 1) / 5) * 5) });
    expect((await page('orgs', { limit: 100 })).rels).not.toHaveProperty('next');
    expect((await page('orgs', { offset: 10_000 })).objects).toEqual([]);
    expect(Object.keys((await page('orgs', { fields: 'name,sourcedId' })).objects[0]!).sort()).toEqual([
      'name',
      'sourcedId',
    ]);
  });

  it('writes down who took data of people', async () => {
    await test.query(sql`SELECT platform.seal_audit(1000)`);
    const entries = () =>
      test.query(sql`SELECT action, subject_kind, app FROM platform.audit WHERE action LIKE 'integration.oneroster.%'`);
    const before = (await entries()).length;
    await page('users', { limit: 1 });
    await page('orgs', { limit: 1 });
    await born.get(`${ROOT}/demographics/${campus.students[0]}`).expect(200);
    expect(await entries()).toHaveLength(before + 2);
  });

  it('asks the same few statements for a page of one and of many', async () => {
    const counted = async (limit: number): Promise<number> => {
      const submit = mock.method(pg.Query.prototype as unknown as { text: string; submit(to: object): void }, 'submit');
      try {
        await page('users', { limit });
        return submit.mock.calls.filter((call) => (call.this as { text: string }).text.includes('.published_own'))
          .length;
      } finally {
        submit.mock.restore();
      }
    };
    expect([await counted(1), await counted(100)]).toEqual([3, 3]);
  });

  it('is open to an app that an administrator gave the scopes to', async () => {
    const client = {
      clientId: 'timetable',
      name: '排课系统',
      grants: ['client_credentials'],
      permissions: [CORE, DEMOGRAPHICS],
    };
    const admin = await test.client('directory:client:write');
    const { body } = await admin.post('/directory/v1/clients', client).expect(201);
    const { secret } = body as { secret: string };
    const grant = new URLSearchParams({ grant_type: 'client_credentials', scope: CORE });
    const token = (scope: string) =>
      fetch(`${test.url}/directory/oauth/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${btoa(`timetable:${secret}`)}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ ...Object.fromEntries(grant), scope }),
      });
    const answer = await token(`${CORE} ${DEMOGRAPHICS}`);
    expect([answer.status, (await answer.json()) as object]).toEqual([
      200,
      expect.objectContaining({ scope: `${CORE} ${DEMOGRAPHICS}`, token_type: 'Bearer' }),
    ]);
    expect((await token(ROSTER)).status).toBe(400);
  });
});
