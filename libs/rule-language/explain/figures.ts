import type { Bilingual } from '#contracts';
import { type Aggregate, type Compared, factsOf } from '../language/aggregates.js';
import type { Constant, Where } from '../language/rule.js';
import type { FeatureEvidence } from './evidence.js';

export type Language = keyof Bilingual;
export type Audience = 'staff' | 'student';

/** What a metric is called, and the unit of its values. */
export type NamedMetric = Bilingual & { unit: string };

/** A feature as it stands in the rule, with what was found. `where`: which days count. */
export interface Figure {
  feature: FeatureEvidence;
  metric: NamedMetric;
  where?: Where | undefined;
  /** The school's numbers, by name of the parameter. */
  parameters: Readonly<Record<string, number>>;
}

/** Units as people say them; others are shown as they are. */
const UNITS: Record<string, Bilingual> = {
  count: { zh: '次', en: '' },
  day: { zh: '天', en: 'days' },
  h: { zh: '小时', en: 'hours' },
  min: { zh: '分钟', en: 'minutes' },
  fen: { zh: '元', en: 'yuan' },
  course: { zh: '门', en: 'courses' },
  credit: { zh: '学分', en: 'credits' },
  period: { zh: '节', en: 'periods' },
  point: { zh: '分', en: 'points' },
  place: { zh: '位', en: '' },
  '1': { zh: '', en: '' },
};
export const SIGNS = { ge: '≥', gt: '>', le: '≤', lt: '<', eq: '=', ne: '≠' };

/** A student hears of a difference from the own usual beyond one deviation, or beyond a quarter more (or that much less). */
const CLEAR_DEVIATIONS = 1;
const CLEAR_RATIO = 1.25;

/**
 * A figure as people say it, undefined where it is missing. Students hear neither thresholds nor deviations, nor their place among others:
 * the value behind it instead.
 */
export function sayFigure(figure: Figure, language: Language, audience: Audience): string | undefined {
  const { feature } = figure;
  const { value, unit } = ownValue(feature);
  if (value === null) return undefined;
  const said: Said = { figure, value, amount: amount(value, unit, language), language, audience };
  const sentence = factsOf(feature.agg as Aggregate).said[language];
  return sentence.replace(/\{(\w+)\}/g, (_, word: string) => WORDS[word]!(said));
}

/** The number an app shows beside a metric's name: of a comparison with the own usual, the average of late. */
export function shownValue({ feature, metric }: Figure): { value: number | null; unit: string } {
  if (!feature.baseline) return ownValue(feature);
  return { value: feature.value === null ? null : (feature.baseline.recent ?? null), unit: metric.unit };
}

/** Money is kept in fen and read in yuan. */
export function amount(value: number, unit: string, language: Language): string {
  const digits = unit === 'fen' ? (value / 100).toFixed(2) : rounded(value);
  const plural = UNITS[unit]?.[language] ?? unit;
  const word = language === 'en' && digits === '1' && unit in UNITS ? plural.replace(/s$/, '') : plural;
  return word === '' ? digits : `${digits} ${word}`;
}

interface Said {
  figure: Figure;
  value: number;
  /** The value with its unit. */
  amount: string;
  language: Language;
  audience: Audience;
}

/** What `{…}` in the sentence of an aggregate stands for. */
const WORDS: Record<string, (said: Said) => string> = {
  name: ({ figure, language }) => figure.metric[language],
  amount: (said) => said.amount,
  days: ({ value, language }) => amount(value, 'day', language),
  number: ({ value }) => rounded(value),
  values: ({ value }) => (value === 1 ? 'value' : 'values'),
  counted: (said) => counted(said.figure.metric[said.language], said),
  deed: (said) => {
    const name = said.figure.metric[said.language];
    return counted(said.language === 'zh' ? deed(name) : single(name), said);
  },
  usual,
};

/** How a comparison with the own usual is told. `away`: how far, 1 = clearly more, −1 = clearly less; `staff`: what staff read. */
const COMPARISONS: Record<
  Compared,
  { away(value: number): number; staff: Record<Language, (value: number) => string> }
> = {
  ratio: {
    away: (value) => Math.log(value) / Math.log(CLEAR_RATIO),
    staff: {
      zh: (value) => `为其平时的 ${rounded(value)} 倍`,
      en: (value) => ` ${rounded(value)} times the student's usual`,
    },
  },
  zscore: {
    away: (value) => value / CLEAR_DEVIATIONS,
    staff: {
      zh: (value) => `比其平时${value < 0 ? '低' : '高'} ${rounded(Math.abs(value))} 个标准差`,
      en: (value) =>
        ` ${rounded(Math.abs(value))} standard deviations ${value < 0 ? 'below' : 'above'} the student's usual`,
    },
  },
};

/** Against the student's own usual. */
function usual({ figure, value, audience, language }: Said): string {
  const { feature, metric } = figure;
  const [recent, mean] = [feature.baseline?.recent ?? null, feature.baseline?.mean ?? null];
  // The value is the rule's default then.
  if (recent === null || mean === null)
    return language === 'zh' ? '没有可比的平时数据' : ' with nothing usual to compare with';
  const [late, before] = [recent, mean].map((one) => amount(one, metric.unit, language));
  const averages =
    language === 'zh'
      ? `（最近平均每天 ${late}，平时 ${before}）`
      : ` (${late} a day on average lately, ${before} usually)`;
  const { away, staff } = COMPARISONS[feature.agg as Compared];
  return `${audience === 'staff' ? staff[language](value) : roughly(away(value), language)}${averages}`;
}

function roughly(away: number, language: Language): string {
  const zh = language === 'zh';
  if (Math.abs(away) < 1) return zh ? '与你自己平时差不多' : ' about as usual for you';
  if (away < 0) return zh ? '明显少于你自己平时' : ' clearly below what is usual for you';
  return zh ? '明显多于你自己平时' : ' clearly above what is usual for you';
}

/** A metric on days that count: staff read which those are, students that only some do. */
function counted(name: string, { figure, audience, language }: Said): string {
  const { where, metric, parameters } = figure;
  if (!where) return name;
  if (audience === 'student') return language === 'zh' ? `计入的${name}` : `${name} that counted`;
  const number = (of: Constant): number => (typeof of === 'number' ? of : (parameters[of.$p] ?? of.default));
  const conditions = Object.entries(where).map(
    ([sign, of]) => `${SIGNS[sign as keyof Where]} ${amount(number(of), metric.unit, language)}`,
  );
  return `${name} ${conditions.join(language === 'zh' ? ' 且 ' : ' and ')}`;
}

/** 食堂用餐次数 → 食堂用餐: what is done, of what is counted or measured. */
function deed(name: string): string {
  return name.replace(/（[^）]*）$/, '').replace(/(次数|节数|册数|分钟数|时长)$/, '') || name;
}

/** canteen meals → canteen meal, entries into the dormitory → entry into the dormitory: the first word that is a plural. */
function single(name: string): string {
  return name.replace(
    /\b(\w+?)(?:(ies)|(?<=ss|ch|sh|x)es|(?<![sui])s)\b/,
    (_, stem: string, ies?: string) => stem + (ies ? 'y' : ''),
  );
}

/** Of a place among others, the value behind it and its unit. */
function ownValue({ value, unit, cohort }: FeatureEvidence): { value: number | null; unit: string } {
  return cohort ? { value: cohort.value, unit: cohort.unit ?? '1' } : { value, unit };
}

function rounded(value: number): string {
  return String(Math.round(value * 100) / 100);
}
