import supertest from 'supertest';
import { query, sql } from '#database';
import { type Fixture, startFixture } from './fixture.js';

const PATH = '/safety/v1/notes';
const UUID = '0199e3a4-7c1b-7d2e-8f30-5a6b7c8d9e0f';
let fixture: Fixture;
const agent = () => supertest(fixture.url);
const echo = (body: object | string) =>
  agent().post(`${PATH}/echo`).type('json').set('Accept-Language', 'en').send(body);
const note = { title: 'a', weight: 1 };

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

async function countNotes(title: string): Promise<number> {
  const [row] = await query<{ n: number }>(
    fixture.database.connection,
    sql`SELECT count(*)::int AS n FROM fixture.note WHERE title = ${title}`,
  );
  return row!.n;
}

describe('bodies', () => {
  const bad: [string, object, string][] = [
    ['missing', { title: 'a' }, '#/weight'],
    ['null', { title: null, weight: 1 }, '#/title'],
    ['number as text', { title: 'a', weight: '1' }, '#/weight'],
    ['fraction', { title: 'a', weight: 1.5 }, '#/weight'],
    ['range', { title: 'a', weight: 101 }, '#/weight'],
    ['too long', { title: 'x'.repeat(51), weight: 1 }, '#/title'],
    ['control character', { title: 'a\nb', weight: 1 }, '#/title'],
    ['object for a scalar', { title: { $gt: '' }, weight: 1 }, '#/title'],
    ['nested', { ...note, place: { building: 'A', floor: 99 } }, '#/place/floor'],
    ['array for an object', { ...note, place: [{ building: 'A', floor: 1 }] }, '#/place'],
    ['text for an object', { ...note, place: 'A' }, '#/place'],
    [
      'list item',
      {
        ...note,
        places: [
          { building: 'A', floor: 1 },
          { building: '', floor: 1 },
        ],
      },
      '#/places/1/building',
    ],
    ['list of wrong things', { ...note, places: [1] }, '#/places/0'],
    ['too many items', { ...note, places: Array(4).fill({ building: 'A', floor: 1 }) }, '#/places'],
    ['plain list item', { ...note, personIds: [UUID, 'x'] }, '#/personIds/1'],
    ['repeated items', { ...note, personIds: [UUID, UUID] }, '#/personIds'],
    ['code', { ...note, level: 'middle' }, '#/level'],
    ['inherited name as a code', { ...note, level: 'toString' }, '#/level'],
    ['date that does not exist', { ...note, date: '2026-02-29' }, '#/date'],
    ['instant without offset', { ...note, at: '2026-02-01T10:00:00' }, '#/at'],
    ['null where optional', { ...note, ratio: null }, '#/ratio'],
    ['flag as text', { ...note, open: 'true' }, '#/open'],
    ['big free object', { ...note, extra: { a: 'x'.repeat(600) } }, '#/extra'],
    ['unknown property', { ...note, createdBy: 'me' }, '#/createdBy'],
    ['unknown nested property', { ...note, place: { building: 'A', floor: 1, role: 'x' } }, '#/place/role'],
    ['array as body', [note], '#'],
  ];
  it.each(bad)('refuses: %s', async (_, body, pointer) => {
    const answer = await echo(body).expect(400);
    expect(answer.body.code).toBe('http/invalid');
    expect(answer.body.errors.map((error: { pointer: string }) => error.pointer)).toEqual([pointer]);
  });

  it.each(['role', 'deptId', 'status', 'createdBy', 'version'])('refuses the extra field %s (json-5)', async (name) => {
    expect((await echo({ ...note, [name]: 1 })).body.errors[0].pointer).toBe(`#/${name}`);
  });

  it('says what is wrong in both languages', async () => {
    const en = await echo({ title: 'a', weight: 101 });
    expect(en.body.errors[0].detail).toBe('must be between 0 and 100');
    const zh = await echo({ title: 'a', weight: 101 }).set('Accept-Language', 'zh-CN');
    expect(zh.body.errors[0].detail).toBe('必须在 0 到 100 之间');
  });

  it('gives rare names back byte for byte (json-4)', async () => {
    for (const title of ['\u{30EDD}\u{30EDD}面', '阿卜杜拉·买买提', 'é', 'e\u0301', '\u{30EDD}'.repeat(50)]) {
      expect((await echo({ ...note, title }).expect(200)).body.title).toBe(title);
    }
    expect((await agent().post(PATH).send({ title: '\u{30EDD}·é', weight: 1 }).expect(201)).body.title).toBe(
      '\u{30EDD}·é',
    );
  });

  it('takes what is right', async () => {
    const full = {
      ...note,
      text: null,
      place: { building: 'A', floor: -1 },
      places: [],
      personIds: [UUID],
      level: 'high',
      date: '2024-02-29',
      at: '2026-09-01T07:30:00.123+08:00',
      ratio: 0.5,
      open: false,
      parentId: UUID,
      extra: { any: [1, { thing: true }] },
    };
    expect((await echo(full).expect(200)).body).toEqual(full);
  });

  it.each<[string, string]>([
    ['deep nesting (json-1)', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['depth 33', `{"extra":${'{"a":'.repeat(32)}1${'}'.repeat(32)},"title":"a","weight":1}`],
    ['a key twice (json-2)', '{"title":"a","weight":1,"weight":2}'],
    ['a key twice, escaped', '{"title":"a","weight":1,"w\\u0065ight":2}'],
    ['lone surrogate (json-3)', '{"title":"\\ud800","weight":1}'],
    ['NUL', '{"title":"a\\u0000","weight":1}'],
    ['NUL in a free object', '{"title":"a","weight":1,"extra":{"a\\u0000":1}}'],
    ['__proto__', '{"title":"a","weight":1,"extra":{"__proto__":{"x":1}}}'],
    ['constructor', '{"title":"a","weight":1,"constructor":{"prototype":{}}}'],
    ['a key that every object has', '{"title":"a","weight":1,"extra":{"toString":1}}'],
    ['a byte order mark', '\uFEFF{"title":"a","weight":1}'],
    ['1e400', '{"title":"a","weight":1e400}'],
    ['not JSON', '{"title":"a",}'],
    ['cut off', '{"title":"a'],
    ['text', '"a"'],
    ['null', 'null'],
    ['nothing', ''],
  ])('refuses %s', async (_, body) => {
    const answer = await echo(body);
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });

  it.each(['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'])('points at the key %s', async (key) => {
    const answer = await echo(`{"title":"a","weight":1,"${key}":1}`).expect(400);
    expect(answer.body.errors).toEqual([{ pointer: `#/${key}`, detail: 'is not allowed as a key' }]);
  });

  it('escapes control characters of a key in its pointer', async () => {
    const answer = await echo('{"title":"a","weight":1,"a\\u0001\\u007fb":1}').expect(400);
    expect(answer.body.errors[0].pointer).toBe('#/a\\u0001\\u007fb');
  });

  it('refuses an object of too many keys before it is checked key by key', async () => {
    const keys = (n: number) => Array.from({ length: n }, (_, i) => `"k${i}":1`).join(',');
    const answer = await echo(`{${keys(80_000)}}`).expect(400);
    expect(answer.body.errors).toEqual([
      { pointer: '#/k1000', detail: 'is one key too many: an object may have 1000' },
    ]);
    // So many are taken, and each is looked at.
    expect((await echo(`{${keys(1_000)}}`).expect(400)).body.errors).toHaveLength(100);
  });

  it('takes more keys where a route takes more bytes', async () => {
    const rows = (n: number) => ({ rows: Array.from({ length: n }, () => ({ a: 1, b: 2, c: 3, d: 4, e: 5 })) });
    const big = (n: number) => agent().post(`${PATH}/big`).set('Accept-Language', 'en').send(rows(n));
    await big(11_000).expect(200);
    expect((await big(13_000).expect(400)).body.errors[0].detail).toBe('is one key too many: a body may have 60000');
  });

  it.each(['application/json; charset=gbk', 'application/merge-patch+json', 'application/vnd.api+json'])(
    'refuses %s',
    async (type) => {
      await agent().post(`${PATH}/echo`).set('Content-Type', type).send(JSON.stringify(note)).expect(415);
    },
  );

  it('takes JSON whatever the case of its type', async () => {
    const send = (type: string) => agent().post(`${PATH}/echo`).set('Content-Type', type).send(JSON.stringify(note));
    await send('Application/JSON; charset="UTF-8"').expect(200);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const request = agent().post(`${PATH}/echo`).type('json');
    request.write(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) as never);
    expect((await request).status).toBe(400);
  });
});

describe('queries and paths', () => {
  it.each([
    'limit=',
    'limit=0',
    'limit=201',
    'limit=1000000',
    'limit=1e400',
    'limit=1e1',
    'limit=%201',
    'limit=0x10',
    'limit=1.5',
    'limit=-1',
    'limit=NaN',
    'limit=1&limit=2',
    'limit[a]=1',
    'page=1000000000',
    'open=1',
    'open=',
    'open=TRUE',
    'weight=a',
    'weight=1&weight=b',
    'cursor=',
    'cursor=x',
    'cursor=%00',
    `cursor=${Buffer.from('["",1]').toString('base64url')}`,
    `cursor=${Buffer.from('["title","a","b"]').toString('base64url')}`,
    `cursor=${Buffer.from('["","x","y"]').toString('base64url')}`,
    'sort=id',
    'sort=--title',
    'sort=(CASE%20WHEN%20(SELECT%201)=1%20THEN%20id%20ELSE%20title%20END)',
    'sort=title&sort=createdAt',
    '__proto__=1',
    'constructor=1',
    'a%00=1',
  ])('refuses ?%s (http-4, http-6)', async (search) => {
    const answer = await agent().get(`${PATH}?${search}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'http/invalid']);
  });

  it('takes numbers, flags and lists of a query', async () => {
    await agent().get(`${PATH}?limit=2&open=true&weight=1&weight=2&sort=-title`).expect(200);
    await agent().get(`${PATH}?weight=1`).expect(200);
  });

  it.each(['1', '2147483648', '-1', '1.5', '1e400', 'x', `${UUID}0`, '%00'])(
    'refuses the id %s (http-5)',
    async (id) => {
      const answer = await agent().get(`${PATH}/${id}`);
      expect(answer.status).toBe(400);
      if (answer.body.errors) expect(answer.body.errors[0].pointer).toBe(':id');
    },
  );

  it('refuses a query parameter where the route takes none, and writes nothing', async () => {
    const answer = await agent().post(`${PATH}?dryRun=true`).send({ title: 'unasked', weight: 1 }).expect(400);
    expect(answer.body.errors).toMatchObject([{ pointer: '?dryRun' }]);
    expect(await countNotes('unasked')).toBe(0);
    await agent().get(`${PATH}/${UUID}?foo=1`).expect(400);
  });

  it('filters by several values and by the time of the last change, and counts on request', async () => {
    for (const title of ['f1', 'f2', 'f3']) await agent().post(PATH).send({ title, weight: 1 }).expect(201);
    const page = await agent().get(`${PATH}?title=f1&title=f3&limit=1&total=true`).expect(200);
    expect([page.body.total, page.body.data.length]).toEqual([2, 1]);
    expect((await agent().get(`${PATH}?title=f1`)).body).not.toHaveProperty('total');
    const later = encodeURIComponent(new Date(Date.now() + 60_000).toISOString());
    expect((await agent().get(`${PATH}?updatedSince=${later}&total=true`).expect(200)).body.total).toBe(0);
    const at = (offset: string) => agent().get(`${PATH}?updatedSince=2026-11-21T08:00:00${encodeURIComponent(offset)}`);
    await at('+14:00').expect(200);
    expect((await at('+14:30').expect(400)).body.errors[0].pointer).toBe('?updatedSince');
  });

  it('refuses a cursor that was changed, of other filters, or of another list', async () => {
    for (const title of ['c1', 'c2']) await agent().post(PATH).send({ title, weight: 1 }).expect(201);
    const { nextCursor } = (await agent().get(`${PATH}?title=c1&title=c2&limit=1`).expect(200)).body;
    await agent().get(`${PATH}?title=c1&title=c2&limit=2&cursor=${nextCursor}`).expect(200);
    const bytes = Buffer.from(nextCursor, 'base64url');
    expect(bytes.toString('latin1')).not.toContain('c1');
    const changed = Buffer.from(bytes);
    changed[changed.length - 1]! ^= 1;
    const plain = (value: string) => Buffer.from(JSON.stringify([value, UUID]));
    for (const forged of [changed, plain('infinity'), plain('now'), bytes.subarray(1), bytes.subarray(0, 8)]) {
      const cursor = forged.toString('base64url');
      const answer = await agent().get(`${PATH}?title=c1&title=c2&limit=1&cursor=${cursor}`).expect(400);
      expect(answer.body.errors[0].pointer).toBe('?cursor');
    }
    for (const other of [`${PATH}?title=c1`, `${PATH}?title=c1&title=c2&sort=title`])
      await agent().get(`${other}&limit=1&cursor=${nextCursor}`).expect(400);
  });

  it('walks all pages in each order without losing or repeating a row', async () => {
    await query(
      fixture.database.connection,
      sql`INSERT INTO fixture.note SELECT gen_random_uuid(), now() + (i % 4) * interval '1 microsecond', now(), 1, 'walk', i
          FROM generate_series(1, 23) i`,
    );
    const total = (await query(fixture.database.connection, sql`SELECT 1 FROM fixture.note`)).length;
    for (const sort of ['', 'sort=title&', 'sort=-createdAt&', 'sort=createdAt&']) {
      const seen = new Set<string>();
      let next: string | undefined = `${PATH}?${sort}limit=5`;
      while (next) {
        const page = (await agent().get(next).expect(200)) as supertest.Response;
        for (const row of page.body.data as { id: string }[]) {
          expect(seen.has(row.id)).toBe(false);
          seen.add(row.id);
        }
        next = /^<(.*)>; rel="next"$/.exec(page.headers['link'] ?? '')?.[1];
        expect(next === undefined).toBe(page.body.nextCursor === null);
      }
      expect(seen.size).toBe(total);
    }
  });
});

describe('versions', () => {
  it('answers 304, 412, 428 and 400 (race-3)', async () => {
    const created = await agent().post(PATH).send({ title: 'v', weight: 1 }).expect(201);
    const path = `${PATH}/${created.body.id}`;
    expect(created.headers['location']).toBe(path);
    expect(created.headers['etag']).toBe('"1"');
    const first = await agent().get(path).expect(200);
    expect(first.headers['etag']).toBe('"1"');
    const same = await agent().get(path).set('If-None-Match', 'W/"9", "1"').expect(304);
    expect(same.text).toBe('');
    for (const method of ['put', 'patch'] as const) {
      expect((await agent()[method](path).send({ title: 'w' }).expect(428)).body.code).toBe('http/if-match-required');
      await agent()[method](path).set('If-Match', 'abc').send({ title: 'w' }).expect(400);
    }
    const changed = await agent().patch(path).set('If-Match', '"1"').send({ title: 'w' }).expect(200);
    expect(changed.headers['etag']).toBe('"2"');
    expect((await agent().put(path).set('If-Match', '"1"').send({ title: 'x' }).expect(412)).body.code).toBe(
      'http/stale',
    );
    await agent().get(path).set('If-None-Match', '"1"').expect(200);
    for (const broken of ['1', '"1', `"${'x'.repeat(300)}"`]) {
      const refused = await agent().get(path).set('If-None-Match', broken).expect(400);
      expect(refused.body.errors[0].pointer).toBe('If-None-Match');
    }
  });

  it('lets one of many writers win', async () => {
    const { body } = await agent().post(PATH).send({ title: 'v', weight: 1 });
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        agent()
          .put(`${PATH}/${body.id}`)
          .set('If-Match', '"1"')
          .send({ title: `w${i}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(412)]);
  });
});
