import type { WarningLevel } from '#contracts';
import {
  type Comparison,
  type Constant,
  type Expression,
  type Feature,
  type Period,
  type Predicate,
  type Rule,
  TERM_WEEKS,
  type TermWeeks,
  type Where,
} from '../rule.js';
import { featuresOf, placeholdersIn, stepsOf } from '../walk.js';

/** How comparisons are written; those of CEL. */
export const SYMBOLS: Record<Comparison, string> = { ge: '>=', gt: '>', le: '<=', lt: '<', eq: '==' };
/** What the periods of `held` are called in `held(…, 2 terms)`. */
export const PERIOD_WORDS: Record<Period, string> = { day: 'days', iso_week: 'weeks', term: 'terms' };
/** What `termWeek` and `termWeeksLeft` are called. */
export const TERM_WEEK_WORDS: Record<TermWeeks, string> = { termWeek: 'term_week', termWeeksLeft: 'term_weeks_left' };
/** Named arguments of a feature, in the order they are written. */
const ARGUMENTS = { offset: 'offset', baseline: 'baseline', minData: 'min_data', minSd: 'min_sd' } as const;

/**
 * The rule's text: one line, levels and options as `name: …` joined with `;`. Everything that decides is in it; names of features and the
 * sentences for people are not. Takes a rule without errors.
 */
export function printRule(rule: Rule): string {
  const print = new Printer(rule.features);
  const clauses = Array.isArray(rule.level)
    ? rule.level.flatMap((step) => Object.entries(step).map(([level, when]) => `${level}: ${print.predicate(when)}`))
    : [`${rule.level}: ${print.predicate(rule.when!)}`];
  if (rule.escalate) clauses.push(`escalate ${rule.escalate.to}: ${print.predicate(rule.escalate.when)}`);
  if (rule.for !== undefined) clauses.push(`for: ${rule.for}`);
  if (rule.clearWhen) clauses.push(`clear: ${print.predicate(rule.clearWhen)}`);
  if (rule.on !== undefined) clauses.push(`on: ${rule.on}`);
  if (rule.onNoData !== undefined) clauses.push(`no_data: ${rule.onNoData}`);
  if (rule.students) clauses.push(`students: ${studentsText(rule.students)}`);
  if (rule.effective) clauses.push(`effective: ${rule.effective.from ?? ''}..${rule.effective.to ?? ''}`);
  return clauses.join('; ');
}

function studentsText({ units, grades, sex }: NonNullable<Rule['students']>): string {
  return [
    ...(units ? [`unit in [${units.map((unit) => JSON.stringify(unit)).join(', ')}]`] : []),
    ...(grades ? [`grade in [${grades.join(', ')}]`] : []),
    ...(sex ? [`sex == "${sex}"`] : []),
  ].join(' && ');
}

class Printer {
  constructor(private readonly features: Readonly<Record<string, Feature>>) {}

  predicate(node: Predicate): string {
    const [key, inner] = Object.entries(node)[0] as [string, unknown];
    switch (key) {
      case 'all':
      case 'any':
        return (inner as Predicate[]).map((one) => this.part(one)).join(key === 'all' ? ' && ' : ' || ');
      case 'not':
        return `!${this.negated(inner as Predicate)}`;
      case 'calendar':
        return `on(${masksText((inner as string).split('|'))})`;
      case 'termWeek':
      case 'termWeeksLeft':
        return whereText(`${TERM_WEEK_WORDS[key]}()`, inner as Where);
      case 'held': {
        const { when, each, times } = inner as { when: Predicate; each: Period; times: number };
        return `held(${this.predicate(when)}, ${times} ${PERIOD_WORDS[each]})`;
      }
      default: {
        const [left, right] = (inner as Expression[]).map((side) => this.expression(side));
        return `${left} ${SYMBOLS[key as Comparison]} ${right}`;
      }
    }
  }

  private part(node: Predicate): string {
    return isJoined(node) ? `(${this.predicate(node)})` : this.predicate(node);
  }

  private negated(node: Predicate): string {
    const text = this.predicate(node);
    return 'calendar' in node || 'held' in node || 'not' in node ? text : `(${text})`;
  }

  private expression(node: Expression): string {
    if (typeof node === 'number' || '$p' in node) return constantText(node);
    if ('f' in node) return featureText(this.features[node.f]!);
    if ('mul' in node) return node.mul.map((part) => this.factor(part)).join(' * ');
    return 'add' in node
      ? node.add.map((part) => this.term(part)).join(' + ')
      : node.sub.map((part) => this.term(part)).join(' - ');
  }

  private term(node: Expression): string {
    return isSum(node) ? `(${this.expression(node)})` : this.expression(node);
  }

  private factor(node: Expression): string {
    return isSum(node) || (typeof node === 'object' && 'mul' in node)
      ? `(${this.expression(node)})`
      : this.expression(node);
  }
}

function isJoined(node: Predicate): boolean {
  const [[key, inner]] = Object.entries(node) as [[string, object]];
  return key === 'all' || key === 'any' || (Object.hasOwn(TERM_WEEKS, key) && Object.keys(inner).length > 1);
}

function isSum(node: Expression): boolean {
  return typeof node === 'object' && ('add' in node || 'sub' in node);
}

/** `sum(late_return, 7d, default: 0)`; a rank is written around it. */
export function featureText(feature: Feature): string {
  const { agg, metric, where, window, calendar, rank } = feature;
  const own = [
    where ? whereText(metric, where) : metric,
    ...(window === undefined ? [] : [window]),
    ...Object.entries(ARGUMENTS).flatMap(([key, name]) => {
      const value = feature[key as keyof typeof ARGUMENTS];
      return value === undefined ? [] : [`${name}: ${value}`];
    }),
    ...(calendar?.exclude ? [`exclude: ${masksText(calendar.exclude)}`] : []),
    ...(calendar?.pause ? [`pause: ${masksText(calendar.pause)}`] : []),
  ];
  const last = [
    ...(feature.default === undefined ? [] : [`default: ${feature.default}`]),
    ...(feature.unit === undefined ? [] : [`unit: ${JSON.stringify(feature.unit)}`]),
  ];
  if (!rank) return `${agg}(${[...own, ...last].join(', ')})`;
  const size = rank.minCohort === undefined ? [] : [`min_cohort: ${rank.minCohort}`];
  const place = [`${agg}(${own.join(', ')})`, `"${rank.cohort}"`, ...size, ...last];
  return `${rank.as ?? 'percentile'}(${place.join(', ')})`;
}

function whereText(left: string, where: Where): string {
  return Object.entries(where)
    .map(([op, constant]) => `${left} ${SYMBOLS[op as Comparison]} ${constantText(constant)}`)
    .join(' && ');
}

function masksText(masks: readonly string[]): string {
  return masks.join(' | ');
}

function constantText(constant: Constant): string {
  return typeof constant === 'number' ? String(constant) : `$${constant.$p}(${constant.default})`;
}

/**
 * The one form of a rule among those that mean the same and read the same: lists of one part are that part, equal features are one,
 * and what says only the default of a rank is left out.
 */
export function canonicalRule(rule: Rule): Rule {
  const features = Object.fromEntries(
    Object.entries(rule.features).map(([name, feature]) => [name, canonicalFeature(feature)]),
  );
  const firstEqual = new Map<string, string>();
  for (const [name, feature] of Object.entries(features))
    if (!firstEqual.has(featureText(feature))) firstEqual.set(featureText(feature), name);
  const renamed = (name: string): string => firstEqual.get(featureText(features[name]!))!;
  const predicate = (node: Predicate): Predicate => canonicalPredicate(node, renamed);
  const { level, when, escalate, clearWhen, ...more } = rule;
  const steps = Array.isArray(level) ? level.map((step) => Object.entries(step)[0]!) : undefined;
  const [only, second] = steps ?? [];
  const made: Rule = {
    ...more,
    features,
    ...(steps && second
      ? { level: steps.map(([name, of]) => ({ [name]: predicate(of) })) }
      : { level: (only ? only[0] : level) as WarningLevel, when: predicate((only ? only[1] : when)!) }),
    ...(escalate && { escalate: { to: escalate.to, when: predicate(escalate.when) } }),
    ...(clearWhen && { clearWhen: predicate(clearWhen) }),
  };
  const used = namesIn(made);
  made.features = Object.fromEntries(Object.entries(features).filter(([name]) => used.has(name)));
  return made;
}

/** Features that a rule's predicates or sentences name. */
function namesIn(rule: Rule): Set<string> {
  const predicates = [...stepsOf(rule).map(({ when }) => when), ...(rule.clearWhen ? [rule.clearWhen] : [])];
  return new Set([...predicates.flatMap(featuresOf), ...namesInSentences(rule)]);
}

/** What a rule's sentences name, features among it. */
export function namesInSentences({ reason, studentReason }: Pick<Rule, 'reason' | 'studentReason'>): string[] {
  return [reason, studentReason].flatMap((text) => (text ? [text.zh, text.en].flatMap(placeholdersIn) : []));
}

function canonicalFeature({ calendar, rank, ...feature }: Feature): Feature {
  return {
    ...feature,
    ...(calendar && Object.keys(calendar).length > 0 && { calendar }),
    ...(rank && {
      rank: {
        cohort: rank.cohort,
        ...(rank.as === 'rank' && { as: rank.as }),
        ...(rank.minCohort !== undefined && { minCohort: rank.minCohort }),
      },
    }),
  };
}

function canonicalPredicate(node: Predicate, renamed: (name: string) => string): Predicate {
  const [key, inner] = Object.entries(node)[0] as [string, unknown];
  const within = (one: Predicate): Predicate => canonicalPredicate(one, renamed);
  if (key === 'all' || key === 'any') {
    const parts = (inner as Predicate[]).map(within);
    return parts.length === 1 ? parts[0]! : ({ [key]: parts } as unknown as Predicate);
  }
  if (key === 'not') return { not: within(inner as Predicate) };
  if (Object.hasOwn(TERM_WEEKS, key)) {
    const parts = Object.entries(inner as Where).map(
      ([op, week]) => ({ [key]: { [op]: week } }) as unknown as Predicate,
    );
    return parts.length === 1 ? parts[0]! : { all: parts };
  }
  if (key === 'held') {
    const held = inner as { when: Predicate; each: Period; times: number };
    return { held: { ...held, when: within(held.when) } };
  }
  if (key === 'calendar') return node;
  return { [key]: (inner as Expression[]).map((side) => canonicalExpression(side, renamed)) } as unknown as Predicate;
}

function canonicalExpression(node: Expression, renamed: (name: string) => string): Expression {
  if (typeof node === 'number' || '$p' in node) return node;
  if ('f' in node) return { f: renamed(node.f) };
  const [[key, parts]] = Object.entries(node) as [[string, Expression[]]];
  return { [key]: parts.map((part) => canonicalExpression(part, renamed)) } as unknown as Expression;
}
