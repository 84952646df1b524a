import type {
  Plan,
  PlannedFeature,
  PlannedNumber,
  PlannedPredicate,
  PlannedRule,
  PlannedStep,
} from '../plan/compile.js';
import { factsOf } from '../language/aggregates.js';
import { dateOfDay } from '../language/days.js';
import { covered, double, featureParts, type Part, type Relations, whole } from './sql-features.js';

export type { Relations } from './sql-features.js';

const OPERATORS = { ge: '>=', gt: '>', le: '<=', lt: '<', eq: '=' } as const;

/** Level of a student about whom too much is missing. */
const CANNOT_SAY = 255;

/**
 * The rules of a plan as plain SQL: for each one self-contained, read-only statement with a row (ordinal, level) for every student
 * whose level is not 0: 1–4 = blue … red, 255 = cannot say. Of a rule with `clearWhen` also (clears): 1 = it holds, 2 = cannot say;
 * then students for whom that is not 0 have a row, too. Agrees with the machine to the bit. Numbers of the plan become literals;
 * of a rule's texts only the names of its features appear, quoted.
 */
export function planSql(plan: Plan, relations: Relations): string[] {
  for (const name of Object.values(relations) as string[])
    if (!/^[a-z_]\w*(\.[a-z_]\w*)?$/.test(name)) throw new Error(`not a relation: ${name}`);
  return plan.rules.map((rule, i) => new RuleSql(plan, rule, i, relations).statement());
}

class RuleSql {
  /** Names of the features that conditions use, by their keys. */
  private readonly used = new Map<string, string>();

  constructor(
    private readonly plan: Plan,
    private readonly planned: PlannedRule,
    private readonly index: number,
    private readonly relations: Relations,
  ) {}

  statement(): string {
    const { rule, steps, clear } = this.planned;
    if (steps.length === 0) return 'SELECT NULL::int AS ordinal, NULL::int AS level WHERE FALSE';
    const columns = steps.map((step, i) => `(${this.predicate(step.when)}) AS step_${i + 1}`);
    if (clear) columns.push(`(${this.predicate(clear)}) AS clear`);
    const parts = [...this.used].flatMap(([key, name]) => this.feature(key, name));
    const existing = [...this.used].filter(([key]) => this.plan.features.get(key)!.days);
    const joins = existing.map(([, name]) => `    LEFT JOIN "${name}" ON "${name}".ordinal = s.ordinal`);
    const whom = rule.students
      ? [`   WHERE s.ordinal IN (SELECT ordinal FROM ${this.relations.eligible} WHERE rule = ${whole(this.index)})`]
      : [];
    const judged = [
      `SELECT s.ordinal,\n         ${columns.join(',\n         ')}`,
      `    FROM ${this.relations.students} s`,
    ];
    const all: Part[] = [...parts, { name: 'judged', body: [...judged, ...joins, ...whom].join('\n') }];
    const withs = all.map(({ name, body }) => `"${name}" AS (\n  ${body}\n)`);
    const results = [
      `${ladder(steps, rule.onNoData === 'false')} AS level`,
      ...(clear ? ['CASE WHEN clear THEN 1 WHEN clear IS NULL THEN 2 ELSE 0 END AS clears'] : []),
    ];
    return `WITH ${withs.join(', ')}
SELECT ordinal, level${clear ? ', clears' : ''}
  FROM (SELECT ordinal, ${results.join(', ')} FROM judged) AS result
 WHERE level <> 0${clear ? ' OR clears <> 0' : ''}`;
  }

  private feature(key: string, name: string): Part[] {
    return featureParts(this.plan.features.get(key)!, this.relations, name);
  }

  private predicate(node: PlannedPredicate): string {
    if ('truth' in node) return node.truth ? 'TRUE' : 'FALSE';
    if ('masks' in node) return covered(this.relations, node.masks, whole(node.day), 's.ordinal');
    if ('not' in node) return `NOT (${this.predicate(node.not)})`;
    if ('all' in node) return this.joined(node.all, ' AND ', 'TRUE');
    if ('any' in node) return this.joined(node.any, ' OR ', 'FALSE');
    return `${this.number(node.left)} ${OPERATORS[node.op]} ${this.number(node.right)}`;
  }

  private joined(nodes: PlannedPredicate[], by: string, none: string): string {
    return nodes.length === 0 ? none : nodes.map((one) => `(${this.predicate(one)})`).join(by);
  }

  private number(node: PlannedNumber): string {
    if (typeof node === 'number') return double(node);
    if ('feature' in node) return this.value(node.feature);
    const [parts, by] = 'mul' in node ? [node.mul, ' * '] : 'add' in node ? [node.add, ' + '] : [node.sub, ' - '];
    return `(${parts.map((part) => this.number(part)).join(by)})`;
  }

  private value(key: string): string {
    const feature = this.plan.features.get(key)!;
    const name = this.nameOf(key, feature);
    const { agg, rank, default: fallback } = feature.feature;
    const value = feature.days ? `"${name}".value` : 'NULL::float8';
    const { ofNone } = factsOf(agg);
    if (ofNone !== undefined && feature.days && !rank) return `coalesce(${value}, ${whole(ofNone)})`;
    return fallback === undefined ? value : `coalesce(${value}, ${double(fallback)})`;
  }

  /** The rule's own name for a feature; with its day, where it looks back from an earlier one. */
  private nameOf(key: string, feature: PlannedFeature): string {
    const known = this.used.get(key);
    if (known !== undefined) return known;
    const { rule, features } = this.planned;
    const now = Object.entries(features).find(([, one]) => one === key)?.[0];
    const own = Object.entries(rule.features).find(([, one]) => one === feature.feature)?.[0] ?? '';
    // PostgreSQL cuts names at 63 bytes, of which the parts of a feature take up to 10: ` all known`.
    const name = `feature_${now ?? `${own.slice(0, 24)} ${this.used.size + 1} ${dateOfDay(feature.asOf)}`}`;
    if (!/^feature_[\w -]{1,45}$/.test(name)) throw new Error(`not a feature's name: ${name}`);
    this.used.set(key, name);
    return name;
  }
}

/** The last step that holds; else whether one cannot be known. */
function ladder(steps: PlannedStep[], falseWithoutData: boolean): string {
  const held = steps.map(({ rank }, i) => `WHEN step_${i + 1} THEN ${whole(rank)}`).reverse();
  const unknown = steps.map((_, i) => `step_${i + 1} IS NULL`).join(' OR ');
  return ['CASE', ...held, ...(falseWithoutData ? [] : [`WHEN ${unknown} THEN ${CANNOT_SAY}`]), 'ELSE 0 END'].join(' ');
}
