import { StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, type TestApp } from '#testing';
import { ACTIVITIES, ActivityTest, type Answer, at, codeOf, reasonOf, talk } from './activity-kit.js';
import { PDF } from './support.js';

const ORGANISATIONS = '/affairs/v1/organisations';
const MEMBERS = `${ORGANISATIONS}/members`;
const HONOURS = '/affairs/v1/honours';
const { colleges } = campus;

describe('organisations and honours', () => {
  const kit = new ActivityTest();
  let test: TestApp;
  let officer: Client;
  let students: Client[];
  beforeAll(async () => {
    await kit.start();
    ({ test, officer, students } = kit);
  });
  afterEach(() => test.clock.set(at('03-01', '09:00')));
  afterAll(() => test.close());

  const club = { unitId: colleges.cs, kind: 'club', name: '计算机爱好者协会', foundedOn: '2020-09-01' };
  const found = async (name: string): Promise<Answer> =>
    (await officer.post(ORGANISATIONS, { ...club, name }).expect(201)).body as Answer;
  const add = ({ id }: Answer, n: number, post: string, validFrom: string, validTo?: string) =>
    officer.post(`${ORGANISATIONS}/${id}/members`, {
      studentId: campus.students[n],
      post,
      validFrom,
      ...(validTo && { validTo }),
    });

  it('have one president at a time, and a student once, whatever is asked at the same time', async () => {
    const own = await found('摄影社');
    expect(codeOf(await officer.post(ORGANISATIONS, { ...club, name: '摄影社' }).expect(409))).toBe(
      'affairs/organisation-exists',
    );
    await kit.foreign.post(ORGANISATIONS, club).expect(403);
    await officer.post(ORGANISATIONS, { ...club, unitId: colleges.fl }).expect(404);
    const answers = await Promise.all([0, 1, 2].map((n) => add(own, n, 'president', '2026-09-01', '2027-09-01')));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    expect(codeOf(answers.find(({ status }) => status === 409)!)).toBe('affairs/organisation-post-held');
    const first = answers.find(({ status }) => status === 201)!.body as Answer;
    await add(own, 3, 'president', '2027-09-01').expect(201);
    await add(own, 4, 'officer', '2026-09-01').expect(201);
    expect(codeOf(await add(own, 4, 'member', '2027-01-01').expect(409))).toBe('affairs/organisation-member-already');
    expect((await add(own, 5, 'member', '2027-01-01', '2027-01-01').expect(422)).body.errors[0].pointer).toBe(
      '#/validTo',
    );
    // Entered by mistake: it never was, and another can be.
    await kit.done(officer, MEMBERS, first, 'end', { validTo: '2026-09-01' });
    await add(own, 5, 'president', '2026-09-01', '2027-09-01').expect(201);
    expect(reasonOf(await kit.see(students[0]!, ORGANISATIONS, own), 'change')).toBe('organisation-not-yours');
    const seen = async (who: Client) =>
      (await who.get(`${MEMBERS}?organisationId=${own.id}&on=2027-03-01`).expect(200)).body.data.length;
    expect(await Promise.all([officer, students[4]!, students[6]!, kit.foreign].map(seen))).toEqual([2, 1, 0, 0]);
  });

  it('hold activities, under the guidance of their own unit', async () => {
    const own = await found('话剧社');
    const activity = await kit.draft({ organisationId: own.id });
    expect(activity).toMatchObject({ organisationId: own.id, unitId: colleges.cs });
    const { body } = await officer.get(`${ACTIVITIES}?organisationId=${own.id}`).expect(200);
    expect(body.data.map(({ id }: Answer) => id)).toEqual([activity.id]);
    const refused = (more: object) =>
      kit.school.post(ACTIVITIES, { unitId: colleges.cs, ...talk, ...more }).expect(404);
    expect((await refused({ organisationId: newId() })).body.errors[0].pointer).toBe('#/organisationId');
    await refused({ organisationId: own.id, unitId: colleges.fl });
    await kit.done(officer, ORGANISATIONS, own, 'dissolve');
    await refused({ organisationId: own.id });
  });

  it('are counted by people who govern, each once', async () => {
    const [one, two] = [await found('青年志愿者协会'), await found('学生自治委员会')];
    const governance = async () => (await students[0]!.get(`${ORGANISATIONS}/governance`).expect(200)).body;
    const before = await governance();
    await add(one, 8, 'president', '2026-09-01').expect(201);
    await add(two, 8, 'member', '2026-09-01').expect(201);
    await add(two, 9, 'member', '2026-09-01').expect(201);
    await add(two, 10, 'member', '2027-09-01').expect(201);
    expect(await governance()).toMatchObject({
      date: '2027-03-01',
      students: before.students + 2,
      officers: before.officers + 1,
    });
    // Who has left the school governs it no more, also where nobody has ended the post.
    const [left] = (await kit.newcomers(1)) as [string];
    const post = { studentId: left, post: 'officer', validFrom: '2026-09-01' };
    await officer.post(`${ORGANISATIONS}/${two.id}/members`, post).expect(201);
    expect(await governance()).toMatchObject({ students: before.students + 3, officers: before.officers + 2 });
    await test.query(sql`UPDATE directory.person SET active = FALSE WHERE id = ${left}`);
    expect(await governance()).toMatchObject({ students: before.students + 2, officers: before.officers + 1 });
    const gone = await kit.done(officer, ORGANISATIONS, two, 'dissolve');
    expect(await governance()).toMatchObject({ students: before.students + 1 });
    expect(codeOf(await add(gone, 11, 'member', '2027-01-01').expect(409))).toBe('affairs/organisation-dissolved');
  });

  const heldBy = async (query: string) =>
    (await officer.get(`${MEMBERS}?${query}&sort=validFrom`).expect(200)).body.data.map(
      ({ validFrom, validTo }: Record<string, string | null>) => [validFrom, validTo],
    );
  const toldOf = async (n: number) =>
    (
      await test.query(
        sql`SELECT FROM events.event WHERE name = 'affairs.organisation-member-changed.v1' AND payload->>'studentId' = ${campus.students[n]!}`,
      )
    ).length;

  it('end the posts in them when they are dissolved', async () => {
    const [own, other] = [await found('棋社'), await found('书画社')];
    await add(own, 5, 'president', '2026-09-01').expect(201);
    await add(own, 6, 'officer', '2026-09-01', '2027-09-01').expect(201);
    await add(own, 7, 'member', '2025-09-01', '2026-09-01').expect(201);
    await add(own, 8, 'member', '2027-03-02').expect(201);
    await add(other, 5, 'member', '2026-09-01').expect(201);
    const before = await Promise.all([5, 6, 7, 8].map(toldOf));
    const gone = await kit.done(officer, ORGANISATIONS, own, 'dissolve');
    expect(gone).toMatchObject({ status: 'dissolved', members: 0 });
    expect(await heldBy(`organisationId=${own.id}`)).toEqual([
      ['2025-09-01', '2026-09-01'],
      ['2026-09-01', '2027-03-01'],
      ['2026-09-01', '2027-03-01'],
      // What had not begun never was.
      ['2027-03-02', '2027-03-02'],
    ]);
    expect(await heldBy(`organisationId=${other.id}`)).toEqual([['2026-09-01', null]]);
    const after = await Promise.all([5, 6, 7, 8].map(toldOf));
    expect(after.map((n, i) => n - before[i]!)).toEqual([1, 1, 0, 1]);
    // What was said can be corrected, not into a time in which there was none.
    const [{ id, version }] = (await officer.get(`${MEMBERS}?organisationId=${own.id}&post=officer`).expect(200)).body
      .data as [Answer];
    const end = (validTo: string) => officer.post(`${MEMBERS}/${id}/end`, { validTo }).set('If-Match', `"${version}"`);
    expect(codeOf(await end('2027-03-02').expect(409))).toBe('affairs/organisation-dissolved');
    await end('2027-02-01').expect(200);
  });

  it('have the post of an erased student free again; that it was held stays', async () => {
    const own = await found('合唱团');
    await add(own, 9, 'president', '2026-09-01').expect(201);
    await add(own, 8, 'member', '2026-09-01').expect(201);
    await test.database.transaction(null, (tx) =>
      test.app.get(Events).publish(tx, new StudentErasedV1(campus.students[9]!)),
    );
    await drainEvents(test);
    expect(await heldBy(`organisationId=${own.id}&post=president`)).toEqual([['2026-09-01', '2027-03-01']]);
    expect(await heldBy(`organisationId=${own.id}&post=member`)).toEqual([['2026-09-01', null]]);
    await add(own, 7, 'president', '2027-03-01').expect(201);
  });

  describe('an honour', () => {
    const honour = { unitId: colleges.cs, title: '全国先进班集体', level: 'national', year: 2026, awardedBy: '教育部' };
    const ofStudent = {
      ...honour,
      unitId: undefined,
      studentId: campus.students[0],
      title: '优秀学生干部',
      level: 'school',
    };
    const told = (name: string, id: string) =>
      test.query(
        sql`SELECT payload FROM events.event WHERE name = ${`affairs.honour-${name}.v1`} AND payload->>'honourId' = ${id}`,
      );

    it('of a unit is verified by another than who recorded it, seen by all, found, and can be withdrawn', async () => {
      const file = await officer
        .post('/affairs/v1/files?purpose=honour-evidence')
        .attach('file', PDF, '证书.pdf')
        .expect(201);
      const own = (await officer.post(HONOURS, { ...honour, evidence: [(file.body as Answer).id] }).expect(201))
        .body as Answer;
      expect(own).toMatchObject({ status: 'recorded', student: null, evidence: [{ name: '证书.pdf' }] });
      expect(codeOf(await officer.post(HONOURS, honour).expect(409))).toBe('affairs/honour-exists');
      await students[0]!.get(`${HONOURS}/${own.id}`).expect(404);
      expect(codeOf(await kit.act(officer, HONOURS, own, 'verify').expect(409))).toBe(
        'affairs/honour-verified-by-another',
      );
      await kit.act(kit.foreign, HONOURS, own, 'verify').expect(403);
      const verified = await kit.done(kit.school, HONOURS, own, 'verify');
      expect(await told('recorded', own.id)).toEqual([
        { payload: { honourId: own.id, unitId: colleges.cs, studentId: null } },
      ]);
      const find = async (query: string) =>
        (await students[9]!.get(`${HONOURS}?${query}`).expect(200)).body.data.map(({ id }: Answer) => id);
      expect(await find(`q=${encodeURIComponent('先进班')}&level=national&year=2026`)).toEqual([own.id]);
      expect(await find(`q=${encodeURIComponent('先%班')}`)).toEqual([]);
      expect(await find('level=city')).toEqual([]);
      await students[9]!.get(`/affairs/v1/files/${(file.body as Answer).id}/content`).expect(200);
      expect(reasonOf(await kit.see(students[9]!, HONOURS, own), 'withdraw')).toBe('honour-not-yours');
      await kit.done(kit.school, HONOURS, verified, 'withdraw');
      await students[9]!.get(`${HONOURS}/${own.id}`).expect(404);
      expect(await told('withdrawn', own.id)).toHaveLength(1);
      await officer.post(HONOURS, honour).expect(201);
    });

    it('of a student is theirs and of who answers for them, and is lost when they are erased', async () => {
      const own = (await students[0]!.post(HONOURS, ofStudent).expect(201)).body as Answer;
      for (const other of [students[1]!, kit.foreign]) await other.get(`${HONOURS}/${own.id}`).expect(404);
      await students[1]!.post(HONOURS, { ...ofStudent, title: '三好学生' }).expect(404);
      await kit.counselor.get(`${HONOURS}/${own.id}`).expect(200);
      await kit.act(students[0]!, HONOURS, own, 'verify').expect(403);
      await kit.done(officer, HONOURS, own, 'verify');
      const reads = await test.query(
        sql`SELECT FROM platform.audit WHERE action = 'affairs.honour.read' AND subject_id = ${own.id}`,
      );
      expect(reads).toHaveLength(1);
      await test.database.transaction(null, async (tx) => {
        await test.app.get(Events).publish(tx, new StudentErasedV1(campus.students[0]!));
      });
      await drainEvents(test);
      expect(await kit.see(officer, HONOURS, own)).toMatchObject({
        status: 'verified',
        title: null,
        awardedBy: '',
        level: 'school',
      });
    });

    it('says what is wrong with it', async () => {
      const wrong = async (body: object, status: number, pointer: string) =>
        expect((await officer.post(HONOURS, body).expect(status)).body.errors[0].pointer).toBe(pointer);
      await wrong({ ...honour, studentId: campus.students[1] }, 422, '#/unitId');
      await wrong({ ...honour, unitId: undefined }, 422, '#/unitId');
      await wrong({ ...honour, year: 2028 }, 422, '#/year');
      await wrong({ ...honour, unitId: newId() }, 404, '#/unitId');
      await wrong({ ...honour, level: 'world' }, 400, '#/level');
      await wrong({ ...honour, title: '另一项', evidence: [newId()] }, 422, '#/evidence/0');
    });
  });
});
