import { Injectable } from '@nestjs/common';
import type { AppointmentKind } from '#contracts';
import { newId, query, sql, type Sql, type Tx } from '#database';
import { CampusClock } from '#time';
import { SupervisionLine } from './supervision-line.js';

const HOUR_MS = 3_600_000;

/** What waits for somebody's first look. */
const OF = {
  warning: { column: sql`warning_id`, cause: 'triage' },
  referral: { column: sql`referral_id`, cause: 'referral' },
} as const satisfies Record<string, { column: Sql; cause: string }>;
export type WaitingKind = keyof typeof OF;

/** Something that nobody has looked at in time. */
export interface Waiting {
  id: string;
  studentId: string;
  /** Hours that a step has before it goes up another; 0: it stays. */
  stepHours: number;
  /** The posts that may know of it; null: every post. */
  posts: readonly AppointmentKind[] | null;
}

/** Up to whom it is from now on. Nobody: no post of the line is held. */
export interface Risen extends Waiting {
  step: number;
  post: AppointmentKind;
  personIds: string[];
  /** When it goes up another step; null: never. */
  risesAt: Date | null;
}

/**
 * Supervision of what waits for a first look: warnings to triage, referrals to take up. Each step of the line has its whole time from when it
 * was told: after an outage nobody is passed over.
 */
@Injectable()
export class WaitingSupervision {
  constructor(
    private readonly line: SupervisionLine,
    private readonly clock: CampusClock,
  ) {}

  /** Takes all up one step; what is at the top already stays there and is not in the answer. */
  async rise(tx: Tx, kind: WaitingKind, all: readonly Waiting[]): Promise<Risen[]> {
    if (all.length === 0) return [];
    const { column, cause } = OF[kind];
    const ids = all.map(({ id }) => id);
    const steps = await query<{ id: string; step: number }>(
      tx,
      sql`SELECT ${column} AS id, coalesce(max(step) FILTER (WHERE cardinality(person_ids) > 0), 0) AS step FROM early_warning.care_supervision
           WHERE ${column} = ANY(${ids}::uuid[]) AND ended_at IS NULL GROUP BY 1`,
    );
    const told = new Map(steps.map(({ id, step }) => [id, step]));
    const above = await this.line.above(
      tx,
      all.map(({ id, studentId, posts }) => ({ studentId, posts, after: told.get(id) ?? 0 })),
    );
    const [now, last] = [this.clock.now(), await this.line.last(tx)];
    const risen = all.flatMap((one, i): Risen[] => {
      const next = above[i] ?? (told.has(one.id) ? undefined : { ...last, personIds: [], last: true });
      if (!next) return [];
      const risesAt = next.last || one.stepHours === 0 ? null : new Date(now.getTime() + one.stepHours * HOUR_MS);
      return [{ ...one, step: next.step, post: next.post, personIds: next.personIds, risesAt }];
    });
    const rows = risen.map((one) => ({ ...one, supervision: newId(), risesAt: one.risesAt?.toISOString() ?? null }));
    await query(
      tx,
      sql`UPDATE early_warning.care_supervision SET rises_at = NULL, updated_at = now(), version = version + 1
           WHERE ${column} = ANY(${ids}::uuid[]) AND ended_at IS NULL AND rises_at IS NOT NULL`,
    );
    await query(
      tx,
      sql`INSERT INTO early_warning.care_supervision (id, ${column}, student_id, cause, step, post, person_ids, since_at, rises_at)
          SELECT supervision, id, "studentId", ${cause}, step, post, "personIds", ${now}, "risesAt"
            FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
              AS r(supervision uuid, id uuid, "studentId" uuid, step int, post text, "personIds" uuid[], "risesAt" timestamptz)`,
    );
    return risen;
  }

  /** Somebody has looked, or it is gone. */
  async end(tx: Tx, kind: WaitingKind, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await query(
      tx,
      sql`UPDATE early_warning.care_supervision SET ended_at = ${this.clock.now()}, rises_at = NULL, updated_at = now(), version = version + 1
           WHERE ${OF[kind].column} = ANY(${ids}::uuid[]) AND ended_at IS NULL`,
    );
  }
}
