import { Environment } from '@marcbachmann/cel-js';
import type { Bilingual } from '#contracts';
import type { FieldError } from '#problems';
import { Exact } from './exact.js';
import type { Component, RoundContent } from './round-content.js';

/** What is known of an entry: all that its scores and exclusions are worked out from. Numbers are texts of exact decimals. */
export interface Facts {
  /** From sheets: scores and other figures, by code. */
  figures: Record<string, string>;
  /** Of reviewers, by component. */
  marks: Record<string, string[]>;
  classReview: { favour: number; against: number; abstained: number; present: number; due: number } | null;
  /** How many sanctions of the student are not lifted. */
  openSanctions: number;
  /** How often the student got something of the round's group in its school year. */
  awards: number;
  /** They are of no unit of the kind that is ranked by itself. */
  unitMissing: boolean;
}

/** A figure by its name; an empty value: not known. */
export interface Fact {
  name: string;
  value: string;
}

export interface Exclusion {
  code: string;
  reason: Bilingual;
  source: string;
  /** What was found, and the limit. */
  facts: Fact[];
}

export interface Scored {
  /** By component; one that there is no score of is absent. */
  scores: Record<string, string>;
  total: string;
  exclusions: Exclusion[];
}

/** Codes that are in every round's exclusions. */
export const HOUSE_EXCLUSIONS = {
  score_missing: { zh: '缺少分数', en: 'A score is missing' },
  unit_missing: { zh: '不属于任何参与排名的单位', en: 'The student is of none of the units that are ranked' },
  class_review: { zh: '班级民主评议未通过', en: 'The class was not in favour' },
  class_review_missing: { zh: '尚无有效的班级民主评议', en: 'There is no opinion of the class that counts' },
} as const satisfies Record<string, Bilingual>;

type Expressions = Map<string, (scores: Record<string, Exact>) => Exact>;

/** Works entries of a round out; its expressions are read once. */
export function scorer(content: RoundContent): (facts: Facts) => Scored {
  const expressions: Expressions = new Map();
  for (const [i, { code, from, expression = '' }] of content.components.entries()) {
    if (from !== 'computed') continue;
    const parsed = environment(content.components.slice(0, i)).parse(expression);
    expressions.set(code, (score) => exactOf(parsed({ score })));
  }
  return (facts) => {
    const scores: Record<string, Exact> = {};
    for (const component of content.components) {
      const score = scoreOf(component, facts, scores, expressions);
      if (score) scores[component.code] = score;
    }
    const total = content.components.reduce(
      (sum, { code, weight }) => sum.plus((scores[code] ?? Exact.zero).times(Exact.of(weight))),
      Exact.zero,
    );
    const missing = content.components.filter(({ code }) => !scores[code]).map(({ code }) => code);
    return {
      scores: Object.fromEntries(Object.entries(scores).map(([code, score]) => [code, score.toString()])),
      total: total.toString(),
      exclusions: [
        ...ruledOut(content, facts),
        ...unreviewed(content, facts),
        ...incomplete(content, missing),
        ...withoutUnit(content, facts),
      ],
    };
  };
}

/** What speaks against the expression of a component that is computed from those before it. */
export function expressionFinding(
  component: Component,
  before: readonly Component[],
  at: string,
): FieldError | undefined {
  try {
    const { valid, type, error } = environment(before).check(component.expression ?? '');
    if (!valid) throw error ?? new Error();
    if (type === 'decimal' || type === 'int') return undefined;
    return { pointer: at, zh: '结果必须为数', en: 'must be a number' };
  } catch (error) {
    const [line = ''] = String((error as Error).message).split('\n');
    const said = line.slice(0, 120);
    return { pointer: at, zh: `不是可用的 CEL 表达式：${said}`, en: `is no CEL expression that can be used: ${said}` };
  }
}

/** The mean of marks without the highest and lowest that are to be left out; undefined where too few are left. */
export function meanOf(
  marks: readonly string[],
  { dropHighest = 0, dropLowest = 0, fewest = 1 }: Component,
): Exact | undefined {
  const sorted = marks.map((mark) => Exact.of(mark)).sort((a, b) => a.compare(b));
  const kept = sorted.slice(dropLowest, sorted.length - dropHighest);
  if (marks.length < fewest || kept.length === 0) return undefined;
  return kept.reduce((sum, one) => sum.plus(one), Exact.zero).over(Exact.ofInt(kept.length));
}

function scoreOf(
  component: Component,
  { figures, marks }: Facts,
  before: Record<string, Exact>,
  expressions: Expressions,
): Exact | undefined {
  const { code, from, max } = component;
  if (from === 'sheet') return figures[code] === undefined ? undefined : Exact.of(figures[code]);
  if (from === 'people') return meanOf(marks[code] ?? [], component);
  try {
    const score = expressions.get(code)!(before).rounded();
    const most = Exact.of(max);
    return score.compare(most) > 0 ? most : score;
  } catch {
    // It asks for a score that is missing, or divides by zero: there is none.
    return undefined;
  }
}

function ruledOut({ exclusions }: RoundContent, facts: Facts): Exclusion[] {
  return exclusions.flatMap(({ code, kind, figure = '', atLeast, below, reason, source }) => {
    const out = (found: Record<string, string>): Exclusion[] => [{ code, reason, source, facts: factsOf(found) }];
    if (kind === 'sanction') return facts.openSanctions > 0 ? out({ sanctions: String(facts.openSanctions) }) : [];
    if (kind === 'awarded') return facts.awards > 0 ? out({ awards: String(facts.awards) }) : [];
    const given = facts.figures[figure];
    // What is not known speaks for nobody: the empty fact says that it has to be brought in.
    if (given === undefined) return out({ [figure]: '' });
    const value = Exact.of(given);
    if (atLeast !== undefined && value.compare(Exact.of(atLeast)) >= 0)
      return out({ [figure]: value.toString(), limit: atLeast });
    if (below !== undefined && value.compare(Exact.of(below)) < 0)
      return out({ [figure]: value.toString(), limit: below });
    return [];
  });
}

function unreviewed({ classReview: rule }: RoundContent, { classReview: given }: Facts): Exclusion[] {
  if (!rule) return [];
  const { source } = rule;
  const counts = given ? Object.fromEntries(Object.entries(given).map(([name, n]) => [name, String(n)])) : {};
  const out = (code: 'class_review' | 'class_review_missing'): Exclusion[] => [
    { code, reason: HOUSE_EXCLUSIONS[code], source, facts: factsOf(counts) },
  ];
  if (!given || given.present * 1000 < given.due * rule.quorumPerMille) return out('class_review_missing');
  return given.favour * 1000 < given.present * rule.favourPerMille ? out('class_review') : [];
}

function incomplete({ source }: RoundContent, missing: readonly string[]): Exclusion[] {
  const facts = missing.map((name) => ({ name, value: '' }));
  return missing.length > 0 ? [{ code: 'score_missing', reason: HOUSE_EXCLUSIONS.score_missing, source, facts }] : [];
}

/** Of what is shared out by the size of units there is no part for who is of none. */
function withoutUnit({ levels, quotaBy, source }: RoundContent, { unitMissing }: Facts): Exclusion[] {
  if (!unitMissing || levels.every(({ perMille }) => perMille === null)) return [];
  const facts = [{ name: quotaBy, value: '' }];
  return [{ code: 'unit_missing', reason: HOUSE_EXCLUSIONS.unit_missing, source, facts }];
}

function factsOf(found: Record<string, string>): Fact[] {
  return Object.entries(found).map(([name, value]) => ({ name, value }));
}

/** Exact decimals take the place of CEL's binary fractions: a literal `0.7` is what is written. */
function environment(before: readonly Component[]): Environment {
  const made = new Environment({ limits: { maxAstNodes: 200, maxDepth: 30, maxListElements: 20, maxCallArguments: 3 } })
    .registerType('decimal', Exact)
    .registerVariable({ name: 'score', schema: Object.fromEntries(before.map(({ code }) => [code, 'decimal'])) });
  const kinds = ['decimal', 'int', 'double'];
  const pairs = kinds.flatMap((a) => kinds.map((b) => [a, b] as const)).filter((pair) => pair.includes('decimal'));
  for (const [a, b] of pairs) {
    const on = (op: string, fn: (a: Exact, b: Exact) => unknown): unknown =>
      made.registerOperator(`${a} ${op} ${b}`, (x, y) => fn(exactOf(x), exactOf(y)));
    on('+', (x, y) => x.plus(y));
    on('-', (x, y) => x.minus(y));
    on('*', (x, y) => x.times(y));
    on('/', (x, y) => x.over(y));
    for (const [op, holds] of Object.entries(COMPARED)) on(op, (x, y) => holds(x.compare(y)));
    for (const [name, sign] of [
      ['min', 1],
      ['max', -1],
    ] as const)
      made.registerFunction(`${name}(${a}, ${b}): decimal`, (x: unknown, y: unknown) =>
        exactOf(x).compare(exactOf(y)) * sign <= 0 ? exactOf(x) : exactOf(y),
      );
  }
  return made;
}

const COMPARED: Record<string, (order: number) => boolean> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function exactOf(value: unknown): Exact {
  if (value instanceof Exact) return value;
  if (typeof value === 'bigint') return Exact.ofInt(value);
  return Exact.of(String(value));
}
