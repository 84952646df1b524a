import { createHash } from 'node:crypto';
import iconv from 'iconv-lite';
import { sql } from '#database';
import { drainEvents, TestApp } from '#testing';
import { directory } from '../src/directory.module.js';
import {
  HEADERS,
  csv,
  importFile,
  manifest,
  type RosterFiles,
  smallSet,
  upload,
  user,
  zipOf,
  zipSet,
} from './roster-files.js';

describe('a roster that is not right', () => {
  let test: TestApp;
  let token: string;
  beforeAll(async () => {
    test = await TestApp.create([directory]);
    token = (await test.client('directory:import:write')).token;
  });
  afterAll(() => test.close());

  /** The errors as `file:line:column`, after making sure that nothing was written. */
  async function errorsOf(zip: Buffer): Promise<string[]> {
    const job = await importFile(test, token, 'roster', zip);
    expect(job).toMatchObject({ status: 'failed', result: null, failed: job.errors.length });
    for (const table of ['source_link', 'membership', 'term']) {
      const [row] = await test.query<{ n: number }>(
        table === 'source_link'
          ? sql`SELECT count(*)::int AS n FROM directory.source_link`
          : table === 'term'
            ? sql`SELECT count(*)::int - 2 AS n FROM directory.term`
            : sql`SELECT count(*)::int AS n FROM directory.membership WHERE source IS NOT NULL`,
      );
      expect(row?.n).toBe(0);
    }
    return job.errors.map(([file, line, column]) => `${file}:${line}:${column}`);
  }

  const errorsWith = async (change: Record<string, string | Buffer | null>): Promise<string[]> =>
    errorsOf(await zipSet(smallSet(change)));
  const students = (...rows: string[]): string =>
    csv(
      HEADERS.users,
      ...rows,
      ...[2, 3, 4, 5, 6].map((n) => user(`s${n}`, '张', `${n}`, `9${n}`)),
      user('t1', 'T', 'M', 'P1'),
    );
  const swapped = (header: string, from: string, to: string): string => csv(header.replace(from, to));

  it.each<[string, Record<string, string | Buffer | null>, string[]]>([
    ['no name at all', { users: students(user('s1', '', '', '91')) }, ['users.csv:2:familyName']],
    [
      'a flag that is neither true nor false',
      { users: students(user('s1', '张', '三', '91', 'yes')) },
      ['users.csv:2:enabledUser'],
    ],
    [
      'a number that a spreadsheet has rounded',
      { users: students(user('s1', '张', '三', '1.23E+17')) },
      ['users.csv:2:identifier'],
    ],
    ...['00990008.0', "'00990007", '0099\u200b0008', '００９９０００３', '0099 0008'].map(
      (number): [string, Record<string, string>, string[]] => [
        `the number ${JSON.stringify(number)}`,
        { users: students(user('s1', '张', '三', number)) },
        ['users.csv:2:identifier'],
      ],
    ),
    ['a direction mark', { users: students(user('s1', '张', '三\u202e', '91')) }, ['users.csv:2:givenName']],
    [
      'a birth date before there were any',
      { demographics: csv(HEADERS.demographics, 's1,,,0001-01-01,male,,,,,,,,,,,') },
      ['demographics.csv:2:birthDate'],
    ],
    [
      'NUL in a header',
      { users: students(user('s1', '张', '三', '91')).replace('enabledUser', 'enabled\0User') },
      ['users.csv:1:'],
    ],
    ['a number twice', { users: students(user('s1', '张', '三', '92')) }, ['users.csv:3:identifier']],
    [
      'a sourcedId twice',
      { users: students(user('s1', '张', '三', '91'), user('s1', '张', '三', '93')) },
      ['users.csv:3:sourcedId'],
    ],
    [
      'a user without a role',
      { users: students(user('s1', '张', '三', '91'), user('s8', '张', '三', '98')) },
      ['users.csv:3:sourcedId'],
    ],
    [
      'a status in a bulk file',
      { users: students(user('s1', '张', '三', '91').replace('s1,,', 's1,active,')) },
      ['users.csv:2:status'],
    ],
    ['a row with a cell too few', { users: students(user('s1', '张', '三', '91').slice(0, -1)) }, ['users.csv:2:']],
    ['quotation marks that do not pair up', { users: students(user('s1', '张"', '三', '91')) }, ['users.csv:2:']],
    ['a user that is not there, where it is first named', { users: students() }, ['roles.csv:2:userSourcedId']],
    [
      'a role of no vocabulary',
      {
        roles: csv(
          HEADERS.roles,
          ...[1, 2, 3, 4, 5, 6].map((n) => `r${n},,,s${n},primary,${n === 1 ? 'pupil' : 'student'},,,o2,`),
          'rt,,,t1,primary,teacher,,,o9,',
        ),
      },
      ['roles.csv:2:role', 'roles.csv:8:orgSourcedId'],
    ],
    [
      'an end before the begin',
      { enrollments: csv(HEADERS.enrollments, 'e1,,,k1,o1,s1,student,,2026-09-01,2026-09-01') },
      ['enrollments.csv:2:endDate'],
    ],
    [
      'a date that does not exist',
      { enrollments: csv(HEADERS.enrollments, 'e1,,,k1,o1,s1,student,,2026-02-30,') },
      ['enrollments.csv:2:beginDate'],
    ],
    [
      'references to nowhere',
      { enrollments: csv(HEADERS.enrollments, 'e1,,,k9,o9,s9,student,,,') },
      ['enrollments.csv:2:classSourcedId', 'enrollments.csv:2:schoolSourcedId', 'enrollments.csv:2:userSourcedId'],
    ],
    [
      'a circle of units',
      {
        orgs: csv(
          HEADERS.orgs,
          'o1,,,一站大学,school,YZU,o2',
          'o2,,,物理学院,department,PHY,o1',
          'o3,,,x,department,X,o1',
          'o4,,,y,department,Y,o1',
        ),
      },
      ['orgs.csv:2:parentSourcedId', 'orgs.csv:3:parentSourcedId'],
    ],
    [
      'a code twice',
      {
        orgs: csv(
          HEADERS.orgs,
          'o1,,,一站大学,school,YZU,',
          'o2,,,物理学院,department,PHY,o1',
          'o3,,,x,department,PHY,o1',
          'o4,,,y,department,Y,o1',
        ),
      },
      ['orgs.csv:4:identifier'],
    ],
    [
      'a class of a term that is not there',
      {
        classes: csv(
          HEADERS.classes,
          'k1,,,应物,,c1,AP,homeroom,,o1,"x1,x9",,,',
          'k2,,,力学,,c2,M,scheduled,,o2,x1,,,',
        ),
      },
      ['classes.csv:2:termSourcedIds'],
    ],
    [
      'a school year that is no year',
      {
        academicSessions: csv(
          HEADERS.academicSessions,
          'x1,,,第一学期,semester,2026-09-07,2027-01-20,,26-27',
          'y1,,,学年,schoolYear,2026-09-07,2026-09-07,,2027',
        ),
      },
      ['academicSessions.csv:2:schoolYear', 'academicSessions.csv:3:endDate'],
    ],
    [
      'the column names of REST in a CSV',
      { users: swapped(HEADERS.users, 'preferredGivenName', 'preferredFirstName') },
      ['users.csv:1:preferredFirstName'],
    ],
    [
      'columns in another order',
      { roles: swapped(HEADERS.roles, 'roleType,role', 'role,roleType') },
      ['roles.csv:1:role'],
    ],
    ['a further column that is no metadata', { orgs: csv(`${HEADERS.orgs},colour`) }, ['orgs.csv:1:colour']],
    ['an empty file', { orgs: '' }, ['orgs.csv:1:sourcedId']],
  ])('names file, line and column of %s', async (_, change, errors) => {
    expect((await errorsWith(change)).sort()).toEqual(errors.sort());
  });

  it('collects the errors of all files', async () => {
    const errors = await errorsWith({
      orgs: csv(
        HEADERS.orgs,
        'o1,,,,school,YZU,',
        'o2,,,物理学院,faculty,PHY,o7',
        'o3,,,x,department,X,o1',
        'o4,,,y,department,Y,o1',
      ),
      users: students(user('s1', '张', '三', '')),
    });
    expect(errors.sort()).toEqual([
      'orgs.csv:2:name',
      'orgs.csv:3:parentSourcedId',
      'orgs.csv:3:type',
      'users.csv:2:identifier',
    ]);
  });

  it('stops at ten thousand errors', async () => {
    const rows = Array.from({ length: 10_050 }, (_, n) => `e${n},,,k9,o1,s1,student,,,`);
    expect(await errorsWith({ enrollments: csv(HEADERS.enrollments, ...rows) })).toHaveLength(10_000);
  });

  it('checks the manifest', async () => {
    const files = smallSet();
    expect(await errorsOf(await zipSet(files, { 'file.users': 'delta', 'oneroster.version': '1.0' }))).toEqual([
      'manifest.csv:3:value',
      'manifest.csv:24:value',
    ]);
    expect(
      await errorsOf(await zipSet(files, { 'file.users': 'absent', 'file.results': 'bulk', 'file.pupils': 'bulk' })),
    ).toEqual(['manifest.csv:24:value', 'manifest.csv:25:propertyName', 'manifest.csv:1:']);
    expect(await errorsOf(await zipOf({ 'manifest.csv': manifest([]).replace(/file\.orgs.*\r\n/, '') }))).toEqual([
      'manifest.csv:1:propertyName',
      'manifest.csv:1:value',
    ]);
    expect(await errorsOf(await zipOf({ 'orgs.csv': HEADERS.orgs }))).toEqual(['manifest.csv:1:']);
    expect(await errorsOf(await zipOf({ 'manifest.csv': manifest(['orgs']), 'set/orgs.csv': HEADERS.orgs }))).toEqual([
      'set/orgs.csv:1:',
      'manifest.csv:1:',
    ]);
  });

  it('reports rows whose bytes are no text', async () => {
    const bytes = Buffer.from(smallSet()['users'] as string);
    bytes[bytes.indexOf('三2') + 1] = 0xff;
    expect(await errorsWith({ users: bytes })).toEqual(['users.csv:3:']);
  });

  it('says which number belongs to somebody else', async () => {
    const own = await TestApp.create([directory]);
    const { token: key } = await own.client('directory:import:write');
    await importFile(own, key, 'roster', await zipSet(smallSet()));
    const files = smallSet({
      users: csv(
        HEADERS.users,
        ...[2, 3, 4, 5, 6].map((n) => user(`s${n}`, '张', `三${n}`, n === 2 ? '002601' : `00260${n}`)),
        user('t1', 'T', 'M', 'P0001'),
      ),
    });
    const without = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [
        name,
        String(text)
          .split('\r\n')
          .filter((line) => !/\bs1\b/.test(line))
          .join('\r\n'),
      ]),
    );
    const job = await importFile(own, key, 'roster', await zipSet(without));
    expect(job.errors.map(([file, line, column]) => [file, line, column])).toEqual([['users.csv', '2', 'identifier']]);
    expect(JSON.stringify(job.errors)).not.toContain('002601');
    await own.close();
  });

  it('refuses at the door what is no ZIP, and what would unpack to too much', async () => {
    expect((await upload(test, token, 'roster', Buffer.from('sourcedId,status'))).body).toMatchObject({
      status: 400,
      code: 'directory/not-a-zip',
    });
    const bomb = await zipSet(smallSet());
    for (let at = bomb.indexOf('PK\x01\x02'); at !== -1; at = bomb.indexOf('PK\x01\x02', at + 4))
      bomb.writeUInt32LE(0x7000_0000, at + 24);
    expect((await upload(test, token, 'roster', bomb)).body).toMatchObject({
      status: 413,
      code: 'directory/unpacks-too-large',
    });
    const many = await zipOf(Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`f${n}.csv`, ''])));
    expect((await upload(test, token, 'roster', many)).status).toBe(413);
    const missing = await upload(test, token, 'roster?dryRun=perhaps', many);
    expect(missing.body).toMatchObject({ status: 400, errors: [{ pointer: '?dryRun' }] });
    const sha256 = createHash('sha256').update(bomb).digest('hex');
    expect(await test.query(sql`SELECT id FROM directory.import WHERE sha256 = ${sha256}`)).toEqual([]);
  });

  it('fails when a file unpacks to more than the ZIP says', async () => {
    const lying = await zipSet({ ...smallSet(), results: 'x'.repeat(1_000_000) } as RosterFiles);
    for (let at = lying.indexOf('PK\x01\x02'); at !== -1; at = lying.indexOf('PK\x01\x02', at + 4)) {
      if (lying.readUInt32LE(at + 24) === 1_000_000) lying.writeUInt32LE(10, at + 24);
    }
    expect(await errorsOf(lying)).toHaveLength(1);
  });

  it('reads GB18030 and a byte order mark, and OneRoster 1.1 users', async () => {
    const own = await TestApp.create([directory]);
    const { token: key } = await own.client('directory:import:write');
    const set = smallSet();
    const old =
      'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password';
    const files = smallSet({
      orgs: iconv.encode(String(set['orgs']), 'gb18030'),
      classes: Buffer.from(`\uFEFF${String(set['classes'])}`),
      users: csv(
        old,
        's1,,,true,"o2,o3",student,s1,,三,张,,002601,,,,g1,2026,',
        'g1,,,true,o1,guardian,g1,,父,张,,G1,,,,,,',
      ),
      roles: null,
      demographics: null,
      enrollments: csv(HEADERS.enrollments, 'e1,,,k1,o1,s1,student,,,'),
    });
    const job = await importFile(own, key, 'roster', await zipSet(files));
    expect(job).toMatchObject({
      status: 'succeeded',
      result: { people: { create: 1 }, memberships: { create: 3 }, skipped: { users: 1 } },
    });
    expect(await own.query(sql`SELECT name FROM directory.unit WHERE code IN ('PHY', 'AP2601') ORDER BY name`)).toEqual(
      [{ name: '应物2601' }, { name: '物理学院' }],
    );
    await own.close();
  });

  it('tells of a dry run what is wrong just the same', async () => {
    const answer = await upload(test, token, 'roster?dryRun=true', await zipSet(smallSet({ users: students() })));
    await drainEvents(test);
    expect(answer.status).toBe(202);
    const client = test.caller(token);
    const { body } = await client.get(`/directory/v1/jobs/${answer.body.id}`).expect(200);
    expect(body).toMatchObject({ status: 'failed', progress: { failed: 1 } });
  });
});
