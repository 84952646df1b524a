import type { Bilingual } from '#contracts';
import type { Feature, Parameter, Predicate, Rule } from '../language/rule.js';

/** How far a template's numbers may be relied on. */
export const MARKS = {
  national: { zh: '国家规定', en: 'national rule' },
  one_school: { zh: '一所学校的规定', en: 'rule of one school' },
  unconfirmed: { zh: '未经核实，仅为示例', en: 'unconfirmed, an example only' },
} as const satisfies Record<string, Bilingual>;
export type Mark = keyof typeof MARKS;

/** A rule to start from: not in force until a school drafts and publishes it. Every number is a parameter. */
export interface Template {
  rule: Rule;
  source: { school: Bilingual; document: Bilingual; mark: Mark };
  /** What the levels mean at that school, and what the rule leaves to people. */
  note: Bilingual;
}

export function p(name: string, value: number): Parameter {
  return { $p: name, default: value };
}

/** The latest value of a metric that is kept up to date: all there is. */
export function latest(metric: string, unit: string): Feature {
  return { metric, agg: 'last', window: 'all', unit };
}

/**
 * The value of a term, known once it is published within the next one: `last` over the running term, so that a term before it is never
 * taken for it, and `held` over terms compares term with term.
 */
export function ofTerm(metric: string, unit: string): Feature {
  return { metric, agg: 'last', window: 'term', unit };
}

/** What is only recorded when it happens is 0 where nothing was. */
export function counted(metric: string, window: string, calendar?: Feature['calendar']): Feature {
  return { metric, agg: 'sum', window, ...(calendar && { calendar }), default: 0 };
}

export function inTwoTerms(when: Predicate, times = 2): Predicate {
  return { held: { when, each: 'term', times } };
}
