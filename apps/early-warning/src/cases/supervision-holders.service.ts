import { Injectable } from '@nestjs/common';
import { type AppointmentKind, CareSupervisionV1, ReferralEscalatedV1, WarningEscalatedV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { Events, Every, Timers } from '#events';
import { CampusClock } from '#time';
import { timersOf } from '../warnings/triage-due.event.js';
import { ReferralDueV1, referralTimer } from '../referrals/referral-due.event.js';
import type { CaseCause } from './care-rows.entity.js';
import { SupervisionLine } from './supervision-line.js';
import { CaseSupervision } from './supervision.service.js';

interface Running {
  id: string;
  version: number;
  studentId: string;
  step: number;
  personIds: string[];
  /** Who owns the case; undefined: it is none, or of nobody. */
  but: string | undefined;
  /** The posts that the warning's rule is for; null: all. */
  posts: AppointmentKind[] | null;
  kind: 'case' | 'warning' | 'referral';
  /** A dispute over it is open: it stays where it is. */
  paused: boolean;
  /** The case, warning or referral, and its version. */
  ofId: string;
  ofVersion: number;
  cause: CaseCause;
}

/** Keeps supervision with whoever holds the posts of the line by now: a successor takes it over, and what nobody is left for goes up. */
@Injectable()
export class SupervisionHolders {
  constructor(
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly line: SupervisionLine,
    private readonly cases: CaseSupervision,
    private readonly clock: CampusClock,
  ) {}

  @Every('*/10 * * * *', { name: 'early-warning.supervisors', catchUp: 'latest' })
  async refresh(tx: Tx): Promise<void> {
    const running = await this.running(tx);
    if (running.length === 0) return;
    const holders = await this.line.holders(tx, running);
    const changed = running.flatMap((one, i) => {
      const personIds = holders[i]!;
      const added = personIds.filter((id) => !one.personIds.includes(id));
      return added.length > 0 || personIds.length < one.personIds.length ? [{ ...one, personIds, added }] : [];
    });
    const written = await query<{ id: string }>(
      tx,
      sql`UPDATE early_warning.care_supervision s SET person_ids = r."personIds", updated_at = now(), version = s.version + 1
            FROM jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) AS r(id uuid, version int, "personIds" uuid[])
           WHERE s.id = r.id AND s.version = r.version AND s.ended_at IS NULL RETURNING s.id`,
    );
    // Whoever changed or ended one meanwhile was first: nobody is told of it here.
    const ids = new Set(written.map(({ id }) => id));
    for (const one of changed) if (ids.has(one.id) && one.added.length > 0) await this.tell(tx, one, one.added);
    await this.raise(
      tx,
      running.map((one, i) => ({ ...one, personIds: holders[i]! })),
    );
  }

  /** What runs, highest step first. */
  private running(tx: Tx): Promise<Running[]> {
    return query<Running>(
      tx,
      sql`SELECT s.id, s.version, s.student_id AS "studentId", s.step, s.person_ids AS "personIds", o.person_id AS but, r.definition -> 'visibility' AS posts, s.cause, w.paused_at IS NOT NULL AS paused,
                 CASE WHEN c.id IS NOT NULL THEN 'case' WHEN w.id IS NOT NULL THEN 'warning' ELSE 'referral' END AS kind,
                 coalesce(c.id, w.id, f.id) AS "ofId", coalesce(c.version, w.version, f.version) AS "ofVersion"
            FROM early_warning.care_supervision s
            LEFT JOIN early_warning.care_case c ON c.id = s.case_id
            LEFT JOIN early_warning.care_owner o ON o.case_id = c.id AND o.valid_to IS NULL
            LEFT JOIN early_warning.warning w ON w.id = s.warning_id LEFT JOIN early_warning.rule r ON r.id = w.rule_id
            LEFT JOIN early_warning.referral f ON f.id = s.referral_id
           WHERE s.ended_at IS NULL ORDER BY s.step DESC, s.id`,
    );
  }

  /** Where nobody is left at the highest step, the next that somebody holds is told at once; where none is held, it waits for one that is. */
  private async raise(tx: Tx, running: readonly Running[]): Promise<void> {
    const steps = new Map<string, Running[]>();
    for (const one of running) steps.set(one.ofId, [...(steps.get(one.ofId) ?? []), one]);
    const vacant = [...steps.values()]
      .filter(([top]) => top!.personIds.length === 0 && !top!.paused)
      .map((all) => ({ ...all[0]!, after: all.find(({ personIds }) => personIds.length > 0)?.step ?? 0 }));
    const above = await this.line.above(tx, vacant);
    const [now, today] = [this.clock.now(), this.clock.today()];
    const of = (kind: Running['kind']): string[] =>
      vacant.filter((one, i) => above[i] && one.kind === kind).map(({ ofId }) => ofId);
    const [cases, warnings, referrals] = [of('case'), of('warning'), of('referral')];
    await query(
      tx,
      sql`UPDATE early_warning.care_supervision SET rises_on = CASE WHEN case_id IS NOT NULL THEN ${today}::date END,
                 rises_at = CASE WHEN case_id IS NULL THEN ${now}::timestamptz END, updated_at = now(), version = version + 1
           WHERE coalesce(case_id, warning_id, referral_id) = ANY(${[...cases, ...warnings, ...referrals]}::uuid[]) AND ended_at IS NULL`,
    );
    await this.cases.lookAtAll(tx, cases);
    if (warnings.length > 0) await this.timers.setAll(tx, timersOf([now]));
    await this.timers.setAll(
      tx,
      referrals.map((id) => ({ key: referralTimer(id), at: now, event: new ReferralDueV1(id) })),
    );
  }

  private async tell(tx: Tx, { kind, ofId, ofVersion, cause, step }: Running, personIds: string[]): Promise<void> {
    const aggregate = { id: ofId, version: ofVersion };
    const events = {
      case: () => new CareSupervisionV1({ caseId: ofId, cause, step, personIds }),
      warning: () => new WarningEscalatedV1({ warningId: ofId, step, personIds }),
      referral: () => new ReferralEscalatedV1({ referralId: ofId, step, personIds }),
    };
    await this.events.publish(tx, events[kind](), aggregate);
  }
}
