import { setImmediate as nextTurn } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import {
  eventOptions,
  StudentNoticeV1,
  type WarningEscalatedV1,
  type WarningLevel,
  type WarningOverdueV1,
  WarningRaisedV1,
  WarningSettledV1,
} from '#contracts';
import { newId, query, sql, type Tx } from '#database';
import { Events, Timers } from '#events';
import { Policies } from '#policy';
import { CANNOT_SAY, type Evidence, levelOf, reasonOf, type Rule } from '#rule-language';
import { responsibleFor } from '#roster';
import { CampusClock } from '#time';
import { WaitingSupervision } from '../cases/waiting-supervision.service.js';
import { Pauses } from '../disputes/pauses.service.js';
import { CLEARED, type Firings } from '../engine/engine.js';
import { Processing } from '../processing/processing.service.js';
import { isNotice, triageDueAt, TriagePolicy } from './triage.policy.js';
import { timersOf } from './triage-due.event.js';
import type { HistoryEntry, Status } from './warning.entity.js';

/** Warnings whose evidence is put together and written at a time. */
const AT_A_TIME = 500;

/** A rule in force, as a run judged it. */
export interface JudgedRule {
  id: string;
  code: string;
  number: number;
  definition: Rule;
}

export interface RaisingResult {
  raised: number;
  escalated: number;
  reopened: number;
  /** Still holding, nothing new. */
  standing: number;
}

interface Known {
  id: string;
  ordinal: number;
  studentId: string;
  status: Status;
  levelRank: number;
  holds: boolean;
  lastDay: string;
  version: number;
}

/** A warning to be written: new, or an old one that rises or comes back. */
interface Change {
  id: string;
  lane: number;
  studentId: string;
  version: number;
  what: 'raised' | 'escalated' | 'reopened';
  /** What it was: one that was confirmed waits for nobody, one that was open goes on doing so. */
  before: Status | undefined;
}

/** What a run over everybody found of a rule. */
interface Found {
  asOf: string;
  population: readonly number[];
  levels: Uint8Array;
  clears: Uint8Array | undefined;
  /** For how many of the population the rule held. */
  holding: number;
}

/** Turns what a run found into warnings: one open or confirmed per rule and student. */
@Injectable()
export class Raising {
  /** By rule version, what the run before this one found: of a student of whom that is still so, the warning is as it must be. */
  private readonly before = new Map<string, Found>();
  private runBefore: string | undefined;

  constructor(
    private readonly events: Events,
    private readonly timers: Timers,
    private readonly pauses: Pauses,
    private readonly processing: Processing,
    private readonly policies: Policies,
    private readonly supervision: WaitingSupervision,
    private readonly clock: CampusClock,
  ) {}

  /** To be called before a run's rules are applied, with the run that finished last, wherever it ran. */
  follow(runId: string | undefined): void {
    if (runId === undefined || runId !== this.runBefore) this.before.clear();
    this.runBefore = undefined;
  }

  /** To be called after the rules of a run over everybody were applied; should it be rolled back, `follow` finds out. */
  remember(runId: string): void {
    this.runBefore = runId;
  }

  /**
   * Applies the levels of the i-th rule of `firings`. A rule with `clearWhen` that no longer holds goes on holding where it did,
   * untouched, until that is true, or the rule is in force no longer or not about the student. The caller holds the vectors' lock, so
   * runs come one after the other.
   */
  async apply(tx: Tx, rule: JudgedRule, firings: Firings, i: number): Promise<RaisingResult> {
    const levels = firings.levels(i);
    const clears = firings.clears(i);
    const { lanes, unchanged } = this.lanesToSee(rule.id, firings, i);
    const { asOf, population } = firings;
    const holding = lanes.length === 0 ? unchanged : countHolding(levels, population);
    const before = this.before.get(rule.id);
    const found = { levels: copyOf(levels, before?.levels), clears: clears && copyOf(clears, before?.clears) };
    this.before.set(rule.id, { asOf, population, ...found, holding });
    if (lanes.length === 0) return { raised: 0, escalated: 0, reopened: 0, standing: unchanged };
    const known = await this.known(tx, rule.code, lanes);
    const changes: Change[] = [];
    const standing: string[] = [];
    const over: string[] = [];
    const fresh: number[] = [];
    let heldByHysteresis = 0;
    for (const lane of lanes) {
      const level = levels[lane]!;
      const warning = known.get(lane);
      if (warning && firings.asOf < warning.lastDay) continue;
      if (level === CANNOT_SAY) {
        // Nothing is concluded about an active one; a settled one must not keep a later firing from being raised.
        if (warning?.holds && !isActive(warning)) over.push(warning.id);
      } else if (level === 0) {
        if (warning?.holds && (!clears || clears[lane] === CLEARED)) over.push(warning.id);
        else if (warning?.holds) heldByHysteresis++;
      } else {
        const what = verdict(warning, level);
        if (what === 'standing') standing.push(warning!.id);
        else if (what === 'raised') fresh.push(lane);
        else
          changes.push({
            ...{ id: warning!.id, lane, studentId: warning!.studentId, version: warning!.version + 1, what },
            before: warning!.status,
          });
      }
    }
    changes.push(...(await this.newWarnings(tx, fresh)));
    await this.leaveOut(tx, changes);
    await this.markStanding(tx, rule, standing, firings);
    await query(tx, sql`UPDATE early_warning.warning SET holds = FALSE WHERE id = ANY(${over}::uuid[])`);
    for (let from = 0; from < changes.length; from += AT_A_TIME) {
      await this.write(tx, rule, firings, i, levels, changes.slice(from, from + AT_A_TIME));
      // Evidence is put together on the event loop: others must have their turn when a rule fires for thousands.
      await nextTurn();
    }
    const count = (what: Change['what']): number => changes.filter((change) => change.what === what).length;
    return {
      raised: count('raised'),
      escalated: count('escalated'),
      reopened: count('reopened'),
      standing: unchanged + standing.length + heldByHysteresis,
    };
  }

  /** Students who are not as the run before found them, and how many of the others the rule holds for. */
  private lanesToSee(ruleId: string, firings: Firings, i: number): { lanes: readonly number[]; unchanged: number } {
    const levels = firings.levels(i);
    const clears = firings.clears(i);
    const before = this.before.get(ruleId);
    if (before?.asOf !== firings.asOf || before.levels.length !== levels.length)
      return { lanes: firings.population, unchanged: 0 };
    if (before.population === firings.population && isSame(levels, before.levels) && isSame(clears, before.clears))
      return { lanes: [], unchanged: before.holding };
    let unchanged = 0;
    const lanes = firings.population.filter((lane) => {
      const level = levels[lane]!;
      if (level !== before.levels[lane] || clears?.[lane] !== before.clears?.[lane]) return true;
      if (level > 0 && level !== CANNOT_SAY) unchanged++;
      return false;
    });
    return { lanes, unchanged };
  }

  /** The latest warning of each of these students under the rule, by lane. */
  private async known(tx: Tx, code: string, lanes: readonly number[]): Promise<Map<number, Known>> {
    const rows = await query<Known>(
      tx,
      sql`SELECT DISTINCT ON (w.student_id) w.id, o.ordinal, w.student_id AS "studentId", w.status, w.level_rank AS "levelRank", w.holds,
                 w.last_day::text AS "lastDay", w.version
            FROM early_warning.warning w JOIN early_warning.student_ordinal o ON o.student_id = w.student_id
           WHERE w.rule_code = ${code} AND o.ordinal = ANY(${lanes}::int[]) ORDER BY w.student_id, w.raised_at DESC, w.id DESC`,
    );
    return new Map(rows.map((row) => [row.ordinal, row]));
  }

  private async newWarnings(tx: Tx, lanes: readonly number[]): Promise<Change[]> {
    if (lanes.length === 0) return [];
    const rows = await query<{ ordinal: number; id: string }>(
      tx,
      sql`SELECT ordinal, student_id AS id FROM early_warning.student_ordinal WHERE ordinal = ANY(${lanes}::int[])`,
    );
    return rows.map((row) => ({
      id: newId(),
      lane: row.ordinal,
      studentId: row.id,
      version: 1,
      what: 'raised' as const,
      before: undefined,
    }));
  }

  /** Takes out whose objection to warnings by rules was upheld. */
  private async leaveOut(tx: Tx, changes: Change[]): Promise<void> {
    if (changes.length === 0) return;
    const ids = changes.map(({ studentId }) => studentId);
    const kept = await this.processing.allows(tx, 'rules', ids);
    if (kept.size < ids.length) changes.splice(0, ids.length, ...changes.filter((one) => kept.has(one.studentId)));
  }

  private async markStanding(tx: Tx, rule: JudgedRule, ids: readonly string[], { asOf, hwm }: Firings): Promise<void> {
    // The row's version stays: nothing changes that somebody who is triaging would have to read again.
    await query(
      tx,
      sql`UPDATE early_warning.warning SET holds = TRUE, hwm = ${hwm}, hits = hits + CASE WHEN last_day < ${asOf} THEN 1 ELSE 0 END, last_day = ${asOf},
                 judged_rule_id = ${rule.id}
           WHERE id = ANY(${ids}::uuid[])`,
    );
  }

  private async write(
    tx: Tx,
    rule: JudgedRule,
    firings: Firings,
    i: number,
    levels: Uint8Array,
    changes: Change[],
  ): Promise<void> {
    const lanes = changes.map((change) => change.lane);
    const evidence = await firings.evidence(tx, i, lanes, levels);
    const now = this.clock.now();
    const at = now.toISOString();
    const limits = (await this.policies.at(tx, TriagePolicy, this.clock.dateOf(now))).value;
    const answered = await answeredFor(tx, rule, changes, this.clock.dateOf(now));
    const tells = limits.tellStudents && rule.definition.studentReason && !rule.definition.visibility;
    const rows = changes.map((change, n) => {
      const rank = levels[change.lane]!;
      const status = statusAfter(change, isNotice(limits, levelOf(rank)));
      const due = answered.has(change.studentId) ? triageDueAt(limits, levelOf(rank), now) : now;
      return {
        ...rowOf(rule, change, evidence[n]!, rank, at),
        ...{ status, triage_due_at: status === 'open' ? due : null, told_at: status === 'notice' && tells ? at : null },
      };
    });
    await query(
      tx,
      sql`INSERT INTO early_warning.warning AS w (id, rule_code, rule_id, judged_rule_id, student_id, level, level_rank, status, first_day,
                 last_day, raised_at, hwm, reason_zh, reason_en, evidence, history, triage_due_at, told_at, created_at)
          SELECT id, ${rule.code}, ${rule.id}, ${rule.id}, student_id, level, level_rank, status, ${firings.asOf}, ${firings.asOf}, ${at}, ${firings.hwm},
                 reason_zh, reason_en, evidence, history, triage_due_at, told_at, ${at}
            FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id uuid, student_id uuid, level text, level_rank int, status text,
                 reason_zh text, reason_en text, evidence jsonb, history jsonb, triage_due_at timestamptz, told_at timestamptz)
          ON CONFLICT (id) DO UPDATE SET judged_rule_id = excluded.judged_rule_id, level = excluded.level, level_rank = excluded.level_rank,
                 status = excluded.status, muted = w.muted AND excluded.status = 'notice', told_at = excluded.told_at, reached_at = NULL, hits = w.hits + 1, last_day = excluded.last_day,
                 raised_at = excluded.raised_at, holds = TRUE, hwm = excluded.hwm, corrected_at = NULL, reason_zh = excluded.reason_zh,
                 reason_en = excluded.reason_en, evidence = excluded.evidence, history = w.history || excluded.history,
                 triage_due_at = excluded.triage_due_at, paused_at = NULL, triage_left_ms = NULL, updated_at = now(),
                 version = w.version + 1`,
    );
    await this.timers.setAll(tx, timersOf(rows.flatMap((row) => row.triage_due_at ?? [])));
    await this.pauses.hold(
      tx,
      rows.map(({ id }) => id),
    );
    await this.publish(
      tx,
      changes.map((change) => {
        const { id: warningId, studentId, lane } = change;
        const { asOf } = firings;
        return { change, event: new WarningRaisedV1({ warningId, studentId, level: levelOf(levels[lane]!), asOf }) };
      }),
    );
    await this.publish(
      tx,
      changes
        .filter((_, n) => rows[n]!.told_at)
        .map((change) => ({
          change,
          event: new StudentNoticeV1({ warningId: change.id, studentId: change.studentId }),
        })),
    );
  }

  /** Says of warnings that no person settled them; nobody has to look at them any more. */
  async publishGone(
    tx: Tx,
    warnings: readonly { id: string; studentId: string; version: number }[],
    outcome: 'withdrawn' | 'expired',
  ): Promise<void> {
    await this.supervision.end(
      tx,
      'warning',
      warnings.map(({ id }) => id),
    );
    await this.publish(
      tx,
      warnings.map((change) => ({
        change,
        event: new WarningSettledV1({ warningId: change.id, studentId: change.studentId, outcome }),
      })),
    );
  }

  /** One statement for all of them, each with its warning as the aggregate. */
  async publish(
    tx: Tx,
    items: readonly {
      change: { id: string; version: number };
      event: WarningRaisedV1 | WarningSettledV1 | WarningOverdueV1 | WarningEscalatedV1 | StudentNoticeV1;
    }[],
  ): Promise<void> {
    await this.events.write(
      tx,
      items.map(({ change, event }) => {
        const { name, consumers, long = false } = eventOptions(event.constructor as typeof WarningRaisedV1);
        const aggregate = { aggregateId: change.id, aggregateVersion: change.version };
        return { id: newId(), name, ...aggregate, payload: event, trace: null, consumers, long };
      }),
    );
  }
}

/** A notice that rises above what is for information waits for somebody from then on; what was open or confirmed stays so. */
function statusAfter({ before }: Change, notice: boolean): Status {
  if (before === 'open' || before === 'confirmed') return before;
  return notice ? 'notice' : 'open';
}

/** The students of whom somebody is to look first: a counselor, or the posts that the rule is for. The others' warnings go up the line at once. */
async function answeredFor(
  tx: Tx,
  { definition }: JudgedRule,
  changes: readonly Change[],
  today: string,
): Promise<Set<string>> {
  const students = changes.map(({ studentId }) => studentId);
  if (definition.visibility && !definition.visibility.includes('counselor')) return new Set(students);
  return new Set((await responsibleFor(tx, students, today)).map(({ studentId }) => studentId));
}

/**
 * What a firing means given the latest warning. Settled by a person, it stays settled until the rule has stopped holding once, or
 * holds at a higher level.
 */
function verdict(warning: Known | undefined, level: number): 'raised' | 'escalated' | 'reopened' | 'standing' {
  if (!warning) return 'raised';
  if (warning.status === 'withdrawn') return 'reopened';
  const higher = level > warning.levelRank;
  if (isActive(warning)) return higher ? 'escalated' : 'standing';
  return higher || !warning.holds ? 'raised' : 'standing';
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && Buffer.compare(a, b) === 0);
}

/** A copy, in the room of one that is no longer asked for. */
function copyOf(levels: Uint8Array, room: Uint8Array | undefined): Uint8Array {
  if (room?.length !== levels.length) return Uint8Array.from(levels);
  room.set(levels);
  return room;
}

function countHolding(levels: Uint8Array, population: readonly number[]): number {
  let n = 0;
  for (const lane of population) if (levels[lane]! > 0 && levels[lane] !== CANNOT_SAY) n++;
  return n;
}

function isActive({ status }: Known): boolean {
  return status === 'open' || status === 'notice' || status === 'confirmed';
}

function rowOf(rule: JudgedRule, change: Change, evidence: Evidence, rank: number, at: string) {
  const level: WarningLevel = levelOf(rank);
  const reason = reasonOf(rule.definition.reason, evidence);
  const entry: HistoryEntry = { at, by: 'engine', what: change.what, level, number: rule.number, asOf: evidence.asOf };
  return {
    id: change.id,
    student_id: change.studentId,
    level,
    level_rank: rank,
    reason_zh: reason.zh,
    reason_en: reason.en,
    evidence,
    history: [entry],
  };
}
