import ExcelJS from 'exceljs';
import supertest from 'supertest';
import { query, sql } from '#database';
import { type Fixture, startFixture } from './fixture.js';

const PATH = '/safety/v1/notes';
let fixture: Fixture;
const agent = () => supertest(fixture.url);

beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture?.close());

it('answers a list as CSV or .xlsx to who prefers it, and 406 to who accepts neither', async () => {
  await agent().post(PATH).send({ title: '=cmd', weight: 7 }).expect(201);
  const ask = (accept: string) => agent().get(`${PATH}?title=%3Dcmd&limit=1`).set('Accept', accept);
  const csv = await ask('text/csv, application/json;q=0.5').expect(200);
  expect(csv.headers['content-type']).toBe('text/csv; charset=utf-8');
  const [head, row] = csv.text.split('\n');
  expect(head).toBe('\uFEFFid,title,weight,version,place.building,place.floor');
  expect(row).toMatch(/^[0-9a-f-]{36},'=cmd,7,1,,$/);
  const xlsx = await ask('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet')
    .responseType('blob')
    .expect(200);
  const book = new ExcelJS.Workbook();
  await book.xlsx.load(xlsx.body as never);
  const [names = [], cells = []] = book.worksheets[0]!.getSheetValues().slice(1) as unknown[][];
  expect(names.slice(1)).toEqual(['id', 'title', 'weight', 'version', 'place.building', 'place.floor']);
  // A text that is no formula, and a number that is one.
  expect(cells.slice(2)).toEqual(['=cmd', 7, 1]);
  expect((await ask('*/*').expect(200)).headers['content-type']).toMatch(/^application\/json/);
  expect((await ask('application/xml')).status).toBe(406);
  const refused = await agent().post(PATH).set('Accept', 'text/csv').send({ title: 'never', weight: 1 });
  const made = await query(fixture.database.connection, sql`SELECT 1 FROM fixture.note WHERE title = 'never'`);
  expect([refused.status, made]).toEqual([406, []]);
});
