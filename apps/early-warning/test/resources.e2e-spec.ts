import { StudentErasedV1 } from '#contracts';
import { sql } from '#database';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { earlyWarning } from '../src/early-warning.module.js';
import { ResourceHandlers } from '../src/resources/resources.handlers.js';
import { daysAgo, holdSchedules, observe, retireShipped, secondOfficer, tell } from './kit.js';

const RESOURCES = '/early-warning/v1/resources';
const OFFERS = '/early-warning/v1/resource-offers';
const { students, staff } = campus;

interface Answer {
  id: string;
  version: number;
  status: string;
  student: { id: string };
  because: { zh: string } | null;
  actions: { action: string; allowed: boolean }[];
}

describe('resources', () => {
  let test: TestApp;
  let officer: Client;
  let second: Client;
  let counselor: Client;
  let pupil: Client[];

  const study = {
    kind: 'study',
    title: { zh: '学业辅导', en: 'Study groups' },
    offers: { zh: '每周三晚', en: 'Wednesday evenings' },
    because: { zh: '近来你借书不多', en: 'You borrowed few books lately' },
    departmentId: campus.department,
    firstDay: daysAgo(30),
    lastDay: daysAgo(-30),
    match: {
      features: { loans: { metric: 'book_loans', agg: 'sum', window: '14d' } },
      when: { le: [{ f: 'loans' }, 2] },
    },
  };
  const { because: _, ...silent } = study;
  const psychology = { ...silent, kind: 'psychology', title: { zh: '心理沙龙', en: 'Open evening' } };

  const published = async (body: object = study): Promise<string> => {
    const draft = (await officer.post(RESOURCES, body).expect(201)).body;
    await second.post(`${RESOURCES}/${draft.id}/publish`).set('If-Match', '"1"').expect(200);
    await drainEvents(test);
    return draft.id as string;
  };
  const match = () => test.database.transaction(null, (tx) => test.app.get(ResourceHandlers).everyMorning(tx));
  const offersOf = async (who: Client, query = ''): Promise<Answer[]> =>
    (await who.get(`${OFFERS}?limit=200${query}`).expect(200)).body.data as Answer[];
  const say = (who: Client, { id, version }: Answer, what: 'take-up' | 'decline') =>
    who.post(`${OFFERS}/${id}/${what}`).set('If-Match', `"${version}"`);
  const takenOf = async (id: string): Promise<number> =>
    (await test.query<{ taken: number }>(sql`SELECT taken FROM early_warning.resource WHERE id = ${id}`))[0]!.taken;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    await retireShipped(test);
    officer = await test.person(staff.schoolOfficer);
    second = await secondOfficer(test);
    counselor = await test.person(staff.counselorCs);
    pupil = await Promise.all(students.map((id) => test.person(id)));
    // Students 1, 2 and 9 borrow little, 3 to 6 much; of the others nothing is known.
    const app = await test.client();
    const loans = (student: number, n: number): [number, string, string, number] => [
      student,
      'book_loans',
      daysAgo(3),
      n,
    ];
    await observe(app, [...[0, 1, 8].map((i) => loans(i, 1)), ...[2, 3, 4, 5].map((i) => loans(i, 9))]);
  });
  afterEach(async () => {
    // What was published last may be matched still.
    await drainEvents(test);
    await test.query(sql`DELETE FROM early_warning.resource_offer`);
    await test.query(sql`DELETE FROM early_warning.resource_opt_out`);
    await test.query(sql`DELETE FROM early_warning.resource`);
  });
  afterAll(() => test?.close());

  it('are offered to whom they fit, with a reason for the student, and to nobody of whom too little is known', async () => {
    const id = await published();
    const [mine] = await offersOf(pupil[0]!);
    expect(mine).toMatchObject({ status: 'offered', origin: 'match', because: study.because, resource: { id } });
    expect(mine!.actions).toMatchObject([
      { action: 'take_up', allowed: true },
      { action: 'decline', allowed: true },
    ]);
    expect(await offersOf(pupil[2]!)).toEqual([]);
    expect(await offersOf(pupil[10]!)).toEqual([]);
    const rows = await test.query<{ id: string }>(
      sql`SELECT student_id AS id FROM early_warning.resource_offer ORDER BY 1`,
    );
    expect(rows.map((row) => row.id)).toEqual([students[0], students[1], students[8]]);
    const told = await test.query<{ payload: { offerIds: string[] } }>(
      sql`SELECT payload FROM events.event WHERE name = 'early-warning.resources-offered.v1'`,
    );
    expect(told.flatMap(({ payload }) => payload.offerIds)).toHaveLength(3);
    // Nobody else's, and students do not see whom it fits.
    await pupil[1]!.get(`${OFFERS}/${mine!.id}`).expect(404);
    expect((await pupil[0]!.get(`${RESOURCES}/${id}`).expect(200)).body.making).toBeNull();
    expect((await officer.get(`${RESOURCES}/${id}`)).body.making.publication).toMatchObject({
      fits: null,
      evaluated: 7,
    });
  });

  it('are published by a second person, and checked against the language, the catalogue and what may drive a match', async () => {
    const draft = (await officer.post(RESOURCES, study).expect(201)).body;
    const publish = (who: Client, version = 1) =>
      who.post(`${RESOURCES}/${draft.id}/publish`).set('If-Match', `"${version}"`);
    expect((await publish(officer).expect(409)).body.code).toBe('early-warning/resource-second-person-needed');
    await publish(second, 2).expect(412);
    await counselor.post(RESOURCES, study).expect(403);
    await pupil[0]!.get(`${RESOURCES}/${draft.id}`).expect(404);
    const wrong = async (more: object): Promise<string[]> =>
      (await officer.post(RESOURCES, { ...study, ...more })).body.errors.map((one: { pointer: string }) => one.pointer);
    expect(
      await wrong({ match: { ...study.match, features: { loans: { metric: 'none', agg: 'sum', window: '14d' } } } }),
    ).toEqual(['#/match/features/loans/metric']);
    expect(await wrong({ kind: 'nothing' })).toEqual(['#/kind']);
    expect(await wrong({ because: undefined })).toEqual(['#/because']);
    expect(await wrong({ kind: 'psychology' })).toEqual(['#/because']);
    expect(await wrong({ departmentId: students[0], lastDay: daysAgo(40) })).toEqual(['#/lastDay', '#/departmentId']);
    const hardship = {
      features: { loans: { metric: 'work_study_hours', agg: 'sum', window: '14d' } },
      when: study.match.when,
    };
    expect((await officer.post(RESOURCES, { ...study, match: hardship }).expect(422)).body.code).toBe(
      'early-warning/metric-refused',
    );
    await officer.put(`${RESOURCES}/${draft.id}`, study).set('If-Match', '"1"').expect(200);
    await publish(second, 2).expect(200);
    await officer.put(`${RESOURCES}/${draft.id}`, study).set('If-Match', '"3"').expect(409);
  });

  it('once declined are not offered again in the term, and are in the next', async () => {
    await published();
    const [mine] = await offersOf(pupil[0]!);
    await say(pupil[0]!, mine!, 'decline').expect(200);
    await match();
    expect((await offersOf(pupil[0]!)).map(({ status }) => status)).toEqual(['declined']);
    await test.query(
      sql`UPDATE early_warning.resource_offer SET term_starts_on = '2026-02-20' WHERE student_id = ${students[0]}`,
    );
    await match();
    expect((await offersOf(pupil[0]!)).map(({ status }) => status).sort()).toEqual(['declined', 'offered']);
  });

  it('have no more places than they have, whoever comes at once; one that is given back is free again', async () => {
    const id = await published({ ...study, capacity: 1 });
    const [one, two] = await Promise.all([offersOf(pupil[0]!), offersOf(pupil[1]!)]).then((all) =>
      all.map((of) => of[0]!),
    );
    const answers = await Promise.all([
      say(pupil[0]!, one!, 'take-up'),
      say(pupil[1]!, two!, 'take-up'),
      ...[2, 3, 4].map((i) => pupil[i]!.post(`${RESOURCES}/${id}/take-up`)),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect(await takenOf(id)).toBe(1);
    const who = answers.findIndex(({ status }) => status === 200);
    const mine = answers[who]!.body as Answer;
    await say(pupil[who]!, mine, 'take-up').expect(409);
    await say(pupil[who]!, mine, 'decline').expect(200);
    expect(await takenOf(id)).toBe(0);
    const chosen = (await pupil[5]!.post(`${RESOURCES}/${id}/take-up`).expect(200)).body as Answer;
    expect(chosen).toMatchObject({ status: 'taken_up', origin: 'own', because: null });
    expect((await pupil[who]!.get(`${OFFERS}/${mine.id}`)).body.actions[0]).toMatchObject({
      reason: { code: 'resource-full' },
    });
  });

  it('are seen by who answers for the student once taken up; of discreet kinds by nobody else, and without a reason', async () => {
    await published();
    const quiet = await published(psychology);
    const mine = await offersOf(pupil[0]!);
    expect(mine).toHaveLength(2);
    const open = mine.find(({ because }) => because!.zh.startsWith('学校'))!;
    expect(open).toMatchObject({ resource: { id: quiet } });
    expect(await offersOf(counselor)).toEqual([]);
    for (const offer of mine) await say(pupil[0]!, offer, 'take-up').expect(200);
    const [other] = await offersOf(pupil[8]!, '&status=offered');
    await say(pupil[8]!, other!, 'take-up').expect(200);
    const seen = await offersOf(counselor);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ student: { id: students[0] }, because: null });
    expect(seen[0]!.actions.every(({ allowed }) => !allowed)).toBe(true);
    await counselor.get(`${OFFERS}/${open.id}`).expect(404);
    await say(counselor, seen[0]!, 'decline').expect(403);
    for (const who of [officer, await test.client('early-warning:resource:read')])
      expect(await offersOf(who, `&resourceId=${quiet}`)).toEqual([]);
    const audits = await test.query(
      sql`SELECT 1 FROM platform.audit WHERE action = 'early-warning.resource-offers.list'`,
    );
    expect(audits.length).toBeGreaterThan(0);
  });

  it('of a kind that a student wants none of are not offered, until they want it again', async () => {
    const kinds = '/early-warning/v1/resource-kinds';
    await published();
    const out = (await pupil[0]!.put(`${kinds}/study/opt-out`).expect(200)).body.kinds;
    expect(out.find(({ key }: { key: string }) => key === 'study')).toMatchObject({ optedOut: true });
    expect(await offersOf(pupil[0]!)).toEqual([]);
    const again = await published();
    const rows = await test.query(sql`SELECT 1 FROM early_warning.resource_offer WHERE resource_id = ${again}`);
    expect(rows).toHaveLength(2);
    await pupil[0]!.delete(`${kinds}/study/opt-out`).expect(200);
    await match();
    expect(await offersOf(pupil[0]!)).toHaveLength(2);
    await pupil[0]!.put(`${kinds}/nothing/opt-out`).expect(404);
  });

  it('are counted for the whole school, without small numbers', async () => {
    const id = await published();
    await say(pupil[0]!, (await offersOf(pupil[0]!))[0]!, 'take-up').expect(200);
    const counts = (await officer.get(`${RESOURCES}/${id}/counts`).expect(200)).body;
    expect(counts).toMatchObject({ offered: null, takenUp: null, smallestCount: 10 });
    expect(counts.colleges.map(({ offered }: { offered: unknown }) => offered)).toEqual([null, null]);
    await counselor.get(`${RESOURCES}/${id}/counts`).expect(403);
  });

  it('end when they are withdrawn, and nothing of a student stays who is erased', async () => {
    const id = await published();
    for (const i of [0, 1]) await say(pupil[i]!, (await offersOf(pupil[i]!))[0]!, 'take-up').expect(200);
    const { version } = (await officer.get(`${RESOURCES}/${id}`)).body;
    await officer.post(`${RESOURCES}/${id}/withdraw`).set('If-Match', `"${version}"`).expect(200);
    expect((await pupil[8]!.post(`${RESOURCES}/${id}/take-up`).expect(409)).body.code).toBe(
      'early-warning/resource-not-open',
    );
    await pupil[0]!.put('/early-warning/v1/resource-kinds/career/opt-out').expect(200);
    expect(await takenOf(id)).toBe(2);
    await tell(test, [new StudentErasedV1(students[0]!)]);
    expect(await takenOf(id)).toBe(1);
    const left = await test.query(
      sql`SELECT 1 FROM early_warning.resource_offer WHERE student_id = ${students[0]} UNION ALL SELECT 1 FROM early_warning.resource_opt_out WHERE student_id = ${students[0]}`,
    );
    expect(left).toEqual([]);
  });
});
