import { Injectable } from '@nestjs/common';
import { NightCheckedV1, NightResult } from '#contracts';
import { newId, query, queryOne, sql, type Tx } from '#database';
import { Events } from '#events';
import { Policies } from '#policy';
import { calendarDays } from '#roster';
import { addDays, CampusClock, type DayOfCalendar } from '#time';
import { CurfewPolicy } from '../curfew/curfew.policy.js';
import { windowsOf } from '../curfew/night-window.js';
import { Retention } from '../passes/retention.service.js';
import type { Finding } from './night.codes.js';
import {
  clocksOff,
  countResidents,
  type FindingChange,
  gatedBuildings,
  judgeNight,
  outagesOf,
  storeFindings,
} from './night.queries.js';

const PER_EVENT = 500;

/** The night check: for each night, who was late or not in, what excuses it, and what later became of that. */
@Injectable()
export class NightChecks {
  constructor(
    private readonly events: Events,
    private readonly policies: Policies,
    private readonly retention: Retention,
    private readonly clock: CampusClock,
  ) {}

  /**
   * Checks a night, or checks it again: what changed is stored under the next revision and told downstream (the first
   * time all late and not returned; later the changed ones, `clear` for what no longer stands). Checks of one night
   * wait for each other. Whoever asks for a check gets the policy that is in force for the night by now; data that comes later is judged by
   * `version`, under which the night was judged: a policy that is dated back rewrites no night by itself.
   */
  async check(tx: Tx, night: string, version?: number): Promise<void> {
    await lockNight(tx, night);
    const { timeZone } = this.clock;
    const { value: policy, number } =
      version === undefined
        ? await this.policies.at(tx, CurfewPolicy, night)
        : await this.policies.numbered(tx, CurfewPolicy, version);
    const morning = addDays(night, 1);
    const [nextDay] = (await calendarDays(tx, morning, morning)) as [DayOfCalendar];
    const windows = windowsOf(policy, await gatedBuildings(tx), night, nextDay.workday, timeZone);
    const outages = await outagesOf(tx, night, windows, policy, timeZone);
    const changes = await judgeNight(tx, night, windows, {
      outBuildings: [...new Set(outages.map((outage) => outage.buildingId))],
      exempt: isExempt(policy, nextDay),
      rereadMinutes: policy.rereadMinutes,
      timeZone,
      clocksOff: await clocksOff(tx, windows),
    });
    const buildings = windows.map((window) => window.buildingId);
    const students = await countResidents(tx, night, buildings);
    const [row] = await query<{ id: string; revision: number }>(
      tx,
      sql`INSERT INTO safety.night AS n (id, night, revision, policy_number, checked_at, students, buildings, outages)
          VALUES (${newId()}, ${night}, 1, ${number}, ${this.clock.now()}, ${students}, ${buildings}::uuid[],
                  ${JSON.stringify(outages)}::jsonb)
          ON CONFLICT (night) DO UPDATE
             SET revision = n.revision + ${changes.length > 0 ? 1 : 0}::int, policy_number = excluded.policy_number,
                 checked_at = excluded.checked_at, students = excluded.students, buildings = excluded.buildings,
                   outages = excluded.outages
          RETURNING id, revision`,
    );
    const { id, revision } = row as { id: string; revision: number };
    if (changes.length === 0) return;
    await storeFindings(
      tx,
      night,
      revision,
      changes.map((change) => ({ ...change, id: change.id ?? newId() })),
    );
    await this.publish(tx, night, { id, version: revision }, changes);
  }

  /**
   * Checks a night again when it was checked before; a check that is under way is waited for. A night whose passes are kept no longer
   * stays as it was found.
   */
  async recheck(tx: Tx, night: string): Promise<void> {
    await lockNight(tx, night);
    if (night < (await this.retention.firstNight(tx))) return;
    const checked = await queryOne<{ version: number }>(
      tx,
      sql`SELECT policy_number AS version FROM safety.night WHERE night = ${night}`,
    );
    if (checked) await this.check(tx, night, checked.version);
  }

  /** Findings of a range of nights, both inclusive, by kind; what a job reports. */
  async summary(tx: Tx, from: string, to: string): Promise<Record<string, number>> {
    const rows = await query<{ what: string; n: number }>(
      tx,
      sql`SELECT what, count(*)::int AS n FROM safety.night_finding,
                 LATERAL (VALUES (finding), (CASE WHEN finding = 'excused' THEN 'excused_by_' || excuse END)) AS v(what)
           WHERE night BETWEEN ${from} AND ${to} AND finding <> 'clear' AND what IS NOT NULL
           GROUP BY what ORDER BY what`,
    );
    const none = { late: 0, not_returned: 0, excused: 0, excused_by_leave: 0, suppressed: 0, unknown: 0 };
    return { ...none, ...Object.fromEntries(rows.map((row) => [row.what, row.n])) };
  }

  private async publish(
    tx: Tx,
    night: string,
    aggregate: { id: string; version: number },
    changes: readonly FindingChange[],
  ): Promise<void> {
    const results = changes.flatMap((change): NightResult[] => {
      const before = told(change.oldFinding);
      const now = told(change.finding);
      if (before === now && (now !== 'late' || change.oldMinutesLate === change.minutesLate)) return [];
      const result = Object.assign(new NightResult(), { studentId: change.studentId, finding: now ?? 'clear' });
      return [now === 'late' ? Object.assign(result, { minutesLate: change.minutesLate }) : result];
    });
    const batches: NightCheckedV1[] = [];
    for (let i = 0; i < results.length; i += PER_EVENT) {
      batches.push(new NightCheckedV1(night, aggregate.version, results.slice(i, i + PER_EVENT)));
    }
    await this.events.publishAll(tx, batches, aggregate);
  }
}

function isExempt(policy: CurfewPolicy, nextDay: DayOfCalendar): boolean {
  if (policy.exemptEvenings === 'none') return false;
  return !nextDay.workday && (policy.exemptEvenings === 'non_workdays' || nextDay.name !== undefined);
}

/** What others are told of a finding: nothing of one that does not count against the student. */
function told(finding: Finding | null): 'late' | 'not_returned' | undefined {
  return finding === 'late' || finding === 'not_returned' ? finding : undefined;
}

async function lockNight(tx: Tx, night: string): Promise<void> {
  await query(tx, sql`SELECT pg_advisory_xact_lock(hashtextextended(${`safety.night ${night}`}, 0))`);
}
