import { sql } from '#database';
import { campus, type Client, TestApp } from '#testing';
import { safety } from '../src/safety.module.js';
import { keepAll, pass, send, student } from './gates.js';

describe('gate passes', () => {
  let test: TestApp;
  let bridge: Client;

  beforeAll(async () => {
    test = await TestApp.create([safety]);
    await keepAll(test);
    bridge = await test.client('safety:pass:write');
  });
  afterAll(() => test.close());

  const stored = () =>
    test.query<{ n: number; counted: number }>(
      sql`SELECT count(*)::int AS n, (count(*) FILTER (WHERE status = 'counted'))::int AS counted FROM safety.pass`,
    );
  const told = (name: string) =>
    test.query<{ passId: string; studentId: string; buildingId: string; direction: string; at: string }>(
      sql`SELECT f.* FROM events.event e, jsonb_to_recordset(e.payload->'passes')
            AS f("passId" text, "studentId" text, "buildingId" text, direction text, at text)
              WHERE e.name = ${name} ORDER BY e.occurred_at, e.id`,
    );
  const published = () => told('safety.passes-recorded.v1');
  const retracted = () => told('safety.passes-retracted.v1');

  it('takes passes in and tells others of them', async () => {
    const batch = [
      pass(1, 'out', '2025-03-03 08:00'),
      pass(1, 'in', '2025-03-03 18:00'),
      pass(9, 'in', '2025-03-03 19:00'),
    ];
    expect(await send(bridge, batch)).toEqual({ accepted: 3, duplicates: 0, held: 0, renumbered: 0, rejected: [] });
    const facts = await published();
    expect(facts).toHaveLength(3);
    expect(facts.find((fact) => fact.studentId === student(9))).toMatchObject({
      buildingId: campus.places.building2,
      direction: 'in',
      at: '2025-03-03T11:00:00.000Z',
    });

    // Sent again, and again within one batch: nothing new, nobody is told twice.
    expect(await send(bridge, [...batch, batch[0] as object])).toMatchObject({
      accepted: 0,
      duplicates: 4,
      rejected: [],
    });
    expect(await published()).toHaveLength(3);
    const inOneBatch = pass(2, 'in', '2025-03-03 18:00');
    expect(await send(bridge, [inOneBatch, inOneBatch])).toMatchObject({ accepted: 1, duplicates: 1 });
  });

  it('refuses another content under a known record unless it replaces it', async () => {
    const wrong = pass(1, 'in', '2025-03-04 18:00');
    const right = { ...wrong, at: '2025-03-04T19:00:00+08:00' };
    await send(bridge, [wrong]);
    const conflict = await send(bridge, [{ ...wrong, direction: 'out' }]);
    expect(conflict).toMatchObject({ accepted: 0, duplicates: 0 });
    expect(conflict.rejected).toEqual([expect.objectContaining({ index: 0, pointer: '#/passes/0/recordId' })]);

    expect(await send(bridge, [{ ...right, replaces: true }])).toMatchObject({ accepted: 1, rejected: [] });
    expect(await send(bridge, [{ ...right, replaces: true }])).toMatchObject({ accepted: 0, duplicates: 1 });
    const rows = await test.query<{ status: string; at: Date }>(
      sql`SELECT status, at FROM safety.pass WHERE record_id = ${wrong.recordId} ORDER BY at`,
    );
    expect(rows.map((row) => row.status)).toEqual(['replaced', 'counted']);

    expect(await retracted()).toMatchObject([
      { studentId: student(1), direction: 'in', at: '2025-03-04T10:00:00.000Z' },
    ]);

    // What was corrected stays so, though its instant differs from that of the correction.
    const old = await send(bridge, [wrong]);
    expect(old).toMatchObject({ accepted: 0, duplicates: 0, renumbered: 0 });
    expect(old.rejected.map((row) => row.pointer)).toEqual(['#/passes/0/recordId']);

    // A correction in the same batch as what it corrects: others never heard of the first.
    const first = pass(1, 'in', '2025-03-04 20:00');
    const answer = await send(bridge, [first, { ...first, direction: 'out', replaces: true }]);
    expect(answer).toMatchObject({ accepted: 1, duplicates: 1, rejected: [] });
    const facts = (await published()).filter((fact) => fact.at === '2025-03-04T12:00:00.000Z');
    expect(facts.map((fact) => fact.direction)).toEqual(['out']);
    expect(await retracted()).toHaveLength(1);
  });

  it('takes another instant under an old number as another record: the numbers of the device began anew', async () => {
    const out = pass(6, 'out', '2025-03-04 18:00');
    const back = { ...out, direction: 'in', at: '2025-03-04T22:40:00+08:00' };
    expect(await send(bridge, [out])).toMatchObject({ accepted: 1, renumbered: 0 });
    expect(await send(bridge, [back])).toMatchObject({ accepted: 1, renumbered: 1, rejected: [] });
    // Sent again, in one batch: both are here.
    expect(await send(bridge, [out, back])).toMatchObject({ accepted: 0, duplicates: 2, renumbered: 0, rejected: [] });
    // And for the first time in one batch.
    const other = pass(7, 'out', '2025-03-04 18:00');
    const rows = [other, { ...other, at: '2025-03-04T19:00:00+08:00' }, { ...other, at: '2025-03-04T20:00:00+08:00' }];
    expect(await send(bridge, rows)).toMatchObject({ accepted: 3, duplicates: 0, renumbered: 2 });
    const counted = (who: number) =>
      test.query<{ at: Date }>(
        sql`SELECT at FROM safety.pass WHERE student_id = ${student(who)} AND status = 'counted' AND at::date = '2025-03-04' ORDER BY at`,
      );
    expect(await counted(6)).toHaveLength(2);
    expect(await counted(7)).toHaveLength(3);

    // A correction is of the record nearest in time.
    await send(bridge, [{ ...out, direction: 'in', replaces: true }]);
    await send(bridge, [{ ...back, at: '2025-03-04T22:45:00+08:00', replaces: true }]);
    expect((await counted(6)).map(({ at }) => at.toISOString())).toEqual([
      '2025-03-04T10:00:00.000Z',
      '2025-03-04T14:45:00.000Z',
    ]);
    const last = await send(bridge, [
      { ...back, at: '2025-03-04T22:50:00+08:00', replaces: true },
      { ...back, at: '2025-03-04T23:30:00+08:00' },
      { ...back, at: '2025-03-04T23:40:00+08:00', replaces: true },
    ]);
    expect(last).toMatchObject({ accepted: 2, duplicates: 1, rejected: [] });
    expect((await counted(6)).map(({ at }) => at.toISOString())).toEqual([
      '2025-03-04T10:00:00.000Z',
      '2025-03-04T14:50:00.000Z',
      '2025-03-04T15:40:00.000Z',
    ]);
  });

  it('reports each bad row with a pointer and takes the rest', async () => {
    const good = pass(3, 'in', '2025-03-05 18:00');
    const rows = [
      { ...good, recordId: 'bad-1', studentNumber: '1999999999' },
      good,
      { ...good, recordId: 'bad-2', direction: 'sideways' },
      { ...good, recordId: 'bad-3', at: '2025-02-30T18:00:00+08:00' },
      { ...good, recordId: 'bad-4', at: '2025-03-05T18:00:00+99:99' },
      { ...good, recordId: '' },
      { ...good, recordId: 'bad-5', deviceCode: undefined },
      'not a row',
      null,
      { ...good, recordId: 'bad-6', extra: 1 },
      { ...good, recordId: 'bad-7', direction: undefined },
      { ...good, recordId: 'bad-8', at: new Date(test.clock.now().getTime() + 3_600_000).toISOString() },
      { ...good, recordId: 'bad-9', direction: 'toString' },
      { ...good, recordId: 'bad-10', replaces: 'yes' },
      { ...good, recordId: 17 },
    ];
    const answer = await send(bridge, rows as object[]);
    expect(answer).toMatchObject({ accepted: 1, duplicates: 0, held: 0 });
    expect(answer.rejected.map((row) => row.pointer)).toEqual([
      '#/passes/0/studentNumber',
      '#/passes/2/direction',
      '#/passes/3/at',
      '#/passes/4/at',
      '#/passes/5/recordId',
      '#/passes/6/deviceCode',
      '#/passes/7',
      '#/passes/8',
      '#/passes/9',
      '#/passes/10/direction',
      '#/passes/11/at',
      '#/passes/12/direction',
      '#/passes/13/replaces',
      '#/passes/14/recordId',
    ]);
    for (const row of answer.rejected) expect([row.zh, row.en].every((text) => text.length > 1)).toBe(true);
  });

  it.each([[{}], [{ passes: [] }], [{ passes: 'x' }], [{ passes: [{}], more: 1 }]])(
    'refuses the batch %j',
    async (body) => {
      const answer = await bridge.post('/safety/v1/passes/batches', body).expect(400);
      expect(answer.body.code).toBe('http/invalid');
      expect(answer.body.errors.length).toBeGreaterThan(0);
    },
  );

  it('takes 10,000 at once, and not one more', async () => {
    const [before] = await stored();
    const rows = Array.from({ length: 10_000 }, (_, i) => ({
      ...pass((i % 12) + 1, i % 2 ? 'in' : 'out', '2025-02-03 12:00'),
      at: new Date(Date.UTC(2025, 1, 3, 4, 0, i)).toISOString(),
    }));
    await bridge.post('/safety/v1/passes/batches', { passes: [...rows, rows[0]] }).expect(400);
    expect(await send(bridge, rows)).toMatchObject({ accepted: 10_000, duplicates: 0, rejected: [] });
    expect(await send(bridge, rows)).toMatchObject({ accepted: 0, duplicates: 10_000, rejected: [] });
    const [after] = await stored();
    expect((after?.n ?? 0) - (before?.n ?? 0)).toBe(10_000);
    const chunks = await test.query<{ n: number }>(
      sql`SELECT jsonb_array_length(payload->'passes') AS n FROM events.event WHERE name = 'safety.passes-recorded.v1'
            ORDER BY 1 DESC LIMIT 20`,
    );
    expect(chunks.map((row) => row.n)).toEqual(Array.from({ length: 20 }, () => 500));
  }, 120_000);

  it('gives one effect and one answer to a repeated Idempotency-Key', async () => {
    const body = { passes: [pass(4, 'in', '2025-03-06 18:00')] };
    const first = await bridge.post('/safety/v1/passes/batches', body).set('Idempotency-Key', '"batch-1"').expect(200);
    const again = await bridge.post('/safety/v1/passes/batches', body).set('Idempotency-Key', '"batch-1"').expect(200);
    expect(again.body).toEqual(first.body);
    expect(again.body.accepted).toBe(1);
  });

  it('takes concurrent batches of the same records once', async () => {
    const rows = Array.from({ length: 200 }, (_, i) => pass((i % 12) + 1, 'in', '2025-03-07 18:00'));
    const answers = await Promise.all([rows, [...rows].reverse(), rows].map((batch) => send(bridge, batch)));
    expect(answers.map((answer) => answer.accepted).reduce((a, b) => a + b)).toBe(200);
    expect(answers.map((answer) => answer.duplicates).reduce((a, b) => a + b)).toBe(400);
  });

  describe('a device that nobody knows', () => {
    it('waits for approval, its passes held, and then counts', async () => {
      const officer = await test.person(campus.staff.schoolOfficer);
      const collegeOfficer = await test.person(campus.staff.collegeOfficerCs);
      const row = { ...pass(5, 'in', '2025-03-05 18:00', 'SN-NEW'), at: '2025-03-05 18:00:00', direction: undefined };
      expect(await send(bridge, [row])).toMatchObject({ accepted: 0, held: 1 });
      expect(await send(bridge, [row])).toMatchObject({ accepted: 0, held: 0, duplicates: 1 });
      const facts = (await published()).length;

      const list = await officer.get('/safety/v1/devices?status=pending').expect(200);
      expect(list.body.data).toEqual([
        expect.objectContaining({ code: 'SN-NEW', heldPasses: 1, buildingId: null, lastPassAt: null }),
      ]);
      const { id } = list.body.data[0] as { id: string };
      const approve = (body: object) => officer.post(`/safety/v1/devices/${id}/approve`, body);
      const form = { buildingCode: 'B1', directionMode: 'both' };
      expect((await approve({ ...form, buildingCode: 'B9' }).expect(400)).body.errors[0].pointer).toBe(
        '#/buildingCode',
      );
      expect((await approve({ ...form, timeZone: 'Mars/One' }).expect(400)).body.errors[0].pointer).toBe('#/timeZone');
      expect((await approve(form).expect(409)).body.code).toBe('safety/direction-unknown');
      await collegeOfficer.get(`/safety/v1/devices/${id}`).expect(404);
      await collegeOfficer.post(`/safety/v1/devices/${id}/approve`, form).expect(404);

      // Its clock is in another zone: the digits are read anew.
      const done = await approve({ ...form, directionMode: 'in', timeZone: 'Asia/Tokyo' }).expect(200);
      expect(done.body).toMatchObject({ status: 'active', heldPasses: 0, lastPassAt: '2025-03-05T09:00:00.000Z' });
      expect((await approve(form).expect(409)).body.code).toBe('safety/device-not-pending');
      expect((await published()).slice(facts)).toEqual([
        expect.objectContaining({ studentId: student(5), direction: 'in', at: '2025-03-05T09:00:00.000Z' }),
      ]);
      expect(await send(bridge, [{ ...row, direction: 'in' }])).toMatchObject({ duplicates: 1, rejected: [] });

      // Retired: what it saw before still counts, what it claims to see afterwards does not.
      await officer.post(`/safety/v1/devices/${id}/retire`).expect(200);
      await officer.post(`/safety/v1/devices/${id}/retire`).expect(409);
      const late = await send(bridge, [
        pass(5, 'in', '2025-03-06 18:00', 'SN-NEW'),
        {
          ...pass(5, 'in', '2025-03-06 18:00', 'SN-NEW'),
          at: new Date(test.clock.now().getTime() + 60_000).toISOString(),
        },
      ]);
      expect(late).toMatchObject({ accepted: 1, rejected: [{ index: 1, pointer: '#/passes/1/deviceCode' }] });
    });
  });

  it('keeps one of two held records that turn out to be of one instant, and both of two that are not', async () => {
    const held = pass(8, 'in', '2025-03-05 18:00', 'SN-TWICE');
    const rows = [
      { ...held, at: '2025-03-05 18:00:00' },
      // The same instant by a clock in Tokyo.
      { ...held, at: '2025-03-05T18:00:00+09:00' },
      // One hour later: where the instant of the first was by the clock of the campus.
      { ...held, at: '2025-03-05 19:00:00' },
    ];
    expect(await send(bridge, rows)).toMatchObject({ held: 3, renumbered: 2, duplicates: 0 });
    const officer = await test.person(campus.staff.schoolOfficer);
    const { body } = await officer.get('/safety/v1/devices?status=pending').expect(200);
    const form = { buildingCode: 'B1', directionMode: 'both', timeZone: 'Asia/Tokyo' };
    await officer.post(`/safety/v1/devices/${body.data[0].id}/approve`, form).expect(200);
    const counted = await test.query<{ at: Date }>(
      sql`SELECT at FROM safety.pass WHERE record_id = ${held.recordId} AND status = 'counted' ORDER BY at`,
    );
    expect(counted.map(({ at }) => at.toISOString())).toEqual(['2025-03-05T09:00:00.000Z', '2025-03-05T10:00:00.000Z']);
    expect(await send(bridge, rows)).toMatchObject({ accepted: 0, duplicates: 3, rejected: [] });
  });

  describe('reading', () => {
    it('shows only the students the reader answers for, page by page', async () => {
      const head = await test.person(campus.staff.buildingHead1);
      const counselor = await test.person(campus.staff.counselorFl);
      const walk = async (client: Client, filter: string): Promise<Set<string>> => {
        const seen = new Set<string>();
        let cursor = '';
        do {
          const page = await client
            .get(`/safety/v1/passes?limit=100&from=2025-03-01T00:00:00Z${filter}${cursor}`)
            .expect(200);
          for (const row of page.body.data) seen.add(row.student.id);
          cursor = page.body.nextCursor ? `&cursor=${page.body.nextCursor}` : '';
        } while (cursor);
        return seen;
      };
      expect([...(await walk(head, ''))].every((id) => campus.students.indexOf(id as never) < 8)).toBe(true);
      expect(await walk(head, `&studentId=${student(9)}`)).toEqual(new Set());
      expect(await walk(counselor, `&studentId=${student(9)}`)).toEqual(new Set([student(9)]));
      expect(await walk(counselor, `&buildingId=${campus.places.building1}`)).toEqual(new Set());
      await bridge.get('/safety/v1/passes').expect(403);
      await counselor.get('/safety/v1/passes?studentId=9').expect(400);
    });

    it("leaves an audit entry when one student's track is read", async () => {
      const counselor = await test.person(campus.staff.counselorCs);
      const entries = () =>
        test.query(sql`SELECT 1 FROM platform.audit WHERE action = 'safety.track.read' AND reason = 'dispute'`);
      await counselor.get('/safety/v1/passes').expect(200);
      expect(await entries()).toHaveLength(0);
      await counselor.get(`/safety/v1/passes?studentId=${student(1)}&purpose=dispute`).expect(200);
      expect(await entries()).toHaveLength(1);
      await counselor.get(`/safety/v1/passes?studentId=${student(1)}&purpose=fun`).expect(400);
    });
  });
});
