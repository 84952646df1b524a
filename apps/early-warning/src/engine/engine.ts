import { Injectable } from '@nestjs/common';
import { DateTime } from 'luxon';
import { Config } from '#config';
import { query, sql, type Tx } from '#database';
import { Policies } from '#policy';
import { termOf, today } from '#roster';
import { compile, type Moment, type Plan } from '../kernel/compile.js';
import { dateOfDay, dayOf } from '../kernel/days.js';
import { Evaluation } from '../kernel/evaluation.js';
import { DayLists, type Evidence, featuresFor, levelOf, thresholdOf } from '../kernel/evidence.js';
import type { Rule } from '../kernel/language.js';
import { Calendar } from '../kernel/masks.js';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { type CohortTable, cohortTable, type Population, populationLanes } from './cohorts.js';
import { holidaysBetween } from './holidays.js';
import { leavesSince } from './leave-mask.js';
import { ensureOrdinals, laneCount } from './ordinals.js';
import { RuleParametersPolicy } from './rule-parameters.policy.js';
import { type Need, VectorStore } from './vector-store.js';

/** A version of a rule, as it is judged. */
export interface RuleVersion {
  number: number;
  definition: Rule;
}

export interface Question {
  rules: readonly RuleVersion[];
  /** YYYY-MM-DD. */
  asOf: string;
  population?: Population;
}

/** Longest reach of masks: holidays and leaves further back decide nothing. */
const MASK_DAYS = 800;

/** Judges rules over the students of a population as of a day. Reads only; the same for live runs, evaluations and checks of the past. */
@Injectable()
export class Engine {
  constructor(
    private readonly config: Config,
    private readonly policies: Policies,
    private readonly store: VectorStore,
  ) {}

  /** Needs a transaction, and the dirty days folded. */
  async evaluate(tx: Tx, { rules, asOf, population = {} }: Question): Promise<Firings> {
    const now = today(this.config.timeZone);
    const metrics = await metricCatalogue(tx);
    const policy = await this.policies.at(tx, RuleParametersPolicy, asOf);
    const term = await termOf(tx, asOf);
    const moment: Moment = {
      asOf: dayOf(asOf),
      elapsedHours: asOf === now ? this.hoursOfToday() : 24,
      termStart: term && dayOf(term.startsOn),
      parameters: numbersOf(policy.value.values),
    };
    const plan = compile(
      rules.map((rule) => rule.definition),
      metrics,
      moment,
    );
    const lanes = await laneCount(tx);
    const tables = await this.cohorts(tx, plan, asOf, lanes);
    const cohorts = new Map([...tables].map(([name, table]) => [name, table.cohorts]));
    const evaluation = new Evaluation(plan, lanes, await this.calendar(tx, plan), cohorts);
    await this.store.feed(tx, evaluation.needs(), (...day) => evaluation.feed(...day));
    return new Firings(
      { rules, asOf, evaluation, tables, parameters: { version: policy.number, values: moment.parameters } },
      await populationLanes(tx, population, asOf, now),
      await this.store.hwm(tx),
      this.store,
    );
  }

  /** Gives new students of the roster their lanes; before a question that must see them. */
  async admitStudents(tx: Tx): Promise<void> {
    await ensureOrdinals(tx);
  }

  private hoursOfToday(): number {
    const now = DateTime.now().setZone(this.config.timeZone);
    return now.diff(now.startOf('day'), 'hours').hours;
  }

  private async cohorts(tx: Tx, plan: Plan, asOf: string, lanes: number): Promise<Map<string, CohortTable>> {
    const tables = new Map<string, CohortTable>();
    for (const { feature } of plan.features.values()) {
      const name = feature.rank?.cohort;
      if (name && !tables.has(name)) tables.set(name, await cohortTable(tx, name, asOf, lanes));
    }
    return tables;
  }

  private async calendar(tx: Tx, plan: Plan): Promise<Calendar> {
    const text = JSON.stringify(plan.rules.map(({ rule }) => rule));
    const { asOf } = plan.moment;
    const holidays = text.includes('holiday') ? await holidaysBetween(tx, asOf - MASK_DAYS, asOf) : new Set<number>();
    const leaves = text.includes('leave')
      ? await leavesSince(tx, dateOfDay(asOf - MASK_DAYS))
      : new Map<number, [number, number][]>();
    return new Calendar(holidays, leaves);
  }
}

interface Judged {
  rules: readonly RuleVersion[];
  asOf: string;
  evaluation: Evaluation;
  tables: Map<string, CohortTable>;
  parameters: Evidence['parameters'];
}

/** What rules came to: levels by lane, and on demand the evidence. */
export class Firings {
  constructor(
    private readonly judged: Judged,
    /** Lanes of the population. */
    readonly population: readonly number[],
    readonly hwm: number,
    private readonly store: VectorStore,
  ) {}

  get asOf(): string {
    return this.judged.asOf;
  }

  /** Level by lane of the i-th rule: 0 = does not hold, 1–4 = blue … red, CANNOT_SAY. Lanes outside the population have one, too. */
  levels(i: number): Uint8Array {
    return this.judged.evaluation.levels(i);
  }

  /** The complete evidence of lanes where the i-th rule holds, in the order of `lanes`. */
  async evidence(tx: Tx, i: number, lanes: readonly number[], levels: Uint8Array): Promise<Evidence[]> {
    const { evaluation, rules, asOf, parameters, tables } = this.judged;
    const planned = evaluation.plan.rules[i]!;
    const lists = new DayLists(evaluation, Object.values(planned.features), lanes);
    const needs = lists.needs();
    await this.store.feed(tx, needs, (...day) => lists.feed(...day));
    const sources = await this.sources(tx, needs);
    const cohortIds = new Map([...tables].map(([name, { ids }]) => [name, ids]));
    const conditionsOf = new Map(planned.steps.map((step) => [step.rank, evaluation.conditions(i, step)]));
    return lanes.map((lane): Evidence => {
      const rank = levels[lane]!;
      const conditions = conditionsOf.get(rank)!(lane);
      return {
        rule: planned.rule.id,
        number: rules[i]!.number,
        asOf,
        hwm: this.hwm,
        level: levelOf(rank),
        features: featuresFor(evaluation, i, lane, lists, cohortIds),
        conditions,
        threshold: thresholdOf(conditions),
        parameters,
        sources,
      };
    });
  }

  /** Which sources delivered what lies in the windows. */
  private async sources(tx: Tx, needs: readonly Need[]): Promise<Evidence['sources']> {
    const metrics = needs.map((need) => need.metric);
    const earliest = Math.min(dayOf(this.asOf), ...needs.map((need) => need.from));
    const from = dateOfDay(Math.max(dayOf('1900-01-01'), earliest));
    return query(
      tx,
      sql`SELECT b.source, array_agg(DISTINCT m.code) AS metrics, count(DISTINCT b.seq)::int AS batches,
                 to_char(max(b.received_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "lastReceivedAt"
            FROM early_warning.ingest_batch b JOIN early_warning.metric m ON m.number = ANY(b.metrics)
           WHERE m.number = ANY(${metrics}::smallint[]) AND b.first_day <= ${this.asOf} AND b.last_day >= ${from}
           GROUP BY b.source ORDER BY b.source`,
    );
  }
}

function numbersOf(values: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
