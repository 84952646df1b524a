import ExcelJS from 'exceljs';
import { sql } from '#database';
import { XLSX_TYPE } from '#exchange';
import { Policies } from '#policy';
import { campus, type Client, type TestApp } from '#testing';
import { WorkStudyPolicy } from '../src/work-study/work-study.policy.js';
import { type Answer, at, codeOf } from './activity-kit.js';
import { type Line, minimumWages, PAYROLLS, POSTS, SHIFTS, WorkStudyTest } from './work-study-kit.js';

describe('a payroll', () => {
  const kit = new WorkStudyTest();
  const { form, opened, assigned, booked, confirm, lines } = kit;
  let test: TestApp;
  let clerk: Client;
  let students: Client[];
  beforeAll(async () => {
    await kit.start();
    ({ test, clerk, students } = kit);
  });
  beforeEach(() => kit.clear());
  afterAll(() => test.close());
  const make = (month = '2027-03', by = clerk) => by.post(PAYROLLS, { unitId: campus.department, month });

  it('pays what was confirmed, is closed, and corrected by rows that reverse', async () => {
    const post = await opened({ title: '=1+1' });
    for (const student of [students[5]!, students[6]!]) await assigned(student, post);
    const first = await booked(students[5]!, post, '03-02', '14:00', '16:00');
    const second = await booked(students[6]!, post, '03-03', '14:00', '17:00');
    expect(codeOf(await make().expect(409))).toBe('affairs/payroll-month-not-over');
    test.clock.set(at('04-01', '09:00'));
    const unconfirmed = await make().expect(409);
    expect(codeOf(unconfirmed)).toBe('affairs/payroll-shifts-unconfirmed');
    const worked = [await confirm(first, 115), await confirm(second, 180)];
    await make('2027-03', kit.officer).expect(404);
    const answers = await Promise.all([make(), make(), make()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const payroll = answers.find(({ status }) => status === 201)!.body as Answer;
    // 115 minutes at 18.50 are 35.4583 yuan.
    expect(payroll).toMatchObject({ number: 1, status: 'draft', lines: 2, totalFen: 3_546 + 5_550 });
    expect((await students[5]!.get(`${PAYROLLS}/lines`).expect(200)).body.data).toEqual([]);
    // Something is corrected before it is closed: what was looked at is not closed.
    worked[0] = await confirm(worked[0]!, 120);
    expect(codeOf(await kit.act(clerk, PAYROLLS, payroll, 'close').expect(409))).toBe('affairs/payroll-outdated');
    const anew = await kit.done(clerk, PAYROLLS, payroll, 'recompute');
    expect(anew['totalFen']).toBe(3_700 + 5_550);
    const closed = await kit.done(clerk, PAYROLLS, anew, 'close');
    expect(closed).toMatchObject({ status: 'closed', closedAt: expect.any(String) });
    for (const verb of ['recompute', 'close', 'discard'])
      expect(codeOf(await kit.act(clerk, PAYROLLS, closed, verb).expect(409))).toBe('affairs/payroll-closed');
    // Whatever the code does.
    await expect(
      test.query(sql`UPDATE affairs.payroll_line SET amount_fen = 1 WHERE payroll_id = ${closed.id}`),
    ).rejects.toThrow('does not change');
    await expect(test.query(sql`DELETE FROM affairs.payroll_line WHERE payroll_id = ${closed.id}`)).rejects.toThrow(
      'does not change',
    );
    expect(codeOf(await make().expect(409))).toBe('affairs/payroll-nothing-to-pay');
    const told = await test.query(sql`SELECT payload FROM events.event WHERE name = 'affairs.payroll-closed.v1'`);
    expect(told).toEqual([{ payload: { payrollId: closed.id, unitId: campus.department, month: '2027-03' } }]);

    // An hour was not worked after all.
    await confirm(worked[1]!, 120);
    const correction = (await make().expect(201)).body as Answer;
    expect(correction).toMatchObject({ number: 2, lines: 2, totalFen: -1_850 });
    const paid = (await lines(closed)).find(({ minutes }) => minutes === 180)!;
    expect(
      (await lines(correction)).map(({ minutes, amountFen, reverses }) => [minutes, amountFen, reverses]).sort(),
    ).toEqual([
      [-180, -5_550, paid.id],
      [120, 3_700, null],
    ]);
    await kit.done(clerk, PAYROLLS, correction, 'close');
    expect(codeOf(await make().expect(409))).toBe('affairs/payroll-nothing-to-pay');
    const own = (await students[6]!.get(`${PAYROLLS}/lines`).expect(200)).body.data as Line[];
    expect(own.map(({ amountFen }) => amountFen).reduce((a, b) => a + b)).toBe(3_700);
    expect(new Set(own.map(({ student }) => student.id))).toEqual(new Set([campus.students[6]]));

    // As a sheet: what would be a formula is text, and that it was taken is in the audit.
    const before = await test.query(sql`SELECT FROM platform.audit WHERE action = 'affairs.payroll-line.list'`);
    const sheet = await clerk
      .get(`${PAYROLLS}/lines?payrollId=${closed.id}`)
      .set('Accept', XLSX_TYPE)
      .responseType('blob')
      .expect(200);
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(sheet.body as never);
    const titles = book.worksheets[0]!.getSheetValues().flatMap((row) => (row as unknown[] | undefined) ?? []);
    expect(titles).toContain('=1+1');
    expect(await test.query(sql`SELECT FROM platform.audit WHERE action = 'affairs.payroll-line.list'`)).toHaveLength(
      before.length + 1,
    );
    await kit.officer.get(`${PAYROLLS}/${closed.id}`).expect(404);
    expect((await kit.officer.get(`${PAYROLLS}/lines`).expect(200)).body.data).toEqual([]);
  });

  it('does not pay for more hours than there may be, however they came about', async () => {
    const post = await opened();
    await assigned(students[7]!, post);
    const shift = await booked(students[7]!, post, '02-02', '08:00', '16:00');
    await confirm(shift, 480);
    await kit.put(WorkStudyPolicy, { weeklyHours: 7 });
    const over = await make('2027-02').expect(409);
    expect(codeOf(over)).toBe('affairs/payroll-over-caps');
    expect(over.body.detail).toContain('1');
    await kit.put(WorkStudyPolicy, {});
    const payroll = (await make('2027-02').expect(201)).body as Answer;
    await kit.done(clerk, PAYROLLS, payroll, 'discard');
    expect(await make('2027-02').expect(201)).toMatchObject({ body: { number: 2, lines: 1 } });
  });

  it('pays what was within the hours of its day, also where they are fewer by the end of the month', async () => {
    const fewer = '2027-01-15';
    await test.app.get(Policies).put(test.tx, WorkStudyPolicy, {
      ...{ effectiveFrom: fewer, source: 'test', by: 'test', value: { ...new WorkStudyPolicy(), weeklyHours: 7 } },
    });
    try {
      const post = await opened();
      await assigned(students[4]!, post);
      await confirm(await booked(students[4]!, post, '01-05', '08:00', '16:00'), 480);
      const payroll = (await make('2027-01').expect(201)).body as Answer;
      expect(payroll).toMatchObject({ lines: 1 });
      await kit.done(clerk, PAYROLLS, payroll, 'discard');
    } finally {
      await test.query(sql`DELETE FROM platform.policy_version WHERE effective_from = ${fewer}`);
    }
  });

  it('does not pay less than the least of the day that was worked, also where that was raised after it was booked', async () => {
    await kit.put(WorkStudyPolicy, { minimumWages });
    const fixed = { ...form, kind: 'fixed', hourlyFen: 5_400 };
    const post = await opened(fixed);
    await assigned(students[8]!, post);
    const before = await booked(students[8]!, post, '01-11', '08:00', '10:00');
    const after = await booked(students[8]!, post, '01-18', '08:00', '10:00');
    const absent = await booked(students[8]!, post, '01-19', '08:00', '10:00');
    await confirm(before, 120);
    const low = await confirm(after, 120);
    await confirm(absent, 0);
    const payroll = (await make('2027-01').expect(201)).body as Answer;
    // The place asks for more, and the school hears of it later.
    const raised = { region: '西安市', from: '2027-01-15', monthlyFen: 240_000, hourlyFen: 2_300 };
    await kit.put(WorkStudyPolicy, { minimumWages: [...minimumWages, raised] });
    try {
      const refused = await kit.act(clerk, PAYROLLS, payroll, 'close').expect(409);
      expect(codeOf(refused)).toBe('affairs/payroll-below-floor');
      expect(refused.body.detail).toMatch(/1 .*2027-01-18/);
      expect(codeOf(await kit.act(clerk, PAYROLLS, payroll, 'recompute').expect(409))).toBe(
        'affairs/payroll-below-floor',
      );
      expect(await lines(payroll)).toHaveLength(1);
      // The hours are true whatever they pay; the post pays enough from now on, and so does what is confirmed again.
      const still = await confirm(low, 90);
      expect(still).toMatchObject({ minutes: 90, hourlyFen: 5_400 });
      const { version } = await kit.see(clerk, POSTS, post);
      const enough = { ...fixed, hourlyFen: 6_000 };
      await clerk.put(`${POSTS}/${post.id}`, enough).set('If-Match', `"${version}"`).expect(200);
      expect(await confirm(still, 120)).toMatchObject({ hourlyFen: 6_000 });
      expect(await confirm(await kit.see(clerk, SHIFTS, before), 120)).toMatchObject({ hourlyFen: 5_400 });
      const anew = await kit.done(clerk, PAYROLLS, payroll, 'recompute');
      expect(anew).toMatchObject({ lines: 2, totalFen: 10_800 + 12_000 });
      await kit.done(clerk, PAYROLLS, anew, 'close');
    } finally {
      await kit.put(WorkStudyPolicy, { minimumWages });
    }
  });
});
