import { sql } from '#database';
import { Events } from '#events';
import { campus, drainEvents, TestApp } from '#testing';
import { directory } from '../src/directory.module.js';
import { ImportRequestedV1 } from '../src/imports/import-requested.event.js';
import { ImportHandlers } from '../src/imports/imports.handlers.js';
import { HEADERS, csv, type FinishedJob, importFile, smallSet, upload, user, zipSet } from './roster-files.js';

describe('roster import', () => {
  let test: TestApp;
  let token: string;
  beforeEach(async () => {
    test = await TestApp.create([directory]);
    token = (await test.client('directory:import:write')).token;
  });
  afterEach(() => test.close());

  const run = async (files = smallSet(), query = ''): Promise<FinishedJob> =>
    importFile(test, token, `roster${query}`, await zipSet(files));

  const memberships = (number: string): Promise<{ code: string; from: string; to: string | null }[]> =>
    test.query(sql`SELECT u.code, m.valid_from::text AS "from", m.valid_to::text AS "to" FROM directory.membership m
      JOIN directory.unit u ON u.id = m.unit_id JOIN directory.person p ON p.id = m.person_id WHERE p.number = ${number} ORDER BY u.code, m.valid_from`);

  it('brings in units, terms, people and memberships', async () => {
    const job = await run();
    expect(job).toMatchObject({
      status: 'succeeded',
      result: {
        terms: { create: 2, change: 0 },
        // The school is the one of the small campus.
        units: { create: 5, change: 0, close: 0 },
        people: { create: 7, change: 0, close: 0 },
        memberships: { create: 25, change: 0, close: 0 },
        skipped: { enrollments: 1 },
      },
    });
    expect(await memberships('002601')).toEqual([
      { code: 'AP2601', from: '2026-09-07', to: null },
      { code: 'ML', from: expect.any(String), to: null },
      { code: 'PHY', from: '2026-09-01', to: null },
      { code: 'PHY101-01@x1', from: '2026-09-07', to: '2027-01-20' },
    ]);
    const people = await test.query(
      sql`SELECT kind, name, sex, birth_date::text AS birth, grade FROM directory.person WHERE number IN ('002602', 'P0001') ORDER BY number`,
    );
    expect(people).toEqual([
      { kind: 'student', name: '张三2', sex: '2', birth: '2008-02-01', grade: '2026' },
      { kind: 'staff', name: 'Maria da Silva', sex: '0', birth: null, grade: '2026' },
    ]);
    const above = await test.query(
      sql`SELECT a.code FROM directory.unit u JOIN directory.unit_path p ON p.descendant_id = u.id JOIN directory.unit a ON a.id = p.ancestor_id
           WHERE u.code = 'AP2601' ORDER BY a.code`,
    );
    expect(above.map(({ code }) => code)).toEqual(['AP2601', 'APHY', 'PHY', 'YZU']);
    const [event] = await test.query<{ payload: object }>(
      sql`SELECT payload FROM events.event WHERE name = 'directory.roster-changed.v1'`,
    );
    expect(event?.payload).toEqual({ importId: expect.any(String) });
  });

  it('answers the job it has for the very same set, and imports once however often it is sent', async () => {
    const zip = await zipSet(smallSet());
    const answers = await Promise.all([1, 2, 3].map(() => upload(test, token, 'roster', zip)));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    expect(new Set(answers.map(({ body }) => body.id as string)).size).toBe(1);
    const { id } = await importFile(test, token, 'roster', zip);
    expect(id).toBe(answers[0]!.body.id);
    expect(await test.query(sql`SELECT status FROM directory.import`)).toEqual([{ status: 'succeeded' }]);
    // After another set has come in between, the first one is news again.
    await run(smallSet({ demographics: null }));
    expect((await importFile(test, token, 'roster', zip)).id).not.toBe(id);
  });

  it('leaves unchanged rows alone, updates changed ones, closes what is gone and deletes nobody', async () => {
    await run();
    const before = await test.query(sql`SELECT id, version FROM directory.person WHERE number = '002601'`);
    const changed = smallSet({
      users: csv(
        HEADERS.users,
        user('s1', '张', '三1', '002601'),
        user('s2', '李', '四', '002602'),
        // Two have exchanged their numbers.
        user('s3', '张', '三3', '002604'),
        user('s4', '张', '三4', '002603', 'false'),
        user('s7', '王', '五', '002607'),
        user('t1', 'da Silva', 'Maria', 'P0001'),
      ),
      roles: csv(
        HEADERS.roles,
        ...[1, 2, 3, 4, 7].map((n) => `r${n},,,s${n},primary,student,2026-09-01,,o2,`),
        'ra1,,,s1,primary,student,2026-09-10,,o3,',
        'rt,,,t1,primary,teacher,2020-01-01,,o2,',
      ),
      demographics: csv(HEADERS.demographics, 's1,,,2008-01-01,male,,,,,,,,,,,', 's2,,,2008-02-02,female,,,,,,,,,,,'),
      enrollments: csv(HEADERS.enrollments, ...[1, 2, 3, 4, 7].map((n) => `e${n},,,k1,o1,s${n},student,,,`)),
      courses: csv(HEADERS.courses, 'c1,,,y1,班级,HR,,o4,,'),
      classes: csv(HEADERS.classes, 'k1,,,应物一班,,c1,AP2601,homeroom,,o2,x1,,,'),
    });
    const dry = await run(changed, '?dryRun=true&allowShrink=true');
    expect(dry).toMatchObject({
      status: 'succeeded',
      result: {
        units: { create: 0, change: 1, close: 1 },
        people: { create: 1, change: 3, close: 2 },
        memberships: { create: 2, change: 1, close: 15 },
        refusedBecause: [],
      },
    });
    const { create, change, close } = dry.result.samples;
    expect(create).toContainEqual({ what: 'person', file: 'users.csv', line: 6 });
    expect(change).toContainEqual({
      what: 'person',
      file: 'users.csv',
      line: 3,
      id: expect.any(String),
      columns: ['name', 'birth_date'],
    });
    expect(close.filter(({ what }: { what: string }) => what === 'person')).toHaveLength(2);
    expect(JSON.stringify(dry.result)).not.toMatch(/张|李|0026/);
    expect(await test.query(sql`SELECT name FROM directory.person WHERE number = '002602'`)).toEqual([
      { name: '张三2' },
    ]);

    const done = await run(changed, '?allowShrink=true');
    expect(done.result).toMatchObject({
      people: dry.result.people,
      memberships: dry.result.memberships,
      units: dry.result.units,
    });
    expect(await test.query(sql`SELECT id, version FROM directory.person WHERE number = '002601'`)).toEqual(before);
    const people = await test.query(
      sql`SELECT number, name, active FROM directory.person WHERE number LIKE '0026%' ORDER BY number, active`,
    );
    expect(people).toEqual([
      { number: '002601', name: '张三1', active: true },
      { number: '002602', name: '李四', active: true },
      { number: '002603', name: '张三4', active: false },
      { number: '002604', name: '张三3', active: true },
      { number: '002605', name: '张三5', active: false },
      { number: '002606', name: '张三6', active: false },
      { number: '002607', name: '王五', active: true },
    ]);
    const today = test.clock.today();
    expect(await memberships('002605')).toEqual([
      { code: 'AP2601', from: '2026-09-07', to: today },
      { code: 'PHY', from: '2026-09-01', to: today },
      { code: 'PHY101-01@x1', from: '2026-09-07', to: today },
    ]);
    expect(await memberships('002601')).toContainEqual({ code: 'ML', from: '2026-09-10', to: null });
    expect(
      await test.query(
        sql`SELECT name, active FROM directory.unit WHERE code IN ('AP2601', 'PHY101-01@x1') ORDER BY code`,
      ),
    ).toEqual([
      { name: '应物一班', active: true },
      { name: '力学01班', active: false },
    ]);

    // Everything comes back with the first set.
    const back = await run(smallSet(), '?allowShrink=true');
    expect(back.result).toMatchObject({ people: { create: 0, close: 1 }, units: { create: 0, close: 0 } });
    expect(await test.query(sql`SELECT active FROM directory.person WHERE number = '002605'`)).toEqual([
      { active: true },
    ]);
  });

  it('changes nothing when the same content comes in another ZIP', async () => {
    await run();
    const again = await importFile(test, token, 'roster', await zipSet(smallSet(), { 'source.systemName': 'again' }));
    const none = { create: 0, change: 0, close: 0 };
    expect(again.result).toMatchObject({ terms: none, units: none, people: none, memberships: none });
  });

  it('recognises the people and units that are there already by number and code', async () => {
    const job = await run(
      smallSet({
        orgs: csv(
          `${HEADERS.orgs},metadata.kind`,
          'o1,,,一站大学,school,YZU,,',
          'o2,,,计算机学院,department,CS,o1,college',
          'o3,,,明德书院,ext:academy,MD,o1,',
          'o4,,,软件工程,ext:major,SE,o2,',
        ),
        users: csv(HEADERS.users, user('s1', '学', '生1', '2024000001'), user('t1', '教', '师1', 'T0001')),
        classes: csv(HEADERS.classes, 'k1,,,软工2401,,c1,SE2401,homeroom,,o4,x1,,,'),
        courses: csv(HEADERS.courses, 'c1,,,y1,班级,HR,,,,'),
        roles: csv(HEADERS.roles, 'r1,,,s1,primary,student,,,o3,', 'r2,,,t1,primary,teacher,,,o2,'),
        enrollments: csv(HEADERS.enrollments, 'e1,,,k1,o1,s1,student,,2024-09-01,'),
        demographics: null,
      }),
    );
    expect(job.result).toMatchObject({
      // The class has got its term.
      units: { create: 0, change: 1, close: 0 },
      people: { create: 0, close: 0 },
      memberships: { create: 0, change: 0, close: 0 },
    });
    expect(await test.query(sql`SELECT name FROM directory.person WHERE id = ${campus.students[0]}`)).toEqual([
      { name: '学生1' },
    ]);
    expect(await memberships('2024000001')).toEqual([
      { code: 'MD', from: '2024-09-01', to: null },
      { code: 'SE2401', from: '2024-09-01', to: null },
    ]);
  });

  it('knows which of several units is the main one: by the mark of the role, and never by a course', async () => {
    const roles = (type: string): string =>
      csv(
        HEADERS.roles,
        ...[1, 2, 3, 4, 5, 6].map((n) => `r${n},,,s${n},primary,student,2026-09-01,,o2,`),
        ...[1, 2, 3, 4, 5, 6].map((n) => `ra${n},,,s${n},${n === 1 ? type : 'primary'},student,,,o3,`),
        'rt,,,t1,primary,teacher,2020-01-01,,o2,',
      );
    const secondary = async (): Promise<string[]> =>
      (
        await test.query<{ code: string }>(
          sql`SELECT u.code FROM directory.membership m JOIN directory.unit u ON u.id = m.unit_id
                JOIN directory.person p ON p.id = m.person_id WHERE p.number = '002601' AND m.secondary ORDER BY u.code`,
        )
      ).map(({ code }) => code);
    await run(smallSet({ roles: roles('secondary') }));
    expect(await secondary()).toEqual(['ML', 'PHY101-01@x1']);
    const before = await memberships('002601');
    expect((await run(smallSet({ roles: roles('secondary'), demographics: null }))).result).toMatchObject({
      memberships: { create: 0, change: 0, close: 0 },
    });
    expect((await run(smallSet({ roles: roles('primary') }))).result).toMatchObject({
      memberships: { create: 0, change: 1, close: 0 },
    });
    expect(await secondary()).toEqual(['PHY101-01@x1']);
    expect(await memberships('002601')).toEqual(before);
  });

  it('leaves memberships alone whose file is absent, and what another source brought', async () => {
    await run();
    const other = await run(
      smallSet({
        users: csv(HEADERS.users, user('z9', '赵', '九', '777')),
        roles: csv(HEADERS.roles, 'r9,,,z9,primary,student,,,o2,'),
        enrollments: null,
        demographics: null,
      }),
      '?source=other',
    );
    expect(other.result).toMatchObject({ people: { create: 1, close: 0 }, memberships: { create: 1, close: 0 } });
    const partial = await run(smallSet({ enrollments: null, classes: null, courses: null }));
    expect(partial.result).toMatchObject({
      units: { close: 0 },
      people: { close: 0 },
      memberships: { create: 0, change: 0, close: 0 },
    });
  });

  it('refuses a set that would end most of what is there, unless told so', async () => {
    await run();
    const short = smallSet({
      users: csv(HEADERS.users, user('s1', '张', '三1', '002601'), user('t1', 'da Silva', 'Maria', 'P0001')),
      roles: csv(
        HEADERS.roles,
        'r1,,,s1,primary,student,2026-09-01,,o2,',
        'ra1,,,s1,primary,student,,,o3,',
        'rt,,,t1,primary,teacher,2020-01-01,,o2,',
      ),
      demographics: null,
      enrollments: csv(HEADERS.enrollments, 'e1,,,k1,o1,s1,student,,,', 'f1,,,k2,o2,s1,student,,2026-09-07,2027-01-20'),
    });
    const dry = await run(short, '?dryRun=true');
    expect(dry).toMatchObject({
      status: 'succeeded',
      result: { people: { close: 5 }, refusedBecause: [expect.anything(), expect.anything()] },
    });
    const refused = await run(short);
    expect(refused).toMatchObject({ status: 'failed', failed: 2 });
    expect(refused.errors.join()).toMatch(/5 of 6 active students/);
    expect(
      await test.query(sql`SELECT count(*)::int AS n FROM directory.person WHERE number LIKE '0026%' AND active`),
    ).toEqual([{ n: 6 }]);
    expect(await run(short, '?allowShrink=true')).toMatchObject({
      status: 'succeeded',
      result: { people: { close: 5 } },
    });
  });

  it('lets a set of four leavers pass: the floor', async () => {
    const files = (ns: number[]) =>
      smallSet({
        users: csv(HEADERS.users, ...ns.map((n) => user(`s${n}`, '张', `${n}`, `00260${n}`))),
        roles: csv(HEADERS.roles, ...ns.map((n) => `r${n},,,s${n},primary,student,,,o2,`)),
        demographics: null,
        enrollments: null,
      });
    await run(files([1, 2, 3, 4, 5]));
    expect(await run(files([1]))).toMatchObject({
      status: 'succeeded',
      result: { people: { close: 4 }, memberships: { close: 4 } },
    });
  });

  it('takes effect once, however often the event is delivered', async () => {
    await run();
    const [done] = await test.query<{ id: string }>(sql`SELECT id FROM directory.import`);
    const state = (): Promise<object[]> =>
      test.query(sql`SELECT (SELECT count(*) FROM directory.membership) AS memberships, (SELECT max(version) FROM directory.person) AS people,
        (SELECT count(*) FROM events.event WHERE name = 'directory.roster-changed.v1') AS events, (SELECT max(version) FROM platform.job) AS job`);
    const before = await state();
    await test.database.transaction(null, (tx) =>
      test.app.get(Events).publishAll(tx, [new ImportRequestedV1(done!.id), new ImportRequestedV1(done!.id)]),
    );
    await drainEvents(test);
    expect(await state()).toEqual(before);
  });

  it('fails when an operator discards it, and lets those behind it go on', async () => {
    const accepted = await upload(test, token, 'roster', await zipSet(smallSet()));
    await drainEvents(test);
    const [delivery] = await test.query<{ id: string }>(
      sql`UPDATE events.delivery d SET handled_at = NULL, attempts = 1, due_at = 'infinity', dispatched_at = NULL
            FROM events.event e WHERE e.id = d.event_id AND e.name = 'directory.import-requested.v1' RETURNING d.id`,
    );
    await test.query(sql`UPDATE directory.import SET status = 'requested', finished_at = NULL`);
    await test.query(sql`UPDATE platform.job SET status = 'queued', finished_at = NULL`);
    const operator = await test.client('platform:operations:write');
    await operator.post(`/directory/v1/deliveries/${delivery!.id}/discard`).expect(200);
    await drainEvents(test);
    const importer = await test.client('directory:import:write');
    const job = await importer.get(accepted.headers['location'] as string).expect(200);
    expect(job.body).toMatchObject({ status: 'failed', progress: { failed: 1 } });
    expect((await importer.get(job.body.errors as string)).text).toContain('discarded by an operator');
    const [row] = await test.query<{ status: string }>(sql`SELECT status FROM directory.import`);
    expect(row?.status).toBe('failed');
  });

  it('keeps the uploaded file for the days of the policy', async () => {
    await run();
    const parts = async (): Promise<number> => (await test.query(sql`SELECT part FROM directory.import_file`)).length;
    const [made] = await test.query<{ early: string; late: string }>(
      sql`SELECT ((created_at AT TIME ZONE 'Asia/Shanghai')::date + 30)::text AS early, ((created_at AT TIME ZONE 'Asia/Shanghai')::date + 31)::text AS late
            FROM directory.import`,
    );
    const sweep = (date: string): Promise<void> =>
      test.database.transaction(null, (tx) =>
        test.app.get(ImportHandlers).deleteOldFiles(tx, { at: test.clock.now(), date }),
      );
    await sweep(made!.early);
    expect(await parts()).toBe(1);
    await sweep(made!.late);
    expect(await parts()).toBe(0);
  });

  it('is kept for those who may import, and listed with its counts', async () => {
    await run();
    const client = test.caller(token);
    const { body } = await client.get('/directory/v1/imports?kind=roster').expect(200);
    expect(body.data).toHaveLength(1);
    expect(body.data[0]).toMatchObject({
      number: 1,
      source: 'sis',
      status: 'succeeded',
      fileName: 'roster.zip',
      result: { people: { create: 7 } },
    });
    await client.get(`/directory/v1/imports/${body.data[0].id}`).expect(200);
    const officer = await test.person(campus.staff.schoolOfficer);
    await officer.get('/directory/v1/imports').expect(403);
    expect((await upload(test, officer.token, 'roster', await zipSet(smallSet()))).status).toBe(403);
  });
});
