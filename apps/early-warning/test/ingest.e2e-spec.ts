import { gzipSync } from 'node:zlib';
import { PassesRecordedV1, PassFact, LeaveApprovedV1, RosterChangedV1, StudentErasedV1 } from '#contracts';
import { newId, sql } from '#database';
import { dayOf } from '#rule-language';
import { campus, type Client, studentNumbers, TestApp } from '#testing';
import { addDays, addMonths } from '#time';
import { earlyWarning } from '../src/early-warning.module.js';
import { anyDirty, foldDirty, needsRebuild, rebuildVectors } from '../src/engine/folding.js';
import { readBatches, unfoldedSeqs } from '../src/engine/batches.js';
import { Retention } from '../src/observations/retention.js';
import { daysAgo, holdSchedules, tell } from './kit.js';
import { valuesOf, vectorsOf } from './vectors.js';

const BATCHES = '/early-warning/v1/observations/batches';

describe('ingest', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create([earlyWarning]);
    await holdSchedules(test);
    app = await test.client();
  });
  afterAll(() => test.close());

  const DAY = daysAgo(46);
  const row = (student: number, value: number | null, more: object = {}) => ({
    ...{ studentNumber: studentNumbers[student], metric: 'book_loans', day: DAY, value, ...more },
  });
  const lines = (...rows: object[]) => rows.map((one) => `${JSON.stringify(one)}\n`).join('');
  const deliver = (batchKey: string, type: string, body: string | Buffer, headers: Record<string, string> = {}) =>
    app
      .post(`${BATCHES}?source=test&batchKey=${batchKey}`)
      .set({ 'Content-Type': type, ...headers })
      // As bytes: text would be encoded by its type.
      .serialize((sent: unknown) => sent as string)
      .send(Buffer.from(body));
  const send = (batchKey: string, ...observations: object[]) =>
    app.post(BATCHES, { source: 'test', batchKey, observations }).expect(200);
  const values = (metric: string, day = DAY) => valuesOf(test, metric, day);

  describe('formats', () => {
    it('takes lines of JSON', async () => {
      const body = `${lines(row(0, 1), row(1, 2))}nonsense\n${lines(row(0, 1, { studentNumber: '9999999999' }))}`;
      const answer = await deliver('nd1', 'application/x-ndjson', body).expect(200);
      expect(answer.body).toMatchObject({ accepted: 2, rejectedCount: 2 });
      expect(answer.body.rejected).toEqual([
        { pointer: '#/2', line: 3, code: 'malformed', zh: '不是合法的 JSON', en: 'is not well-formed JSON' },
        {
          ...{ pointer: '#/3/studentNumber', line: 4, code: 'unknown_student', zh: '没有这个学号的学生' },
          en: 'is no student of the roster',
        },
      ]);
      expect((await deliver('nd1', 'application/x-ndjson', body)).body).toEqual({
        ...answer.body,
        duplicateBatch: true,
      });
      await deliver('nd1', 'application/x-ndjson', lines(row(0, 2))).expect(409);
      expect(await values('book_loans')).toEqual({ '2024000001': 1, '2024000002': 2 });
    });

    it('takes tables, and either zipped', async () => {
      const table = `metric,studentNumber,day,value\nawards,${studentNumbers[0]},${DAY},1\nawards,${studentNumbers[1]},${DAY},x\n`;
      const gzip = { 'Content-Encoding': 'gzip' };
      const answer = await deliver('csv1', 'text/csv; charset=utf-8', gzipSync(table), gzip).expect(200);
      expect(answer.body).toMatchObject({
        accepted: 1,
        rejected: [{ pointer: '#/1/value', line: 3, code: 'bad_value' }],
      });
      await deliver('nd2', 'application/x-ndjson', gzipSync(lines(row(2, 3, { metric: 'awards' }))), gzip).expect(200);
      expect(await values('awards')).toEqual({ '2024000001': 1, '2024000003': 3 });
      const listed = gzipSync(
        JSON.stringify({ source: 'test', batchKey: 'j1', observations: [row(3, 1, { metric: 'awards' })] }),
      );
      await app
        .post(BATCHES)
        .set({ 'Content-Type': 'application/json', ...gzip })
        .serialize((sent: unknown) => sent as string)
        .send(listed)
        .expect(200);
    });

    it('takes 100,000 rows, not one more', async () => {
      const many = Array.from({ length: 100_000 }, (_, i) => row(i % 12, 1, { metric: 'class_attend' }));
      const body = gzipSync(lines(...many));
      const gzip = { 'Content-Encoding': 'gzip' };
      const { body: answer } = await deliver('many', 'application/x-ndjson', body, gzip).expect(200);
      expect(answer).toMatchObject({ accepted: 100_000, rejected: [] });
      const over = gzipSync(lines(...many, many[0]!));
      const refused = await deliver('over', 'application/x-ndjson', over, gzip).expect(400);
      expect(refused.body.errors[0]).toMatchObject({ pointer: '#', detail: '应为 1 到 100000 行' });
    });

    it('refuses what it cannot read', async () => {
      const gzip = { 'Content-Encoding': 'gzip' };
      const bomb = gzipSync(Buffer.alloc(64 * 1_048_576));
      expect(bomb.length).toBeLessThan(100_000);
      expect((await deliver('bomb', 'application/x-ndjson', bomb, gzip).expect(413)).body.code).toBe(
        'http/body-too-large',
      );
      await deliver('x', 'application/x-ndjson', 'not zipped', gzip).expect(400);
      await deliver('x', 'application/x-ndjson', '{}', { 'Content-Encoding': 'br' }).expect(415);
      await deliver('x', 'application/xml', '<a/>').expect(415);
      await deliver('x', 'application/x-ndjson', '').expect(400);
      await deliver('x', 'text/csv', 'studentNumber;metric\n1;2\n').expect(400);
      const big = await app.post(BATCHES, { source: 'x', batchKey: 'x', observations: ['x'.repeat(4 * 1_048_576)] });
      expect(big.status).toBe(413);
      const missing = await app.post(`${BATCHES}?source=test`).type('text/csv').send('studentNumber,metric,value\n');
      expect([missing.status, missing.body.errors[0].pointer]).toEqual([400, '?batchKey']);
      const both = await app.post(`${BATCHES}?source=test`, { source: 'a', batchKey: 'b', observations: [row(0, 1)] });
      expect([both.status, both.body.errors[0].pointer]).toEqual([400, '?source']);
      // Only this route takes such bodies.
      await app.post('/early-warning/v1/metrics').type('text/csv').send('a').expect(415);
      const zipped = await app
        .post('/early-warning/v1/metrics')
        .set({ 'Content-Type': 'application/json', ...gzip })
        .serialize((sent: unknown) => sent as string)
        .send(gzipSync('{}'));
      expect(zipped.status).toBe(415);
    });

    it('describes a thousand rejected rows and counts them all', async () => {
      const bad = `${Array.from({ length: 1_500 }, () => '[]\n').join('')}${lines(row(5, 1, { metric: 'awards' }))}`;
      const first = (await deliver('bad', 'application/x-ndjson', bad).expect(200)).body;
      expect([first.accepted, first.rejectedCount, first.rejected.length]).toEqual([1, 1_500, 1_000]);
      const again = (await deliver('bad', 'application/x-ndjson', bad).expect(200)).body;
      expect(again).toEqual({ ...first, duplicateBatch: true });
    });

    it('refuses a batch of which no row can be taken, and leaves both its keys free', async () => {
      const once = { 'Idempotency-Key': newId() };
      const bad = lines(row(5, 1, { studentNumber: '9999999999' }), row(5, 1, { metric: 'no-such' }));
      const refused = await deliver('all-bad', 'application/x-ndjson', bad, once).expect(422);
      expect(refused.body).toMatchObject({
        code: 'http/all-rows-refused',
        errors: [
          { pointer: '#/0/studentNumber', code: 'unknown_student', line: 1 },
          { pointer: '#/1/metric', code: 'unknown_metric', line: 2 },
        ],
      });
      const right = lines(row(5, 2, { metric: 'book_loans', day: addDays(DAY, 3) }));
      expect((await deliver('all-bad', 'application/x-ndjson', right, once).expect(200)).body.accepted).toBe(1);
    });

    it('keeps an Idempotency-Key for bodies of lines', async () => {
      const body = lines(row(5, 1, { metric: 'awards' }));
      const once = { 'Idempotency-Key': newId() };
      const first = await deliver('idem', 'application/x-ndjson', body, once).expect(200);
      const again = await deliver('idem', 'application/x-ndjson', body, once).expect(200);
      expect([again.headers['idempotent-replayed'], again.body]).toEqual(['true', first.body]);
      await deliver('idem', 'application/x-ndjson', `${body}\n`, once).expect(422);
    });
  });

  describe('records with a key', () => {
    const record = (key: string, value: number | null, more: object = {}) =>
      row(4, value, { key, metric: 'sport_min', ...more });

    it('count once however often they come, and a changed or withdrawn one corrects the day', async () => {
      await send('r1', record('a', 10), record('b', 5));
      await send('r2', record('b', 5), record('c', 1), record('c', 2));
      expect(await values('sport_min')).toEqual({ '2024000005': 17 });
      await send('r3', record('a', 10));
      await test.database.transaction(null, foldDirty);
      expect(await test.database.read(anyDirty)).toBe(false);
      await send('r4', record('a', 3));
      expect(await test.database.read(needsRebuild)).toMatchObject([{ day: DAY }]);
      expect(await values('sport_min')).toEqual({ '2024000005': 10 });
      await send('r5', record('a', null), record('b', null), record('nobody', null));
      expect(await values('sport_min')).toEqual({ '2024000005': 2 });
      await send('r6', record('c', null));
      expect(await values('sport_min')).toEqual({});
      await send('r7', record('c', 4));
      expect(await values('sport_min')).toEqual({ '2024000005': 4 });
    });

    it('are corrected before they were ever folded', async () => {
      const other = { metric: 'volunteer_hours' };
      await send('u1', record('a', 1, other), record('b', 2, other));
      await send('u2', record('a', 4, other));
      expect(await values('volunteer_hours')).toEqual({ '2024000005': 60 });
    });

    it('of the last of a day keep their place when corrected', async () => {
      const credits = (key: string, value: number, at: string) =>
        row(6, value, { key, metric: 'earned_credits', day: undefined, at });
      await send('l1', credits('a', 10, `${DAY}T10:00:00+08:00`), credits('b', 20, `${DAY}T09:00:00+08:00`));
      expect(await values('earned_credits')).toEqual({ '2024000007': 1000 });
      await send('l2', credits('b', 30, `${DAY}T11:00:00+08:00`));
      expect(await values('earned_credits')).toEqual({ '2024000007': 3000 });
    });

    it('of gate passes count once', async () => {
      const passId = newId();
      const fact = Object.assign(new PassFact(), {
        ...{ passId, studentId: campus.students[7], buildingId: campus.places.building1, direction: 'in' },
        at: `${addDays(DAY, 8)}T12:00:00.000Z`,
      });
      await tell(test, [new PassesRecordedV1([fact]), new PassesRecordedV1([fact, fact])]);
      expect(await values('gate_passes', addDays(DAY, 8))).toEqual({ '2024000008': 1 });
    });
  });

  it('tells what waits to be folded', async () => {
    await test.database.transaction(null, foldDirty);
    const earlier = addDays(DAY, -5);
    await send('w1', row(0, 1, { metric: 'canteen_meals' }), row(1, 2, { metric: 'canteen_meals', day: earlier }));
    const [seqs, columns] = await test.database.read(async (tx) => {
      const found = await unfoldedSeqs(tx);
      return [found, await readBatches(tx, found)] as const;
    });
    expect(seqs).toHaveLength(1);
    expect({ ...columns, metric: new Set(columns.metric).size }).toEqual({
      ...{
        metric: 1,
        day: Int32Array.of(dayOf(DAY), dayOf(earlier)),
        ordinal: Int32Array.of(0, 1),
        value: Int32Array.of(1, 2),
      },
    });
    // Late data is in its own day.
    expect(await values('canteen_meals', earlier)).toEqual({ '2024000002': 2 });
    expect(await test.database.read(unfoldedSeqs)).toEqual([]);
  });

  it('follows the roster when a number changes hands', async () => {
    await send('n1', row(8, 1, { metric: 'net_min' }));
    await test.query(sql`UPDATE directory.person SET number = 'x' WHERE id = ${campus.students[8]}`);
    await test.query(sql`UPDATE directory.person SET number = '2024000009' WHERE id = ${campus.students[9]}`);
    await tell(test, [new RosterChangedV1(newId())]);
    await send('n2', row(8, 5, { metric: 'net_min' }));
    await test.query(sql`UPDATE directory.person SET number = '2024000010' WHERE id = ${campus.students[9]}`);
    await test.query(sql`UPDATE directory.person SET number = '2024000009' WHERE id = ${campus.students[8]}`);
    await tell(test, [new RosterChangedV1(newId())]);
    expect(await values('net_min')).toEqual({ '2024000009': 1, '2024000010': 5 });
  });

  describe('back-pressure', () => {
    const limit = (value: object) =>
      app.post('/early-warning/v1/policies/early-warning.ingest/versions', {
        ...{ effectiveFrom: daysAgo(0), source: 'test', value },
      });

    it('asks to come again while too much is under way, and loses nothing', async () => {
      const holder = test.app.get(test.database.constructor as never) as typeof test.database;
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      const holding = holder.transaction(null, async (tx) => {
        await tx.query('LOCK TABLE early_warning.ingest_batch IN ACCESS EXCLUSIVE MODE');
        await held;
      });
      const sent = Array.from({ length: 7 }, (_, i) =>
        deliver(`busy${i}`, 'application/x-ndjson', lines(row(i, 1, { metric: 'night_net_min' }))).then((a) => a),
      );
      const first = await Promise.race(sent);
      expect([first.status, first.body.code, first.headers['retry-after']]).toEqual([
        503,
        'early-warning/ingest-busy',
        '2',
      ]);
      release();
      await holding;
      const answers = await Promise.all(sent);
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, 200, 200, 200, 200, 200, 503]);
      for (const [i] of answers.entries())
        await deliver(`busy${i}`, 'application/x-ndjson', lines(row(i, 1, { metric: 'night_net_min' }))).expect(200);
      expect(Object.values(await values('night_net_min'))).toEqual([1, 1, 1, 1, 1, 1, 1]);
    });

    it('asks to come again while too much waits to be folded', async () => {
      await limit({ batchesAtATime: 6, waitingRows: 10_000 }).expect(201);
      await test.database.transaction(null, foldDirty);
      const many = Array.from({ length: 10_000 }, (_, i) => row(i % 12, 1, { metric: 'score_points' }));
      await deliver('full', 'application/x-ndjson', lines(...many)).expect(200);
      const refused = await deliver('late', 'application/x-ndjson', lines(many[0]!)).expect(503);
      expect(refused.body).toMatchObject({ code: 'early-warning/ingest-busy' });
      expect(await test.query(sql`SELECT 1 FROM early_warning.ingest_batch WHERE batch_key = 'late'`)).toEqual([]);
      await test.database.transaction(null, foldDirty);
      await deliver('late', 'application/x-ndjson', lines(many[0]!)).expect(200);
      expect((await values('score_points'))['2024000001']).toBe(835);
    });
  });

  describe('erasure', () => {
    it('leaves no mention of the student, and nobody gets the lane', async () => {
      const victim = campus.students[10] as string;
      const number = studentNumbers[10] as string;
      await send(
        'e1',
        row(10, 7, { metric: 'awards' }),
        row(10, 7, { metric: 'earned_credits' }),
        row(11, 9, { metric: 'awards' }),
      );
      await test.database.transaction(null, foldDirty);
      await send('e2', row(10, 3, { metric: 'awards', key: `${number}-1` }), row(10, 1, { metric: 'awards' }));
      const leave = {
        leaveId: newId(),
        studentId: victim,
        startsAt: `${DAY}T00:00:00Z`,
        endsAt: `${addDays(DAY, 1)}T00:00:00Z`,
      };
      await tell(test, [new LeaveApprovedV1(leave)], { id: leave.leaveId, version: 1 });
      await test.query(sql`INSERT INTO early_warning.warning (id, rule_code, rule_id, student_id, level, level_rank, status, first_day, last_day,
          raised_at, hwm, reason_zh, reason_en, evidence)
        SELECT gen_random_uuid(), code, id, ${victim}, 'red', 4, 'closed', ${DAY}, ${DAY}, now(), 1, '', '', '{}' FROM early_warning.rule LIMIT 1`);
      expect(await mentions(victim, number)).toContain('warning');

      await tell(test, [new StudentErasedV1(victim)]);
      expect(await mentions(victim, number)).toEqual([]);
      expect(await values('awards')).toMatchObject({ '2024000012': 9 });
      const before = await vectorsOf(test);
      await test.database.transaction(null, rebuildVectors);
      expect(await vectorsOf(test)).toEqual(before);

      // The roster still has them: whatever comes, they stay forgotten.
      await tell(test, [new LeaveApprovedV1({ ...leave, leaveId: newId() }), new RosterChangedV1(newId())]);
      const { body } = await send('e3', row(10, 7, { metric: 'awards' }), row(9, 7, { metric: 'book_loans' }));
      expect(body).toMatchObject({ accepted: 1, rejected: [{ code: 'unknown_student' }] });
      expect(await mentions(victim, number)).toEqual([]);
      await tell(test, [new StudentErasedV1(victim)]);
      const id = newId();
      await test.query(
        sql`INSERT INTO directory.person (id, kind, number, name) VALUES (${id}, 'student', '2026999998', '新生')`,
      );
      await send('e4', row(10, 1, { metric: 'awards', studentNumber: '2026999998' }));
      expect(await test.query(sql`SELECT ordinal FROM early_warning.student_ordinal WHERE student_id = ${id}`)).toEqual(
        [{ ordinal: 12 }],
      );
    });

    /** Tables of the service with a row that has one of the texts in it. */
    async function mentions(...texts: string[]): Promise<string[]> {
      const tables = await test.query<{ name: string }>(
        sql`SELECT relname AS name FROM pg_class WHERE relnamespace = 'early_warning'::regnamespace AND relkind IN ('r', 'p')`,
      );
      const found: string[] = [];
      for (const { name } of tables) {
        const [one] = (await test.tx.query(
          `SELECT EXISTS (SELECT 1 FROM early_warning."${name}" t WHERE t::text LIKE ANY($1)) AS hit`,
          [texts.map((text) => `%${text}%`)],
        )) as { hit: boolean }[];
        if (one!.hit) found.push(name);
      }
      return found;
    }
  });

  describe('retention', () => {
    it('closes months when nothing came for them any more, and keeps their vectors', async () => {
      const today = daysAgo(0);
      const first = addMonths(`${today.slice(0, 7)}-01`, -8);
      const [old, next] = [addDays(first, 9), addMonths(first, 1)];
      const keyed = row(1, 2, { day: old, key: 'k', metric: 'class_attend' });
      await send(
        'o1',
        row(0, 1, { day: old, metric: 'class_attend' }),
        keyed,
        row(2, 4, { day: next, metric: 'class_attend' }),
      );
      const retention = test.app.get(Retention);
      const night = (date: string) =>
        test.database.transaction(null, (tx) =>
          retention.everyNight(tx, { date } as Parameters<Retention['everyNight']>[1]),
        );
      await night(today);
      const closed = () => test.query(sql`SELECT month::text FROM early_warning.closed_month ORDER BY 1`);
      expect(await closed()).toEqual([]);
      await test.query(
        sql`UPDATE early_warning.ingest_batch SET received_at = ${old} WHERE first_day <= ${old} AND last_day < ${addMonths(first, 3)}`,
      );
      await test.query(sql`UPDATE early_warning.ingest_batch SET received_at = ${old} WHERE batch_key = 'o1'`);
      await night(addDays(next, 89));
      expect(await closed()).toEqual([]);
      await night(addDays(next, 90));
      expect(await closed()).toEqual([{ month: first }]);
      const raw = await test.query(
        sql`SELECT day::text FROM early_warning.observation WHERE day < ${addMonths(first, 2)} UNION ALL SELECT day::text FROM early_warning.keyed_observation WHERE day < ${addMonths(first, 2)}`,
      );
      expect(raw).toEqual([{ day: next }]);
      expect(await values('class_attend', old)).toEqual({ '2024000001': 1, '2024000002': 2 });
      const { body } = await send(
        'o2',
        keyed,
        row(3, 1, { day: addDays(next, -1), metric: 'class_attend' }),
        row(3, 1, { day: addDays(next, 27) }),
      );
      expect(body.rejected).toMatchObject([
        { pointer: '#/observations/0', code: 'day_closed', zh: '该月的数据已归档，不再接收' },
        { pointer: '#/observations/1', code: 'day_closed' },
      ]);
      expect(body.accepted).toBe(1);
      await test.database.transaction(null, foldDirty);
      const before = await vectorsOf(test);
      await test.database.transaction(null, rebuildVectors);
      expect(await vectorsOf(test)).toEqual(before);
      expect(await values('class_attend', old)).toEqual({ '2024000001': 1, '2024000002': 2 });
    });

    it('deletes vectors and observations beyond the retention of their metric', async () => {
      const [kept, gone] = [daysAgo(30), daysAgo(31)];
      await send(
        'p1',
        row(0, 1, { metric: 'score_count', day: kept }),
        row(0, 1, { metric: 'score_count', day: gone }),
      );
      await test.query(sql`UPDATE early_warning.metric SET retention_days = 30 WHERE code = 'score_count'`);
      await test.database.transaction(null, (tx) =>
        test.app.get(Retention).everyNight(tx, { date: daysAgo(0) } as Parameters<Retention['everyNight']>[1]),
      );
      expect(await values('score_count', kept)).toEqual({ '2024000001': 1 });
      expect(await values('score_count', gone)).toEqual({});
      await test.database.transaction(null, rebuildVectors);
      expect(await values('score_count', gone)).toEqual({});
    });
  });
});
