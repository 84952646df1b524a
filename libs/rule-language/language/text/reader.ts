import type { Bilingual } from '#contracts';
import { type Constant, type MaskDay, MASKS } from '../rule.js';
import { type Kind, RuleTextError, type Token, tokensOf } from './tokens.js';

/** Goes through the words of a rule's text; what it does not find fails with the place. */
export class Reader {
  private readonly tokens: Token[];
  private next = 0;

  constructor(private readonly source: string) {
    this.tokens = tokensOf(source);
  }

  peek(): Token {
    return this.tokens[this.next]!;
  }

  fail(text: Bilingual, offset = this.peek().offset): never {
    throw new RuleTextError(text, offset, this.source);
  }

  /** Passes over a sign, if it comes next. */
  accept(sign: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'sign' || text !== sign) return false;
    this.next++;
    return true;
  }

  take(sign: string): void {
    if (!this.accept(sign)) this.fail({ zh: `此处应为 ${sign}`, en: `expected ${sign} here` });
  }

  end(): void {
    if (this.peek().kind !== 'end') this.fail({ zh: '此处应为 ; 或结尾', en: 'expected ; or the end here' });
  }

  word(zh: string, en: string): Token {
    const token = this.peek();
    if (token.kind !== 'word') this.fail({ zh: `此处应为${zh}`, en: `expected ${en} here` });
    this.next++;
    return token;
  }

  /** Passes over `name(`. */
  call(name: string): void {
    this.oneOf([name]);
    this.take('(');
  }

  oneOf(words: readonly string[]): string {
    const { kind, text } = this.peek();
    if (kind !== 'word' || !words.includes(text))
      this.fail({ zh: `此处应为：${words.join(', ')}`, en: `expected here: ${words.join(', ')}` });
    this.next++;
    return text;
  }

  maybe(kind: Kind): string | undefined {
    const token = this.peek();
    if (token.kind !== kind) return undefined;
    this.next++;
    return token.text;
  }

  /** `7d`, `1w`, `1t`. */
  days(): string {
    return this.maybe('days') ?? this.fail({ zh: '此处应为天数，如 7d', en: 'expected days such as 7d here' });
  }

  number(): number {
    const negative = this.accept('-');
    const text = this.maybe('number') ?? this.fail({ zh: '此处应为数字', en: 'expected a number here' });
    return negative ? -Number(text) : Number(text);
  }

  string(): string {
    const { offset } = this.peek();
    const text = this.maybe('string') ?? this.fail({ zh: '此处应为 "文字"', en: 'expected "text" here' });
    try {
      return JSON.parse(text) as string;
    } catch {
      return this.fail({ zh: '文字中的转义无效', en: 'has an escape that JSON does not know' }, offset);
    }
  }

  /** A number, or `$name(default)`. */
  constant(): Constant {
    const parameter = this.maybe('parameter');
    if (parameter === undefined) return this.number();
    this.take('(');
    const value = this.number();
    this.take(')');
    return { $p: parameter.slice(1), default: value };
  }

  /** `leave | holiday` */
  masks(): MaskDay[] {
    const masks = [this.oneOf(Object.keys(MASKS)) as MaskDay];
    while (this.accept('|')) masks.push(this.oneOf(Object.keys(MASKS)) as MaskDay);
    return masks;
  }
}
