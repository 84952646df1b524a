import { Injectable } from '@nestjs/common';
import { AdmissionRemindedV1 } from '#contracts';
import { newId, query, sql, type Tx } from '#database';
import { Events, Every, type Period } from '#events';
import { Policies } from '#policy';
import { daysBetween } from '#time';
import { AdmissionPolicy } from './admission.policy.js';
import { AdmissionRules, workingDaysOf } from './admission-rules.js';
import { Admission, doneOf } from './admission.entity.js';
import { entriesOf, organizersOf } from './admissions.queries.js';
import { nextDeadline, type StepState, timelineOf } from './engine.js';

const OVERDUE = -1;
const AT_ONCE = 1000;

interface Reminder {
  id: string;
  admissionId: string;
  organizationId: string;
  step: number;
  dueOn: string;
  threshold: number;
}

interface Deadline {
  id: string;
  version: number;
  dueOn: string | null;
  dueStep: number | null;
}

/** Reminds of deadlines that are near or past: once for each admission, step, deadline and threshold. */
@Injectable()
export class AdmissionReminders {
  constructor(
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly rules: AdmissionRules,
  ) {}

  @Every('7 8 * * *', { name: 'party-building.admission-reminders', catchUp: 'latest' })
  async everyMorning(tx: Tx, { date }: Period): Promise<void> {
    const { value } = await this.policies.at(tx, AdmissionPolicy, date);
    const stepsOf = await this.rules.reader(tx);
    const workingDays = workingDaysOf(tx);
    for (let after = ''; ;) {
      const admissions = await openAfter(tx, after);
      const entries = await entriesOf(
        tx,
        admissions.map((admission) => admission.id),
      );
      const due: Reminder[] = [];
      const moved: Deadline[] = [];
      for (const admission of admissions) {
        const facts = { birthDate: admission.birthDate, done: doneOf(entries.get(admission.id) ?? []) };
        const states = await timelineOf(stepsOf(admission), facts, date, workingDays);
        due.push(...remindersOf(admission, states, date, value.reminderDays));
        const { dueOn = null, step: dueStep = null } = nextDeadline(states) ?? {};
        const { id, version } = admission;
        if (dueOn !== admission.dueOn || dueStep !== admission.dueStep) moved.push({ id, version, dueOn, dueStep });
      }
      await this.remind(tx, due, date);
      await refresh(tx, moved);
      const last = admissions.at(-1);
      if (!last || admissions.length < AT_ONCE) return;
      after = last.id;
    }
  }

  private async remind(tx: Tx, due: Reminder[], date: string): Promise<void> {
    if (due.length === 0) return;
    const first = await query<{ admissionId: string; step: number; dueOn: string }>(
      tx,
      sql`INSERT INTO party_building.admission_reminder (id, admission_id, step, due_on, threshold)
          SELECT id, "admissionId", step, "dueOn", threshold
            FROM jsonb_to_recordset(${JSON.stringify(due)}::jsonb)
              AS r(id uuid, "admissionId" uuid, step int, "dueOn" date, threshold int)
          ON CONFLICT DO NOTHING
          RETURNING admission_id AS "admissionId", step, due_on::text AS "dueOn"`,
    );
    const branchOf = new Map(due.map(({ admissionId, organizationId }) => [admissionId, organizationId]));
    const organizers = await organizersOf(tx, [...new Set(branchOf.values())], date);
    const events = first.map(({ admissionId, step, dueOn }) => {
      const personIds = organizers.get(branchOf.get(admissionId)!) ?? [];
      return new AdmissionRemindedV1({ admissionId, step, daysLeft: daysBetween(date, dueOn), personIds });
    });
    await this.events.publishAll(tx, events);
  }
}

/** Only the nearest threshold that is reached: after days without a run nobody is reminded several times at once. */
function remindersOf(
  { id: admissionId, organizationId }: Admission,
  states: StepState[],
  date: string,
  reminderDays: number[],
): Reminder[] {
  return states.flatMap(({ step, dueOn }) => {
    if (dueOn === null) return [];
    const daysLeft = daysBetween(date, dueOn);
    const reached = daysLeft < 0 ? [OVERDUE] : reminderDays.filter((days) => daysLeft <= days);
    if (reached.length === 0) return [];
    return [{ id: newId(), admissionId, organizationId, step: step.number, dueOn, threshold: Math.min(...reached) }];
  });
}

async function openAfter(tx: Tx, id: string): Promise<Admission[]> {
  const some = tx.createQueryBuilder(Admission, 'a').where("a.status = 'open'").orderBy('a.id').limit(AT_ONCE);
  return (id ? some.andWhere('a.id > :id', { id }) : some).getMany();
}

/** Deadlines in working days move when a year's calendar becomes known. */
async function refresh(tx: Tx, moved: Deadline[]): Promise<void> {
  if (moved.length === 0) return;
  await query(
    tx,
    sql`UPDATE party_building.admission a SET due_on = r."dueOn", due_step = r."dueStep", updated_at = now()
          FROM jsonb_to_recordset(${JSON.stringify(moved)}::jsonb)
            AS r(id uuid, version int, "dueOn" date, "dueStep" int)
         WHERE a.id = r.id AND a.version = r.version`,
  );
}
