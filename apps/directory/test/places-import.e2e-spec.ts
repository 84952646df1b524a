import ExcelJS from 'exceljs';
import iconv from 'iconv-lite';
import supertest from 'supertest';
import { sql } from '#database';
import { campus, studentNumbers, TestApp } from '#testing';
import { directory } from '../src/directory.module.js';
import { type FinishedJob, importFile, upload } from './roster-files.js';

const HEADER = 'campus,building,floor,room,bed,grid,name,student_number,from';

describe('places import', () => {
  let test: TestApp;
  let token: string;
  beforeEach(async () => {
    test = await TestApp.create([directory]);
    token = (await test.client('directory:import:write')).token;
  });
  afterEach(() => test.close());

  const run = (rows: string[], query = '', header = HEADER): Promise<FinishedJob> =>
    importFile(test, token, `places${query}`, Buffer.from([header, ...rows, ''].join('\n')));

  const residences = (): Promise<{ code: string; number: string; from: string; to: string | null }[]> =>
    test.query(sql`SELECT l.code, p.number, r.valid_from::text AS "from", r.valid_to::text AS "to" FROM directory.residence r
      JOIN directory.place l ON l.id = r.bed_id JOIN directory.person p ON p.id = r.person_id
      WHERE r.source IS NOT NULL OR r.valid_to IS NOT NULL ORDER BY p.number, r.valid_from`);

  it('brings in the tree down to the beds, grids and residents', async () => {
    const job = await run([
      'C2,,,,,,东校区,,',
      'C2,B7,,,,,七号楼,,',
      ',,,,,G-7,七号网格,,',
      'C2,B7,1,101,1,G-7,,2024000001,2026-09-01',
      'C2,B7,1,101,2,G-7,,,',
      ',B7,,102,1,,,2024000002,2026/9/3',
    ]);
    expect(job).toMatchObject({
      status: 'succeeded',
      result: {
        grids: { create: 1 },
        places: { create: 8, change: 0, close: 0 },
        residences: { create: 2, change: 0, close: 0 },
      },
    });
    const path = await test.query(
      sql`SELECT a.kind, a.code, a.name FROM directory.place b JOIN directory.place_path p ON p.descendant_id = b.id
            JOIN directory.place a ON a.id = p.ancestor_id WHERE b.code = 'B7-101-1' ORDER BY length(a.code), a.code`,
    );
    expect(path).toEqual([
      { kind: 'building', code: 'B7', name: '七号楼' },
      { kind: 'campus', code: 'C2', name: '东校区' },
      { kind: 'floor', code: 'B7-1', name: '1' },
      { kind: 'room', code: 'B7-101', name: 'B7-101' },
      { kind: 'bed', code: 'B7-101-1', name: '1' },
    ]);
    expect(await residences()).toEqual([
      // Both have moved: the bed of before ends on the day the new one begins.
      { code: 'B1-101-1', number: '2024000001', from: '2024-09-01', to: '2026-09-01' },
      { code: 'B7-101-1', number: '2024000001', from: '2026-09-01', to: null },
      { code: 'B1-101-2', number: '2024000002', from: '2024-09-01', to: '2026-09-03' },
      { code: 'B7-102-1', number: '2024000002', from: '2026-09-03', to: null },
    ]);
    const grid =
      await test.query(sql`SELECT m.unit_kind FROM directory.published_membership_v1 m JOIN directory.unit u ON u.id = m.unit_id
      WHERE u.code = 'G-7' AND m.person_id = ${campus.students[0]} AND m.valid_to IS NULL`);
    expect(grid).toEqual([{ unit_kind: 'grid' }]);
    const [school] =
      await test.query(sql`SELECT p.ancestor_id AS id FROM directory.unit_path p JOIN directory.unit u ON u.id = p.descendant_id
      WHERE u.code = 'G-7' AND p.ancestor_id <> u.id`);
    expect(school).toEqual({ id: campus.school });
  });

  it('exchanges beds, moves people out, closes what is gone, and leaves the rest alone', async () => {
    const first = [
      'C1,B7,1,101,1,,,2024000001,2026-09-01',
      'C1,B7,1,101,2,,,2024000002,2026-09-01',
      'C1,B7,1,101,3,,,2024000003,2026-09-01',
      'C1,B7,1,102,1,,,2024000004,',
    ];
    await run(first);
    const second = [
      'C1,B7,1,101,1,,,2024000002,',
      'C1,B7,1,101,2,,,2024000001,',
      'C1,B7,1,101,3,,,2024000003,',
      'C1,B7,1,101,4,,,,',
    ];
    const dry = await run(second, '?dryRun=true');
    expect(dry.result).toMatchObject({
      places: { create: 1, change: 0, close: 2 },
      residences: { create: 2, change: 0, close: 1 },
    });
    expect(dry.result.samples.create).toContainEqual({ what: 'place', file: 'places.csv', line: 5 });
    expect(JSON.stringify(dry.result)).not.toContain('2024');
    const done = await run(second);
    expect(done.result).toMatchObject({ places: dry.result.places, residences: dry.result.residences });
    const today = test.clock.today();
    expect((await residences()).filter(({ from }) => from !== '2024-09-01')).toEqual([
      { code: 'B7-101-1', number: '2024000001', from: '2026-09-01', to: today },
      { code: 'B7-101-2', number: '2024000001', from: today, to: null },
      { code: 'B7-101-2', number: '2024000002', from: '2026-09-01', to: today },
      { code: 'B7-101-1', number: '2024000002', from: today, to: null },
      { code: 'B7-101-3', number: '2024000003', from: '2026-09-01', to: null },
    ]);
    expect(
      await test.query(sql`SELECT code, active FROM directory.place WHERE code LIKE 'B7-102%' ORDER BY code`),
    ).toEqual([
      { code: 'B7-102', active: false },
      { code: 'B7-102-1', active: false },
    ]);
    const none = { create: 0, change: 0, close: 0 };
    expect((await run([...second, ''])).result).toMatchObject({ places: none, residences: none });
  });

  it('takes over places that are there by their codes and keeps what the file does not say', async () => {
    const job = await run(['C1,B1,1,101,1', 'C1,B1,1,101,2'], '', 'campus,building,floor,room,bed');
    expect(job.result).toMatchObject({
      places: { create: 0, change: 0, close: 0 },
      residences: { create: 0, change: 0, close: 0 },
    });
    const [room] = await test.query(
      sql`SELECT name, grid_id, source FROM directory.place WHERE id = ${campus.rooms.b1r101}`,
    );
    expect(room).toEqual({ name: '1号楼101', grid_id: campus.grids.east, source: 'sis' });
  });

  it('reads a workbook, and gives it back to its sender with its errors', async () => {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('床位');
    sheet.addRow(['宿舍楼', '房间号', '床位号', '学 号', '入住日期']);
    sheet.addRow(['B7', '3-1', '01', '2024000001', new Date(Date.UTC(2026, 8, 1))]);
    sheet.addRow(['B7', '3-1', '02', 542401199001011234, '']);
    sheet.addRow(['B7', '3-1', '03', '999', '']);
    const bytes = async (): Promise<Buffer> => Buffer.from(await book.xlsx.writeBuffer());
    const failed = await importFile(test, token, 'places', await bytes());
    expect(failed.errors.map(([file, line, column]) => `${file}:${line}:${column}`)).toEqual([
      'places.xlsx:3:student_number',
      'places.xlsx:4:student_number',
    ]);
    sheet.getCell('D3').value = '2024000002';
    const again = await importFile(test, token, 'places', await bytes());
    const get = (at: string): supertest.Test =>
      supertest(test.url).get(at).set('Authorization', `Bearer ${token}`).responseType('blob');
    const job = await supertest(test.url)
      .get(`/directory/v1/jobs/${again.id}`)
      .set('Authorization', `Bearer ${token}`)
      .expect(200);
    const answer = await get(job.body.errorSheet as string).expect(200);
    await book.xlsx.load(answer.body as never);
    const back = book.worksheets.at(-1)!;
    expect(back.getSheetValues().slice(1)).toEqual([
      [undefined, '宿舍楼', '房间号', '床位号', '学 号', '入住日期', '错误'],
      [undefined, 'B7', '3-1', '01', '2024000001', '2026-09-01'],
      [undefined, 'B7', '3-1', '02', '2024000002'],
      expect.arrayContaining(['999', '学 号：没有该学号的学生']),
    ]);
    back.getCell('D4').value = '2024000003';
    const done = await importFile(test, token, 'places', await bytes());
    expect(done).toMatchObject({ status: 'succeeded', result: { residences: { create: 3 } } });
    expect((await residences()).filter(({ to }) => to === null).map(({ code }) => code)).toContain('B7-3-1-01');
    await test.query(sql`UPDATE directory.import SET requested_by = 'another-app/'`);
    await get(job.body.errorSheet as string).expect(404);
  });

  it('passes over rows without anything in them', async () => {
    expect(await run([',,,,,,,,', 'C1,B7,,,,,,,'])).toMatchObject({
      status: 'succeeded',
      result: { places: { create: 1 } },
    });
  });

  it('reads Chinese headers and GB18030', async () => {
    const text = '校区,楼栋,寝室,床位,学号,入住日期\n主校区,竹园1栋,301,A,2024000005,20260901\n';
    const job = await importFile(test, token, 'places', iconv.encode(text, 'gb18030'));
    expect(job).toMatchObject({ status: 'succeeded', result: { residences: { create: 1 } } });
    expect(await test.query(sql`SELECT name FROM directory.place WHERE code = '竹园1栋-301-A'`)).toEqual([
      { name: 'A' },
    ]);
  });

  it.each<[string, string[], string[]]>([
    ['an unknown student', ['C1,B7,1,101,1,,,999,'], ['2:student_number']],
    ['a student in two beds', ['C1,B7,1,101,1,,,2024000001,', 'C1,B7,1,101,2,,,2024000001,'], ['3:student_number']],
    ['a bed twice', ['C1,B7,1,101,1,,,,', 'C1,B7,1,101,1,,,,'], ['3:bed']],
    ['a rounded number', ['C1,B7,1,101,1,,,2.024E+09,'], ['2:student_number']],
    ['a date that is none', ['C1,B7,1,101,1,,,2024000001,2026-13-01'], ['2:from']],
    ['a bed without its room', ['C1,B7,1,,1,,,,'], ['2:room']],
    ['a room without its building', ['C1,,1,101,,,,,'], ['2:building']],
    ['a student without a bed', ['C1,B7,1,101,,,,2024000001,'], ['2:bed']],
    ['a row with nothing but a name', [',,,,,,北门,,'], ['2:building']],
    ['a building on two campuses', ['C1,B7,,,,,,,', 'C2,B7,,,,,,,'], ['3:building']],
    ['a room in two grids', ['C1,B7,1,101,1,G-E,,,', 'C1,B7,1,101,2,G-W,,,'], ['3:grid']],
    ['a cell too many', ['C1,B7,1,101,1,,,,,'], ['2:']],
  ])('names line and column of %s, and writes nothing', async (_, rows, errors) => {
    const job = await run(rows);
    expect(job.errors.map(([, line, column]) => `${line}:${column}`)).toEqual(errors);
    expect(await test.query(sql`SELECT id FROM directory.place WHERE code LIKE 'B7%'`)).toEqual([]);
  });

  it('refuses unknown columns, spreadsheets, and a list that would empty the beds', async () => {
    const job = await run(['C1,B7,x'], '', 'campus,building,colour');
    expect(job.errors.map(([, line, column]) => `${line}:${column}`)).toEqual(['1:colour']);
    expect((await run(['C1'], '', 'campus')).errors).toHaveLength(1);
    expect((await upload(test, token, 'places', Buffer.from('PK\x03\x04xlsx'), 'beds.xlsx')).body).toMatchObject({
      status: 400,
      code: 'exchange/not-a-table',
    });
    const bed = (n: number): string => `C1,B7,1,101,${n},,,${studentNumbers[n - 1]},`;
    await run([1, 2, 3, 4, 5, 6].map(bed));
    expect(await run([bed(1)])).toMatchObject({ status: 'failed', failed: 1 });
    expect(await run([bed(1)], '?allowShrink=true')).toMatchObject({
      status: 'succeeded',
      result: { residences: { close: 5 } },
    });
  });
});
