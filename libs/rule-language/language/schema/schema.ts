import { APPOINTMENT_KINDS, type Bilingual, PLACE_KINDS, UNIT_KINDS, WARNING_LEVELS } from '#contracts';
import {
  AGGREGATES,
  BASELINE_DATA,
  IN_DEVIATIONS,
  NEEDS_WHERE,
  WITH_BASELINE,
  WITH_PAUSE,
  WITH_WHERE,
  WITHOUT_MIN_DATA,
  WITHOUT_OFFSET,
} from '../aggregates.js';
import { MASKS, MAX_TIMES, type Period, PERIODS, TERM_WEEKS } from '../rule.js';
import {
  COHORT,
  DATE,
  DAYS,
  FEATURE_NAME,
  FOR_DAYS,
  KIND_PARTS,
  MASK_LIST,
  MAX_CONSTANT,
  MAX_FEATURES,
  MAX_RULE_ID,
  MAX_TEXT,
  MAX_UNITS,
  type NAMED_WINDOWS,
  OFFSET_DAYS,
  OFFSET_TERMS,
  OFFSET_WEEKS,
  RESERVED_NAMES,
  RULE_ID,
  TERM_DAYS,
  UUID,
} from '../limits.js';
import { choice, entries, labelled, number, object, parts, ref, type Schema, text } from './schema-nodes.js';
import {
  byDecimals,
  COMPARISON_LABELS,
  constant,
  type MetricChoice,
  stored,
  where,
  whereName,
} from './schema-where.js';

export type { Schema } from './schema-nodes.js';
export type { MetricChoice } from './schema-where.js';

const WINDOW_LABELS: Record<(typeof NAMED_WINDOWS)[number], Bilingual> = {
  iso_week: { zh: '本周（周一起）', en: 'this week, from Monday' },
  term: { zh: '本学期', en: 'this term to date' },
  all: { zh: '全部', en: 'all there is' },
};

/** Kinds of days as a predicate's `calendar` joins them: every combination, in one order. */
const MASK_CHOICES = entries<Bilingual>(MASKS).reduce<[string, Bilingual][]>(
  (all, [mask, label]) => [
    ...all,
    [mask, label],
    ...all.map(([list, { zh, en }]): [string, Bilingual] => [
      `${list}|${mask}`,
      { zh: `${zh}或${label.zh}`, en: `${en} or ${label.en}` },
    ]),
  ],
  [],
);
/** Cohorts of one kind of unit or place, alone and with grade or sex. */
const COHORT_CHOICES = KIND_PARTS.flatMap((kind) =>
  [[], ['grade'], ['sex'], ['grade', 'sex']].map((more) => [kind, ...more]),
).map((parts): [string, Bilingual] => {
  const labels: Readonly<Record<string, Bilingual>> = { ...UNIT_KINDS, ...PLACE_KINDS, sex: { zh: '性别', en: 'Sex' } };
  const joined = (language: keyof Bilingual): string => parts.map((part) => labels[part]![language]).join(' + ');
  return [parts.join('+'), { zh: joined('zh'), en: joined('en') }];
});

/**
 * JSON Schema (2020-12) of a rule, for this catalogue: a form can be built from it. Every property has a title and a description; labels
 * in both languages are in `x-label`, a metric's unit in `x-unit`. What a schema cannot say (names of features, units, order of levels,
 * retention, cost) is found when the rule is drafted.
 */
export function ruleSchema(metrics: readonly MetricChoice[]): Schema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'urn:yizhan:early-warning:rule',
    ...labelled('预警规则', 'Warning rule'),
    ...object(ruleProperties(), ['id', 'title', 'features', 'level', 'reason']),
    if: { properties: { level: { type: 'array' } } },
    then: { properties: { when: false, escalate: false } },
    else: { required: ['when'] },
    $defs: { ...values(), ...stored(metrics), feature: feature(metrics), ...predicates() },
  };
}

function ruleProperties(): Record<string, Schema> {
  const predicate = ref('predicate');
  const date = { type: 'string', format: 'date', pattern: DATE.source };
  return {
    id: { ...labelled('规则代码', 'Code of the rule'), ...text(RULE_ID), maxLength: MAX_RULE_ID },
    title: { ...labelled('名称', 'Title'), ...ref('bilingual') },
    on: {
      ...labelled('何时判断', 'When it is judged'),
      ...choice({ day_end: { zh: '完整的日子', en: 'complete days' }, data: { zh: '当天即判断', en: 'also today' } }),
      default: 'day_end',
    },
    features: {
      ...labelled('特征', 'Features', '名称与定义，供条件引用', 'By name; predicates refer to them'),
      type: 'object',
      minProperties: 1,
      maxProperties: MAX_FEATURES,
      propertyNames: { ...text(FEATURE_NAME), not: { enum: RESERVED_NAMES } },
      additionalProperties: ref('feature'),
    },
    level: {
      ...labelled(
        '级别',
        'Level',
        '一个级别，或由轻到重的列表',
        'One level, or a list of {level: predicate}, mildest first',
      ),
      oneOf: [ref('level'), { type: 'array', minItems: 1, maxItems: 4, items: ref('step') }],
    },
    when: { ...labelled('条件', 'Predicate'), ...predicate },
    escalate: {
      ...labelled('升级', 'Escalation', '条件同时成立时的更高级别', 'The higher level when this holds as well'),
      ...object(
        {
          to: { ...labelled('升至', 'To'), ...ref('level') },
          when: { ...labelled('条件', 'Predicate'), ...predicate },
        },
        ['to', 'when'],
      ),
    },
    for: { ...labelled('连续天数', 'For so many days in a row'), ...text(FOR_DAYS), examples: ['3d'] },
    clearWhen: {
      ...labelled('解除条件', 'Clears when', '成立之前预警保持', 'Until it holds the warning stays'),
      ...predicate,
    },
    students: { ...labelled('适用学生', 'Students it is for'), ...students() },
    effective: {
      ...labelled('生效日期', 'Days in force'),
      ...object(
        { from: { ...labelled('自', 'From'), ...date }, to: { ...labelled('至（含）', 'To, inclusive'), ...date } },
        [],
      ),
      minProperties: 1,
    },
    onNoData: {
      ...labelled('数据不足时', 'When too little is known'),
      ...choice({
        skip: { zh: '不下结论', en: 'conclude nothing' },
        false: { zh: '视为不成立', en: 'it does not hold' },
      }),
      default: 'skip',
    },
    reason: {
      ...labelled(
        '原因说明',
        'Reason',
        '可用 {特征}、{level}、{threshold}',
        '{feature}, {level} and {threshold} are filled in',
      ),
      ...ref('bilingual'),
    },
    studentReason: { ...labelled('给学生的说明', 'Reason for the student'), ...ref('bilingual') },
    visibility: {
      ...labelled('仅这些职务可见', 'Only for these posts'),
      ...{ type: 'array', items: choice(APPOINTMENT_KINDS), minItems: 1, uniqueItems: true },
    },
  };
}

function students(): Schema {
  const list = (items: Schema): Schema => ({ type: 'array', minItems: 1, maxItems: MAX_UNITS, items });
  const shape = object(
    {
      units: { ...labelled('单位或场所', 'Units or places'), ...list(text(UUID)) },
      grades: { ...labelled('年级', 'Grades'), ...list({ type: 'integer', minimum: 1900, maximum: 2200 }) },
      sex: {
        ...labelled('性别', 'Sex'),
        ...choice({ male: { zh: '男', en: 'male' }, female: { zh: '女', en: 'female' } }),
      },
    },
    [],
  );
  return { ...shape, minProperties: 1 };
}

function values(): Record<string, Schema> {
  const line = { type: 'string', minLength: 1, maxLength: MAX_TEXT };
  const weeks = (minimum: number): Schema => where(constant(number(minimum, 60, 'integer')));
  return {
    bilingual: object(
      { zh: { ...labelled('中文', 'Chinese'), ...line }, en: { ...labelled('英文', 'English'), ...line } },
      ['zh', 'en'],
    ),
    level: choice(WARNING_LEVELS),
    step: {
      ...object(
        Object.fromEntries(
          entries(WARNING_LEVELS).map(([level, { zh, en }]) => [level, { ...labelled(zh, en), ...ref('predicate') }]),
        ),
        [],
      ),
      minProperties: 1,
      maxProperties: 1,
    },
    constant: constant(number(-MAX_CONSTANT, MAX_CONSTANT)),
    termWeek: weeks(1),
    termWeeksLeft: weeks(0),
    masks: { type: 'array', minItems: 1, items: choice(MASKS) },
  };
}

function feature(metrics: readonly MetricChoice[]): Schema {
  const properties = {
    metric: {
      ...labelled('指标', 'Metric'),
      type: 'string',
      oneOf: metrics.map(({ code, zh, en, unit }) => ({
        const: code,
        title: en,
        'x-label': { zh, en },
        'x-unit': unit,
      })),
    },
    agg: { ...labelled('聚合方式', 'Aggregate'), ...choice(AGGREGATES) },
    window: {
      ...labelled('窗口', 'Window', '截至当日的天数，如 7d', 'Days up to the day, such as 7d'),
      type: 'string',
      anyOf: [choice(WINDOW_LABELS), { type: 'string', pattern: DAYS.source }],
      default: 'all',
    },
    offset: {
      ...labelled(
        '前移',
        'Offset',
        '如 7d；iso_week 时如 1w，term 时如 1t',
        'Such as 7d; whole weeks with iso_week, such as 1w, whole terms with term, such as 1t',
      ),
      ...{ type: 'string', pattern: [OFFSET_DAYS, OFFSET_WEEKS, OFFSET_TERMS].map(({ source }) => source).join('|') },
    },
    where: { ...labelled('哪些日子算数', 'Which days count', '按指标的单位', "In the metric's unit"), ...ref('where') },
    baseline: {
      ...labelled('本人基线', 'Own baseline', '窗口之前的天数', 'Days right before the window'),
      ...text(DAYS),
    },
    minData: { ...labelled('至少有数据的天数', 'Least days with data'), ...number(1, 400, 'integer') },
    minSd: { ...labelled('最小标准差', 'Least deviation'), ...number(0, 1e9) },
    rank: {
      ...labelled('在同群体中的位置', 'Place in a cohort'),
      ...object(
        {
          cohort: {
            ...labelled(
              '群体',
              'Cohort',
              '单位或场所种类，可加 grade、sex',
              'Kinds of units or places, with grade or sex',
            ),
            ...{ type: 'string', anyOf: [choice(Object.fromEntries(COHORT_CHOICES)), text(COHORT)] },
            examples: ['college+grade', 'campus+sex', 'class'],
          },
          as: {
            ...labelled('表示为', 'As'),
            ...choice({
              percentile: { zh: '百分位', en: 'percentile' },
              rank: { zh: '名次（小者为先）', en: 'rank, smallest first' },
            }),
            default: 'percentile',
          },
          minCohort: { ...labelled('群体最少人数', 'Least size'), ...number(2, 100_000, 'integer'), default: 10 },
        },
        ['cohort'],
      ),
    },
    calendar: {
      ...labelled('日历', 'Calendar'),
      ...object(
        {
          exclude: { ...labelled('视为无数据的日子', 'Days taken as without data'), ...ref('masks') },
          pause: { ...labelled('视为不存在的日子', 'Days taken as not there'), ...ref('masks') },
        },
        [],
      ),
    },
    default: { ...labelled('缺失时的值', 'Value where missing'), ...number(-1e9, 1e9) },
    unit: { ...labelled('单位（只作核对）', 'Unit, only checked'), type: 'string' },
  };
  const days = { type: 'string', pattern: DAYS.source };
  return {
    ...labelled('特征', 'Feature', '指标 × 聚合 × 窗口', 'Metric × aggregate × window'),
    ...object(properties, ['metric', 'agg']),
    allOf: [
      forAggregates(WITH_WHERE, {}, { where: false }),
      forAggregates(NEEDS_WHERE, { required: ['where'] }),
      forAggregates(
        WITH_BASELINE,
        { required: ['window', 'baseline'], properties: { window: days } },
        { baseline: false },
      ),
      forAggregates(IN_DEVIATIONS, {}, { minSd: false }),
      forAggregates(WITH_PAUSE, {}, { calendar: { properties: { pause: false } } }),
      forAggregates(WITHOUT_OFFSET, { properties: { offset: false } }),
      forAggregates(WITHOUT_MIN_DATA, { properties: { minData: false } }),
      windowed(['iso_week'], { offset: text(OFFSET_WEEKS), minData: { maximum: 7 } }),
      windowed(['term'], { offset: text(OFFSET_TERMS), minData: { maximum: TERM_DAYS } }),
      windowed(['iso_week', 'term'], {}, { offset: text(OFFSET_DAYS) }),
      {
        if: { required: ['baseline'], properties: { baseline: { pattern: `^[1-${BASELINE_DATA - 1}]d$` } } },
        then: { required: ['minData'] },
      },
      ...[...byDecimals(metrics)].map(([decimals, codes]) => ({
        if: { properties: { metric: { enum: codes } } },
        then: { properties: { where: ref(whereName(decimals)) } },
      })),
    ],
  };
}

function forAggregates(aggs: ReadonlySet<string>, then: Schema, others: Schema = {}): Schema {
  return { if: { properties: { agg: { enum: [...aggs] } } }, then, else: { properties: others } };
}

function windowed(windows: string[], then: Schema, others: Schema = {}): Schema {
  return {
    if: { required: ['window'], properties: { window: { enum: windows } } },
    then: { properties: then },
    else: { properties: others },
  };
}

function predicates(): Record<string, Schema> {
  const expression = {
    ...labelled('数值', 'Number'),
    anyOf: [
      ref('constant'),
      object({ f: { ...labelled('特征', 'Feature'), ...text(FEATURE_NAME) } }, ['f']),
      object({ mul: { ...labelled('相乘', 'Product'), ...parts(ref('expression'), 2, 10) } }, ['mul']),
      object({ add: { ...labelled('相加', 'Sum'), ...parts(ref('expression'), 2, 10) } }, ['add']),
      object({ sub: { ...labelled('相减', 'Difference'), ...parts(ref('expression'), 2, 2) } }, ['sub']),
    ],
  };
  const held = {
    ...labelled('连续多期成立', 'Held for periods in a row'),
    ...object(
      {
        when: { ...labelled('条件', 'Predicate'), ...ref('condition') },
        each: { ...labelled('每', 'Each'), ...choice(PERIODS) },
        times: { ...labelled('期数', 'Times'), type: 'integer', minimum: 2 },
      },
      ['when', 'each', 'times'],
    ),
    oneOf: (Object.keys(PERIODS) as Period[]).map((each) => ({
      properties: { each: { const: each }, times: { maximum: MAX_TIMES[each] } },
    })),
  };
  return { expression, condition: predicate('condition', {}), predicate: predicate('predicate', { held }) };
}

/** `condition`: what may stand within `held`; `predicate`: that, and `held`. */
function predicate(self: string, more: Record<string, Schema>): Schema {
  const properties = {
    ...Object.fromEntries(
      entries(COMPARISON_LABELS).map(([op, { zh, en }]) => [
        op,
        { ...labelled(zh, en), ...parts(ref('expression'), 2, 2) },
      ]),
    ),
    all: { ...labelled('全部成立', 'All of'), ...parts(ref(self), 1) },
    any: { ...labelled('任一成立', 'Any of'), ...parts(ref(self), 1) },
    not: { ...labelled('不成立', 'Not'), ...ref(self) },
    calendar: {
      ...labelled('当日属于', 'The day is'),
      ...{ type: 'string', anyOf: [choice(Object.fromEntries(MASK_CHOICES)), text(MASK_LIST)] },
      examples: ['leave|holiday'],
    },
    ...Object.fromEntries(entries(TERM_WEEKS).map(([key, { zh, en }]) => [key, { ...labelled(zh, en), ...ref(key) }])),
    ...more,
  };
  return { ...labelled('条件', 'Predicate'), ...object(properties, []), minProperties: 1, maxProperties: 1 };
}
