import { type Bilingual, WARNING_LEVELS, type WarningLevel } from '#contracts';
import type { Comparison, Constant, Expression, Feature, Period, Predicate, Rule, TermWeeks } from '../rule.js';
import { parseFeature } from './feature-parser.js';
import { featureText, namesInSentences, PERIOD_WORDS, SYMBOLS, TERM_WEEK_WORDS } from './text.js';
import { Reader } from './reader.js';

/** What a rule's text does not say: its id and sentences, and names for features. */
export type RuleBase = Pick<Rule, 'id' | 'title' | 'reason' | 'studentReason' | 'visibility'> & {
  features?: Rule['features'];
};

const MAX_DEPTH = 40;

/** Reads a rule's text; throws RuleTextError. What comes out is well-formed, and still to be checked against the catalogue. */
export function parseRule(text: string, base: RuleBase): Rule {
  return new RuleParser(new Reader(text), base).rule();
}

type Node = { predicate: Predicate } | { expression: Expression } | { week: TermWeeks };

class RuleParser {
  private readonly names = new Map<string, string>();
  private readonly features: Record<string, Feature> = {};
  private depth = 0;

  constructor(
    private readonly reader: Reader,
    private readonly base: RuleBase,
  ) {
    for (const [name, feature] of Object.entries(base.features ?? {}))
      if (!this.names.has(featureText(feature))) this.names.set(featureText(feature), name);
  }

  rule(): Rule {
    const { reader, base } = this;
    const steps: [WarningLevel, Predicate][] = [];
    const options: Partial<Rule> = {};
    const seen = new Set<string>();
    do {
      if (reader.peek().kind === 'end' && steps.length > 0) break;
      const { text: name, offset } = reader.word('级别或选项', 'a level or an option');
      if (seen.has(name)) reader.fail({ zh: `${name} 出现两次`, en: `${name} is given twice` }, offset);
      seen.add(name);
      if (Object.hasOwn(WARNING_LEVELS, name)) {
        reader.take(':');
        steps.push([name as WarningLevel, this.predicate()]);
      } else this.option(name, offset, options);
    } while (reader.accept(';'));
    reader.end();
    const [first, second] = steps;
    if (!first) return reader.fail({ zh: '没有级别', en: 'needs a level' }, 0);
    if (second && options.escalate)
      reader.fail({ zh: 'escalate 只与一个级别相配', en: 'escalate goes with one level only' }, 0);
    for (const name of namesInSentences(base)) {
      const { features = {} } = base;
      if (Object.hasOwn(features, name)) this.features[name] ??= features[name]!;
    }
    const { id, title, reason, studentReason, visibility } = base;
    return {
      ...{ id, title, reason, features: this.features },
      ...(studentReason && { studentReason }),
      ...(visibility && { visibility }),
      ...(second ? { level: steps.map(([level, when]) => ({ [level]: when })) } : { level: first[0], when: first[1] }),
      ...options,
    };
  }

  private option(name: string, offset: number, options: Partial<Rule>): void {
    const { reader } = this;
    if (name === 'escalate') {
      const to = reader.oneOf(Object.keys(WARNING_LEVELS)) as WarningLevel;
      reader.take(':');
      options.escalate = { to, when: this.predicate() };
      return;
    }
    const known = ['for', 'clear', 'on', 'no_data', 'students', 'effective'];
    if (!known.includes(name))
      reader.fail(
        { zh: `未知的选项 ${name}`, en: `${name} is neither a level nor one of: escalate, ${known.join(', ')}` },
        offset,
      );
    reader.take(':');
    if (name === 'for') options.for = reader.days();
    if (name === 'clear') options.clearWhen = this.predicate();
    if (name === 'on') options.on = reader.oneOf(['day_end', 'data']) as 'data';
    if (name === 'no_data') options.onNoData = reader.oneOf(['skip', 'false']) as 'skip';
    if (name === 'students') options.students = this.students();
    if (name === 'effective') options.effective = this.effective();
  }

  private students(): Rule['students'] {
    const { reader } = this;
    const students: NonNullable<Rule['students']> = {};
    do {
      const what = reader.oneOf(['unit', 'grade', 'sex']);
      if (what === 'unit') students.units = this.list(() => reader.string());
      if (what === 'grade') students.grades = this.list(() => reader.number());
      if (what === 'sex') {
        reader.take('==');
        students.sex = reader.string() as 'male';
      }
    } while (reader.accept('&&'));
    return students;
  }

  private list<T>(item: () => T): T[] {
    this.reader.oneOf(['in']);
    this.reader.take('[');
    const items = [item()];
    while (this.reader.accept(',')) items.push(item());
    this.reader.take(']');
    return items;
  }

  private effective(): Rule['effective'] {
    const from = this.reader.maybe('date');
    this.reader.take('..');
    const to = this.reader.maybe('date');
    return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  }

  private predicate(): Predicate {
    const { offset } = this.reader.peek();
    const node = this.joined();
    return 'predicate' in node ? node.predicate : this.fail(offset, '此处应为条件', 'expected a condition here');
  }

  private joined(): Node {
    return this.chain('||', 'any', () => this.chain('&&', 'all', () => this.comparison()));
  }

  private chain(sign: string, key: 'all' | 'any', next: () => Node): Node {
    const { offset } = this.reader.peek();
    const first = next();
    if (this.reader.peek().text !== sign) return first;
    const parts = [this.asPredicate(first, offset)];
    while (this.reader.accept(sign)) {
      const at = this.reader.peek().offset;
      parts.push(this.asPredicate(next(), at));
    }
    return { predicate: { [key]: parts } as unknown as Predicate };
  }

  private comparison(): Node {
    const { reader } = this;
    const { offset } = reader.peek();
    const left = this.sum();
    const op = (Object.keys(SYMBOLS) as Comparison[]).find((one) => reader.accept(SYMBOLS[one]));
    if (!op) {
      if (!('week' in left)) return left;
      const word = `${TERM_WEEK_WORDS[left.week]}()`;
      this.fail(offset, `${word} 须与数字比较`, `${word} must be compared with a number`);
    }
    if ('week' in left) return { predicate: { [left.week]: { [op]: reader.constant() } } as unknown as Predicate };
    const at = reader.peek().offset;
    const right = this.asExpression(this.sum(), at);
    return { predicate: { [op]: [this.asExpression(left, offset), right] } as unknown as Predicate };
  }

  private sum(): Node {
    const { reader } = this;
    const { offset } = reader.peek();
    let left = this.product();
    for (;;) {
      const parts: Expression[] = [];
      while (reader.accept('+')) parts.push(this.operand());
      if (parts.length > 0) left = { expression: { add: [this.asExpression(left, offset), ...parts] } };
      else if (reader.accept('-')) left = { expression: { sub: [this.asExpression(left, offset), this.operand()] } };
      else return left;
    }
  }

  private operand(): Expression {
    const { offset } = this.reader.peek();
    return this.asExpression(this.product(), offset);
  }

  private product(): Node {
    const { reader } = this;
    const { offset } = reader.peek();
    const first = this.primary();
    const parts: Expression[] = [];
    while (reader.accept('*')) {
      const at = reader.peek().offset;
      parts.push(this.asExpression(this.primary(), at));
    }
    return parts.length === 0 ? first : { expression: { mul: [this.asExpression(first, offset), ...parts] } };
  }

  private primary(): Node {
    const { reader } = this;
    const { kind, text, offset } = reader.peek();
    if (++this.depth > MAX_DEPTH) this.fail(offset, '嵌套过深', 'is nested too deeply');
    const node = this.unit(kind, text);
    this.depth--;
    return node ?? this.fail(offset, '此处应为条件、特征或数字', 'expected a condition, a feature or a number here');
  }

  private unit(kind: string, text: string): Node | undefined {
    const { reader } = this;
    if (reader.accept('(')) {
      const inner = this.joined();
      reader.take(')');
      return inner;
    }
    if (text === '!') {
      reader.take('!');
      const at = reader.peek().offset;
      return { predicate: { not: this.asPredicate(this.primary(), at) } };
    }
    if (kind === 'word') return this.call(text);
    const constant = kind === 'number' || kind === 'parameter' || text === '-';
    return constant ? { expression: reader.constant() as Constant } : undefined;
  }

  private call(name: string): Node {
    const { reader } = this;
    if (name === 'on') {
      reader.call(name);
      const masks = reader.masks();
      reader.take(')');
      return { predicate: { calendar: masks.join('|') } };
    }
    const week = (Object.keys(TERM_WEEK_WORDS) as TermWeeks[]).find((one) => TERM_WEEK_WORDS[one] === name);
    if (week) {
      reader.call(name);
      reader.take(')');
      return { week };
    }
    if (name === 'held') return { predicate: { held: this.held() } };
    return { expression: { f: this.nameOf(parseFeature(reader)) } };
  }

  private held(): { when: Predicate; each: Period; times: number } {
    const { reader } = this;
    reader.call('held');
    const when = this.predicate();
    reader.take(',');
    const times = reader.number();
    const word = reader.oneOf(Object.values(PERIOD_WORDS));
    reader.take(')');
    const each = (Object.keys(PERIOD_WORDS) as Period[]).find((one) => PERIOD_WORDS[one] === word)!;
    return { when, each, times };
  }

  /** The base's name for an equal feature, else f1, f2, … */
  private nameOf(feature: Feature): string {
    const key = featureText(feature);
    const taken = new Set([...Object.keys(this.base.features ?? {}), ...this.names.values()]);
    let name = this.names.get(key);
    for (let n = 1; name === undefined; n++) if (!taken.has(`f${n}`)) name = `f${n}`;
    this.names.set(key, name);
    this.features[name] = feature;
    return name;
  }

  private asPredicate(node: Node, offset: number): Predicate {
    return 'predicate' in node ? node.predicate : this.fail(offset, '此处应为条件', 'expected a condition here');
  }

  private asExpression(node: Node, offset: number): Expression {
    return 'expression' in node
      ? node.expression
      : this.fail(offset, '此处应为数值', 'expected a number or a feature here');
  }

  private fail(offset: number, zh: string, en: string): never {
    const text: Bilingual = { zh, en };
    return this.reader.fail(text, offset);
  }
}
