import { Injectable } from '@nestjs/common';
import { WarningCorrectedV1 } from '#contracts';
import { query, sql, type Tx } from '#database';
import { Events } from '#events';
import { holdsOn } from '#roster';
import { CANNOT_SAY, type Rule } from '#rule-language';
import { CampusClock } from '#time';
import { Engine } from '../engine/engine.js';
import type { HistoryEntry, Status } from './warning.entity.js';
import { Raising } from './raising.js';

interface Suspect {
  id: string;
  studentId: string;
  ordinal: number;
  status: Status;
  version: number;
  /** The version that last found it to hold. */
  ruleId: string;
  lastDay: string;
  level: HistoryEntry['level'];
  /** A dispute that was upheld corrected it: that nothing is left to say it by is an answer too. */
  disputed: boolean;
}

const JUDGED_BY = sql`coalesce(w.judged_rule_id, w.rule_id)`;
/** SQL: codes of the metrics of the rule that judged a warning `w`. */
const METRICS = sql`(SELECT f.value ->> 'metric' FROM early_warning.rule r, jsonb_each(r.definition -> 'features') f WHERE r.id = ${JUDGED_BY})`;
const DISPUTED = sql`EXISTS (SELECT FROM early_warning.dispute d, jsonb_to_recordset(d.corrections) AS c(metric text, day date)
  WHERE d.student_id = w.student_id AND d.status = 'upheld' AND coalesce(d.again_at, d.decided_at) >= w.raised_at
    AND c.day <= w.last_day AND c.metric IN ${METRICS})`;

/** The sentence that goes with a warning whose basis is gone. */
const CORRECTED = { zh: '所依据的数据已更正', en: 'the data it rested on was corrected' };

/**
 * Looks again at warnings that no longer hold and whose data was corrected since (a record changed or withdrawn, or a leave; not what
 * merely came late, which changes later verdicts only): does the version that last found them to hold still hold as of that day? If
 * not, a warning or a notice that nobody triaged is withdrawn; a confirmed one gets a note, and whoever
 * acts on it may dismiss it after all.
 */
@Injectable()
export class Corrections {
  constructor(
    private readonly engine: Engine,
    private readonly raising: Raising,
    private readonly events: Events,
    private readonly clock: CampusClock,
  ) {}

  /** Returns how many warnings lost their basis. */
  async apply(tx: Tx): Promise<number> {
    const groups = new Map<string, Suspect[]>();
    for (const suspect of await this.suspects(tx)) {
      const key = `${suspect.ruleId} ${suspect.lastDay}`;
      groups.set(key, [...(groups.get(key) ?? []), suspect]);
    }
    let corrected = 0;
    for (const suspects of groups.values()) corrected += await this.judge(tx, suspects);
    return corrected;
  }

  private async suspects(tx: Tx): Promise<Suspect[]> {
    return query<Suspect>(
      tx,
      sql`SELECT w.id, w.student_id AS "studentId", o.ordinal, w.status, w.version, ${JUDGED_BY} AS "ruleId", w.last_day::text AS "lastDay", w.level, ${DISPUTED} AS disputed
            FROM early_warning.warning w JOIN early_warning.student_ordinal o ON o.student_id = w.student_id
           WHERE w.status IN ('open', 'notice', 'confirmed') AND (NOT w.holds OR ${DISPUTED}) AND w.corrected_at IS NULL
             AND (EXISTS (SELECT 1 FROM early_warning.corrected_day c WHERE c.ordinal = o.ordinal AND c.hwm > w.hwm AND c.day <= w.last_day
                             AND c.metric IN (SELECT m.number FROM early_warning.metric m WHERE m.code IN ${METRICS}))
               OR EXISTS (SELECT 1 FROM early_warning.leave_mask l WHERE l.student_id = w.student_id AND l.hwm > w.hwm))`,
    );
  }

  /** Warnings of one rule version with the same last day. */
  private async judge(tx: Tx, suspects: readonly Suspect[]): Promise<number> {
    const { ruleId, lastDay } = suspects[0]!;
    const [rule] = await query<{ number: number; definition: Rule }>(
      tx,
      sql`SELECT number, definition FROM early_warning.rule WHERE id = ${ruleId}`,
    );
    const { gone, hwm } = await this.engine.evaluate(tx, { rules: [rule!], asOf: lastDay }, (firings) => {
      const levels = firings.levels(0);
      const isGone = ({ ordinal, disputed }: Suspect): boolean =>
        levels[ordinal] === 0 || (disputed && levels[ordinal] === CANNOT_SAY);
      return { gone: suspects.filter(isGone), hwm: firings.hwm };
    });
    const ids = suspects.map(({ id }) => id);
    await query(tx, sql`UPDATE early_warning.warning SET hwm = ${hwm} WHERE id = ANY(${ids}::uuid[])`);
    await this.withdraw(
      tx,
      gone.filter(({ status }) => status !== 'confirmed'),
    );
    await this.note(
      tx,
      rule!.definition,
      gone.filter(({ status }) => status === 'confirmed'),
    );
    return gone.length;
  }

  private async withdraw(tx: Tx, warnings: readonly Suspect[]): Promise<void> {
    if (warnings.length === 0) return;
    await query(
      tx,
      sql`UPDATE early_warning.warning w SET status = 'withdrawn', muted = FALSE, corrected_at = now(), updated_at = now(), version = w.version + 1,
                 history = w.history || h.entry
            FROM jsonb_to_recordset(${JSON.stringify(entries(warnings, 'withdrawn', this.clock.now()))}::jsonb) AS h(id uuid, entry jsonb) WHERE w.id = h.id`,
    );
    await this.raising.publishGone(
      tx,
      warnings.map(({ id, studentId, version }) => ({ id, studentId, version: version + 1 })),
      'withdrawn',
    );
  }

  private async note(tx: Tx, rule: Rule, warnings: readonly Suspect[]): Promise<void> {
    if (warnings.length === 0) return;
    const now = this.clock.now();
    const note = { note: { ...CORRECTED, at: now.toISOString() } };
    await query(
      tx,
      sql`UPDATE early_warning.warning w SET corrected_at = now(), updated_at = now(), version = w.version + 1,
                 history = w.history || h.entry, evidence = w.evidence || ${JSON.stringify(note)}::jsonb
            FROM jsonb_to_recordset(${JSON.stringify(entries(warnings, 'corrected', now))}::jsonb) AS h(id uuid, entry jsonb) WHERE w.id = h.id`,
    );
    await this.tell(tx, rule, warnings);
  }

  /** Whom it concerns: the posts that the rule is for, whoever confirmed it and still has a post over the student, and who owns its case. */
  private async tell(tx: Tx, { visibility = ['counselor'] }: Rule, warnings: readonly Suspect[]): Promise<void> {
    const today = this.clock.today();
    const confirmedBy = sql`jsonb_path_query_array(w.history, '$[*] ? (@.what == "confirmed").by') ->> -1`;
    const rows = await query<{ id: string; version: number; personIds: string[] }>(
      tx,
      sql`SELECT w.id, w.version, ARRAY(
            SELECT a.person_id FROM directory.published_membership_v1 m JOIN staffing.published_appointment_v1 a ON a.unit_id = m.unit_id
             WHERE m.person_id = w.student_id AND ${holdsOn(sql`m`, today)} AND ${holdsOn(sql`a`, today)}
               AND (a.kind = ANY(${visibility}::text[]) OR a.person_id::text = ${confirmedBy})
            UNION SELECT o.person_id FROM early_warning.care_owner o WHERE o.case_id = w.case_id AND o.valid_to IS NULL
            ORDER BY 1) AS "personIds"
            FROM early_warning.warning w WHERE w.id = ANY(${warnings.map(({ id }) => id)}::uuid[]) ORDER BY w.id`,
    );
    await this.events.publishEach(
      tx,
      rows.map(({ id, version, personIds }) => ({
        event: new WarningCorrectedV1({ warningId: id, personIds }),
        aggregate: { id, version },
      })),
    );
  }
}

function entries(
  warnings: readonly Suspect[],
  what: 'withdrawn' | 'corrected',
  now: Date,
): { id: string; entry: HistoryEntry[] }[] {
  const at = now.toISOString();
  return warnings.map(({ id, level }) => ({
    id,
    entry: [{ at, by: 'engine', what, level, note: `${CORRECTED.zh} / ${CORRECTED.en}` }],
  }));
}
