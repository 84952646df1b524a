import { FilterRefused } from './scim.problems.js';

export const COMPARISONS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type Comparison = (typeof COMPARISONS)[number];
export type Value = string | number | boolean | null;

/** What a filter says (RFC 7644, figure 1). Paths are in lower case, without the name of a schema. */
export type Filter =
  | { kind: 'compare'; path: string; operator: Comparison; value: Value }
  | { kind: 'present'; path: string }
  /** `members[…]`: one and the same element fulfils all of it; paths within are its own. */
  | { kind: 'element'; path: string; part: Filter }
  | { kind: 'and' | 'or'; parts: Filter[] }
  | { kind: 'not'; part: Filter };

const DEEPEST = 20;
/** What no text here has, written as an escape. */
const NOT_KEPT = /\0|\p{Surrogate}/u;

interface Token {
  text: string;
  kind: 'word' | 'value' | '(' | ')' | '[' | ']';
}

const TOKEN = /\s*(?:([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+))/sy;

/** Throws FilterRefused (400 invalidFilter): a filter that is not understood never answers everybody. */
export function parseFilter(text: string): Filter {
  const reader = new Reader(tokensOf(text));
  const filter = reader.either(false, 0);
  reader.end();
  return filter;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const trimmed = text.trim();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < trimmed.length) {
    const at = TOKEN.lastIndex;
    const [, bracket, quoted, word] = TOKEN.exec(trimmed) ?? [];
    if (bracket) tokens.push({ text: bracket, kind: bracket as '(' });
    else if (quoted) tokens.push({ text: quoted, kind: 'value' });
    else if (word) tokens.push({ text: word, kind: 'word' });
    else throw refused(`cannot be read from character ${at + 1}`);
  }
  return tokens;
}

/** `or` binds less than `and`, which binds less than `not`. */
class Reader {
  private at = 0;

  constructor(private readonly tokens: Token[]) {}

  either(within: boolean, depth: number): Filter {
    return this.joined('or', () => this.joined('and', () => this.one(within, depth)));
  }

  end(): void {
    if (this.at < this.tokens.length) throw refused(`"${this.tokens[this.at]!.text}" is not expected there`);
  }

  private joined(kind: 'and' | 'or', read: () => Filter): Filter {
    const parts = [read()];
    while (this.takeWord(kind)) parts.push(read());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  private one(within: boolean, depth: number): Filter {
    if (depth > DEEPEST) throw refused('brackets are nested too deeply');
    if (this.takeWord('not')) return { kind: 'not', part: this.inBrackets('(', ')', within, depth) };
    if (this.peek()?.kind === '(') return this.inBrackets('(', ')', within, depth);
    const path = this.path(within);
    if (this.peek()?.kind === '[') {
      if (within) throw refused('a value path has no other within');
      return { kind: 'element', path, part: this.inBrackets('[', ']', true, depth) };
    }
    const operator = this.next('word').text.toLowerCase();
    if (operator === 'pr') return { kind: 'present', path };
    if (!isComparison(operator)) throw refused('the operators are eq ne co sw ew gt ge lt le pr');
    return { kind: 'compare', path, operator, value: this.value() };
  }

  private inBrackets(open: '(' | '[', close: ')' | ']', within: boolean, depth: number): Filter {
    this.next(open);
    const filter = this.either(within, depth + 1);
    this.next(close);
    return filter;
  }

  private path(within: boolean): string {
    const { text } = this.next('word');
    const path = pathOf(text);
    if (path === undefined || (within && path.includes('.'))) throw refused(`"${text}" is not an attribute`);
    return path;
  }

  private value(): Value {
    const { kind, text } = this.peek() ?? {};
    if (kind !== 'value' && kind !== 'word') throw refused('a value is missing');
    this.at++;
    try {
      const value: unknown = JSON.parse(text!);
      if (typeof value === 'string' && NOT_KEPT.test(value)) throw new SyntaxError();
      if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value as Value;
    } catch {
      // texts stand in double quotes, as in JSON
    }
    throw refused(`${text} is not a value: texts stand in double quotes`);
  }

  private peek(): Token | undefined {
    return this.tokens[this.at];
  }

  private takeWord(word: string): boolean {
    const token = this.peek();
    if (token?.kind !== 'word' || token.text.toLowerCase() !== word) return false;
    this.at++;
    return true;
  }

  private next(kind: Token['kind']): Token {
    const token = this.peek();
    if (token?.kind !== kind) throw refused(token ? `"${token.text}" is not expected there` : 'it ends too early');
    this.at++;
    return token;
  }
}

function isComparison(word: string): word is Comparison {
  return (COMPARISONS as readonly string[]).includes(word);
}

const PATH = /^(?:(urn:[\w:.-]+?):)?([a-z$][\w$-]*(?:\.[a-z$][\w$-]*)?)$/i;
/** URNs end in a version with a dot: what follows the last name of a known kind is the attribute. */
const SCHEMA = /^urn:ietf:params:scim:schemas:(?:core:2\.0:(?:user|group)|extension:enterprise:2\.0:user)(?::|$)/i;
export const ENTERPRISE_PATH = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:user';

/**
 * The path of an attribute in lower case: of the core schema as it is, of the enterprise extension `enterprise.department`, the extension as
 * a whole `enterprise`. Undefined where it is none.
 */
export function pathOf(text: string): string | undefined {
  const schema = SCHEMA.exec(text);
  const rest = schema ? text.slice(schema[0].length) : text;
  const extended = schema !== null && schema[0].toLowerCase().startsWith(ENTERPRISE_PATH);
  if (extended && rest === '') return 'enterprise';
  const match = PATH.exec(rest);
  if (!match || match[1] !== undefined) return undefined;
  const path = match[2]!.toLowerCase();
  return extended ? `enterprise.${path}` : path;
}

export function refused(why: string): Error {
  return new FilterRefused({ pointer: '?filter', params: { why } });
}
