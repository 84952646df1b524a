import { sql } from '#database';
import { campus, drainEvents, eventually, fireTimers } from '#testing';
import { House } from './house.js';

const { collegeOfficerCs, counselorCs } = campus.staff;

interface Told {
  kind: string;
  title: string;
  body: string;
}

describe('a leave that nobody decides', () => {
  let house: House;

  beforeAll(async () => {
    house = await House.open();
  });
  afterAll(() => house?.close());

  async function told(personId: string): Promise<Told[]> {
    const person = await house.test.person(personId);
    const { body } = await person.get('/integration/v1/messages?limit=200').expect(200);
    return (body as { data: Told[] }).data;
  }

  it('reaches the inbox of whoever supervises by its second deadline, and no payload says more than ids and instants', async () => {
    const { test } = house;
    const at = (day: string, hour: string): string => new Date(`${day}T${hour}:00+08:00`).toISOString();
    test.clock.set('2026-12-01T10:00:00+08:00');
    const reason = '家中有事需要办理';
    const student = await test.person(campus.students[0]!);
    const { body: leave } = await student
      .post('/affairs/v1/leaves', {
        ...{ kind: 'personal', startsAt: at('2026-12-14', '08:00'), endsAt: at('2026-12-14', '20:00') },
        ...{ reason, destination: '宝鸡市' },
      })
      .expect(201);
    const passes = async (): Promise<void> => {
      const [timer] = await test.query<{ at: Date }>(
        sql`SELECT t.due_at AS at FROM events.timer t JOIN affairs.leave l ON t.key = 'affairs.step-due ' || l.workflow_id
             WHERE l.id = ${(leave as { id: string }).id}`,
      );
      test.clock.set(timer!.at.toISOString());
      await fireTimers(test, timer!.at);
      await drainEvents(test);
      // Those of a window are told together when it ends.
      test.clock.advance({ hours: 10 });
    };
    const supervision = expect.objectContaining({ kind: 'step-supervision' }) as Told;

    await passes();
    await eventually(async () =>
      expect(await told(counselorCs)).toContainEqual(expect.objectContaining({ kind: 'step-overdue' })),
    );
    expect(await told(collegeOfficerCs)).not.toContainEqual(supervision);

    await passes();
    const message = await eventually(async () => {
      const found = (await told(collegeOfficerCs)).find(({ kind }) => kind === 'step-supervision');
      expect(found).toBeDefined();
      return found!;
    });
    expect(await told(counselorCs)).not.toContainEqual(supervision);

    const events = await test.query<{ payload: object }>(
      sql`SELECT payload FROM events.event WHERE name = 'affairs.step-overdue.v1' ORDER BY id`,
    );
    expect(events.map(({ payload }) => Object.keys(payload).sort())).toEqual(
      Array.from({ length: 2 }, () => [
        ...['caseId', 'definition', 'dueAt', 'level', 'step', 'subjectId', 'supervisors', 'then', 'waitsFor'],
      ]),
    );
    const namesOf = async (...ids: string[]): Promise<string[]> => {
      const rows = await test.query<{ name: string; number: string }>(
        sql`SELECT name, number FROM directory.person WHERE id = ANY(${ids}::uuid[])`,
      );
      return rows.flatMap(({ name, number }) => [name, number]);
    };
    const others = [reason, '宝鸡', ...(await namesOf(campus.students[0]!, counselorCs))];
    // A message calls the person whom it is for by their name, and nobody else.
    for (const said of others) expect(`${message.title} ${message.body}`).not.toContain(said);
    for (const said of [...others, ...(await namesOf(collegeOfficerCs))])
      expect(JSON.stringify(events)).not.toContain(said);
  });
});
