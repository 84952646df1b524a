import { randomUUID } from 'node:crypto';
import { services } from '../apps/campus/src/services.js';
import { campus, type Client, studentNumbers, TestApp } from '#testing';

/** The campus clock moves, the machine's does not: what decides by the time follows the first. */
describe('a moved clock', () => {
  let test: TestApp;
  let app: Client;

  beforeAll(async () => {
    test = await TestApp.create(services);
    app = await test.client();
  });
  afterEach(() => test.clock.reset());
  afterAll(() => test.close());

  it('runs on from where it is set, and is moved by the calendar of the campus', () => {
    test.clock.set('2026-11-30T17:05:00Z');
    expect(test.clock.today()).toBe('2026-12-01');
    expect(test.clock.now().getTime() - Date.parse('2026-11-30T17:05:00Z')).toBeLessThan(5_000);
    test.clock.advance({ hours: 23 });
    expect(test.clock.today()).toBe('2026-12-02');
    test.clock.advance({ months: 3, days: -2 });
    expect(test.clock.today()).toBe('2027-02-28');
    expect(() => test.clock.set('tomorrow')).toThrow('tomorrow is no instant');
  });

  it('begins and ends posts; tokens stay good', async () => {
    const post = { personId: campus.staff.counselorFl, kind: 'class_advisor', unitId: campus.classes.se2401 };
    const held = { validFrom: '2031-03-01', validTo: '2031-03-02' };
    await app.post('/staffing/v1/appointments', { ...post, ...held }).expect(201);
    const [student] = campus.students;
    const seen = async () => {
      const person = await test.person(campus.staff.counselorFl);
      return (await person.get(`/directory/v1/people/${student}`)).status;
    };
    const on = async (at: string): Promise<number> => {
      test.clock.set(at);
      return seen();
    };
    const [before, during, after] = ['2031-02-28T23:59:00', '2031-03-01T00:00:00', '2031-03-02T00:00:00'];
    expect([await on(`${before}+08:00`), await on(`${during}+08:00`), await on(`${after}+08:00`)]).toEqual([
      404, 200, 404,
    ]);
  });

  it('opens a night to its check at half past five', async () => {
    const ask = () => app.post('/safety/v1/night-checks', { night: '2026-11-20' });
    test.clock.set('2026-11-21T05:29:00+08:00');
    expect((await ask().expect(400)).body.code).toBe('safety/night-not-over');
    test.clock.advance({ minutes: 1 });
    await ask().expect(202);
  });

  it('refuses passes that are ahead of it', async () => {
    test.clock.set('2026-03-10T08:00:00+08:00');
    const send = async (at: string): Promise<number> => {
      const [studentNumber, recordId] = [studentNumbers[0], randomUUID()];
      const row = { deviceCode: 'GATE-B1', recordId, studentNumber, direction: 'in', at };
      return (await app.post('/safety/v1/passes/batches', { passes: [row] })).status;
    };
    expect(await send('2026-03-10T08:14:00+08:00')).toBe(200);
    expect(await send('2026-03-10T08:20:00+08:00')).toBe(422);
    test.clock.advance({ minutes: 10 });
    expect(await send('2026-03-10T08:20:00+08:00')).toBe(200);
  });
});
