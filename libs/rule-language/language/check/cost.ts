import { escape, type Findings } from './findings.js';
import {
  type Expression,
  type Feature,
  type MetricInfo,
  type Period,
  type Predicate,
  type Rule,
  TERM_WEEKS,
} from '../rule.js';
import { leastData, WITH_BASELINE } from '../aggregates.js';
import { MAX_MOMENTS, MAX_STUDENT_DAYS, TERM_DAYS } from '../limits.js';
import { featuresIn, stepsOf } from '../walk.js';

/** A day on which a condition is judged. */
interface Judged {
  /** Equal for the same day. */
  key: string;
  /** At most so many days ago. */
  back: number;
  /** How often the condition is judged in all. */
  times: number;
  /** The node that asks for this day. */
  pointer: string;
}

const NOW: Judged = { key: '0', back: 0, times: 1, pointer: '' };
const PERIOD_DAYS: Record<Period, number> = { day: 1, iso_week: 7, term: TERM_DAYS };
const UNIT_DAYS: Record<string, number> = { d: 1, w: 7, t: TERM_DAYS };

/** Finds what looks back too far, asks for more data than there can be or reads too much, in a rule that is right otherwise. */
export function checkCost(findings: Findings, rule: Rule, metrics: ReadonlyMap<string, MetricInfo>): void {
  new CostCheck(findings, rule, metrics).run();
}

class CostCheck {
  /** Days on which a feature is worked out, by its name. */
  private readonly judged = new Map<string, Set<string>>();
  private readonly pointers = new Set<string>();

  constructor(
    private readonly findings: Findings,
    private readonly rule: Rule,
    private readonly metrics: ReadonlyMap<string, MetricInfo>,
  ) {}

  run(): void {
    const { rule } = this;
    for (const name of Object.keys(rule.features)) {
      this.enough(name);
      this.reads(name, NOW);
    }
    const times = rule.for === undefined ? 1 : Number(rule.for.slice(0, -1));
    for (const { when, pointer } of stepsOf(rule))
      for (const day of repeated(NOW, 'day', times, '/for')) this.predicate(when, day, pointer);
    if (rule.clearWhen) this.predicate(rule.clearWhen, NOW, '/clearWhen');
    this.total();
  }

  private predicate(node: Predicate, day: Judged, pointer: string): void {
    const [key, inner] = Object.entries(node)[0] as [string, unknown];
    const here = `${pointer}/${key}`;
    if (key === 'all' || key === 'any')
      (inner as Predicate[]).forEach((one, i) => this.predicate(one, day, `${here}/${i}`));
    else if (key === 'not') this.predicate(inner as Predicate, day, here);
    else if (key === 'held') {
      const { when, each, times } = inner as { when: Predicate; each: Period; times: number };
      const days = repeated(day, each, times, `${here}/times`);
      if (day.times * times > MAX_MOMENTS)
        this.wrong(
          `${here}/times`,
          `与 for 合计要判断 ${day.times * times} 次，最多 ${MAX_MOMENTS} 次`,
          `is judged ${day.times * times} times together with for, at most ${MAX_MOMENTS}`,
        );
      else for (const one of days) this.predicate(when, one, `${here}/when`);
    } else if (key !== 'calendar' && !Object.hasOwn(TERM_WEEKS, key))
      for (const side of inner as Expression[]) for (const name of featuresIn(side)) this.reads(name, day);
  }

  /** `minData` beyond the days there are would leave the feature missing for ever. */
  private enough(name: string): void {
    const feature = this.rule.features[name]!;
    const compared = WITH_BASELINE.has(feature.agg);
    const { retentionDays } = this.metrics.get(feature.metric)!;
    const most = daysIn(compared ? feature.baseline : feature.window, retentionDays);
    const least = leastData(feature);
    if (least > most)
      this.wrong(
        `/features/${escape(name)}/${feature.minData === undefined ? 'baseline' : 'minData'}`,
        `需要 ${least} 天有数据，而${compared ? '基线' : '窗口'}最多 ${most} 天`,
        `needs ${least} days with data, of which the ${compared ? 'baseline' : 'window'} has at most ${most}`,
      );
  }

  private reads(name: string, day: Judged): void {
    const days = this.judged.get(name) ?? new Set();
    this.judged.set(name, days.add(day.key));
    const feature = this.rule.features[name]!;
    const { retentionDays, code } = this.metrics.get(feature.metric)!;
    // Of all there is, one day must be there.
    const open = feature.window === undefined || feature.window === 'all';
    const reach = (open ? 1 : lengthOf(feature, retentionDays)) + offsetOf(feature) + day.back;
    if (reach > retentionDays)
      this.wrong(
        day.back === 0 ? `/features/${escape(name)}/${open ? 'offset' : 'window'}` : day.pointer,
        `回看 ${reach} 天，超出指标 ${code} 的保存期 ${retentionDays} 天`,
        `reaches back ${reach} days, beyond the retention of ${code}, ${retentionDays} days`,
      );
  }

  private total(): void {
    const costs = [...this.judged].map(([name, days]): [string, number] => {
      const feature = this.rule.features[name]!;
      return [name, days.size * lengthOf(feature, this.metrics.get(feature.metric)!.retentionDays)];
    });
    const total = costs.reduce((sum, [, cost]) => sum + cost, 0);
    if (total <= MAX_STUDENT_DAYS) return;
    const [dearest] = costs.reduce((a, b) => (b[1] > a[1] ? b : a));
    this.wrong(
      `/features/${escape(dearest)}`,
      `规则开销过大：每名学生要读 ${total} 个学生日，最多 ${MAX_STUDENT_DAYS}；此特征开销最大`,
      `rule is too expensive: reads ${total} student-days per student, at most ${MAX_STUDENT_DAYS}; this feature the most`,
    );
  }

  private wrong(pointer: string, zh: string, en: string): void {
    if (this.pointers.has(pointer)) return;
    this.pointers.add(pointer);
    this.findings.wrong(pointer, zh, en);
  }
}

function repeated(day: Judged, each: Period, times: number, pointer: string): Judged[] {
  return Array.from({ length: times }, (_, n) => ({
    key: keyOf(day.key, each, n),
    back: day.back + n * PERIOD_DAYS[each],
    times: day.times * times,
    pointer: n === 0 ? day.pointer : pointer,
  }));
}

function keyOf(key: string, each: Period, n: number): string {
  if (n === 0) return key;
  return each === 'day' && /^\d+$/.test(key) ? String(Number(key) + n) : `${key} ${each} ${n}`;
}

/** Days of the window and the baseline, at most. */
function lengthOf({ window, baseline }: Feature, retentionDays: number): number {
  return daysIn(window, retentionDays) + (baseline === undefined ? 0 : daysIn(baseline, retentionDays));
}

function daysIn(window = 'all', retentionDays: number): number {
  const named: Record<string, number> = { iso_week: 7, term: TERM_DAYS, all: retentionDays };
  return named[window] ?? Number(window.slice(0, -1));
}

function offsetOf({ offset = '0d' }: Feature): number {
  return Number(offset.slice(0, -1)) * UNIT_DAYS[offset.at(-1)!]!;
}
