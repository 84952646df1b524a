import { Injectable } from '@nestjs/common';
import { query, sql, type Sql, type Tx } from '#database';
import { Policies } from '#policy';
import {
  CANNOT_SAY,
  DetailEvaluation,
  type CohortFacts,
  type Cohorts,
  compile,
  dateOfDay,
  dayOf,
  earlierFeatures,
  earlierFor,
  Evaluation,
  type Evidence,
  featuresFor,
  levelOf,
  type Moment,
  type Need,
  type Plan,
  planSql,
  type Rule,
  thresholdOf,
  type World,
} from '#rule-language';
import { CampusClock } from '#time';
import { metricCatalogue } from '../metrics/metrics.service.js';
import { sourceStatesOn } from './silence.js';
import { calendarFor, termsOf } from './calendars.js';
import { Cohorting, type CohortTables, type Population, type Roster } from './cohorts.js';
import { ensureOrdinals } from './ordinals.js';
import { RuleParametersPolicy } from './rule-parameters.policy.js';
import { type LoadedVectors, VectorStore } from './vector-store.js';

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
  /** Numbers that take the place of the school's, by name of the parameter. */
  parameters?: Readonly<Record<string, number>> | undefined;
}

/** What `clears` says where a rule no longer goes on holding. */
export const CLEARED = 1;

const RELATIONS = {
  cells: 'early_warning.cell',
  students: 'early_warning.student_ordinal',
  ...{ masks: 'masks', cohorts: 'cohorts', eligible: 'eligible' },
};

/** What is the same for all days of a question. */
interface Setting {
  tx: Tx;
  rules: readonly RuleVersion[];
  population: Population;
  parameters: Readonly<Record<string, number>>;
  roster: Roster;
  cohorts: CohortTables;
  metrics: Awaited<ReturnType<typeof metricCatalogue>>;
  terms: { from: number; to: number }[];
  /** Codes of the metrics whose source is silent, by day. */
  silent: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Judges rules over the students of a population as of a day. Reads only; the same for live runs, evaluations and checks of the past. */
@Injectable()
export class Engine {
  constructor(
    private readonly clock: CampusClock,
    private readonly policies: Policies,
    private readonly store: VectorStore,
    private readonly cohorting: Cohorting,
  ) {}

  /** Needs a transaction, and the dirty days folded. `look` sees the firings; afterwards they are gone. */
  async evaluate<T>(tx: Tx, { asOf, ...question }: Question, look: (firings: Firings) => T | Promise<T>): Promise<T> {
    const setting = await this.setting(tx, question, [asOf]);
    const [judged] = await this.plans(setting, [asOf]);
    return this.judge(setting, judged!, await this.store.open(tx, judged!.evaluation.needs()), look);
  }

  /** Judges the rules as of every day from … to, days ascending; what the days have in common is read once. */
  async sweep(
    tx: Tx,
    { from, to, ...question }: Omit<Question, 'asOf'> & { from: string; to: string },
    onDay: (asOf: string, firings: Firings) => void | Promise<void>,
  ): Promise<void> {
    const days = Array.from({ length: dayOf(to) - dayOf(from) + 1 }, (_, i) => dateOfDay(dayOf(from) + i));
    const setting = await this.setting(tx, question, days);
    const plans = await this.plans(setting, days);
    const vectors = await this.store.open(tx, union(plans.flatMap(({ evaluation }) => evaluation.needs())));
    // One after the other out of the list: a day's results are many, and nobody asks for them twice.
    for (let judged = plans.shift(); judged; judged = plans.shift())
      await this.judge(setting, judged, vectors, (firings) => onDay(firings.asOf, firings));
  }

  /**
   * The rule as of a day as one statement of plain SQL, for people who want to check by hand. Beside the view of daily values and the
   * students it reads three relations that its reader provides: days that do not count, cohorts, and the students a rule is for.
   */
  async statement(tx: Tx, rule: RuleVersion, asOf: string): Promise<string> {
    const [judged] = await this.plans(await this.setting(tx, { rules: [rule] }, [asOf]), [asOf]);
    return planSql(judged!.evaluation.plan, RELATIONS)[0]!;
  }

  /** Gives new students of the roster their lanes; before a question that must see them. */
  async admitStudents(tx: Tx): Promise<void> {
    if (await this.cohorting.isNew(tx)) await ensureOrdinals(tx);
  }

  private async setting(
    tx: Tx,
    { rules, population = {}, parameters = {} }: Omit<Question, 'asOf'>,
    days: readonly string[],
  ): Promise<Setting> {
    const roster = await this.cohorting.roster(tx);
    const metrics = await metricCatalogue(tx);
    const watched = rules.some((rule) => metricsOf(rule).some((code) => metrics.get(code)?.watched));
    return {
      ...{ tx, rules, population, parameters, roster, metrics },
      cohorts: roster.cohorts(days.length > 1),
      terms: await termsOf(tx),
      silent: watched ? await this.silentMetrics(tx, days) : new Map(),
    };
  }

  private async plans({ tx, rules, roster, ...setting }: Setting, days: readonly string[]): Promise<Judged[]> {
    const definitions = rules.map(({ definition }) => definition);
    const policies = await this.policies.onEach(tx, RuleParametersPolicy, days);
    const dated = days.map((asOf, i) => {
      const { value, number: version } = policies[i]!;
      const moment: Moment = {
        asOf: dayOf(asOf),
        elapsedHours: asOf === this.clock.today() ? this.hoursOfToday() : 24,
        terms: setting.terms,
        parameters: { ...numbersOf(value.values), ...setting.parameters },
      };
      return { asOf, version, plan: compile(definitions, setting.metrics, moment) };
    });
    const calendar = await calendarFor(
      tx,
      this.policies,
      dated.map(({ plan }) => plan),
    );
    const judged: Judged[] = [];
    for (const { asOf, plan, version } of dated) {
      const world: World = {
        ...{ students: roster.lanes, calendar },
        cohorts: await cohortsOf(plan, setting.cohorts),
        judged: await setting.cohorts.judged(definitions, asOf),
      };
      const evaluation = new Evaluation(plan, world, this.store.memory);
      judged.push({ asOf, evaluation, parameters: { version, values: plan.moment.parameters } });
    }
    return judged;
  }

  private async judge<T>(
    setting: Setting,
    judged: Judged,
    vectors: LoadedVectors,
    look: (firings: Firings) => T | Promise<T>,
  ): Promise<T> {
    const { population, rules, roster, cohorts } = setting;
    try {
      await this.store.run(judged.evaluation, vectors);
      const lanes = await roster.population(population, judged.asOf, this.clock.today());
      const silent = silentRules(setting, judged.asOf);
      return await look(new Firings(rules, { ...judged, silent }, cohorts, lanes, vectors.hwm, this.store));
    } finally {
      judged.evaluation.release();
    }
  }

  private async silentMetrics(tx: Tx, days: readonly string[]): Promise<Setting['silent']> {
    const states = await sourceStatesOn(tx, days, this.clock);
    return new Map([...states].map(([day, of]) => [day, new Set(of.flatMap(({ silentMetrics }) => silentMetrics))]));
  }

  private hoursOfToday(): number {
    const now = this.clock.now();
    return (now.getTime() - this.clock.instantOf(this.clock.dateOf(now), '00:00').getTime()) / 3_600_000;
  }
}

function metricsOf({ definition }: RuleVersion): string[] {
  return Object.values(definition.features).map(({ metric }) => metric);
}

/** Places of the rules that look at a metric whose source is silent. */
function silentRules({ rules, silent }: Setting, asOf: string): Set<number> {
  const isSilent = (metric: string): boolean => silent.get(asOf)?.has(metric) ?? false;
  return new Set(rules.flatMap((rule, i) => (metricsOf(rule).some(isSilent) ? [i] : [])));
}

interface Judged {
  asOf: string;
  evaluation: Evaluation;
  parameters: Evidence['parameters'];
}

/** What rules came to: levels by lane, and on demand the evidence; where the machine left it, for as long as `look` takes. */
export class Firings {
  constructor(
    private readonly rules: readonly RuleVersion[],
    private readonly judged: Judged & { silent: ReadonlySet<number> },
    private readonly cohorts: CohortTables,
    /** Lanes of the population. */
    readonly population: readonly number[],
    readonly hwm: number,
    private readonly store: VectorStore,
  ) {}

  get asOf(): string {
    return this.judged.asOf;
  }

  /** Whether the i-th rule looks at a metric whose source is silent: nothing is said of anybody then. */
  silent(i: number): boolean {
    return this.judged.silent.has(i);
  }

  /** Level by lane of the i-th rule: 0 = does not hold, 1–4 = blue … red, CANNOT_SAY. Lanes outside the population have one, too. */
  levels(i: number): Uint8Array {
    const levels = this.judged.evaluation.levels(i);
    return this.silent(i) ? new Uint8Array(levels.length).fill(CANNOT_SAY) : levels;
  }

  /**
   * Whether the i-th rule's `clearWhen` holds, by lane: 0 no, CLEARED, 2 unknown; undefined when it has none. A rule goes on holding
   * for nobody on a day on which it is not in force, nor for students whom it is not about.
   */
  clears(i: number): Uint8Array | undefined {
    const { evaluation } = this.judged;
    const { plan, world } = evaluation;
    const clears = evaluation.clears(i);
    const inForce = plan.rules[i]!.steps.length > 0;
    const judged = world.judged.get(i);
    if (!clears || (inForce && !judged)) return clears;
    const all = new Uint8Array(clears.length).fill(CLEARED);
    if (inForce) for (const lane of judged!) all[lane] = clears[lane]!;
    return all;
  }

  /** Lanes of the population, or of others, that the i-th rule is about. */
  about(i: number, population = this.population): readonly number[] {
    const { judged, students } = this.judged.evaluation.world;
    const lanes = judged.get(i);
    if (!lanes) return population;
    const isAbout = new Uint8Array(students);
    for (const lane of lanes) isAbout[lane] = 1;
    return population.filter((lane) => isAbout[lane] === 1);
  }

  /** The complete evidence of lanes, in their order; where the rule does not hold, against its mildest step. */
  async evidence(tx: Tx, i: number, lanes: readonly number[], levels: Uint8Array): Promise<Evidence[]> {
    const { asOf, parameters, evaluation } = this.judged;
    const planned = evaluation.plan.rules[i]!;
    const detailEvaluation = await this.detailEvaluation(tx, evaluation.plan.rules[i]!.usedFeatures, lanes);
    const sources = await this.sources(tx, detailEvaluation.needs());
    const facts: CohortFacts = { ids: this.cohorts.ids(), size: cohortSizes(evaluation) };
    const earlier = new Map(planned.steps.map((step) => [step, earlierFeatures(evaluation.plan, planned, step.when)]));
    return lanes.map((ordinal, k): Evidence => {
      const who = { i: k, ordinal };
      const rank = levels[ordinal]!;
      const holds = rank > 0 && rank !== CANNOT_SAY;
      const step = (holds && planned.steps.find((one) => one.rank === rank)) || planned.steps[0];
      const conditions = step ? detailEvaluation.conditions(step.when, k) : [];
      const before = earlierFor(evaluation, (step && earlier.get(step)) ?? [], detailEvaluation, who, facts);
      return {
        rule: planned.rule.id,
        number: this.rules[i]!.number,
        asOf,
        hwm: this.hwm,
        level: holds ? levelOf(rank) : null,
        features: featuresFor(evaluation, planned.features, detailEvaluation, who, facts),
        ...(before.length > 0 && { earlier: before }),
        conditions,
        threshold: thresholdOf(conditions),
        parameters,
        sources,
      };
    });
  }

  /** The values of the i-th rule's features by their names, NaN = missing; of lanes, in their order. */
  async values(tx: Tx, i: number, lanes: readonly number[]): Promise<Map<string, Float64Array>> {
    const named = Object.entries(this.judged.evaluation.plan.rules[i]!.features);
    const detail = await this.detailEvaluation(
      tx,
      named.map(([, key]) => key),
      lanes,
    );
    return new Map(
      named.map(([name, key]) => [name, Float64Array.from(lanes, (_, k) => detail.feature(key, k).value)]),
    );
  }

  private async detailEvaluation(tx: Tx, keys: Iterable<string>, lanes: readonly number[]): Promise<DetailEvaluation> {
    const { evaluation } = this.judged;
    const detailEvaluation = new DetailEvaluation(evaluation, this.store.memory, keys, lanes);
    const vectors = await this.store.open(tx, detailEvaluation.needs());
    await this.store.alone(async () => {
      for (const block of vectors.blocks()) {
        await vectors.load(detailEvaluation.needs(), block);
        detailEvaluation.gather(vectors.lanes(block));
      }
      detailEvaluation.finish();
    });
    return detailEvaluation;
  }

  /** Which sources supply what lies in the windows: those that delivered it, and those that are declared to. */
  private async sources(tx: Tx, needs: readonly Need[]): Promise<Evidence['sources']> {
    const metrics = needs.map((need) => need.metric);
    const earliest = Math.min(dayOf(this.asOf), ...needs.map((need) => need.from));
    const from = dateOfDay(Math.max(dayOf('1900-01-01'), earliest));
    return query(
      tx,
      sql`WITH metric AS (
            SELECT m.number, m.code, coalesce((SELECT sum(v.n) FROM early_warning.day_vector v
                     WHERE v.metric = m.number AND v.day = ${this.asOf}), 0)::int AS students
              FROM early_warning.metric m WHERE m.number = ANY(${metrics}::smallint[])
          ), delivered AS (
            SELECT b.source, array_agg(DISTINCT m.code) AS metrics, count(DISTINCT b.seq)::int AS batches, max(b.received_at) AS at
              FROM early_warning.ingest_batch b JOIN metric m ON m.number = ANY(b.metrics)
             WHERE b.first_day <= ${this.asOf} AND b.last_day >= ${from} GROUP BY b.source
          ), declared AS (
            SELECT s.code AS source, jsonb_build_object('zh', s.zh, 'en', s.en) AS name, array_agg(m.code ORDER BY m.code) AS metrics,
                   (SELECT max(h.at) FROM early_warning.source_heartbeat h WHERE h.source = s.code) AS at
              FROM early_warning.source s JOIN metric m ON m.code = ANY(s.metrics) WHERE s.active GROUP BY s.id
          )
          SELECT source, name, coalesce(b.metrics, d.metrics) AS metrics, coalesce(b.batches, 0) AS batches,
                 ${instant(sql`b.at`)} AS "lastReceivedAt", ${instant(sql`d.at`)} AS "lastHeartbeatAt",
                 ${instant(sql`greatest(b.at, d.at)`)} AS "seenAt",
                 (SELECT jsonb_object_agg(m.code, m.students) FROM metric m WHERE m.code = ANY(coalesce(b.metrics, d.metrics))) AS presence
            FROM delivered b FULL JOIN declared d USING (source) ORDER BY source`,
    );
  }
}

function instant(of: Sql): Sql {
  return sql`to_char(${of} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;
}

async function cohortsOf(plan: Plan, tables: CohortTables): Promise<Map<string, Cohorts>> {
  const cohorts = new Map<string, Cohorts>();
  for (const { cohort, feature, asOf } of plan.features.values())
    if (cohort !== undefined && !cohorts.has(cohort))
      cohorts.set(cohort, await tables.table(cohort, feature.rank!.cohort, dateOfDay(asOf)));
  return cohorts;
}

/** Students with a value, by feature and cohort; counted when first asked for. */
function cohortSizes(evaluation: Evaluation): CohortFacts['size'] {
  const sizes = new Map<string, Map<number, number>>();
  return (key, cohort) => {
    let counts = sizes.get(key);
    if (!counts) {
      sizes.set(key, (counts = new Map()));
      const { raw } = evaluation.placesOf(key)!;
      const cohorts = evaluation.world.cohorts.get(evaluation.plan.features.get(key)!.cohort!)!;
      for (const [ordinal, of] of cohorts.entries())
        if (!Number.isNaN(raw[ordinal]!)) counts.set(of, (counts.get(of) ?? 0) + 1);
    }
    return counts.get(cohort) ?? 0;
  };
}

/** One need per metric that spans all of them. */
function union(needs: readonly Need[]): Need[] {
  const byMetric = new Map<number, Need>();
  for (const need of needs) {
    const known = byMetric.get(need.metric) ?? need;
    byMetric.set(need.metric, {
      ...need,
      from: Math.min(known.from, need.from),
      to: Math.max(known.to, need.to),
    });
  }
  return [...byMetric.values()];
}

function numbersOf(values: Record<string, unknown>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
