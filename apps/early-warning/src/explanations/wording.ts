import { type Bilingual } from '#contracts';
import type { Condition } from '../kernel/close-up.js';
import { type Evidence, type FeatureEvidence, reasonOf } from '../kernel/evidence.js';
import type { Comparison, Rule } from '../kernel/language.js';
import type { Silence } from '../sources/silence.js';

export const VERDICTS = {
  holds: { zh: '成立', en: 'holds' },
  does_not_hold: { zh: '不成立', en: 'does not hold' },
  no_data: { zh: '数据不足，无法判断', en: 'cannot be said: data is missing' },
  not_judged: { zh: '不在判断范围内', en: 'is not judged for this student and day' },
} as const satisfies Record<string, Bilingual>;
export type Verdict = keyof typeof VERDICTS;

/** Why there is no verdict. */
export const CAUSES = {
  source_silent: { zh: '数据源中断', en: 'a source is silent' },
  too_little_data: { zh: '该生数据不足', en: 'there is too little data of the student' },
  not_active: { zh: '不是在籍学生', en: 'is not an active student' },
  outside_students: { zh: '不属于规则针对的学生', en: 'is not among the students the rule is for' },
  not_in_force: { zh: '当日不在规则的有效日期内', en: "the day is outside the rule's effective dates" },
} as const satisfies Record<string, Bilingual>;
export type Cause = keyof typeof CAUSES;

/** Units as people say them; others are shown as they are. */
const UNITS: Record<string, Bilingual> = {
  count: { zh: '次', en: '' },
  day: { zh: '天', en: 'days' },
  h: { zh: '小时', en: 'hours' },
  min: { zh: '分钟', en: 'minutes' },
  credit: { zh: '学分', en: 'credits' },
  period: { zh: '节', en: 'periods' },
  point: { zh: '分', en: 'points' },
  place: { zh: '位', en: '' },
  '1': { zh: '', en: '' },
};
const SIGNS: Record<Comparison, string> = { ge: '≥', gt: '>', le: '≤', lt: '<', eq: '=' };

/** Names of metrics, by code. */
export type Names = ReadonlyMap<string, Bilingual>;

export interface Finding {
  rule: Rule;
  verdict: Verdict;
  cause: Cause | null;
  silences: readonly Silence[];
  evidence: Evidence | null;
  names: Names;
}

/** One sentence for those who answer for the student. */
export function forStaff({ rule, verdict, cause, silences, evidence, names }: Finding): Bilingual {
  if (verdict === 'holds') return reasonOf(rule.reason, evidence!);
  if (verdict === 'does_not_hold') {
    const unmet = evidence!.conditions.filter((condition) => condition.holds === false).map(comparison);
    return both(
      (language) => inputs(evidence!, names, language),
      (zh) => `“${rule.title.zh}”不成立：${zh}${unmet.length > 0 ? `；不满足：${unmet.join('，')}` : ''}`,
      (en) => `“${rule.title.en}” does not hold: ${en}${unmet.length > 0 ? `; not met: ${unmet.join(', ')}` : ''}`,
    );
  }
  if (cause === 'source_silent') {
    const [{ source, since }] = silences as [Silence];
    const day = since.slice(0, 10);
    return {
      zh: `“${rule.title.zh}”无法判断：数据源 ${source} 自 ${day} 起${silences[0]!.kind === 'dead' ? '中断' : '数据稀少'}`,
      en: `“${rule.title.en}” cannot be judged: the source ${source} has been ${silences[0]!.kind} since ${day}`,
    };
  }
  const text = CAUSES[cause!];
  const coverage = cause === 'too_little_data' ? coverageOf(evidence!, names) : { zh: '', en: '' };
  return {
    zh: `“${rule.title.zh}”${verdict === 'no_data' ? '无法判断' : '不作判断'}：${text.zh}${coverage.zh}`,
    en: `“${rule.title.en}” ${verdict === 'no_data' ? 'cannot be judged' : 'is not judged'}: ${text.en}${coverage.en}`,
  };
}

/** One sentence for the student: the rule's own where it holds, else what was recorded, without any verdict. */
export function forStudent({ rule, verdict, evidence, names }: Finding): Bilingual {
  if (verdict === 'holds' && rule.studentReason) return reasonOf(rule.studentReason, evidence!);
  const known = evidence ? inputs(evidence, names, 'zh') : '';
  if (known === '')
    return {
      zh: '目前没有与你有关的记录。如有疑问，可以联系辅导员。',
      en: 'There are no records about you here at present. If you have questions, your counselor is there for you.',
    };
  return both(
    (language) => inputs(evidence!, names, language),
    (zh) => `你的记录：${zh}。如有疑问或需要帮助，可以联系辅导员。`,
    (en) => `Your records: ${en}. If you have questions or need help, your counselor is there for you.`,
  );
}

/** Metric and value of every feature that has one; where it is a place among others, the value behind it. */
function inputs({ features }: Evidence, names: Names, language: keyof Bilingual): string {
  const parts = Object.values(features).flatMap((feature) => {
    const { value, unit } = ownValue(feature);
    return value === null ? [] : [`${nameOf(names, feature.metric, language)} ${amount(value, unit, language)}`];
  });
  return [...new Set(parts)].join(language === 'zh' ? '，' : ', ');
}

/** What a feature is for the student alone. */
export function ownValue({ value, unit, cohort }: FeatureEvidence): { value: number | null; unit: string } {
  return cohort ? { value: cohort.value, unit: '1' } : { value, unit };
}

function coverageOf({ features }: Evidence, names: Names): Bilingual {
  const missing = Object.values(features).filter(({ value }) => value === null);
  const list = (language: keyof Bilingual) =>
    missing.map(({ metric, coverage }) => `${nameOf(names, metric, language)} ${coverage}`);
  if (missing.length === 0) return { zh: '', en: '' };
  return { zh: `（有数据的天数：${list('zh').join('，')}）`, en: ` (days with data: ${list('en').join(', ')})` };
}

function comparison({ left, op, right }: Condition): string {
  return `${number(left)} ${SIGNS[op]} ${number(right)}`;
}

function nameOf(names: Names, metric: string, language: keyof Bilingual): string {
  return names.get(metric)?.[language] ?? metric;
}

function amount(value: number, unit: string, language: keyof Bilingual): string {
  const word = UNITS[unit]?.[language] ?? unit;
  return word === '' ? number(value) : `${number(value)} ${word}`;
}

function number(value: number | null): string {
  return value === null ? '–' : String(Math.round(value * 100) / 100);
}

function both(of: (language: keyof Bilingual) => string, zh: (text: string) => string, en: (text: string) => string) {
  return { zh: zh(of('zh')), en: en(of('en')) };
}
