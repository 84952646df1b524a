import { randomUUID } from 'node:crypto';
import { SERVICE_NAMES } from '#contracts';
import { campus, eventually, studentNumbers } from '#testing';
import { addDays, dateOf, instantOf } from '#time';

/** The house as an app sees it, whichever way it is packed. */
export interface Api {
  /** Where it answers, without trailing slash. */
  url: string;
  /** An access token of an app alone, with every permission. */
  appToken(): Promise<string>;
  /** An access token of an app that acts for a person. */
  personToken(personId: string): Promise<string>;
}

interface Answer<T> {
  headers: Headers;
  body: T;
}

/** Requests of one caller. */
class Caller {
  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  async get<T>(path: string, expected = 200): Promise<T> {
    return (await this.send<T>('GET', path, expected)).body;
  }

  async post<T>(
    path: string,
    expected: number,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    return this.send<T>('POST', path, expected, body, headers);
  }

  /** Like a good client: what is not available right now is asked again, with the same Idempotency-Key. */
  private async send<T>(
    method: string,
    path: string,
    expected: number,
    body?: object,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const init = {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body && { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    };
    for (let tries = 1; ; tries++) {
      const answer = await fetch(this.url + path, init);
      const text = await answer.text();
      if (answer.status === expected)
        return { headers: answer.headers, body: (text ? JSON.parse(text) : undefined) as T };
      const wait = Number(answer.headers.get('retry-after'));
      if (answer.status !== 503 || !wait || tries === 5)
        throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 800)}`);
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }
}

interface Page<T> {
  data: T[];
}
interface Leave {
  id: string;
  version: number;
  status: string;
  closedHow: string | null;
}
interface Finding {
  night: string;
  finding: string;
  excuse: string | null;
  excuseId: string | null;
  minutesLate: number | null;
}
interface Warning {
  id: string;
  level: string;
  status: string;
  rule: { code: string };
  student: { id: string };
}

const ZONE = 'Asia/Shanghai';
const WARNINGS = '/early-warning/v1/warnings';

/**
 * The one path that crosses all services, walked by HTTP alone on the small test campus:
 * a leave excuses a night; who came late three times, and who did not come back, is found, observed and warned about to the
 * counselor who answers for them and to no other; the counselor who is moved loses it with the next request.
 */
export async function walkThePath(api: Api): Promise<void> {
  const app = new Caller(api.url, await api.appToken());
  const as = async (personId: string): Promise<Caller> => new Caller(api.url, await api.personToken(personId));
  const [onLeave, late, missing] = campus.students as unknown as [string, string, string];
  const student = await as(onLeave);
  const counselor = await as(campus.staff.counselorCs);
  const stranger = await as(campus.staff.counselorFl);

  // Three nights that are over whatever the time is: the newest began the day before yesterday.
  const now = dateOf(new Date(), ZONE);
  const night = addDays(now, -2);
  const nights = [addDays(now, -4), addDays(now, -3), night];

  const leave = await takeLeave(student, counselor, night);
  await settled(app);
  await passGates(app, nights, { onLeave: 0, late: 1, missing: 2 });
  await jobDone(app, await app.post('/safety/v1/night-checks', 202, { night: nights[0], to: night }));
  await settled(app);

  const findings = async (studentId: string): Promise<Finding[]> =>
    (await counselor.get<Page<Finding>>(`/safety/v1/findings?studentId=${studentId}&from=${nights[0]}`)).data;
  await eventually(async () => {
    expect(await findings(onLeave)).toContainEqual(
      expect.objectContaining({ night, finding: 'excused', excuse: 'leave', excuseId: leave.id }),
    );
    expect((await findings(onLeave)).filter(({ finding }) => ['late', 'not_returned'].includes(finding))).toEqual([]);
    // The same passes without the leave.
    expect(await findings(missing)).toContainEqual(expect.objectContaining({ night, finding: 'not_returned' }));
    const lateNights = (await findings(late)).filter(({ finding }) => finding === 'late');
    expect(lateNights.map((one) => one.night)).toEqual([...nights].reverse());
    for (const { minutesLate } of lateNights) expect(minutesLate).toBeGreaterThanOrEqual(70);
  });
  // The gate has seen the student return, so the leave is closed: safety told affairs.
  await eventually(async () => {
    const closed = await student.get<Leave>(`/affairs/v1/leaves/${leave.id}`);
    expect(closed).toMatchObject({ status: 'closed', closedHow: 'gate' });
  });
  // Somebody else's students do not exist for a counselor.
  await stranger.get(`/affairs/v1/leaves/${leave.id}`, 404);
  expect((await stranger.get<Page<Finding>>(`/safety/v1/findings?studentId=${late}`)).data).toEqual([]);

  await jobDone(app, await app.post('/early-warning/v1/runs', 202, { asOf: now }));
  const open = async (caller: Caller): Promise<Warning[]> => (await caller.get<Page<Warning>>(WARNINGS)).data;
  const warnings = await eventually(async () => {
    const found = await open(counselor);
    expect(found.map(({ student: { id }, rule }) => [id, rule.code]).sort()).toEqual([
      [late, 'dorm.late'],
      [missing, 'dorm.not-returned'],
    ]);
    return found;
  });
  const warning = warnings.find(({ student: { id } }) => id === late) as Warning;
  expect(warning).toMatchObject({ level: 'yellow', status: 'open' });
  await counselor.get(`${WARNINGS}/${warning.id}`);
  expect(await open(stranger)).toEqual([]);
  await stranger.get(`${WARNINGS}/${warning.id}`, 404);

  await moveClass(app, campus.classes.se2401, campus.staff.counselorCs, campus.staff.counselorFl, now);
  await counselor.get(`${WARNINGS}/${warning.id}`, 404);
  expect(await open(counselor)).toEqual([]);
  await stranger.get(`${WARNINGS}/${warning.id}`);
  expect((await open(stranger)).map(({ id }) => id)).toContain(warning.id);
}

/** An urgent leave of two days over the night, filed by the student and approved by the counselor. */
async function takeLeave(student: Caller, counselor: Caller, night: string): Promise<Leave> {
  const form = {
    kind: 'personal',
    urgent: true,
    startsAt: instantOf(night, '17:00', ZONE).toISOString(),
    endsAt: instantOf(addDays(night, 1), '22:00', ZONE).toISOString(),
    reason: '家中急事',
    destination: '宝鸡市',
  };
  const { body: leave } = await student.post<Leave>('/affairs/v1/leaves', 201, form);
  const { body: approved } = await counselor.post<Leave>(
    `/affairs/v1/leaves/${leave.id}/approve`,
    200,
    {},
    { 'if-match': `"${leave.version}"` },
  );
  expect(approved.status).toBe('approved');
  return approved;
}

/** Out in the evening of each night: one in again 70 minutes or more after curfew, two only the next noon and only the last night. */
async function passGates(
  app: Caller,
  nights: string[],
  who: { onLeave: number; late: number; missing: number },
): Promise<void> {
  const last = nights.at(-1) as string;
  const passes: [student: number, direction: 'in' | 'out', date: string, time: string][] = [
    ...nights.flatMap((night): typeof passes => [
      [who.late, 'out', night, '19:00'],
      [who.late, 'in', addDays(night, 1), '00:40'],
    ]),
    ...[who.onLeave, who.missing].flatMap((one): typeof passes => [
      [one, 'out', last, '18:00'],
      [one, 'in', addDays(last, 1), '12:00'],
    ]),
  ];
  const records = passes.map(([student, direction, date, time], i) => ({
    deviceCode: 'GATE-B1',
    recordId: `path-${i}`,
    studentNumber: studentNumbers[student],
    direction,
    at: `${date}T${time}:00+08:00`,
  }));
  // Sent twice, as bridges do: it counts once.
  const path = '/safety/v1/passes/batches';
  const first = await app.post(path, 200, { passes: records });
  expect(first.body).toEqual({ accepted: records.length, duplicates: 0, held: 0, renumbered: 0, rejected: [] });
  const again = await app.post(path, 200, { passes: records });
  expect(again.body).toEqual({ accepted: 0, duplicates: records.length, held: 0, renumbered: 0, rejected: [] });
}

async function moveClass(app: Caller, unitId: string, from: string, to: string, date: string): Promise<void> {
  const path = '/staffing/v1/appointments';
  const { data } = await app.get<Page<{ id: string; version: number }>>(
    `${path}?personId=${from}&unitId=${unitId}&kind=counselor`,
  );
  const [post] = data;
  if (!post) throw new Error('The counselor has no post over the class');
  await app.post(`${path}/${post.id}/end`, 200, { validTo: date }, { 'if-match': `"${post.version}"` });
  await app.post(path, 201, { personId: to, kind: 'counselor', unitId, validFrom: date });
}

/** Waits for a 202. */
async function jobDone(caller: Caller, accepted: Answer<unknown>): Promise<void> {
  const job = accepted.headers.get('location') as string;
  await eventually(async () => {
    const { status } = await caller.get<{ status: string }>(job);
    expect(status).toBe('succeeded');
  }, 60_000);
}

/** Waits until no service has an event before it: twice in a row, as handling one may cause another. */
async function settled(caller: Caller): Promise<void> {
  await eventually(async () => {
    for (const service of [...SERVICE_NAMES, ...SERVICE_NAMES]) {
      const { data } = await caller.get<Page<{ eventName: string }>>(`/${service}/v1/deliveries`);
      if (data.length > 0) throw new Error(`${service} has not handled ${data.map((one) => one.eventName).join(', ')}`);
    }
  }, 60_000);
}
