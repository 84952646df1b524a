import ExcelJS from 'exceljs';
import supertest from 'supertest';
import { XLSX_TYPE } from '#exchange';
import { sql } from '#database';
import { campus, drainEvents, TestApp } from '#testing';
import { directory } from '../src/directory.module.js';
import { type FinishedJob, importFile, upload } from './roster-files.js';

const HEADER = '学号/工号,姓名,性别,身份,部门,学院,专业,年级,班级,楼栋,寝室,床位,状态';
const ROWS = [
  '2026000001,张三,男,学生,,海洋学院,海洋科学,2026级,海洋2601,S9,301,1,在读',
  '2026000002,李四,女,学生,,海洋学院,海洋科学,2026,海洋2601,S9,301,2,在读',
  '2026000003,王五,男,,,海洋学院,海洋技术,2026级,海洋2601,S9,302,1,休学',
  '2025000004,赵六,,学生,,海洋学院,,,,,,,毕业',
  'H0001,钱老师,女,教职工,,海洋学院,,,,,,,在职',
  'H0002,孙老师,男,教师,校史馆,,,,,,,,',
];

describe('a roster as one sheet', () => {
  let test: TestApp;
  let token: string;
  beforeEach(async () => {
    test = await TestApp.create([directory]);
    token = (await test.client('directory:import:write')).token;
  });
  afterEach(() => test.close());

  const run = (rows: readonly string[], query = '?source=sheet', header = HEADER): Promise<FinishedJob> =>
    importFile(test, token, `roster-sheet${query}`, Buffer.from([header, ...rows, ''].join('\n')));
  const none = { create: 0, change: 0, close: 0 };
  const all = {
    units: { create: 8, change: 0, close: 0 },
    people: { create: 6, change: 0, close: 0 },
    memberships: { create: 5, change: 0, close: 0 },
    places: { create: 6, change: 0, close: 0 },
    residences: { create: 3, change: 0, close: 0 },
  };
  const counts = () =>
    test.query(sql`SELECT (SELECT count(*)::int FROM directory.person) AS people, (SELECT count(*)::int FROM directory.unit) AS units,
      (SELECT count(*)::int FROM directory.place) AS places, (SELECT count(*)::int FROM directory.source_link) AS links`);

  it('brings people, the units on their way and their beds; the second time there is nothing to do', async () => {
    const before = await counts();
    const dry = await run(ROWS, '?source=sheet&dryRun=true');
    expect(dry).toMatchObject({ status: 'succeeded', result: { ...all, refusedBecause: [] } });
    expect(dry.result.samples.create).toContainEqual({ what: 'person', file: 'roster.csv', line: 2 });
    expect(JSON.stringify(dry.result)).not.toContain('张三');
    expect(await counts()).toEqual(before);

    const job = await run(ROWS);
    expect([job.status, job.errors]).toEqual(['succeeded', []]);
    expect(job.result).toMatchObject(all);
    const path =
      await test.query(sql`SELECT a.kind, a.name FROM directory.person p JOIN directory.membership m ON m.person_id = p.id
      JOIN directory.unit_path h ON h.descendant_id = m.unit_id JOIN directory.unit a ON a.id = h.ancestor_id
      WHERE p.number = '2026000002' ORDER BY array_position(ARRAY['school','college','major','grade','class'], a.kind)`);
    expect(path.slice(1)).toEqual([
      { kind: 'college', name: '海洋学院' },
      { kind: 'major', name: '海洋科学' },
      { kind: 'grade', name: '2026级' },
      { kind: 'class', name: '海洋2601' },
    ]);
    const classes = await test.query(sql`SELECT code FROM directory.unit WHERE name = '海洋2601' ORDER BY code`);
    expect(classes).toHaveLength(2);
    const people =
      await test.query(sql`SELECT p.number, p.kind, p.sex, p.grade, p.active, b.code AS bed FROM directory.person p
      LEFT JOIN directory.residence r ON r.person_id = p.id LEFT JOIN directory.place b ON b.id = r.bed_id
      WHERE p.number = ANY(${ROWS.map((row) => row.split(',')[0])}) ORDER BY p.number`);
    expect(people).toEqual([
      { number: '2025000004', kind: 'student', sex: '0', grade: null, active: false, bed: null },
      { number: '2026000001', kind: 'student', sex: '1', grade: '2026', active: true, bed: 'S9-301-1' },
      { number: '2026000002', kind: 'student', sex: '2', grade: '2026', active: true, bed: 'S9-301-2' },
      { number: '2026000003', kind: 'student', sex: '1', grade: '2026', active: true, bed: 'S9-302-1' },
      { number: 'H0001', kind: 'staff', sex: '2', grade: null, active: true, bed: null },
      { number: 'H0002', kind: 'staff', sex: '1', grade: null, active: true, bed: null },
    ]);

    // The very file is recognised; another order of its rows is another file with nothing new in it.
    const again = await run([...ROWS].reverse());
    expect(again.result).toMatchObject({
      units: none,
      people: none,
      memberships: none,
      places: none,
      residences: none,
    });
    const order = HEADER.split(',').reverse().join(',');
    const turned = await run(
      ROWS.map((row) => row.split(',').reverse().join(',')),
      undefined,
      order,
    );
    expect(turned.result).toMatchObject({ units: none, people: none, memberships: none, residences: none });
  });

  it('finds units that are there by their names, within the unit above alone', async () => {
    const [college] = await test.query<{ id: string; name: string; parent: string }>(
      sql`SELECT id, name, parent_id AS parent FROM directory.unit WHERE id = ${campus.colleges.cs}`,
    );
    expect(college!.parent).toBe(campus.school);
    const job = await run([`2026000001,张三,男,学生,,${college!.name},全新专业,2026级,新1班,,,,`]);
    expect(job.result).toMatchObject({ units: { create: 3, change: 0, close: 0 } });
    const [major] = await test.query(sql`SELECT parent_id AS parent, code FROM directory.unit WHERE name = '全新专业'`);
    expect(major).toEqual({ parent: campus.colleges.cs, code: `${college!.name}/全新专业` });
  });

  it('moves people, ends what is gone, and leaves the columns alone that are not there', async () => {
    await run(ROWS);
    const moved = [
      ROWS[0]!.replace('301,1', '303,1'),
      ROWS[1]!.replace('海洋科学,2026', '海洋技术,2026'),
      ...ROWS.slice(3),
    ];
    const job = await run(moved);
    expect(job.result).toMatchObject({
      units: { create: 0, change: 0, close: 0 },
      people: { create: 0, change: 0, close: 1 },
      memberships: { create: 1, change: 0, close: 2 },
      residences: { create: 1, change: 0, close: 1 },
    });
    const short = await run(
      ['2026000001,张三', '2026000002,李四', '2025000004,赵六', 'H0001,钱老师', 'H0002,孙老师'],
      undefined,
      'number,name',
    );
    expect(short.result).toMatchObject({ units: none, memberships: none, residences: none });
  });

  it('stops where too much would end', async () => {
    const many = Array.from(
      { length: 12 },
      (_, i) => `20260001${String(i).padStart(2, '0')},学生,,,,海洋学院,,,海洋2601,,,,`,
    );
    await run(many);
    const job = await run(many.slice(0, 3));
    expect(job.status).toBe('failed');
    expect(job.errors.map((row) => row.join())[0]).toContain('allowShrink');
    expect((await run(many.slice(0, 3), '?source=sheet&allowShrink=true')).result).toMatchObject({
      people: { close: 9 },
    });
  });

  it('gives the sheet back with its errors, and takes the corrected one', async () => {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('花名册');
    sheet.addRow(['2026 级新生花名册']);
    sheet.addRow(HEADER.split(','));
    for (const row of ROWS) sheet.addRow(row.split(','));
    sheet.getCell('D3').value = '学徒';
    sheet.getCell('A4').value = '2026 000002';
    sheet.getCell('F5').value = '';
    sheet.getCell('J7').value = 'S9';
    sheet.getCell('H8').value = '大一';
    const before = await counts();
    const accepted = await upload(test, token, 'roster-sheet', Buffer.from(await book.xlsx.writeBuffer())).expect(202);
    await drainEvents(test);
    const get = (at: string) => supertest(test.url).get(at).set('Authorization', `Bearer ${token}`);
    const { body } = await get(accepted.headers['location'] as string).expect(200);
    expect(body.status).toBe('failed');
    expect(await counts()).toEqual(before);
    const answer = await get(body.errorSheet as string)
      .responseType('blob')
      .expect(200);
    expect(answer.headers['content-type']).toBe(XLSX_TYPE);
    const back = new ExcelJS.Workbook();
    await back.xlsx.load(answer.body as ArrayBuffer);
    const [corrected] = back.worksheets;
    const said = [2, 3, 4, 5, 6, 7].map((row) => corrected!.getRow(row).getCell(14).text);
    expect(said[0]).toMatch(/^身份：必须是以下之一：学生/);
    expect(said[1]).toMatch(/^学号\/工号：学工号只能含/);
    expect(said[2]).toMatch(/^学院：填写专业、年级或班级时不能为空/);
    expect(said[3]).toBe('');
    expect(said[4]).toMatch(/^床位：床位只登记学生/);
    expect(said[5]).toMatch(/^年级：必须是入学年份/);
    corrected!.getCell('D2').value = '学生';
    corrected!.getCell('A3').value = '2026000002';
    corrected!.getCell('F4').value = '海洋学院';
    corrected!.getCell('J6').value = '';
    corrected!.getCell('H7').value = '';
    const job = await importFile(test, token, 'roster-sheet?source=sheet', Buffer.from(await back.xlsx.writeBuffer()));
    expect([job.status, job.errors]).toEqual(['succeeded', []]);
    expect(job.result).toMatchObject(all);
  });

  it('names a number that is there twice, and a header that is no roster', async () => {
    const twice = await run([ROWS[0]!, ROWS[0]!.replace('301,1', '301,3')]);
    expect(twice.errors.map((row) => row.slice(0, 3))).toEqual([['roster.csv', '3', 'number']]);
    const header = await run(['1,2'], undefined, '学号,手机');
    expect(header.status).toBe('failed');
    expect(header.errors.map((row) => row[2])).toEqual(['手机', 'name']);
  });
});
