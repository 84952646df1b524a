import type { Bilingual } from '#contracts';
import {
  amount,
  type Audience,
  type Condition,
  type Evidence,
  type Expression,
  type FeatureEvidence,
  type Figure,
  type Language,
  MASKS,
  type NamedMetric,
  reasonOf,
  type Rule,
  sayFigure,
  SIGNS,
} from '#rule-language';
import { dateOf } from '#time';
import type { Silence } from '../engine/silence.js';

export const VERDICTS = {
  holds: { zh: '成立', en: 'holds' },
  does_not_hold: { zh: '不成立', en: 'does not hold' },
  no_data: { zh: '数据不足，无法判断', en: 'cannot be said: data is missing' },
  not_evaluated: { zh: '不在判断范围内', en: 'is not evaluated for this student and day' },
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

/** What students read in place of a rule's title: titles are for staff, and judge. */
export const CARE_NOTICE: Bilingual = { zh: '一项关怀提示', en: 'a care notice' };

type Comparison = Extract<Condition, { op: unknown }>;
/** A silence, and what people call its source. */
export type NamedSilence = Silence & { name: Bilingual };

type Features = Record<string, FeatureEvidence>;
/** Names and units of metrics, by code. */
export type Names = ReadonlyMap<string, NamedMetric>;

export interface Finding {
  rule: Rule;
  verdict: Verdict;
  cause: Cause | null;
  silences: readonly NamedSilence[];
  evidence: Evidence | null;
  names: Names;
  timeZone: string;
}

/** One sentence for those who answer for the student. */
export function forStaff(finding: Finding): Bilingual {
  const { rule, verdict, cause, silences, evidence } = finding;
  if (verdict === 'holds') return reasonOf(rule.reason, evidence!);
  if (verdict === 'does_not_hold')
    return both(
      (language) => whyNot(finding, language),
      (zh) => `“${rule.title.zh}”不成立${zh && `：${zh}`}`,
      (en) => `“${rule.title.en}” does not hold${en && `: ${en}`}`,
    );
  if (cause === 'source_silent') {
    const [{ name, since, kind }] = silences as [NamedSilence];
    const day = dateOf(since, finding.timeZone);
    return {
      zh: `“${rule.title.zh}”无法判断：数据源“${name.zh}”自 ${day} 起${kind === 'dead' ? '中断' : '数据稀少'}`,
      en: `“${rule.title.en}” cannot be evaluated: the source “${name.en}” has been ${kind} since ${day}`,
    };
  }
  const text = CAUSES[cause!];
  const coverage = cause === 'too_little_data' ? coverageOf(finding) : { zh: '', en: '' };
  return {
    zh: `“${rule.title.zh}”${verdict === 'no_data' ? '无法判断' : '不作判断'}：${text.zh}${coverage.zh}`,
    en: `“${rule.title.en}” ${verdict === 'no_data' ? 'cannot be evaluated' : 'is not evaluated'}: ${text.en}${coverage.en}`,
  };
}

/** One sentence for the student: the rule's own where it holds, else what was recorded, without any verdict. */
export function forStudent(finding: Finding): Bilingual {
  const { rule, verdict, evidence } = finding;
  if (verdict === 'holds' && rule.studentReason) return reasonOf(rule.studentReason, evidence!);
  const known = inputs(finding, 'zh', 'student');
  if (known === '')
    return {
      zh: '目前没有与你有关的记录。如有疑问，可以联系辅导员。',
      en: 'There are no records about you here at present. If you have questions, your counselor is there for you.',
    };
  return both(
    (language) => inputs(finding, language, 'student'),
    (zh) => `你的记录：${zh}。如有疑问或需要帮助，可以联系辅导员。`,
    (en) => `Your records: ${en}. If you have questions or need help, your counselor is there for you.`,
  );
}

/** What was found, what kind of day stands in the way, what is not met, and what is not known. */
function whyNot(finding: Finding, language: Language): string {
  const { evidence } = finding;
  const zh = language === 'zh';
  const comma = zh ? '，' : ', ';
  const failing = evidence!.conditions.filter(({ holds, moot }) => holds === false && !moot);
  const compared = failing.flatMap((one) => ('op' in one ? comparison(one, finding, language) : []));
  const days = failing.flatMap((one) => ('op' in one ? [] : dayFact(one, language)));
  const unknown = unknownOf(finding, language);
  const clauses = [
    inputs(finding, language, 'staff'),
    [...new Set(days)].join(comma),
    compared.length > 0 ? `${zh ? '不满足：' : 'not met: '}${compared.join(comma)}` : '',
    unknown.length > 0 ? `${zh ? '数据不足：' : 'too little data: '}${unknown.join(comma)}` : '',
  ];
  return clauses.filter((clause) => clause !== '').join(zh ? '；' : '; ');
}

/** What the day was, where the rule asks for another. */
function dayFact(condition: Exclude<Condition, Comparison>, language: Language): string {
  const { day } = condition;
  const zh = language === 'zh';
  if ('calendar' in condition) {
    const mask = MASKS[condition.calendar][language];
    const is = condition.not === true;
    return zh ? `${day ?? '当日'}${is ? '在' : '不在'}${mask}中` : `${is ? '' : 'no '}${mask} on ${day ?? 'the day'}`;
  }
  if ('noPeriod' in condition) return zh ? '此前没有可以相比的时段' : 'there is no earlier period to look back to';
  const { week, pointer } = condition;
  if (week === null) return zh ? '当日不在学期内' : 'the day is outside of terms';
  if (pointer.endsWith('/termWeeksLeft'))
    return zh ? `当日距期末还有 ${week} 周` : `the day has ${week} weeks of term left`;
  return zh ? `当日在第 ${week} 教学周` : `the day is in week ${week} of term`;
}

/** Metrics that conditions could not be evaluated for, each with the day if it is an earlier one. */
function unknownOf({ rule, evidence, names }: Finding, language: Language): string[] {
  const unknown = evidence!.conditions.flatMap((condition) => {
    if (!('op' in condition) || condition.holds !== null || condition.moot) return [];
    const features = featuresOn(evidence!, condition.day);
    const used = sidesOf(rule, condition).flatMap(featureNames);
    const missing = used.filter((name) => (features[name]?.value ?? null) === null);
    return missing.map((name) => dated(nameOf(names, rule.features[name]!.metric, language), condition.day, language));
  });
  return [...new Set(unknown)];
}

/** Every feature that has a value, in words. */
function inputs(finding: Finding, language: Language, audience: Audience): string {
  const parts = figuresOf(finding).flatMap((figure) => sayFigure(figure, language, audience) ?? []);
  return [...new Set(parts)].join(language === 'zh' ? '，' : ', ');
}

/** The features of the day, as they stand in the rule. */
export function figuresOf({ rule, evidence, names }: Pick<Finding, 'rule' | 'evidence' | 'names'>): Figure[] {
  const parameters = evidence?.parameters.values ?? {};
  return Object.entries(evidence?.features ?? {}).map(([name, feature]) => {
    const { metric } = feature;
    const unknown = { zh: metric, en: metric, unit: feature.unit };
    return { feature, metric: names.get(metric) ?? unknown, where: rule.features[name]?.where, parameters };
  });
}

/** Of today's features the days with data; where only those of earlier days are missing, which. */
function coverageOf(finding: Finding): Bilingual {
  const missing = Object.values(finding.evidence!.features).filter(({ value }) => value === null);
  const list = (language: Language) =>
    missing.map(({ metric, coverage }) => `${nameOf(finding.names, metric, language)} ${coverage}`);
  if (missing.length > 0)
    return { zh: `（有数据的天数：${list('zh').join('，')}）`, en: ` (days with data: ${list('en').join(', ')})` };
  const [zh, en] = [unknownOf(finding, 'zh'), unknownOf(finding, 'en')];
  return zh.length === 0 ? { zh: '', en: '' } : { zh: `（${zh.join('，')}）`, en: ` (${en.join(', ')})` };
}

function comparison(condition: Comparison, { rule, evidence }: Finding, language: Language): string {
  const { left, op, right, day } = condition;
  const unit = sidesOf(rule, condition).flatMap((side) => unitIn(side, evidence!.features) ?? [])[0] ?? '1';
  const side = (value: number | null): string => (value === null ? '–' : amount(value, unit, language));
  return dated(`${side(left)} ${SIGNS[op]} ${side(right)}`, day, language);
}

/** Both sides of a comparison, as they stand in the rule. */
function sidesOf(rule: Rule, { pointer }: Condition): Expression[] {
  const path = pointer.split('/').slice(1);
  return path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], rule) as Expression[];
}

/** The unit of a side that is a feature, or features added up; a product has one of its own. */
function unitIn(side: Expression, features: Features): string | undefined {
  if (typeof side === 'number') return undefined;
  if ('f' in side) return features[side.f]?.unit;
  const parts = 'add' in side ? side.add : 'sub' in side ? side.sub : [];
  return parts.map((part) => unitIn(part, features)).find((unit) => unit !== undefined);
}

function featureNames(side: Expression): string[] {
  if (typeof side === 'number' || '$p' in side) return [];
  if ('f' in side) return [side.f];
  return ('mul' in side ? side.mul : 'add' in side ? side.add : side.sub).flatMap(featureNames);
}

/** Features as of an earlier day, else as of the day. */
function featuresOn({ features, earlier }: Evidence, day: string | undefined): Features {
  return day === undefined ? features : (earlier?.find(({ asOf }) => asOf === day)?.features ?? {});
}

function dated(text: string, day: string | undefined, language: Language): string {
  if (day === undefined) return text;
  return language === 'zh' ? `${text}（${day}）` : `${text} (${day})`;
}

function nameOf(names: Names, metric: string, language: Language): string {
  return names.get(metric)?.[language] ?? metric;
}

function both(of: (language: Language) => string, zh: (text: string) => string, en: (text: string) => string) {
  return { zh: zh(of('zh')), en: en(of('en')) };
}
