import { sql } from '#database';
import { Schedules } from '#events';
import { campus, drainEvents, TestApp, type Client } from '#testing';
import { addDays } from '#time';
import { staffing } from '../../staffing/src/staffing.module.js';
import { AdmissionReminders } from '../src/admission/reminders.handlers.js';
import { partyBuilding } from '../src/party-building.module.js';

let test: TestApp;
let office: Client;
const { students } = campus;
const organizer = campus.staff.partyOrganizerCs;
const POLICY = '/party-building/v1/policies/party-building.admission/versions';
const OWN = {
  step: 2,
  key: 'talk_in_ten_days',
  kind: 'within',
  severity: 'warn',
  zh: '十个工作日内谈话',
  en: 'Talk within ten working days',
};

beforeAll(async () => {
  test = await TestApp.create([partyBuilding, staffing]);
  office = await test.client();
});
afterAll(() => test?.close());

interface Reminded {
  admissionId: string;
  step: number;
  daysLeft: number;
  personIds: string[];
}

interface Opened {
  id: string;
  policyNumber: number;
  dueOn: string;
}

async function open(student: number, appliedOn: string): Promise<Opened> {
  const values = {
    ...{ personId: students[student], organizationId: '00000000-0000-7000-8000-006000000003', appliedOn },
    ...{ birthDate: '2006-01-01', documents: [{ kind: 'application_letter', reference: 'DA-1' }] },
  };
  return (await office.post('/party-building/v1/admissions', values).expect(201)).body as Opened;
}

const putPolicy = (effectiveFrom: string, gates: object[]) =>
  office.post(POLICY, { effectiveFrom, value: { reminderDays: [30, 14, 7], gates }, source: '本校发展党员实施办法' });

/** What the schedule reminded of, by running it for a day. */
async function remind(date: string): Promise<Reminded[]> {
  const seen = await reminders();
  await test.database.transaction(null, (tx) =>
    test.app.get(AdmissionReminders).everyMorning(tx, { at: test.clock.now(), date }),
  );
  return (await reminders()).slice(seen.length);
}

async function reminders(): Promise<Reminded[]> {
  const rows = await test.query<{ payload: Reminded }>(
    sql`SELECT payload FROM events.event WHERE name = 'party-building.admission-reminded.v1' ORDER BY id`,
  );
  return rows.map((row) => row.payload);
}

describe('the school’s additions', () => {
  it('hold for applications from their day on, and stay stamped on them', async () => {
    await putPolicy('2026-09-01', [{ ...OWN, after: 1, value: 10, unit: 'working_days' }]).expect(201);
    const before = await open(0, '2026-08-31');
    expect(before).toMatchObject({ policyNumber: 0, dueOn: '2026-09-30' });
    // Ten working days after Tuesday 1 September 2026.
    const after = await open(1, '2026-09-01');
    expect(after).toMatchObject({ policyNumber: 1, dueOn: '2026-09-15' });
    await putPolicy('2026-09-01', []).expect(201);
    const steps = (await office.get(`/party-building/v1/admissions/${after.id}/timeline`).expect(200)).body.steps as {
      latestOn: string;
      gates: object[];
    }[];
    expect(steps[1]).toMatchObject({ latestOn: '2026-09-15' });
    expect(steps[1]?.gates).toContainEqual(
      expect.objectContaining({ key: 'talk_in_ten_days', mark: 'one_school', date: '2026-09-15', provisional: false }),
    );
  });

  it('say when a year has no workday calendar yet', async () => {
    await putPolicy('2026-10-20', [{ ...OWN, step: 3, after: 1, value: 1000, unit: 'working_days' }]).expect(201);
    const { id } = await open(2, '2026-10-20');
    const { steps } = (await office.get(`/party-building/v1/admissions/${id}/timeline`).expect(200)).body as {
      steps: { provisional: boolean }[];
    };
    expect(steps[1]).toMatchObject({ provisional: false, latestOn: '2026-11-20' });
    expect(steps[2]).toMatchObject({ provisional: true });
  });

  it('cannot relax a national rule', async () => {
    const relaxed = await putPolicy('2026-12-01', [{ ...OWN, after: 1, value: 2, unit: 'months' }]).expect(400);
    expect(relaxed.body.errors).toMatchObject([{ pointer: '#/value/gates/0/kind' }]);
    const year = { ...OWN, step: 7, kind: 'not_before', after: 3, value: 6, unit: 'months' };
    await putPolicy('2026-12-01', [year]).expect(400);
    await putPolicy('2026-12-01', [{ ...OWN, kind: 'requirement' }]).expect(400);
  });
});

describe('reminders', () => {
  it('come once at 30, 14 and 7 days and once when overdue', async () => {
    await test.query(sql`UPDATE party_building.admission SET status = 'withdrawn'`);
    const { id, dueOn } = await open(3, '2026-07-31');
    expect(dueOn).toBe('2026-08-31');
    expect(await remind(addDays(dueOn, -31))).toEqual([]);
    expect(await remind(addDays(dueOn, -30))).toEqual([
      { admissionId: id, step: 2, daysLeft: 30, personIds: [organizer] },
    ]);
    expect(await remind(addDays(dueOn, -30))).toEqual([]);
    expect(await remind(addDays(dueOn, -15))).toEqual([]);
    // A run that comes late still reminds, once, of the nearest threshold.
    expect(await remind(addDays(dueOn, -5))).toEqual([
      { admissionId: id, step: 2, daysLeft: 5, personIds: [organizer] },
    ]);
    expect(await remind(addDays(dueOn, -3))).toEqual([]);
    expect(await remind(dueOn)).toEqual([]);
    expect(await remind(addDays(dueOn, 1))).toEqual([
      { admissionId: id, step: 2, daysLeft: -1, personIds: [organizer] },
    ]);
    expect(await remind(addDays(dueOn, 2))).toEqual([]);
    expect(await test.query(sql`SELECT threshold FROM party_building.admission_reminder ORDER BY threshold`)).toEqual([
      ...[{ threshold: -1 }, { threshold: 7 }, { threshold: 30 }],
    ]);
  });

  it('stop when the step is done', async () => {
    const admission = await open(4, '2026-09-20');
    const talk = { takenOn: '2026-10-01', choices: [{ name: 'talker_role', value: 'secretary' }] };
    await office.post(`/party-building/v1/admissions/${admission.id}/steps/2`, talk).set('If-Match', '"1"').expect(200);
    expect(await remind('2026-10-19')).toEqual([]);
  });

  it('run every morning by schedule', async () => {
    await open(5, '2026-08-10');
    await test.query(
      sql`UPDATE events.schedule SET last_period = ${test.clock.now()}::timestamptz - interval '1 day' WHERE service = 'party-building'`,
    );
    const before = (await reminders()).length;
    await test.app.get(Schedules).tick();
    await drainEvents(test);
    expect((await reminders()).slice(before)).toMatchObject([{ step: 2 }]);
  });
});
