import { compile, type Moment } from '../../src/kernel/compile.js';
import { dayOf } from '../../src/kernel/days.js';
import { Evaluation } from '../../src/kernel/evaluation.js';
import type { Feature, MetricInfo, Predicate, Rule } from '../../src/kernel/language.js';
import type { Calendar } from '../../src/kernel/masks.js';

const metric = (code: string, number: number, decimals = 0): MetricInfo => ({
  ...{ code, number, decimals, unit: 'min', retentionDays: 3660, sensitivity: 2 },
});
/** `a` in whole units, `b` with one decimal. */
export const METRICS = new Map([metric('a', 1), metric('b', 2, 1)].map((one) => [one.code, one]));
// A Wednesday.
export const AS_OF = dayOf('2026-11-18');
export const MOMENT: Moment = { asOf: AS_OF, elapsedHours: 24, parameters: {} };

export function ruleOf(features: Record<string, Feature>, when: Predicate, more: Partial<Rule> = {}): Rule {
  const text = { zh: '测', en: 'test' };
  return { id: 'test', title: text, features, level: 'yellow', when, reason: text, ...more };
}

/** Rows `[lane, metric, day relative to the as-of day, stored value]`, fed as day vectors that reach over their students only. */
export function evaluate(
  rules: Rule[],
  rows: readonly (readonly [number, string, number, number])[],
  options: { lanes?: number; moment?: Partial<Moment>; calendar?: Calendar; cohorts?: Map<string, Int32Array> } = {},
): Evaluation {
  const plan = compile(rules, METRICS, { ...MOMENT, ...options.moment });
  const evaluation = new Evaluation(plan, options.lanes ?? 4, options.calendar, options.cohorts);
  const keys = [...new Set(rows.map(([, code, day]) => `${code} ${day}`))];
  const sorted = keys.map((key) => key.split(' ') as [string, string]).sort((x, y) => Number(x[1]) - Number(y[1]));
  for (const [code, day] of sorted) {
    const of = rows.filter((row) => row[1] === code && row[2] === Number(day));
    const first = Math.min(...of.map(([lane]) => lane));
    const vector = new Int32Array(Math.max(...of.map(([lane]) => lane)) - first + 1).fill(-1);
    for (const [lane, , , value] of of) vector[lane - first] = value;
    evaluation.feed(METRICS.get(code)!.number, AS_OF + Number(day), first, vector);
  }
  return evaluation;
}
