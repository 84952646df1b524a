import iconv from 'iconv-lite';
import { sql } from '#database';
import { TestApp } from '#testing';
import { directory } from '../src/directory.module.js';
import { HEADERS, csv, type FinishedJob, importFile, manifest, smallSet, user, zipOf, zipSet } from './roster-files.js';

describe('rosters as schools send them', () => {
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

  it('doubts a class that loses all its students, though the school does not', async () => {
    const students = Array.from({ length: 20 }, (_, i) => i + 1);
    const ofClasses = (...classes: number[]) => {
      const here = students.filter((n) => classes.includes(n <= 14 ? 1 : 2));
      return smallSet({
        classes: csv(
          HEADERS.classes,
          'k1,,,应物2601,,c1,AP2601,homeroom,,o1,x1,,,',
          'k2,,,应物2602,,c1,AP2602,homeroom,,o1,x1,,,',
        ),
        users: csv(HEADERS.users, ...here.map((n) => user(`s${n}`, '张', `${n}`, `0026${n + 10}`))),
        roles: csv(HEADERS.roles, ...here.map((n) => `r${n},,,s${n},primary,student,,,o2,`)),
        demographics: null,
        enrollments: csv(
          HEADERS.enrollments,
          ...here.map((n) => `e${n},,,${n <= 14 ? 'k1' : 'k2'},o1,s${n},student,,,`),
        ),
      });
    };
    expect((await run(ofClasses(1, 2))).status).toBe('succeeded');
    const refused = await run(ofClasses(1));
    expect(refused).toMatchObject({ status: 'failed', failed: 1 });
    expect(refused.errors[0]!.join()).toContain('AP2602 (6)');
    expect((await run(ofClasses(1), '?allowShrink=true')).status).toBe('succeeded');
  });

  it('doubts people who would be others, and many changed numbers', async () => {
    await run();
    const people = (change: (n: number) => string) =>
      smallSet({
        users: csv(HEADERS.users, ...[1, 2, 3, 4, 5, 6].map(change), user('t1', 'da Silva', 'Maria', 'P0001')),
      });
    const other = people((n) =>
      n === 1 ? user('s1', '李', '四', '009999') : user(`s${n}`, '张', `三${n}`, `00260${n}`),
    );
    expect((await run(other)).errors[0]!.join()).toContain('1 sourcedIds have another number and another name');
    const renumbered = people((n) => user(`s${n}`, '张', `三${n}`, `10260${n}`));
    expect((await run(renumbered)).errors[0]!.join()).toContain('6 of 7 people would get another number');
    // One typing error corrected is nothing to doubt.
    expect((await run(people((n) => user(`s${n}`, '张', `三${n}`, n === 1 ? '002699' : `00260${n}`)))).status).toBe(
      'succeeded',
    );
    expect((await run(renumbered, '?allowIdentityChanges=true')).status).toBe('succeeded');
  });

  it('moves to another class from the day of the import where the set gives no date', async () => {
    const inClass = (of: (n: number) => string) =>
      smallSet({
        classes: csv(
          HEADERS.classes,
          'k1,,,应物2601,,c1,AP2601,homeroom,,o1,x0,,,',
          'k2,,,应物2602,,c1,AP2602,homeroom,,o1,x0,,,',
        ),
        academicSessions: csv(
          HEADERS.academicSessions,
          'y1,,,2024–2025学年,schoolYear,2024-09-01,2025-07-15,,2025',
          'x0,,,第一学期,semester,2024-09-02,2025-01-20,y1,2025',
        ),
        enrollments: csv(HEADERS.enrollments, ...[1, 2, 3, 4, 5, 6].map((n) => `e${n},,,${of(n)},o1,s${n},student,,,`)),
      });
    await run(inClass((n) => (n < 6 ? 'k1' : 'k2')));
    expect((await memberships('002601')).filter(({ code }) => code.startsWith('AP'))).toEqual([
      { code: 'AP2601', from: '2024-09-02', to: null },
    ]);
    await run(inClass((n) => (n === 1 || n === 6 ? 'k2' : 'k1')));
    const now = test.clock.today();
    expect((await memberships('002601')).filter(({ code }) => code.startsWith('AP'))).toEqual([
      { code: 'AP2601', from: '2024-09-02', to: now },
      { code: 'AP2602', from: now, to: null },
    ]);
  });

  it('names people as they are named where they come from', async () => {
    const names: [string, string][] = [
      ['买买提', '阿卜杜拉'],
      ['김', '민수'],
      ['', 'Sukarno'],
      ['欧阳', '修'],
      ['佐藤', 'さくら'],
    ];
    const rows = names.map(([family, given], i) => `${user(`s${i + 1}`, family, given, `00260${i + 1}`)},`);
    const full = `${user('s6', '买买提', '阿卜杜拉', '002606')},阿卜杜拉·买买提江`;
    await run(
      smallSet({
        users: csv(`${HEADERS.users},metadata.fullName`, ...rows, full, `${user('t1', 'da Silva', 'Maria', 'P0001')},`),
      }),
    );
    const found = await test.query<{ name: string }>(
      sql`SELECT name FROM directory.person WHERE number LIKE '00260%' ORDER BY number`,
    );
    expect(found.map(({ name }) => name)).toEqual([
      '阿卜杜拉·买买提',
      '김민수',
      'Sukarno',
      '欧阳修',
      '佐藤さくら',
      '阿卜杜拉·买买提江',
    ]);
  });

  it('reads a set in UTF-16, and all files of a set in GB18030 though one would pass for UTF-8', async () => {
    const set = smallSet();
    const utf16 = Object.fromEntries(
      Object.entries(set).map(([name, text]) => [name, Buffer.from(`\uFEFF${String(text)}`, 'utf16le')]),
    );
    expect(await run(utf16)).toMatchObject({ status: 'succeeded', result: { people: { create: 7 } } });
    const name = Buffer.from('c2ac', 'hex').toString('latin1');
    const gb = Object.fromEntries(
      Object.entries(smallSet({ demographics: null })).map(([file, text]) => [
        file,
        iconv.encode(String(text), 'gb18030'),
      ]),
    );
    gb['users'] = Buffer.from(String(smallSet()['users']).replaceAll(/[\u4e00-\u9fff]/g, name), 'latin1');
    expect((await run(gb)).status).toBe('succeeded');
    const [row] = await test.query<{ name: string }>(sql`SELECT name FROM directory.person WHERE number = '002601'`);
    expect(row?.name).toBe('卢卢1');
  });

  it('takes a set of OneRoster 1.1, whose users carry their one role', async () => {
    const { roles: _roles, users: _users, ...rest } = smallSet();
    const old = (n: number) => `s${n},,,true,"o2,o3",student,s${n},,三${n},张,,00260${n},,,,,2026,`;
    const header =
      'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password';
    const files = {
      ...rest,
      users: csv(header, ...[1, 2, 3, 4, 5, 6].map(old), 't1,,,true,o2,teacher,t1,,Maria,da Silva,,P0001,,,,,,'),
    };
    const newFiles =
      'lineItemLearningObjectiveIds lineItemScoreScales resultLearningObjectiveIds resultScoreScales roles scoreScales userProfiles userResources';
    const lines = manifest(Object.keys(files), { 'oneroster.version': '1.1' })
      .split('\r\n')
      .filter((line) => !newFiles.split(' ').some((name) => line.startsWith(`file.${name},`)));
    const named = Object.fromEntries(Object.entries(files).map(([name, content]) => [`${name}.csv`, content]));
    const job = await importFile(test, token, 'roster', await zipOf({ 'manifest.csv': lines.join('\r\n'), ...named }));
    expect(job).toMatchObject({ status: 'succeeded', result: { people: { create: 7 } } });
    expect((await memberships('002601')).map(({ code }) => code)).toEqual(['AP2601', 'ML', 'PHY', 'PHY101-01@x1']);
  });

  it('refuses a file that was damaged in its ZIP, by name', async () => {
    const zip = await zipOf(
      { 'manifest.csv': manifest([]), 'users.csv': csv(HEADERS.users, user('s1', '张', '三', '91')) },
      false,
    );
    const at = zip.indexOf('张');
    zip[at + 2]! ^= 1;
    const job = await importFile(test, token, 'roster', zip);
    expect(job).toMatchObject({ status: 'failed' });
    expect(job.errors[0]!.slice(0, 2)).toEqual(['users.csv', '1']);
  });
});
