import { APPOINTMENT_KINDS, WARNING_LEVELS, type WarningLevel } from '#contracts';
import { IN_DEVIATIONS, isAggregate, unitOf } from '../aggregates.js';
import { checkFeature } from './check-feature.js';
import { checkCost } from './cost.js';
import { dateOfDay, dayOf } from '../days.js';
import { escape, type Fields, Findings, isObject, type RuleError } from './findings.js';
import {
  COMPARISONS,
  type Feature,
  MASKS,
  MAX_TIMES,
  type MetricInfo,
  type Period,
  PERIODS,
  rankOf,
  type Rule,
  TERM_WEEKS,
} from '../rule.js';
import {
  DATE,
  FOR_DAYS,
  MASK_LIST,
  MAX_DEPTH,
  MAX_FEATURES,
  MAX_FOR,
  MAX_NODES,
  MAX_RULE_ID,
  MAX_RULE_TEXT,
  MAX_UNITS,
  RESERVED_NAMES,
  RULE_ID,
  UUID,
} from '../limits.js';
import { printRule } from '../text/text.js';
import { placeholdersIn } from '../walk.js';

export type { RuleError } from './findings.js';

const KEYS = [
  ...['id', 'title', 'on', 'features', 'level', 'when', 'escalate', 'for', 'clearWhen'],
  ...['students', 'effective', 'onNoData', 'reason', 'studentReason', 'visibility'],
];

/** Everything that is wrong with a rule, each with a pointer at the node; none = the rule can be compiled. */
export function checkRule(rule: unknown, metrics: ReadonlyMap<string, MetricInfo>): RuleError[] {
  const findings = new Findings();
  new RuleCheck(metrics, findings).rule(rule);
  // Costs and text can be worked out of right rules only.
  if (findings.errors.length === 0) {
    checkCost(findings, rule as Rule, metrics);
    checkText(findings, rule as Rule);
  }
  return findings.errors;
}

/** The posts that see a rule's warnings: at least one, each once. */
export function checkVisibility(findings: Findings, posts: unknown, at: string): void {
  if (posts === undefined) return;
  if (!Array.isArray(posts) || posts.length === 0)
    return findings.wrong(at, '应为至少一项的职务列表', 'must be a list of at least one post');
  posts.forEach((post, i) => findings.oneOf(post, Object.keys(APPOINTMENT_KINDS), `${at}/${i}`));
  if (new Set(posts).size < posts.length) findings.wrong(at, '职务不能重复', 'must name each post once');
}

/** What cannot be sent back as text is too long. */
function checkText(findings: Findings, rule: Rule): void {
  const { length } = printRule(rule);
  if (length > MAX_RULE_TEXT)
    findings.wrong(
      '',
      `规则文本有 ${length} 个字符，最多 ${MAX_RULE_TEXT}`,
      `has a text of ${length} characters, at most ${MAX_RULE_TEXT}`,
    );
}

class RuleCheck {
  private features: Fields = {};
  private readonly used = new Set<string>();
  private nodes = 0;

  constructor(
    private readonly metrics: ReadonlyMap<string, MetricInfo>,
    private readonly findings: Findings,
  ) {}

  rule(rule: unknown): void {
    const { findings } = this;
    if (!findings.isObject(rule, '')) return;
    findings.onlyKeys(rule, KEYS, '');
    if (typeof rule.id !== 'string' || !RULE_ID.test(rule.id) || rule.id.length > MAX_RULE_ID)
      findings.wrong(
        '/id',
        '应为小写字母、数字、点、横线，如 dorm.late',
        'must be lower-case words with dots, such as dorm.late',
      );
    findings.bilingual(rule.title, '/title');
    findings.bilingual(rule.reason, '/reason');
    if (rule.studentReason !== undefined) findings.bilingual(rule.studentReason, '/studentReason');
    if (rule.on !== undefined) findings.oneOf(rule.on, ['day_end', 'data'], '/on');
    if (rule.onNoData !== undefined) findings.oneOf(rule.onNoData, ['skip', 'false'], '/onNoData');
    if (rule.for !== undefined)
      findings.matches(rule.for, FOR_DAYS, '/for', `应为 2d 到 ${MAX_FOR}d`, `must be 2d to ${MAX_FOR}d`);
    this.featureList(rule.features);
    this.level(rule);
    if (rule.clearWhen !== undefined) this.predicate(rule.clearWhen, '/clearWhen');
    this.students(rule.students);
    this.effective(rule.effective);
    checkVisibility(findings, rule.visibility, '/visibility');
    this.placeholders(rule.reason, '/reason');
    this.placeholders(rule.studentReason, '/studentReason');
    this.plainWords(rule.studentReason, '/studentReason');
    for (const name of Object.keys(this.features))
      if (!this.used.has(name))
        findings.wrong(`/features/${escape(name)}`, '该特征没有被任何条件使用', 'is used by no condition');
  }

  private featureList(features: unknown): void {
    if (!this.findings.isObject(features, '/features')) return;
    const names = Object.keys(features);
    if (names.length === 0 || names.length > MAX_FEATURES)
      this.findings.wrong('/features', `应有 1 到 ${MAX_FEATURES} 个特征`, `must have 1 to ${MAX_FEATURES} features`);
    this.features = features;
    for (const name of names.slice(0, MAX_FEATURES)) checkFeature(this.findings, name, features[name], this.metrics);
  }

  private level(rule: Fields): void {
    const { findings } = this;
    if (Array.isArray(rule.level)) {
      for (const key of ['when', 'escalate'])
        if (rule[key] !== undefined)
          findings.wrong(`/${key}`, 'level 为列表时不能再有此项', 'does not go with a list of levels');
      return this.levelList(rule.level);
    }
    this.levelName(rule.level, '/level');
    if (rule.when === undefined) findings.wrong('/when', '必填', 'is required');
    else this.predicate(rule.when, '/when');
    if (rule.escalate === undefined || !findings.isObject(rule.escalate, '/escalate')) return;
    findings.onlyKeys(rule.escalate, ['to', 'when'], '/escalate');
    this.levelName(rule.escalate.to, '/escalate/to');
    if (rankOf(rule.escalate.to as WarningLevel) <= rankOf(rule.level as WarningLevel))
      findings.wrong('/escalate/to', '必须高于 level', 'must be above the level');
    this.predicate(rule.escalate.when, '/escalate/when');
  }

  private levelList(levels: unknown[]): void {
    if (levels.length === 0) this.findings.wrong('/level', '至少一级', 'must have at least one level');
    let before = 0;
    levels.forEach((step, i) => {
      const at = `/level/${i}`;
      const entry = onlyEntry(step);
      if (!entry) return this.findings.wrong(at, '应为 {"级别": 条件}', 'must be {"<level>": <predicate>}');
      const here = `${at}/${escape(entry[0])}`;
      this.levelName(entry[0], here);
      if (rankOf(entry[0] as WarningLevel) <= before)
        this.findings.wrong(here, '应由轻到重', 'must be above the one before');
      before = rankOf(entry[0] as WarningLevel);
      this.predicate(entry[1], here);
    });
  }

  private levelName(level: unknown, at: string): void {
    this.findings.oneOf(level, Object.keys(WARNING_LEVELS), at);
  }

  private predicate(node: unknown, at: string, depth = 1, inHeld = false): void {
    if (!this.mayGoOn(at, depth)) return;
    const { findings } = this;
    const entry = onlyEntry(node);
    if (!entry)
      return findings.wrong(
        at,
        '应只有一个键：比较、all、any、not、calendar、termWeek、termWeeksLeft 或 held',
        'must have one key: a comparison, all, any, not, calendar, termWeek, termWeeksLeft or held',
      );
    const [key, inner] = entry;
    const here = `${at}/${escape(key)}`;
    if (key === 'all' || key === 'any') {
      if (!Array.isArray(inner) || inner.length === 0)
        return findings.wrong(here, '必须是非空数组', 'must be a list that is not empty');
      inner.forEach((one, i) => this.predicate(one, `${here}/${i}`, depth + 1, inHeld));
    } else if (key === 'not') {
      this.predicate(inner, here, depth + 1, inHeld);
    } else if (key === 'calendar') {
      const masks = Object.keys(MASKS).join('|');
      findings.matches(inner, MASK_LIST, here, `应为 ${masks}`, `must be ${masks}`);
    } else if (Object.hasOwn(TERM_WEEKS, key)) {
      findings.conditions(inner, here, key === 'termWeek' ? 1 : 0, 60, true);
    } else if (key === 'held') {
      this.held(inner, here, depth, inHeld);
    } else if ((COMPARISONS as readonly string[]).includes(key)) {
      this.comparison(inner, here, depth);
    } else {
      findings.wrong(here, '未知的运算', 'is not an operation of the language');
    }
  }

  private held(held: unknown, at: string, depth: number, inHeld: boolean): void {
    const { findings } = this;
    if (inHeld) return findings.wrong(at, 'held 不能嵌套在 held 中', 'must not be within another held');
    if (!findings.isObject(held, at)) return;
    findings.onlyKeys(held, ['when', 'each', 'times'], at);
    this.predicate(held.when, `${at}/when`, depth + 1, true);
    if (findings.oneOf(held.each, Object.keys(PERIODS), `${at}/each`))
      findings.number(held.times, `${at}/times`, 2, MAX_TIMES[held.each as Period], true);
  }

  private comparison(sides: unknown, at: string, depth: number): void {
    if (!Array.isArray(sides) || sides.length !== 2)
      return this.findings.wrong(at, '应有左右两项', 'must have two sides');
    const units = sides.map((side, i) => this.expression(side, `${at}/${i}`, depth + 1));
    this.sameUnit(units, at);
  }

  /** The unit of an expression, where it has a known one: that of its features. */
  private expression(node: unknown, at: string, depth: number): string | undefined {
    if (!this.mayGoOn(at, depth)) return undefined;
    const { findings } = this;
    if (typeof node === 'number' || (isObject(node) && '$p' in node)) {
      findings.constant(node, at);
      return undefined;
    }
    const [key, inner] = onlyEntry(node) ?? [];
    if (key === undefined) {
      findings.wrong(
        at,
        '应为数字、特征、参数或 mul、add、sub',
        'must be a number, a feature, a parameter, or mul, add, sub',
      );
      return undefined;
    }
    const here = `${at}/${escape(key)}`;
    if (key === 'f') return this.featureUse(inner, here);
    if (key !== 'mul' && key !== 'add' && key !== 'sub') {
      findings.wrong(here, '未知的运算', 'is not an operation of the language');
      return undefined;
    }
    const most = key === 'sub' ? 2 : 10;
    if (!Array.isArray(inner) || inner.length < 2 || inner.length > most) {
      findings.wrong(here, `应有 2${most > 2 ? ' 到 10' : ''} 项`, `must have 2${most > 2 ? ' to 10' : ''} parts`);
      return undefined;
    }
    const units = inner.map((part, i) => this.expression(part, `${here}/${i}`, depth + 1));
    // A factor makes one unit of another: 1440 minutes a day.
    return key === 'mul' ? undefined : this.sameUnit(units, here);
  }

  private featureUse(name: unknown, at: string): string | undefined {
    if (typeof name !== 'string' || !Object.hasOwn(this.features, name)) {
      this.findings.wrong(at, '没有这个特征', 'is not a feature of this rule');
      return undefined;
    }
    this.used.add(name);
    const feature = this.features[name] as Feature;
    const metric = isObject(feature) ? this.metrics.get(feature.metric) : undefined;
    return metric && unitOf(feature, metric.unit);
  }

  private sameUnit(units: (string | undefined)[], at: string): string | undefined {
    const [unit, other] = new Set(units.filter((one) => one !== undefined));
    if (other !== undefined)
      this.findings.wrong(
        at,
        `单位不同：${unit} 与 ${other}；请用 mul 换算`,
        `has different units, ${unit} and ${other}: convert one with mul`,
      );
    return unit;
  }

  private students(students: unknown): void {
    const { findings } = this;
    if (students === undefined || !findings.isObject(students, '/students')) return;
    findings.onlyKeys(students, ['units', 'grades', 'sex'], '/students');
    if (Object.keys(students).length === 0)
      findings.wrong('/students', '至少一项限制', 'must have at least one restriction');
    this.list(students.units, '/students/units', (unit, at) =>
      findings.matches(unit, UUID, at, '应为单位或场所的 UUID', 'must be the UUID of a unit or place'),
    );
    this.list(students.grades, '/students/grades', (grade, at) => findings.number(grade, at, 1900, 2200, true));
    if (students.sex !== undefined) findings.oneOf(students.sex, ['male', 'female'], '/students/sex');
  }

  private list(list: unknown, at: string, check: (item: unknown, at: string) => unknown): void {
    if (list === undefined) return;
    if (!Array.isArray(list) || list.length === 0 || list.length > MAX_UNITS)
      return this.findings.wrong(at, `应为 1 到 ${MAX_UNITS} 项的数组`, `must be a list of 1 to ${MAX_UNITS} items`);
    list.forEach((item, i) => check(item, `${at}/${i}`));
  }

  private effective(effective: unknown): void {
    const { findings } = this;
    if (effective === undefined || !findings.isObject(effective, '/effective')) return;
    findings.onlyKeys(effective, ['from', 'to'], '/effective');
    const { from, to } = effective;
    if (from === undefined && to === undefined)
      findings.wrong('/effective', '至少一个日期', 'must have at least one date');
    const wrong = Object.entries({ from, to }).filter(([, date]) => date !== undefined && !isDate(date));
    for (const [key] of wrong)
      findings.wrong(`/effective/${key}`, '应为存在的日期 YYYY-MM-DD', 'must be a date that exists, YYYY-MM-DD');
    if (wrong.length === 0 && from !== undefined && to !== undefined && (from as string) > (to as string))
      findings.wrong('/effective/to', '不能早于 from', 'must not be before from');
  }

  private placeholders(texts: unknown, at: string): void {
    for (const language of ['zh', 'en']) {
      const text = isObject(texts) ? texts[language] : undefined;
      for (const name of typeof text === 'string' ? placeholdersIn(text) : []) {
        if (RESERVED_NAMES.includes(name)) continue;
        const short = name.slice(0, 40);
        if (Object.hasOwn(this.features, name)) this.used.add(name);
        else this.findings.wrong(`${at}/${language}`, `没有特征 ${short}`, `has {${short}}, which is not a feature`);
      }
    }
  }

  /** Students are not told deviations: without a sentence of its own, a rule says in words how far from their usual they are. */
  private plainWords(texts: unknown, at: string): void {
    for (const language of ['zh', 'en']) {
      const text = isObject(texts) ? texts[language] : undefined;
      for (const name of typeof text === 'string' ? placeholdersIn(text) : []) {
        const short = name.slice(0, 40);
        const feature = Object.hasOwn(this.features, name) ? this.features[name] : undefined;
        if (
          isObject(feature) &&
          isAggregate(feature.agg) &&
          IN_DEVIATIONS.has(feature.agg) &&
          feature.rank === undefined
        )
          this.findings.wrong(
            `${at}/${language}`,
            `{${short}} 是标准分，学生看不懂`,
            `has {${short}}, a number of deviations, which students do not understand`,
          );
      }
    }
  }

  private mayGoOn(at: string, depth: number): boolean {
    if (++this.nodes === MAX_NODES + 1)
      this.findings.wrong(at, `条件过多，最多 ${MAX_NODES} 个节点`, `is too much: at most ${MAX_NODES} nodes`);
    if (this.nodes > MAX_NODES) return false;
    if (depth <= MAX_DEPTH) return true;
    this.findings.wrong(at, `嵌套最多 ${MAX_DEPTH} 层`, `must not be nested deeper than ${MAX_DEPTH}`);
    return false;
  }
}

function onlyEntry(node: unknown): [string, unknown] | undefined {
  const [entry, more] = isObject(node) ? Object.entries(node) : [];
  return more ? undefined : entry;
}

function isDate(date: unknown): boolean {
  return typeof date === 'string' && DATE.test(date) && dateOfDay(dayOf(date)) === date;
}
