import { sql } from '#database';
import { StudentErasedV1 } from '#contracts';
import { Events } from '#events';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { directory } from '../../directory/src/directory.module.js';
import { staffing } from '../../staffing/src/staffing.module.js';
import { integration } from '../src/integration.module.js';
import { GRADEBOOK as ROOT } from '../src/oneroster/objects.js';
import {
  COLLECTIONS,
  GRADEBOOK_ROUTES,
  GRADES,
  GRADES_CORE,
  GRADES_DELETE,
  GRADES_POST,
  GRADES_PUT,
  ROSTER,
} from '../src/oneroster/routes.js';
import { enrich, extra, type Obj } from './oneroster-kit.js';
import { errorMisfits, misfits } from './oneroster-schemas.js';

const [ANNA, BOB, CARL] = campus.students as [string, string, string];
const { se2401: CLASS, en2401: OTHER_CLASS } = campus.classes;
const COMMENT = '第二题可再想想';
const ref = (sourcedId: string, type: string) => ({
  href: `https://lms.example/${type}/${sourcedId}`,
  sourcedId,
  type,
});

const category = (sourcedId: string, more: object = {}) => ({ sourcedId, title: '作业', weight: 0.3, ...more });
const scale = (sourcedId: string, more: object = {}) => ({
  ...{ sourcedId, title: '五级制', type: '五级制', class: ref(CLASS, 'class') },
  ...{ scoreScaleValue: [{ itemValueLHS: '优秀', itemValueRHS: '90-100' }], ...more },
});
const lineItem = (sourcedId: string, more: object = {}) => ({
  ...{ sourcedId, title: '第一次作业', assignDate: '2026-11-02T00:00:00.000Z', dueDate: '2026-11-09T20:00:00.000Z' },
  ...{ class: ref(CLASS, 'class'), school: ref(campus.school, 'org'), category: ref('homework', 'category') },
  ...{ resultValueMin: 0, resultValueMax: 100, ...more },
});
const result = (sourcedId: string, student: string, more: object = {}) => ({
  ...{ sourcedId, lineItem: ref('quiz-1', 'lineItem'), student: ref(student, 'user'), scoreStatus: 'fully graded' },
  ...{ score: 86.5, scoreDate: '2026-11-10', comment: COMMENT, late: 'false', ...more },
});

describe('the gradebook by OneRoster 1.2', () => {
  let test: TestApp;
  let app: Client;
  let reader: Client;

  beforeAll(async () => {
    test = await TestApp.create([directory, staffing, integration]);
    app = await test.client(GRADES, GRADES_PUT, GRADES_POST, GRADES_DELETE);
    reader = await test.client(GRADES);
    await enrich(test);
    test.clock.set('2026-12-01T10:00:00+08:00');
    await put('categories', category('homework')).expect(201);
    await put('categories', category('exam', { title: '考试', weight: undefined })).expect(201);
    await put('scoreScales', scale('five')).expect(201);
    await put('lineItems', lineItem('quiz-1', { scoreScale: ref('five', 'scoreScale') })).expect(201);
    await put('lineItems', lineItem('quiz-2', { title: '第二次作业', resultValueMax: 10 })).expect(201);
    await put('lineItems', lineItem('other', { class: ref(OTHER_CLASS, 'class') })).expect(201);
    await put('results', result('r-anna', ANNA)).expect(201);
    await put('results', result('r-bob', BOB, { score: 9.5, textScore: '良好' })).expect(201);
    await put('results', result('r-anna-2', ANNA, { lineItem: ref('quiz-2', 'lineItem'), score: 7 })).expect(201);
  });
  afterAll(() => test?.close());

  const MEMBER = {
    categories: 'category',
    scoreScales: 'scoreScale',
    lineItems: 'lineItem',
    results: 'result',
  } as const;
  type Of = keyof typeof MEMBER;
  const put = (of: Of, object: { sourcedId: string }, client = app) =>
    client.put(`${ROOT}/${of}/${object.sourcedId}`, { [MEMBER[of]]: object });
  const list = async (of: string, query: Record<string, string | number> = {}): Promise<Obj[]> =>
    Object.values((await reader.get(`${ROOT}/${of}`).query(query).expect(200)).body as Record<string, Obj[]>)[0]!;
  const idsOf = async (of: string, query: Record<string, string | number> = {}): Promise<string[]> =>
    (await list(of, query)).map(({ sourcedId }) => sourcedId).sort();
  const one = async (of: Of, id: string): Promise<Obj> =>
    ((await reader.get(`${ROOT}/${of}/${id}`).expect(200)).body as Record<string, Obj>)[MEMBER[of]]!;
  const refused = (body: unknown): string => (body as { imsx_description: string }).imsx_description;

  it('answers its 15 reading operations as specified', async () => {
    expect(GRADEBOOK_ROUTES).toHaveLength(15);
    const of: Record<string, string> = { classes: CLASS, students: ANNA, schools: campus.school, lineItems: 'quiz-1' };
    const firsts: Record<string, string> = {
      categories: 'homework',
      scoreScales: 'five',
      lineItems: 'quiz-1',
      results: 'r-anna',
    };
    for (const route of GRADEBOOK_ROUTES) {
      const { kind, many, one: single } = COLLECTIONS[route.collection];
      const ids = [...route.parents.map((parent) => of[parent.of]!), firsts[route.collection]!];
      const { body, headers, status } = await reader.get(`${ROOT}/${route.path.replace(/:\w+/g, () => ids.shift()!)}`);
      expect([route.path, status]).toEqual([route.path, 200]);
      expect([route.path, misfits(body, route.single ? single : many, kind, route.single)]).toEqual([route.path, []]);
      if (!route.single) expect([route.path, Number(headers['x-total-count']) > 0]).toEqual([route.path, true]);
    }
    const reads = await test.client(ROSTER, GRADES);
    for (const object of [
      await one('results', 'r-anna'),
      await one('lineItems', 'quiz-1'),
      await one('scoreScales', 'five'),
    ])
      for (const { href, sourcedId } of Object.values(object) as { href?: string; sourcedId?: string }[])
        if (href) {
          const { body } = await reads.get(new URL(href).pathname).expect(200);
          expect((Object.values(body as object)[0] as Obj).sourcedId).toBe(sourcedId);
        }
  });

  it('finds results by class, line item and student, and no OR leads out of them', async () => {
    expect(await idsOf(`classes/${CLASS}/results`)).toEqual(['r-anna', 'r-anna-2', 'r-bob']);
    expect(await idsOf(`classes/${OTHER_CLASS}/results`)).toEqual([]);
    expect(await idsOf(`classes/${OTHER_CLASS}/lineItems`)).toEqual(['other']);
    expect(await idsOf(`classes/${OTHER_CLASS}/categories`)).toEqual(['homework']);
    expect(await idsOf(`classes/${CLASS}/lineItems/quiz-1/results`)).toEqual(['r-anna', 'r-bob']);
    const filter = "status='active' OR scoreStatus!='x'";
    expect(await idsOf(`classes/${CLASS}/students/${ANNA}/results`, { filter })).toEqual(['r-anna', 'r-anna-2']);
    await reader.get(`${ROOT}/classes/${CLASS}/students/${campus.staff.schoolOfficer}/results`).expect(404);
    // As numbers: as texts 9.5 would be more than 86.5.
    expect(await idsOf('results', { filter: "score>'9.5'" })).toEqual(['r-anna']);
    expect(await idsOf('results', { filter: "student.sourcedId='" + BOB + "' AND late='false'" })).toEqual(['r-bob']);
    const sorted = await list('results', { sort: 'score', orderBy: 'desc', fields: 'sourcedId,score' });
    expect(sorted.map(({ score }) => score)).toEqual([86.5, 9.5, 7]);
    const { body } = await reader.get(`${ROOT}/results`).query({ filter: "comment~'题'" }).expect(400);
    expect(errorMisfits(body)).toEqual([]);
    await reader.get(`${ROOT}/results`).query({ filter: "score>'much'" }).expect(400);
  });

  it('puts an object twice with one effect, and a change moves its date by the campus clock', async () => {
    await put('results', result('r-twice', CARL)).expect(201);
    const before = await one('results', 'r-twice');
    expect(before).toMatchObject({
      score: 86.5,
      comment: COMMENT,
      dateLastModified: expect.stringMatching(/^2026-12-01T02:00/) as string,
    });
    test.clock.set('2026-12-01T11:00:00+08:00');
    await put('results', result('r-twice', CARL, { score: 90, comment: undefined })).expect(200);
    const after = await one('results', 'r-twice');
    expect(after).toMatchObject({ score: 90, dateLastModified: expect.stringMatching(/^2026-12-01T03:00/) as string });
    expect(after).not.toHaveProperty('comment');
    expect(await idsOf('results', { filter: "dateLastModified>'2026-12-01T02:30:00Z'" })).toEqual(['r-twice']);
    await app.delete(`${ROOT}/results/r-twice`).expect(204);
    const both = await Promise.all([0, 1].map(() => put('categories', category('raced'))));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 201]);
    test.clock.set('2026-12-01T10:00:00+08:00');
  });

  it('refuses what does not go with the roster, names where, and changes nothing', async () => {
    const before = await list('results');
    const stranger = campus.students.at(-1)!;
    const cases: [Of, { sourcedId: string }, number, string][] = [
      ['results', result('x', stranger), 422, '#/result/student'],
      ['results', result('x', campus.staff.classAdvisorSe2401), 422, '#/result/student'],
      ['results', result('x', 'nobody'), 422, '#/result/student'],
      ['results', result('x', ANNA, { lineItem: ref('none', 'lineItem') }), 422, '#/result/lineItem'],
      ['results', result('x', ANNA, { class: ref(OTHER_CLASS, 'class') }), 422, '#/result/class'],
      ['results', result('x', ANNA, { score: 101 }), 422, '#/result/score'],
      ['results', result('x', ANNA, { scoreStatus: 'great' }), 400, '#/result/scoreStatus'],
      ['results', result('x', ANNA, { scoreDate: '2026-02-31' }), 400, '#/result/scoreDate'],
      ['results', result('x', ANNA, { late: true }), 400, '#/result/late'],
      ['results', result('x', ANNA, { foo: 1 }), 400, '#/result/foo'],
      ['lineItems', lineItem('x', { class: ref(extra.closedClass, 'class') }), 422, '#/lineItem/class'],
      ['lineItems', lineItem('x', { class: ref(campus.colleges.cs, 'class') }), 422, '#/lineItem/class'],
      ['lineItems', lineItem('x', { school: ref(campus.colleges.cs, 'org') }), 422, '#/lineItem/school'],
      ['lineItems', lineItem('x', { category: ref('none', 'category') }), 422, '#/lineItem/category'],
      [
        'lineItems',
        lineItem('x', { academicSession: ref('none', 'academicSession') }),
        422,
        '#/lineItem/academicSession',
      ],
      [
        'lineItems',
        lineItem('other', { scoreScale: ref('five', 'scoreScale'), class: ref(OTHER_CLASS, 'class') }),
        422,
        '#/lineItem/scoreScale',
      ],
      ['lineItems', lineItem('x', { resultValueMin: 200 }), 422, '#/lineItem/resultValueMax'],
      ['lineItems', lineItem('quiz-2', { class: ref(OTHER_CLASS, 'class') }), 422, '#/lineItem/class'],
      ['scoreScales', scale('x', { course: ref('none', 'course') }), 422, '#/scoreScale/course'],
      ['categories', category('x', { weight: 2 }), 400, '#/category/weight'],
    ];
    for (const [of, object, status, pointer] of cases) {
      const { body, status: got } = await put(of, object);
      expect([pointer, got, errorMisfits(body), refused(body).includes(pointer)]).toEqual([pointer, status, [], true]);
    }
    const { body } = await app.put(`${ROOT}/categories/y`, { category: category('z') }).expect(400);
    expect(refused(body)).toContain('#/category/sourcedId');
    expect(await list('results')).toEqual(before);
    for (const of of Object.keys(MEMBER)) await reader.get(`${ROOT}/${of}/x`).expect(404);
  });

  it('takes results of who has left the class since, and of nobody who was put into it by mistake', async () => {
    // Carl's membership of the teaching class ended in January; that of the class of English was deleted.
    await put('lineItems', lineItem('maths', { class: ref(extra.teachingClass, 'class') })).expect(201);
    const item = { lineItem: ref('maths', 'lineItem') };
    await put('results', result('r-carl', CARL, item)).expect(201);
    await put('results', result('x', CARL, { lineItem: ref('other', 'lineItem') })).expect(422);
    // Bob's begins later.
    await put('results', result('x', BOB, item)).expect(422);
    await app.delete(`${ROOT}/results/r-carl`).expect(204);
  });

  it('creates several at once under ids of its own, all or none, and once for a key', async () => {
    const post = (path: string, body: object, key = path) =>
      app.post(`${ROOT}/${path}`, body).set('Idempotency-Key', key.replace(/[^a-z0-9-]/gi, ''));
    type Pairs = { sourcedIdPairs: { suppliedSourcedId: string; allocatedSourcedId: string }[] };
    const pairs = ({ body }: { body: unknown }) => (body as Pairs).sourcedIdPairs;
    const [made] = pairs(await post(`classes/${CLASS}/lineItems`, { lineItems: [lineItem('mine')] }).expect(201));
    expect(made!.suppliedSourcedId).toBe('mine');
    const id = made!.allocatedSourcedId;
    expect(await one('lineItems', id)).toMatchObject({
      academicSession: { sourcedId: campus.term },
      title: '第一次作业',
    });
    await post(`schools/${campus.school}/lineItems`, { lineItems: [lineItem('mine')] }).expect(201);
    const graded = [ANNA, BOB].map((student, i) => result(`s-${i}`, student, { lineItem: ref(id, 'lineItem') }));
    const first = await post(`lineItems/${id}/results`, { results: graded }).expect(201);
    expect(pairs(first).map(({ suppliedSourcedId }) => suppliedSourcedId)).toEqual(['s-0', 's-1']);
    const again = await post(`lineItems/${id}/results`, { results: graded }).expect(201);
    expect(again.body).toEqual(first.body);
    expect(await list(`classes/${CLASS}/lineItems/${id}/results`)).toHaveLength(2);
    const term = `classes/${CLASS}/academicSessions/${campus.term}/results`;
    await post(term, { results: graded.slice(0, 1) }).expect(201);
    const bad = [graded[0]!, result('s-2', ANNA, { lineItem: ref('other', 'lineItem') })];
    const { body } = await post(term, { results: bad }, 'bad').expect(422);
    expect(refused(body)).toContain('#/results/1/lineItem');
    expect(await list(`classes/${CLASS}/lineItems/${id}/results`)).toHaveLength(3);
    await post(`classes/${OTHER_CLASS}/lineItems`, { lineItems: [lineItem('mine')] }, 'a').expect(422);
    await post(`lineItems/nothing/results`, { results: graded }, 'b').expect(404);
    await app.delete(`${ROOT}/lineItems/${id}`).expect(204);
    // Results go with what they are of, and say nothing more.
    for (const gone of await list(`classes/${CLASS}/lineItems/${id}/results`)) {
      expect(gone.status).toBe('tobedeleted');
      expect(Object.keys(gone)).not.toEqual(expect.arrayContaining(['score']));
      expect(gone).not.toHaveProperty('comment');
    }
  });

  it('deletes into tobedeleted, not what is referred to, and a put brings it back', async () => {
    for (const path of ['categories/homework', 'scoreScales/five']) {
      const { body } = await app.delete(`${ROOT}/${path}`).expect(409);
      expect(errorMisfits(body)).toEqual([]);
    }
    await app.delete(`${ROOT}/categories/nothing`).expect(404);
    await app.delete(`${ROOT}/categories/exam`).expect(204);
    const deleted = await one('categories', 'exam');
    expect(deleted).toMatchObject({ status: 'tobedeleted' });
    await app.delete(`${ROOT}/categories/exam`).expect(204);
    expect(await one('categories', 'exam')).toEqual(deleted);
    await put('lineItems', lineItem('x', { category: ref('exam', 'category') })).expect(422);
    await put('categories', category('exam')).expect(200);
    expect(await one('categories', 'exam')).toMatchObject({ status: 'active' });
    await put('results', result('r-bob', BOB, { status: 'tobedeleted' })).expect(200);
    const gone = await one('results', 'r-bob');
    expect([gone.status, 'score' in gone, 'textScore' in gone, 'comment' in gone]).toEqual([
      'tobedeleted',
      false,
      false,
      false,
    ]);
    await put('results', result('r-bob', BOB)).expect(200);
  });

  it('gives each scope its own', async () => {
    const core = await test.client(GRADES_CORE);
    const roster = await test.client(ROSTER);
    const person = await test.person(campus.staff.schoolOfficer);
    for (const route of GRADEBOOK_ROUTES) {
      const path = `${ROOT}/${route.path.replace(/:\w+/g, campus.school)}`;
      expect([path, (await core.get(path)).status === 403]).toEqual([path, route.parents.length > 0]);
      for (const other of [roster, person]) expect([path, (await other.get(path)).status]).toEqual([path, 403]);
    }
    const may = async (client: Client) => [
      (await put('categories', category('homework'), client)).status,
      (await client.post(`${ROOT}/classes/${CLASS}/lineItems`, { lineItems: [lineItem('x')] })).status,
      (await client.delete(`${ROOT}/results/nothing`)).status,
    ];
    expect(await may(await test.client(GRADES))).toEqual([403, 403, 403]);
    expect(await may(await test.client(GRADES_PUT))).toEqual([200, 403, 403]);
    expect(await may(await test.client(GRADES_POST))).toEqual([403, 201, 403]);
    expect(await may(await test.client(GRADES_DELETE))).toEqual([403, 403, 404]);
  });

  it('writes down who read and wrote results, and keeps comments sealed', async () => {
    const entries = async () => {
      await test.query(sql`SELECT platform.seal_audit(1000)`);
      return test.query<{ action: string; id: string }>(
        sql`SELECT action, subject_id AS id FROM platform.audit WHERE action LIKE 'integration.oneroster.%' ORDER BY action`,
      );
    };
    const before = (await entries()).length;
    await one('results', 'r-anna');
    await list(`classes/${CLASS}/results`);
    await list('lineItems');
    await put('results', result('r-anna', ANNA)).expect(200);
    const written = await entries();
    expect(written).toHaveLength(before + 3);
    expect(written).toContainEqual({ action: 'integration.oneroster.results', id: ANNA });
    expect(written).toContainEqual({ action: 'integration.oneroster.put-result', id: ANNA });
    const [kept] = await test.query<{ comment: Buffer }>(
      sql`SELECT comment FROM integration.gradebook_result WHERE sourced_id = 'r-anna'`,
    );
    expect(kept!.comment.includes(Buffer.from(COMMENT))).toBe(false);
  });

  it('forgets the results of a student who is erased, and nobody else’s', async () => {
    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(BOB)));
    await drainEvents(test);
    await reader.get(`${ROOT}/results/r-bob`).expect(404);
    expect(await idsOf(`classes/${CLASS}/students/${BOB}/results`)).toEqual([]);
    expect(await one('results', 'r-anna')).toMatchObject({ comment: COMMENT });
  });
});
