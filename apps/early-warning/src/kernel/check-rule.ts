import { type Bilingual, PLACE_KINDS, UNIT_KINDS, WARNING_LEVELS, type WarningLevel } from '#contracts';
import { unitOf } from './evidence.js';
import { AGGREGATES, type Aggregate, COMPARISONS, MASKS, type MetricInfo, rankOf, type Rule } from './language.js';

/** What is wrong with one node of a rule; `pointer` is a JSON pointer fragment (`#/when/all/0/ge/0`). */
export interface RuleError extends Bilingual {
  pointer: string;
}

const MAX_FEATURES = 20;
const MAX_NODES = 100;
const MAX_DEPTH = 10;
const WITH_WHERE = new Set<Aggregate>(['days_over', 'streak', 'hours_since_last']);
const WITH_BASELINE = new Set<Aggregate>(['ratio', 'zscore']);
const WITH_PAUSE = new Set<Aggregate>(['streak', 'hours_since_last']);
const FEATURE_KEYS = new Set(
  'metric agg window offset where baseline minData minSd rank calendar default unit'.split(' '),
);
const RULE_KEYS = new Set('id title on features level when escalate onNoData reason'.split(' '));
const COHORT_PARTS = new Set([...Object.keys(UNIT_KINDS), ...Object.keys(PLACE_KINDS), 'grade', 'sex']);
const DATED_PARTS = [...COHORT_PARTS].filter((part) => part !== 'grade' && part !== 'sex');

/** Everything that is wrong with a rule, each with a pointer at the node; none = the rule can be compiled. */
export function checkRule(rule: unknown, metrics: ReadonlyMap<string, MetricInfo>): RuleError[] {
  const check = new RuleCheck(metrics);
  check.rule(rule);
  return check.errors;
}

type Fields = Record<string, unknown>;

class RuleCheck {
  readonly errors: RuleError[] = [];
  private features = new Set<string>();
  private used = new Set<string>();
  private nodes = 0;

  constructor(private readonly metrics: ReadonlyMap<string, MetricInfo>) {}

  rule(rule: unknown): void {
    if (!isObject(rule)) return this.wrong('', '必须是对象', 'must be an object');
    this.onlyKeys(rule, RULE_KEYS, '');
    if (typeof rule.id !== 'string' || !/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/.test(rule.id) || rule.id.length > 60)
      this.wrong(
        '/id',
        '应为小写字母、数字、点、横线，如 dorm.late',
        'must be lower-case words with dots, such as dorm.late',
      );
    this.bilingual(rule.title, '/title');
    this.bilingual(rule.reason, '/reason');
    this.oneOf(rule.on, ['day_end', 'data'], '/on');
    this.oneOf(rule.onNoData, ['skip', 'false'], '/onNoData');
    this.featureList(rule.features);
    this.level(rule);
    this.placeholders(rule as Partial<Rule>);
    for (const name of this.features)
      if (!this.used.has(name)) this.wrong(`/features/${name}`, '该特征没有被任何条件使用', 'is used by no condition');
  }

  private featureList(features: unknown): void {
    if (!isObject(features)) return this.wrong('/features', '必须是对象', 'must be an object');
    const names = Object.keys(features);
    if (names.length === 0 || names.length > MAX_FEATURES)
      this.wrong('/features', `应有 1 到 ${MAX_FEATURES} 个特征`, `must have 1 to ${MAX_FEATURES} features`);
    this.features = new Set(names);
    for (const name of names.slice(0, MAX_FEATURES)) {
      const at = `/features/${escape(name)}`;
      if (!/^[A-Za-z]\w{0,39}$/.test(name) || name === 'level' || name === 'threshold')
        this.wrong(at, '特征名应为字母、数字、下划线', 'must be named with letters, digits and _');
      this.feature(features[name], at);
    }
  }

  private feature(feature: unknown, at: string): void {
    if (!isObject(feature)) return this.wrong(at, '必须是对象', 'must be an object');
    this.onlyKeys(feature, FEATURE_KEYS, at);
    const metric = typeof feature.metric === 'string' ? this.metrics.get(feature.metric) : undefined;
    if (!metric) this.wrong(`${at}/metric`, '没有这个指标', 'is not a metric of the catalogue');
    const agg = feature.agg as Aggregate;
    if (typeof agg !== 'string' || !Object.hasOwn(AGGREGATES, agg))
      return this.wrong(
        `${at}/agg`,
        `必须是以下之一：${Object.keys(AGGREGATES).join(', ')}`,
        `must be one of: ${Object.keys(AGGREGATES).join(', ')}`,
      );
    const days = this.window(feature, at);
    const baseline = this.only(feature, 'baseline', at, WITH_BASELINE.has(agg))
      ? this.days(feature.baseline, `${at}/baseline`)
      : 0;
    if (WITH_BASELINE.has(agg) && feature.baseline === undefined)
      this.wrong(`${at}/baseline`, '需要基线窗口，如 28d', 'is required, e.g. 28d');
    if (WITH_BASELINE.has(agg) && days === undefined)
      this.wrong(
        `${at}/window`,
        '与基线比较的窗口应为若干天，如 7d',
        'must be a number of days, such as 7d, next to a baseline',
      );
    if (metric && (days ?? 0) + (baseline ?? 0) > metric.retentionDays)
      this.wrong(
        `${at}/window`,
        `超出该指标的保存期 ${metric.retentionDays} 天`,
        `reaches beyond the metric's retention of ${metric.retentionDays} days`,
      );
    if (this.only(feature, 'where', at, WITH_WHERE.has(agg))) this.where(feature.where, `${at}/where`);
    if ((agg === 'days_over' || agg === 'streak') && feature.where === undefined)
      this.wrong(`${at}/where`, '需要条件，如 {"ge": 300}', 'is required, e.g. {"ge": 300}');
    this.number(feature.minData, `${at}/minData`, 1, 400, true);
    if (this.only(feature, 'minSd', at, agg === 'zscore')) this.number(feature.minSd, `${at}/minSd`, 0, 1e9);
    this.number(feature.default, `${at}/default`, -1e9, 1e9);
    this.rank(feature.rank, `${at}/rank`);
    this.calendar(feature, agg, `${at}/calendar`);
    if (metric && feature.unit !== undefined) {
      const unit = unitOf(feature as never, metric.unit);
      if (feature.unit !== unit) this.wrong(`${at}/unit`, `单位应为 ${unit}`, `must be ${unit}`);
    }
  }

  /** The window's length in days with its offset, when it is a number of days. */
  private window(feature: Fields, at: string): number | undefined {
    const { window = 'all', offset, agg } = feature;
    const named = window === 'all' || window === 'term' || window === 'iso_week';
    const length = named ? undefined : this.days(window, `${at}/window`);
    if (offset === undefined) return length;
    const pattern = window === 'iso_week' ? /^[1-9]\d?w$/ : /^[1-9]\d{0,2}d$/;
    if (window === 'term' || agg === 'hours_since_last')
      this.wrong(`${at}/offset`, '此处不能移动窗口', 'cannot move this window');
    else if (typeof offset !== 'string' || !pattern.test(offset))
      this.wrong(`${at}/offset`, '应如 7d（iso_week 时如 1w）', 'must be like 7d (1w with iso_week)');
    else if (length !== undefined) return length + Number(offset.slice(0, -1));
    return length;
  }

  private days(window: unknown, at: string): number | undefined {
    if (typeof window === 'string' && /^[1-9]\d{0,3}d$/.test(window)) return Number(window.slice(0, -1));
    this.wrong(at, '应为天数如 7d，或 iso_week、term、all', 'must be days such as 7d, or iso_week, term, all');
    return undefined;
  }

  private where(where: unknown, at: string): void {
    if (!isObject(where) || Object.keys(where).length === 0)
      return this.wrong(at, '应如 {"ge": 300}', 'must be like {"ge": 300}');
    for (const [key, value] of Object.entries(where)) {
      if (!isComparison(key))
        this.wrong(
          `${at}/${escape(key)}`,
          `必须是以下之一：${COMPARISONS.join(', ')}`,
          `must be one of: ${COMPARISONS.join(', ')}`,
        );
      else this.constant(value, `${at}/${key}`);
    }
  }

  private rank(rank: unknown, at: string): void {
    if (rank === undefined) return;
    if (!isObject(rank)) return this.wrong(at, '必须是对象', 'must be an object');
    this.onlyKeys(rank, new Set(['cohort', 'as', 'minCohort']), at);
    const parts = typeof rank.cohort === 'string' ? rank.cohort.split('+') : [];
    if (
      parts.length === 0 ||
      parts.length > 3 ||
      !parts.every((part) => COHORT_PARTS.has(part)) ||
      !parts.some((part) => DATED_PARTS.includes(part))
    )
      this.wrong(
        `${at}/cohort`,
        '应为单位或场所种类，可加 grade、sex，如 college+grade',
        'must be kinds of units or places, with grade or sex, such as college+grade',
      );
    this.oneOf(rank.as, ['percentile', 'rank'], `${at}/as`);
    this.number(rank.minCohort, `${at}/minCohort`, 2, 100_000, true);
  }

  private calendar(feature: Fields, agg: Aggregate, at: string): void {
    const { calendar } = feature;
    if (calendar === undefined) return;
    if (!isObject(calendar)) return this.wrong(at, '必须是对象', 'must be an object');
    this.onlyKeys(calendar, new Set(['exclude', 'pause']), at);
    for (const how of ['exclude', 'pause'] as const) {
      const masks = calendar[how];
      if (masks === undefined) continue;
      if (how === 'pause' && !WITH_PAUSE.has(agg))
        this.wrong(`${at}/pause`, '只用于 streak 与 hours_since_last', 'is for streak and hours_since_last only');
      if (
        !Array.isArray(masks) ||
        masks.length === 0 ||
        !masks.every((mask) => (MASKS as readonly unknown[]).includes(mask))
      )
        this.wrong(`${at}/${how}`, `应为数组：${MASKS.join(', ')}`, `must be a list of: ${MASKS.join(', ')}`);
    }
  }

  private level(rule: Fields): void {
    if (Array.isArray(rule.level)) {
      for (const key of ['when', 'escalate'])
        if (rule[key] !== undefined)
          this.wrong(`/${key}`, 'level 为列表时不能再有此项', 'does not go with a list of levels');
      return this.levelList(rule.level);
    }
    this.levelName(rule.level, '/level');
    if (rule.when === undefined) this.wrong('/when', '必填', 'is required');
    else this.predicate(rule.when, '/when', 1);
    if (rule.escalate === undefined) return;
    if (!isObject(rule.escalate)) return this.wrong('/escalate', '必须是对象', 'must be an object');
    this.onlyKeys(rule.escalate, new Set(['to', 'when']), '/escalate');
    this.levelName(rule.escalate.to, '/escalate/to');
    if (rankOf(rule.escalate.to as WarningLevel) <= rankOf(rule.level as WarningLevel))
      this.wrong('/escalate/to', '必须高于 level', 'must be above the level');
    this.predicate(rule.escalate.when, '/escalate/when', 1);
  }

  private levelList(levels: unknown[]): void {
    if (levels.length === 0) this.wrong('/level', '至少一级', 'must have at least one level');
    let before = 0;
    levels.forEach((step, i) => {
      const at = `/level/${i}`;
      const [entry, more] = isObject(step) ? Object.entries(step) : [];
      if (!entry || more) return this.wrong(at, '应为 {"级别": 条件}', 'must be {"<level>": <predicate>}');
      this.levelName(entry[0], `${at}/${escape(entry[0])}`);
      if (rankOf(entry[0] as WarningLevel) <= before)
        this.wrong(`${at}/${escape(entry[0])}`, '应由轻到重', 'must be above the one before');
      before = rankOf(entry[0] as WarningLevel);
      this.predicate(entry[1], `${at}/${escape(entry[0])}`, 1);
    });
  }

  private levelName(level: unknown, at: string): void {
    if (typeof level !== 'string' || !Object.hasOwn(WARNING_LEVELS, level))
      this.wrong(
        at,
        `必须是以下之一：${Object.keys(WARNING_LEVELS).join(', ')}`,
        `must be one of: ${Object.keys(WARNING_LEVELS).join(', ')}`,
      );
  }

  private predicate(node: unknown, at: string, depth: number): void {
    if (!this.mayGoOn(at, depth)) return;
    const [entry, more] = isObject(node) ? Object.entries(node) : [];
    if (!entry || more)
      return this.wrong(
        at,
        '应只有一个键：比较、all、any、not 或 calendar',
        'must have one key: a comparison, all, any, not or calendar',
      );
    const [key, inner] = entry;
    const here = `${at}/${escape(key)}`;
    if (key === 'all' || key === 'any') {
      if (!Array.isArray(inner) || inner.length === 0)
        return this.wrong(here, '必须是非空数组', 'must be a list that is not empty');
      inner.forEach((one, i) => this.predicate(one, `${here}/${i}`, depth + 1));
    } else if (key === 'not') {
      this.predicate(inner, here, depth + 1);
    } else if (key === 'calendar') {
      if (typeof inner !== 'string' || !inner.split('|').every((mask) => (MASKS as readonly string[]).includes(mask)))
        this.wrong(here, `应为 ${MASKS.join('|')}`, `must be ${MASKS.join('|')}`);
    } else if (isComparison(key)) {
      if (!Array.isArray(inner) || inner.length !== 2) return this.wrong(here, '应有左右两项', 'must have two sides');
      inner.forEach((side, i) => this.expression(side, `${here}/${i}`, depth + 1));
    } else {
      this.wrong(here, '未知的运算', 'is not an operation of the language');
    }
  }

  private expression(node: unknown, at: string, depth: number): void {
    if (!this.mayGoOn(at, depth)) return;
    if (typeof node === 'number' || (isObject(node) && '$p' in node)) return this.constant(node, at);
    const [entry, more] = isObject(node) ? Object.entries(node) : [];
    if (!entry || more)
      return this.wrong(
        at,
        '应为数字、特征、参数或 mul、add、sub',
        'must be a number, a feature, a parameter, or mul, add, sub',
      );
    const [key, inner] = entry;
    const here = `${at}/${escape(key)}`;
    if (key === 'f') {
      if (typeof inner === 'string' && this.features.has(inner)) this.used.add(inner);
      else this.wrong(here, '没有这个特征', 'is not a feature of this rule');
    } else if (key === 'mul' || key === 'add' || key === 'sub') {
      const right = Array.isArray(inner) && inner.length >= 2 && inner.length <= (key === 'sub' ? 2 : 10);
      if (!right)
        return this.wrong(
          here,
          key === 'sub' ? '应有两项' : '应有 2 到 10 项',
          key === 'sub' ? 'must have two parts' : 'must have 2 to 10 parts',
        );
      (inner as unknown[]).forEach((part, i) => this.expression(part, `${here}/${i}`, depth + 1));
    } else {
      this.wrong(here, '未知的运算', 'is not an operation of the language');
    }
  }

  private constant(value: unknown, at: string): void {
    if (typeof value === 'number') return this.number(value, at, -1e12, 1e12);
    if (!isObject(value)) return this.wrong(at, '必须是数字或参数', 'must be a number or a parameter');
    this.onlyKeys(value, new Set(['$p', 'default']), at);
    if (typeof value.$p !== 'string' || !/^[a-z][a-z0-9_]{0,59}$/.test(value.$p))
      this.wrong(`${at}/$p`, '参数名应为小写字母、数字、下划线', 'must be a name of lower-case letters, digits and _');
    if (typeof value.default !== 'number')
      this.wrong(`${at}/default`, '参数需要默认值', 'is required: the number where the school has set none');
  }

  private bilingual(text: unknown, at: string): void {
    for (const language of ['zh', 'en']) {
      const value = isObject(text) ? text[language] : undefined;
      if (typeof value !== 'string' || value.length === 0 || value.length > 500)
        this.wrong(`${at}/${language}`, '应为 1 到 500 个字符', 'must have 1 to 500 characters');
    }
    if (isObject(text)) this.onlyKeys(text, new Set(['zh', 'en']), at);
  }

  private placeholders(rule: Partial<Rule>): void {
    for (const language of ['zh', 'en'] as const) {
      const text = isObject(rule.reason) ? rule.reason[language] : undefined;
      for (const [, name = ''] of typeof text === 'string' ? text.matchAll(/\{(\w+)\}/g) : []) {
        if (name === 'level' || name === 'threshold') continue;
        if (this.features.has(name)) this.used.add(name);
        else
          this.wrong(
            `/reason/${language}`,
            `没有特征 ${name.slice(0, 40)}`,
            `has {${name.slice(0, 40)}}, which is not a feature`,
          );
      }
    }
  }

  private mayGoOn(at: string, depth: number): boolean {
    if (++this.nodes === MAX_NODES + 1)
      this.wrong(at, `条件过多，最多 ${MAX_NODES} 个节点`, `is too much: at most ${MAX_NODES} nodes`);
    if (this.nodes > MAX_NODES) return false;
    if (depth <= MAX_DEPTH) return true;
    this.wrong(at, `嵌套最多 ${MAX_DEPTH} 层`, `must not be nested deeper than ${MAX_DEPTH}`);
    return false;
  }

  private only(feature: Fields, key: string, at: string, allowed: boolean): boolean {
    if (feature[key] === undefined) return false;
    if (!allowed) this.wrong(`${at}/${key}`, '与该聚合方式不相配', 'does not go with this agg');
    return allowed;
  }

  private onlyKeys(value: Fields, keys: ReadonlySet<string>, at: string): void {
    for (const key of Object.keys(value))
      if (!keys.has(key)) this.wrong(`${at}/${escape(key)}`, '未知的字段', 'is not a known property');
  }

  private oneOf(value: unknown, codes: readonly string[], at: string): void {
    if (value !== undefined && !codes.includes(value as string))
      this.wrong(at, `必须是以下之一：${codes.join(', ')}`, `must be one of: ${codes.join(', ')}`);
  }

  private number(value: unknown, at: string, min: number, max: number, whole = false): void {
    if (value === undefined) return;
    const right =
      typeof value === 'number' &&
      Number.isFinite(value) &&
      value >= min &&
      value <= max &&
      (!whole || Number.isInteger(value));
    if (!right)
      this.wrong(
        at,
        `应为 ${min} 到 ${max} 的${whole ? '整' : ''}数`,
        `must be a ${whole ? 'whole ' : ''}number between ${min} and ${max}`,
      );
  }

  private wrong(pointer: string, zh: string, en: string): void {
    if (this.errors.length < 100) this.errors.push({ pointer: `#${pointer}`, zh, en });
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isComparison(key: string): boolean {
  return (COMPARISONS as readonly string[]).includes(key);
}

/** One step of a JSON pointer (RFC 6901). */
function escape(key: string): string {
  return key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}
