import { escape, type Fields, type Findings } from './findings.js';
import {
  AGGREGATES,
  type Aggregate,
  IN_DEVIATIONS,
  NEEDS_WHERE,
  unitOf,
  WITH_BASELINE,
  WITH_PAUSE,
  WITH_WHERE,
  WITHOUT_MIN_DATA,
  WITHOUT_OFFSET,
} from '../aggregates.js';
import { type Feature, MASKS, type MetricInfo } from '../rule.js';
import {
  COHORT,
  DAYS,
  FEATURE_NAME,
  MAX_STORED,
  NAMED_WINDOWS,
  OFFSET_DAYS,
  OFFSET_TERMS,
  OFFSET_WEEKS,
  RESERVED_NAMES,
} from '../limits.js';

const KEYS = 'metric agg window offset where baseline minData minSd rank calendar default unit'.split(' ');

/** Checks one feature of a rule. */
export function checkFeature(
  findings: Findings,
  name: string,
  feature: unknown,
  metrics: ReadonlyMap<string, MetricInfo>,
): void {
  const at = `/features/${escape(name)}`;
  if (!FEATURE_NAME.test(name) || RESERVED_NAMES.includes(name))
    findings.wrong(at, '特征名应为字母、数字、下划线', 'must be named with letters, digits and _');
  if (!findings.isObject(feature, at)) return;
  findings.onlyKeys(feature, KEYS, at);
  const metric = typeof feature.metric === 'string' ? metrics.get(feature.metric) : undefined;
  if (!metric) findings.wrong(`${at}/metric`, '没有这个指标', 'is not a metric of the catalogue');
  if (findings.oneOf(feature.agg, Object.keys(AGGREGATES), `${at}/agg`))
    new FeatureCheck(findings, feature, at, metric?.decimals ?? 0).run();
  if (feature.default !== undefined) findings.number(feature.default, `${at}/default`, -1e9, 1e9);
  if (metric && feature.unit !== undefined) {
    const unit = unitOf(feature as unknown as Feature, metric.unit);
    if (feature.unit !== unit) findings.wrong(`${at}/unit`, `单位应为 ${unit}`, `must be ${unit}`);
  }
}

class FeatureCheck {
  private readonly agg: Aggregate;

  constructor(
    private readonly findings: Findings,
    private readonly feature: Fields,
    private readonly at: string,
    private readonly decimals: number,
  ) {
    this.agg = feature.agg as Aggregate;
  }

  run(): void {
    const { feature, agg, at, findings } = this;
    this.window();
    this.offset();
    if (this.only('baseline', WITH_BASELINE.has(agg))) this.days('baseline');
    if (WITH_BASELINE.has(agg) && feature.baseline === undefined)
      findings.wrong(`${at}/baseline`, '需要基线窗口，如 28d', 'is required, e.g. 28d');
    const most = MAX_STORED / 10 ** this.decimals;
    if (this.only('where', WITH_WHERE.has(agg))) findings.conditions(feature.where, `${at}/where`, -most, most);
    if (NEEDS_WHERE.has(agg) && feature.where === undefined)
      findings.wrong(`${at}/where`, '需要条件，如 {"ge": 300}', 'is required, e.g. {"ge": 300}');
    if (this.only('minData', !WITHOUT_MIN_DATA.has(agg)))
      findings.number(feature.minData, `${at}/minData`, 1, 400, true);
    if (this.only('minSd', IN_DEVIATIONS.has(agg))) findings.number(feature.minSd, `${at}/minSd`, 0, 1e9);
    this.rank();
    this.calendar();
  }

  private window(): void {
    const { window = 'all' } = this.feature;
    const named = (NAMED_WINDOWS as readonly unknown[]).includes(window);
    if (!named) this.days('window');
    else if (WITH_BASELINE.has(this.agg))
      this.findings.wrong(
        `${this.at}/window`,
        '与基线比较的窗口应为若干天，如 7d',
        'must be a number of days, such as 7d, next to a baseline',
      );
  }

  private offset(): void {
    const { window = 'all', offset } = this.feature;
    if (offset === undefined) return;
    const at = `${this.at}/offset`;
    if (WITHOUT_OFFSET.has(this.agg)) this.findings.wrong(at, '此处不能移动窗口', 'cannot move this window');
    else
      this.findings.matches(
        offset,
        window === 'iso_week' ? OFFSET_WEEKS : window === 'term' ? OFFSET_TERMS : OFFSET_DAYS,
        at,
        '应如 7d（iso_week 时如 1w，term 时如 1t）',
        'must be like 7d (1w with iso_week, 1t with term)',
      );
  }

  private days(key: 'window' | 'baseline'): void {
    this.findings.matches(
      this.feature[key],
      DAYS,
      `${this.at}/${key}`,
      key === 'window' ? `应为天数如 7d，或 ${NAMED_WINDOWS.join('、')}` : '应为天数，如 28d',
      key === 'window' ? `must be days such as 7d, or ${NAMED_WINDOWS.join(', ')}` : 'must be days such as 28d',
    );
  }

  private rank(): void {
    const { rank } = this.feature;
    const at = `${this.at}/rank`;
    if (rank === undefined || !this.findings.isObject(rank, at)) return;
    this.findings.onlyKeys(rank, ['cohort', 'as', 'minCohort'], at);
    this.findings.matches(
      rank.cohort,
      COHORT,
      `${at}/cohort`,
      '应为单位或场所种类，可加 grade、sex，如 college+grade',
      'must be kinds of units or places, with grade or sex, such as college+grade',
    );
    if (rank.as !== undefined) this.findings.oneOf(rank.as, ['percentile', 'rank'], `${at}/as`);
    if (rank.minCohort !== undefined) this.findings.number(rank.minCohort, `${at}/minCohort`, 2, 100_000, true);
  }

  private calendar(): void {
    const { calendar } = this.feature;
    const at = `${this.at}/calendar`;
    if (calendar === undefined || !this.findings.isObject(calendar, at)) return;
    this.findings.onlyKeys(calendar, ['exclude', 'pause'], at);
    if (calendar.pause !== undefined && !WITH_PAUSE.has(this.agg))
      this.findings.wrong(
        `${at}/pause`,
        `只用于 ${[...WITH_PAUSE].join(' 与 ')}`,
        `is for ${[...WITH_PAUSE].join(' and ')} only`,
      );
    for (const how of ['exclude', 'pause']) {
      const masks = calendar[how];
      if (masks === undefined) continue;
      const codes = Object.keys(MASKS);
      if (!Array.isArray(masks) || masks.length === 0 || !masks.every((mask) => codes.includes(mask as string)))
        this.findings.wrong(`${at}/${how}`, `应为数组：${codes.join(', ')}`, `must be a list of: ${codes.join(', ')}`);
    }
  }

  private only(key: string, allowed: boolean): boolean {
    if (this.feature[key] === undefined) return false;
    if (!allowed) this.findings.wrong(`${this.at}/${key}`, '与该聚合方式不相配', 'does not go with this agg');
    return allowed;
  }
}
