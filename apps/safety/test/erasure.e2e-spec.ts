import { StudentErasedV1 } from '#contracts';
import { raw, sql } from '#database';
import { Events } from '#events';
import { campus, type Client, drainEvents, TestApp } from '#testing';
import { safety } from '../src/safety.module.js';
import { check, findings, keepAll, pass, send, student } from './gates.js';

const NIGHT = '2025-03-10';

describe('a student who was erased', () => {
  let test: TestApp;
  let app: Client;
  beforeAll(async () => {
    test = await TestApp.create([safety]);
    await keepAll(test);
    app = await test.client();
  });
  afterAll(() => test?.close());

  const count = async (table: string, who: number): Promise<number> => {
    const [row] = await test.query<{ n: number }>(
      sql`SELECT count(*)::int AS n FROM safety.${raw(table)} WHERE student_id = ${student(who)}`,
    );
    return row!.n;
  };
  const left = (who: number) => Promise.all(['pass', 'night_finding', 'late_pass'].map((table) => count(table, who)));
  const history = async (): Promise<number> => {
    const [row] = await test.query<{ n: number }>(sql`SELECT count(*)::int AS n FROM safety.night_finding_history`);
    return row!.n;
  };

  it('leaves no pass, no night and no late pass, and nobody else loses any', async () => {
    const wrong = pass(2, 'out', `${NIGHT} 17:30`);
    await send(app, [
      ...[1, 2].map((who) => pass(who, 'out', `${NIGHT} 18:00`)),
      ...[1, 2].map((who) => pass(who, 'in', `${NIGHT} 21:00`)),
      ...[1, 2].map((who) => pass(who, 'out', `${NIGHT} 22:00`)),
      wrong,
    ]);
    // The device had taken the one student for the other.
    const theirs = pass(1, 'out', `${NIGHT} 17:30`);
    expect(await send(app, [{ ...theirs, recordId: wrong.recordId, replaces: true }])).toMatchObject({ accepted: 1 });
    const counselor = await test.person(campus.staff.counselorCs);
    for (const who of [1, 2])
      await counselor
        .post('/safety/v1/late-passes', {
          ...{ from: '2025-03-20', to: '2025-03-21', until: '00:30', reason: '实验室值班', studentId: student(who) },
        })
        .expect(201);
    await check(test, app, NIGHT);
    // They came in after all: the finding is amended, and has a history.
    await send(
      app,
      [1, 2].map((who) => pass(who, 'in', `${NIGHT} 23:50`)),
    );
    await drainEvents(test);
    expect(Object.keys(await findings(app, NIGHT))).toEqual(expect.arrayContaining(['1', '2']));
    expect([await left(1), await left(2), await history()]).toEqual([[5, 1, 1], [5, 1, 1], 2]);

    await test.database.transaction(null, (tx) => test.app.get(Events).publish(tx, new StudentErasedV1(student(1))));
    await drainEvents(test);
    // Of the other's five passes one was corrected into one of theirs: it would lead back to them.
    expect([await left(1), await left(2), await history()]).toEqual([[0, 0, 0], [4, 1, 1], 1]);
  });
});
