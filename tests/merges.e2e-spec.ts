import { newId, sql } from '#database';
import { campus, type Client, drainEvents, studentNumbers, TestApp } from '#testing';
import { form, submit } from '../apps/affairs/test/support.js';
import { services } from '../apps/campus/src/services.js';
import {
  csv,
  type FinishedJob,
  HEADERS,
  importFile,
  smallSet,
  user,
  zipSet,
} from '../apps/directory/test/roster-files.js';

const PATH = '/directory/v1/merges';
const NOTHING = { create: 0, change: 0, close: 0 };

interface Merge {
  id: string;
  version: number;
  status: string;
  actions: string[];
  note: { zh: string; en: string } | null;
  rows: { service: string; rows: number }[];
  changes: { what: string; how: string; source: string | null }[];
}

describe('merging two records of a person', () => {
  let test: TestApp;
  let officer: Client;
  let second: Client;
  let token: string;

  beforeEach(async () => {
    test = await TestApp.create(services);
    officer = await test.person(campus.staff.schoolOfficer);
    const app = await test.client();
    token = app.token;
    // A second officer of the whole school.
    const post = { kind: 'student_affairs_officer', unitId: campus.school, fullTime: true, validTo: null };
    const values = { ...post, personId: campus.staff.counselorFl, validFrom: '2026-01-01' };
    await app.post('/staffing/v1/appointments', values).expect(201);
    await drainEvents(test);
    second = await test.person(campus.staff.counselorFl);
  });
  afterEach(() => test?.close());

  const pair = (kept: number, givenUp: number) => ({
    keptId: campus.students[kept]!,
    givenUpId: campus.students[givenUp]!,
  });
  const see = async (id: string): Promise<Merge> => (await officer.get(`${PATH}/${id}`).expect(200)).body as Merge;
  const propose = async (body: { keptId: string; givenUpId: string }): Promise<Merge> => {
    const { id } = (await officer.post(PATH, { ...body, ground: 'second_source' }).expect(201)).body as Merge;
    await drainEvents(test);
    return see(id);
  };
  const act = (who: Client, { id, version }: Merge, action: string) =>
    who.post(`${PATH}/${id}/${action}`).set('If-Match', `"${version}"`);
  const confirm = async (merge: Merge): Promise<Merge> => {
    await act(second, merge, 'confirm').expect(200);
    await drainEvents(test);
    return see(merge.id);
  };
  const merged = async (body: { keptId: string; givenUpId: string }): Promise<Merge> => {
    const done = await confirm(await propose(body));
    expect(done).toMatchObject({ status: 'done', note: null });
    return done;
  };
  const run = async (source: string, files = smallSet(), query = ''): Promise<FinishedJob> => {
    // Never the very same bytes, which would be answered with the job of before.
    const zip = await zipSet(files, { 'source.systemName': newId() });
    const job = await importFile(test, token, `roster?source=${source}${query}`, zip);
    expect([job.status, job.errors]).toEqual(['succeeded', []]);
    return job;
  };
  const idOf = async (number: string): Promise<string> =>
    (await test.query<{ id: string }>(sql`SELECT id FROM directory.person WHERE number = ${number}`))[0]!.id;
  /** All that a merge may touch. */
  const roster = () =>
    test.query(sql`SELECT to_jsonb(t) - '{version,updated_at}'::text[] AS row FROM directory.person t
      UNION ALL SELECT to_jsonb(t) - '{version,updated_at}'::text[] FROM directory.membership t
      UNION ALL SELECT to_jsonb(t) - '{version,updated_at}'::text[] FROM directory.residence t
      UNION ALL SELECT to_jsonb(t) FROM directory.membership_closure t
      UNION ALL SELECT to_jsonb(t) FROM directory.source_link t ORDER BY 1`);
  const person = async (id: string) => (await officer.get(`/directory/v1/people/${id}`).expect(200)).body as object;

  const library = () =>
    smallSet({
      users: csv(HEADERS.users, user('x1', '张', '三一', '900001'), user('x2', '张', '三2', '002602')),
      roles: csv(HEADERS.roles, 'r1,,,x1,primary,student,2026-08-15,,o2,', 'r2,,,x2,primary,student,2026-09-01,,o2,'),
      demographics: null,
      enrollments: csv(HEADERS.enrollments, 'e1,,,k1,o1,x1,student,,,', 'f1,,,k2,o2,x1,student,,2026-10-01,2027-01-20'),
    });

  it('of two sources: later imports find the one who is kept and change nothing, and undo puts all back', async () => {
    await run('sis');
    await run('library', library());
    const [keptId, givenUpId] = [await idOf('002601'), await idOf('900001')];
    const before = await roster();

    const preview = (await officer.post(`${PATH}/preview`, { keptId, givenUpId }).expect(200)).body;
    expect(preview).toMatchObject({ takesOver: false, conflicts: true });
    expect(preview.changes).toContainEqual(
      expect.objectContaining({ what: 'source', how: 'moved', source: 'library', externalId: 'x1' }),
    );
    // Of the college the days before the kept record belonged to it.
    expect(preview.changes).toContainEqual(
      expect.objectContaining({ how: 'cut', validFrom: '2026-08-15', newFrom: '2026-08-15', newTo: '2026-09-01' }),
    );
    expect(await roster()).toEqual(before);

    const waiting = await propose({ keptId, givenUpId });
    expect(waiting).toMatchObject({ status: 'waiting', answered: 7, rows: [], actions: ['check', 'refuse'] });
    expect(await roster()).toEqual(before);
    expect((await act(officer, waiting, 'confirm').expect(403)).body.code).toBe('directory/own-merge');
    const done = await confirm(waiting);
    expect(done).toMatchObject({ status: 'done', rows: [], actions: ['check', 'undo'] });
    expect(await person(givenUpId)).toMatchObject({ active: false, mergedInto: keptId });
    expect(await person(keptId)).toMatchObject({ active: true, mergedInto: null, number: '002601', name: '张三1' });
    const left = await test.query(sql`SELECT FROM directory.published_membership_v1 WHERE person_id = ${givenUpId}`);
    expect(left).toEqual([]);
    const events = await test.query(sql`SELECT payload FROM events.event WHERE name = 'directory.person-merged.v1'`);
    expect(events).toEqual([{ payload: { mergeId: done.id, keptId, givenUpId } }]);

    for (const [source, files] of [
      ['library', library()],
      ['sis', smallSet()],
      ['library', library()],
    ] as const)
      expect((await run(source, files)).result).toMatchObject({ people: NOTHING, memberships: NOTHING });
    const only = (id: string, number: string) =>
      smallSet({
        users: csv(HEADERS.users, user(id, '张', '三2', number)),
        roles: csv(HEADERS.roles, `r1,,,${id},primary,student,2026-09-01,,o2,`),
        demographics: null,
        enrollments: csv(HEADERS.enrollments),
      });
    // A source that drops the alias ends nobody.
    const dropped = await run('library', only('x2', '002602'), '&dryRun=true&allowShrink=true');
    expect(dropped.result).toMatchObject({ people: NOTHING });
    // A third source that knows the old number finds the person too.
    expect((await run('gym', only('g1', '900001'))).result).toMatchObject({ people: NOTHING, memberships: NOTHING });
    const gym = sql`FROM directory.source_link WHERE source = 'gym'`;
    expect(await test.query(sql`SELECT id ${gym} AND kind = 'person'`)).toEqual([{ id: keptId }]);
    await test.query(sql`DELETE ${gym}`);

    await act(officer, done, 'undo').expect(200);
    await drainEvents(test);
    expect(await roster()).toEqual(before);
    expect((await run('library', library())).result).toMatchObject({ people: NOTHING, memberships: NOTHING });
    expect((await act(officer, await see(done.id), 'undo').expect(409)).body.code).toBe('directory/merge-closed');
    expect((await officer.get(`${PATH}?personId=${givenUpId}`).expect(200)).body.data).toMatchObject([
      { status: 'undone', ground: 'second_source', undoneBy: { kind: 'person', id: campus.staff.schoolOfficer } },
    ]);
  });

  it('of a number that changed: the record that is kept goes on with the new one', async () => {
    await run('sis');
    const renumbered = () => {
      const files = smallSet();
      for (const [name, content] of Object.entries(files))
        files[name] = String(content).replaceAll('s1,', 's9,').replaceAll('002601', '002699');
      return files;
    };
    await run('sis', renumbered(), '&allowShrink=true');
    const [keptId, givenUpId] = [await idOf('002601'), await idOf('002699')];
    expect(await person(keptId)).toMatchObject({ active: false });
    const before = await roster();
    const done = await merged({ keptId, givenUpId });
    expect(await person(keptId)).toMatchObject({ active: true, number: '002699' });
    expect(await person(givenUpId)).toMatchObject({ active: false, number: '002601', mergedInto: keptId });
    expect((await run('sis', renumbered())).result).toMatchObject({ people: NOTHING, memberships: NOTHING });
    expect((await run('sis', renumbered())).result).toMatchObject({ people: NOTHING, memberships: NOTHING });
    await act(second, done, 'undo').expect(200);
    expect(await roster()).toEqual(before);
  });

  it('is blocked by rows of a service, also by those that come before it is confirmed; the two can be swapped', async () => {
    const student = await test.person(campus.students[1]!);
    const waiting = await propose(pair(0, 1));
    expect(waiting.status).toBe('waiting');
    await submit(student, await form(test, 1, 0));
    await drainEvents(test);
    const blocked = await confirm(waiting);
    expect(blocked).toMatchObject({ status: 'blocked', actions: ['check', 'refuse'] });
    expect(blocked.rows).toContainEqual({ service: 'affairs', rows: expect.any(Number) });
    expect(blocked.note!.zh).toContain('服务事务');
    expect(await person(campus.students[1]!)).toMatchObject({ active: true, mergedInto: null });
    await act(officer, blocked, 'check').expect(200);
    await drainEvents(test);
    const still = await see(blocked.id);
    expect(still.status).toBe('blocked');
    expect((await act(second, still, 'confirm').expect(409)).body.code).toBe('directory/merge-closed');
    await act(officer, still, 'refuse').expect(200);
    await merged(pair(1, 0));
  });

  it('takes only two people who can be one, whom the officer answers for', async () => {
    const tried = async (body: object, who = officer) =>
      (await who.post(PATH, { ground: 'entered_twice', ...body })).body.code;
    expect(await tried(pair(0, 0))).toBe('directory/merge-with-itself');
    expect(await tried({ ...pair(0, 1), givenUpId: campus.staff.psychologist })).toBe(
      'directory/merge-different-kinds',
    );
    expect(await tried({ ...pair(0, 1), givenUpId: newId() })).toBe('http/not-found');
    const college = await test.person(campus.staff.collegeOfficerCs);
    expect(await tried(pair(0, 8), college)).toBe('http/not-found');
    expect(await tried(pair(8, 0), college)).toBe('http/not-found');
    const counselor = await test.person(campus.staff.counselorCs);
    await counselor.get(PATH).expect(403);

    // Two at once of the same record.
    const both = await Promise.all(
      [pair(0, 2), pair(1, 2)].map((body) => officer.post(PATH, { ...body, ground: 'entered_twice' })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
    await drainEvents(test);

    await test.query(
      sql`UPDATE directory.person SET active = false, inactive_since = '2010-01-01' WHERE id = ${campus.students[5]}`,
    );
    const app = await test.client();
    const erasure = { studentId: campus.students[5], ground: 'purpose_ended' };
    await app.post('/directory/v1/erasures', erasure).expect(201);
    expect(await tried(pair(4, 5))).toBe('directory/person-being-erased');
    expect(await tried(pair(5, 4))).toBe('directory/person-being-erased');
  });

  it('makes no chains: all lead to the one who is left, and merges are undone from the last', async () => {
    const opposite = [await propose(pair(2, 1)), await propose(pair(1, 2))] as const;
    const first = await confirm(opposite[0]);
    expect(first.status).toBe('done');
    const late = await confirm(opposite[1]);
    expect(late).toMatchObject({ status: 'blocked' });
    expect(late.note!.en).toContain('merged into another already');
    expect((await officer.post(PATH, { ...pair(1, 3), ground: 'entered_twice' }).expect(409)).body.code).toBe(
      'directory/person-already-merged',
    );
    await act(officer, late, 'refuse').expect(200);
    const last = await merged(pair(0, 2));
    expect(await person(campus.students[1]!)).toMatchObject({ mergedInto: campus.students[0] });
    expect((await act(officer, first, 'undo').expect(409)).body.code).toBe('directory/merge-changed-since');
    await act(officer, last, 'undo').expect(200);
    expect(await person(campus.students[1]!)).toMatchObject({ mergedInto: campus.students[2] });
    await act(officer, first, 'undo').expect(200);
    expect(await person(campus.students[1]!)).toMatchObject({ mergedInto: null, active: true });
  });

  it('leaves the kept record its class and its bed where both have one, also when a file of places names the other number', async () => {
    const before = await roster();
    const done = await merged(pair(0, 8));
    expect(done.changes).toContainEqual(expect.objectContaining({ what: 'residence', how: 'left_out' }));
    const stays = () =>
      test.query(sql`SELECT r.person_id AS id, l.code FROM directory.residence r JOIN directory.place l ON l.id = r.bed_id
        WHERE r.person_id IN (${campus.students[0]}, ${campus.students[8]})`);
    expect(await stays()).toEqual([{ id: campus.students[0], code: 'B1-101-1' }]);
    const classes = sql`SELECT unit_id AS id FROM directory.published_membership_v1 WHERE person_id = ${campus.students[0]} AND unit_kind = 'class'`;
    expect(await test.query(classes)).toEqual([{ id: campus.classes.se2401 }]);
    await act(second, done, 'undo').expect(200);
    expect(await roster()).toEqual(before);

    await merged(pair(0, 8));
    const file = ['building,room,bed,student_number', `B7,101,1,${studentNumbers[8]}`, ''].join('\n');
    const job = await importFile(test, token, 'places?source=dorm', Buffer.from(file));
    expect([job.status, job.errors]).toEqual(['succeeded', []]);
    expect(job.result).toMatchObject({ residences: NOTHING });
    expect(await stays()).toEqual([{ id: campus.students[0], code: 'B1-101-1' }]);
  });

  it('finds rows of the given-up record that come after it is done, and stays done', async () => {
    const done = await merged(pair(0, 1));
    // Something of the other was under way all the while.
    await submit(await test.person(campus.students[2]!), await form(test, 1, 0));
    await test.query(sql`UPDATE affairs.leave SET student_id = ${campus.students[1]} RETURNING id`);
    await drainEvents(test);
    expect(await see(done.id)).toMatchObject({ rows: [], note: null });
    await act(officer, done, 'check').expect(200);
    await drainEvents(test);
    const found = await see(done.id);
    expect(found).toMatchObject({ status: 'done', actions: ['check', 'undo'] });
    expect(found).toMatchObject({ rows: [{ service: 'affairs', rows: expect.any(Number) as number }] });
    expect(found.note!.en).toContain('or later: affairs');
    expect(await person(campus.students[1]!)).toMatchObject({ active: false, mergedInto: campus.students[0] });
    // Corrected there, nothing is left.
    await test.query(sql`UPDATE affairs.leave SET student_id = ${campus.students[0]} RETURNING id`);
    await act(officer, found, 'check').expect(200);
    await drainEvents(test);
    const corrected = await see(done.id);
    expect(corrected).toMatchObject({ status: 'done', answered: 7, rows: [], note: null });
    await act(officer, corrected, 'undo').expect(200);
    expect((await act(officer, await see(done.id), 'check').expect(409)).body.code).toBe('directory/merge-closed');
  });

  it('undone after the kept record got more: what others added stays with it, and a source that was moved undoes nothing', async () => {
    await run('sis');
    await run('library', library());
    const [keptId, givenUpId] = [await idOf('002601'), await idOf('900001')];
    const first = await merged({ keptId, givenUpId });
    const stays = async (id: string) =>
      (await test.query<{ source: string }>(sql`SELECT source FROM directory.membership WHERE person_id = ${id}`)).map(
        ({ source }) => source,
      );
    const before = await stays(keptId);
    const add = (source: string, from: string, to: string) =>
      test.query(
        sql`INSERT INTO directory.membership (id, person_id, unit_id, secondary, source, valid_from, valid_to)
            SELECT directory.new_id(), ${keptId}::uuid, id, TRUE, ${source}, ${from}::date, ${to}::date FROM directory.unit WHERE id = ${campus.school} RETURNING id`,
      );
    await add('manual', '2027-03-01', '2027-03-02');
    await act(officer, first, 'undo').expect(200);
    await drainEvents(test);
    expect(await stays(keptId)).toContain('manual');
    expect(await stays(givenUpId)).not.toContain('manual');
    expect(await person(givenUpId)).toMatchObject({ active: true, mergedInto: null });

    // A second time, and now the source that was moved says more of the kept one: whose that is, nobody can tell.
    const second = await merged({ keptId, givenUpId });
    expect((await stays(keptId)).length).toBeGreaterThan(before.length);
    await add('library', '2027-04-01', '2027-04-02');
    const now = await roster();
    expect((await act(officer, second, 'undo').expect(409)).body.code).toBe('directory/merge-changed-since');
    expect(await roster()).toEqual(now);
  });

  it('tells what has changed since, and undoes nothing then', async () => {
    const done = await merged(pair(0, 8));
    await test.query(sql`UPDATE directory.person SET name = '改名' WHERE id = ${campus.students[8]}`);
    const now = await roster();
    const refused = (await act(officer, done, 'undo').expect(409)).body;
    expect(refused).toMatchObject({ code: 'directory/merge-changed-since' });
    expect(refused.detail).toContain('档案 1 处、来源标识 0 处');
    expect(await roster()).toEqual(now);
    expect(await see(done.id)).toMatchObject({ status: 'done' });
    // Nor is the record that was given up erased or written by itself.
    const app = await test.client();
    const erasure = { studentId: campus.students[8], ground: 'purpose_ended' };
    expect((await app.post('/directory/v1/erasures', erasure).expect(409)).body.code).toBe(
      'directory/person-already-merged',
    );
  });
});
