import { randomUUID } from 'node:crypto';
import { services } from '../apps/campus/src/services.js';
import { campus, type Client, drainEvents, studentNumbers, TestApp } from '#testing';

const HOUR = 3_600_000;

interface Leave {
  id: string;
  version: number;
  status: string;
  closedHow: string | null;
  endsAt: string;
  returnedAt: string | null;
}

/** What is filed, taken back or corrected afterwards, with all services in one process: each ends at what the others know. */
describe('what comes afterwards', () => {
  let test: TestApp;
  let app: Client;
  let counselor: Client;

  beforeAll(async () => {
    test = await TestApp.create(services);
    app = await test.client();
    counselor = await test.person(campus.staff.counselorCs);
  });
  afterAll(() => test.close());

  const hoursAgo = (hours: number): string => new Date(Date.now() - hours * HOUR).toISOString();

  /** Sends passes of a student of building 1 and lets every service hear of them. */
  async function send(who: number, ...passes: ['in' | 'out', string][]): Promise<void> {
    const rows = passes.map(([direction, at]) => ({
      ...{ deviceCode: 'GATE-B1', recordId: randomUUID(), studentNumber: studentNumbers[who], direction, at },
    }));
    const { body } = await app.post('/safety/v1/passes/batches', { passes: rows }).expect(200);
    expect(body).toMatchObject({ accepted: passes.length, rejected: [] });
    await drainEvents(test);
  }

  /** An urgent leave, filed and approved now. */
  async function leaveOf(who: number, startsAt: string, endsAt: string): Promise<Leave> {
    const form = { kind: 'personal', urgent: true, startsAt, endsAt, reason: '家中急事', destination: '宝鸡市' };
    const student = await test.person(campus.students[who]!);
    const filed = (await student.post('/affairs/v1/leaves', form).expect(201)).body as Leave;
    const approved = await counselor
      .post(`/affairs/v1/leaves/${filed.id}/approve`, {})
      .set('If-Match', `"${filed.version}"`)
      .expect(200);
    await drainEvents(test);
    return approved.body as Leave;
  }

  const see = async ({ id }: Leave): Promise<Leave> =>
    (await counselor.get(`/affairs/v1/leaves/${id}`).expect(200)).body as Leave;

  async function takeBack(who: number, at: string): Promise<void> {
    const { body } = await app.get(`/safety/v1/passes?studentId=${campus.students[who]}&status=counted`).expect(200);
    const pass = (body.data as { id: string; at: string }[]).find((one) => one.at === at);
    await app.post(`/safety/v1/passes/${pass?.id}/void`, { reason: '他人代刷' }).expect(200);
    await drainEvents(test);
  }

  describe('a leave that is filed after the return', () => {
    it('is closed by the passes of that time, and opened again when they are taken back', async () => {
      const back = hoursAgo(10);
      await send(0, ['out', hoursAgo(40)], ['in', back]);
      const leave = await leaveOf(0, hoursAgo(41), hoursAgo(5));
      expect(leave).toMatchObject({ status: 'closed', closedHow: 'gate', returnedAt: back, endsAt: back });
      await takeBack(0, back);
      expect(await see(leave)).toMatchObject({ status: 'approved', closedHow: null, returnedAt: null });
    });

    it('is not closed by a pass that was taken back before', async () => {
      const [first, second] = [hoursAgo(12), hoursAgo(8)];
      await send(1, ['out', hoursAgo(40)], ['in', first], ['in', second]);
      await takeBack(1, first);
      expect(await leaveOf(1, hoursAgo(41), hoursAgo(5))).toMatchObject({ closedHow: 'gate', returnedAt: second });
    });

    it('waits for the return where the gate saw none', async () => {
      expect(await leaveOf(2, hoursAgo(41), hoursAgo(5))).toMatchObject({ status: 'approved', returnedAt: null });
    });

    it('knows of an exit before a leave that begins only now', async () => {
      await send(3, ['out', hoursAgo(3)]);
      const leave = await leaveOf(3, hoursAgo(2), hoursAgo(-5));
      const back = hoursAgo(0);
      await send(3, ['in', back]);
      expect(await see(leave)).toMatchObject({ status: 'closed', closedHow: 'gate', returnedAt: back });
    });
  });
});
