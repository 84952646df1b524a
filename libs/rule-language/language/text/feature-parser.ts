import { AGGREGATES, type Aggregate, isAggregate } from '../aggregates.js';
import type { Comparison, Feature, Where } from '../rule.js';
import { NAMED_WINDOWS } from '../limits.js';
import type { Reader } from './reader.js';
import { SYMBOLS } from './text.js';

/** Reads `sum(late_return, 7d, default: 0)`, or a rank around it: `percentile(sum(canteen_spend, 30d), "campus+sex")`. */
export function parseFeature(reader: Reader): Feature {
  const { text: name, offset } = reader.peek();
  if (name === 'percentile' || name === 'rank') return ranked(reader, name);
  if (!isAggregate(name))
    reader.fail({ zh: `没有函数 ${name}`, en: `${name} is not a function of the language` }, offset);
  const feature = aggregate(reader, ['default', 'unit']);
  reader.take(')');
  return feature;
}

function ranked(reader: Reader, as: 'percentile' | 'rank'): Feature {
  reader.call(as);
  const feature = aggregate(reader, []);
  reader.take(')');
  reader.take(',');
  feature.rank = { cohort: reader.string(), ...(as === 'rank' && { as }) };
  named(reader, feature, ['min_cohort', 'default', 'unit']);
  reader.take(')');
  return feature;
}

function aggregate(reader: Reader, more: string[]): Feature {
  const agg = reader.oneOf(Object.keys(AGGREGATES)) as Aggregate;
  reader.take('(');
  const metric = reader.word('指标', 'a metric').text;
  const where = conditions(reader, metric);
  const feature: Feature = { metric, agg, ...(where && { where }) };
  named(reader, feature, ['offset', 'baseline', 'min_data', 'min_sd', 'exclude', 'pause', ...more], true);
  return feature;
}

/** `>= 300 && night_net_min <= 400` after the metric. */
function conditions(reader: Reader, metric: string): Where | undefined {
  const where: Where = {};
  for (;;) {
    const { offset } = reader.peek();
    const op = (Object.keys(SYMBOLS) as Comparison[]).find((one) => reader.accept(SYMBOLS[one]));
    if (!op) return Object.keys(where).length > 0 ? where : undefined;
    if (where[op] !== undefined)
      reader.fail({ zh: `${SYMBOLS[op]} 出现两次`, en: `${SYMBOLS[op]} is given twice` }, offset);
    where[op] = reader.constant();
    if (!reader.accept('&&')) return where;
    reader.oneOf([metric]);
  }
}

/** The window, where one may come first, and `name: value`. */
function named(reader: Reader, feature: Feature, names: readonly string[], windowFirst = false): void {
  const seen = new Set<string>();
  for (let first = windowFirst; reader.accept(','); first = false) {
    const window = first ? windowOf(reader) : undefined;
    if (window !== undefined) {
      feature.window = window;
      continue;
    }
    const { offset } = reader.peek();
    const name = reader.oneOf(names);
    if (seen.has(name)) reader.fail({ zh: `${name} 出现两次`, en: `${name} is given twice` }, offset);
    seen.add(name);
    reader.take(':');
    VALUES[name]!(feature, reader);
  }
}

function windowOf(reader: Reader): string | undefined {
  const { text } = reader.peek();
  return (NAMED_WINDOWS as readonly string[]).includes(text) ? reader.oneOf(NAMED_WINDOWS) : reader.maybe('days');
}

const VALUES: Record<string, (feature: Feature, reader: Reader) => void> = {
  offset: (feature, reader) => void (feature.offset = reader.days()),
  baseline: (feature, reader) => void (feature.baseline = reader.days()),
  min_data: (feature, reader) => void (feature.minData = reader.number()),
  min_sd: (feature, reader) => void (feature.minSd = reader.number()),
  exclude: (feature, reader) => void (feature.calendar = { ...feature.calendar, exclude: reader.masks() }),
  pause: (feature, reader) => void (feature.calendar = { ...feature.calendar, pause: reader.masks() }),
  default: (feature, reader) => void (feature.default = reader.number()),
  unit: (feature, reader) => void (feature.unit = reader.string()),
  min_cohort: (feature, reader) => void (feature.rank!.minCohort = reader.number()),
};
