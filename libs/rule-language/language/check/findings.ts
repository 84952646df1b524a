import type { Bilingual } from '#contracts';
import { COMPARISONS } from '../rule.js';
import { MAX_CONSTANT, MAX_TEXT, PARAMETER_NAME } from '../limits.js';

/** What is wrong with one node of a rule; `pointer` is a JSON pointer fragment (`#/when/all/0/ge/0`). */
export interface RuleError extends Bilingual {
  pointer: string;
}

export type Fields = Record<string, unknown>;

/** Gathers what is wrong with a rule, at most a hundred findings. */
export class Findings {
  readonly errors: RuleError[] = [];

  wrong(pointer: string, zh: string, en: string): void {
    if (this.errors.length < 100) this.errors.push({ pointer: `#${pointer}`, zh, en });
  }

  isObject(value: unknown, at: string): value is Fields {
    if (isObject(value)) return true;
    this.wrong(at, '必须是对象', 'must be an object');
    return false;
  }

  onlyKeys(value: Fields, keys: readonly string[], at: string): void {
    for (const key of Object.keys(value))
      if (!keys.includes(key)) this.wrong(`${at}/${escape(key)}`, '未知的字段', 'is not a known property');
  }

  oneOf(value: unknown, codes: readonly string[], at: string): boolean {
    if (codes.includes(value as string)) return true;
    this.wrong(at, `必须是以下之一：${codes.join(', ')}`, `must be one of: ${codes.join(', ')}`);
    return false;
  }

  number(value: unknown, at: string, min: number, max: number, whole = false): void {
    const right = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value));
    if (!right)
      this.wrong(
        at,
        `应为 ${min} 到 ${max} 的${whole ? '整' : ''}数`,
        `must be a ${whole ? 'whole ' : ''}number between ${min} and ${max}`,
      );
  }

  /** A number, or a parameter with the number it has by default. */
  constant(value: unknown, at: string, min = -MAX_CONSTANT, max = MAX_CONSTANT, whole = false): void {
    if (typeof value === 'number') return this.number(value, at, min, max, whole);
    if (!isObject(value)) return this.wrong(at, '必须是数字或参数', 'must be a number or a parameter');
    this.onlyKeys(value, ['$p', 'default'], at);
    this.parameterName(value.$p, `${at}/$p`);
    if (value.default === undefined)
      this.wrong(`${at}/default`, '参数需要默认值', 'is required: the number where the school has set none');
    else this.number(value.default, `${at}/default`, min, max, whole);
  }

  /** Numbers by parameter name, at most so many. */
  parameters(values: Readonly<Fields>, at: string, most: number): void {
    const entries = Object.entries(values);
    if (entries.length > most) this.wrong(at, `最多 ${most} 项`, `must have at most ${most} properties`);
    for (const [name, value] of entries) {
      const here = `${at}/${escape(name)}`;
      if (this.parameterName(name, here)) this.number(value, here, -MAX_CONSTANT, MAX_CONSTANT);
    }
  }

  private parameterName(name: unknown, at: string): boolean {
    const [zh, en] = ['参数名应为小写字母、数字、下划线', 'must be a name of lower-case letters, digits and _'];
    return this.matches(name, PARAMETER_NAME, at, zh, en);
  }

  /** `{"ge": 300}`: comparisons with constants. */
  conditions(where: unknown, at: string, min?: number, max?: number, whole?: boolean): void {
    if (!isObject(where) || Object.keys(where).length === 0)
      return this.wrong(at, '应如 {"ge": 300}', 'must be like {"ge": 300}');
    for (const [key, value] of Object.entries(where)) {
      const here = `${at}/${escape(key)}`;
      if (this.oneOf(key, COMPARISONS, here)) this.constant(value, here, min, max, whole);
    }
  }

  bilingual(text: unknown, at: string): void {
    for (const language of ['zh', 'en']) {
      const value = isObject(text) ? text[language] : undefined;
      // Characters, as JSON Schema counts them: a rare one is two units of a string.
      if (typeof value !== 'string' || value.length === 0 || [...value].length > MAX_TEXT)
        this.wrong(`${at}/${language}`, `应为 1 到 ${MAX_TEXT} 个字符`, `must have 1 to ${MAX_TEXT} characters`);
    }
    if (isObject(text)) this.onlyKeys(text, ['zh', 'en'], at);
  }

  matches(value: unknown, pattern: RegExp, at: string, zh: string, en: string): value is string {
    if (typeof value === 'string' && pattern.test(value)) return true;
    this.wrong(at, zh, en);
    return false;
  }
}

export function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One step of a JSON pointer (RFC 6901). */
export function escape(key: string): string {
  return key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}
