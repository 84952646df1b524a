import type { Bilingual } from '#contracts';

/** A rule's text that cannot be read, and where: offset from 0, line and column from 1, in characters. */
export class RuleTextError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(
    readonly text: Bilingual,
    readonly offset: number,
    source: string,
  ) {
    super(text.en);
    const before = source.slice(0, offset).split('\n');
    this.line = before.length;
    this.column = before.at(-1)!.length + 1;
  }
}

export type Kind = 'string' | 'date' | 'days' | 'number' | 'parameter' | 'word' | 'sign' | 'end';

export interface Token {
  kind: Kind;
  text: string;
  offset: number;
}

const SPACE = /\s*/y;
const PATTERNS: [Kind, RegExp][] = [
  ['string', /"(?:[^"\\\n]|\\.)*"/y],
  ['date', /\d{4}-\d\d-\d\d(?!\w)/y],
  ['days', /\d+[dwt](?!\w)/y],
  ['number', /\d+(?:\.\d+)?(?:e[+-]?\d+)?(?!\w)/y],
  ['parameter', /\$\w+/y],
  ['word', /[A-Za-z_]\w*/y],
  ['sign', />=|<=|==|&&|\|\||\.\.|[()[\]:;,|!<>+*-]/y],
];

/** The words of a text, then `end`. */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let offset = 0;
  for (;;) {
    SPACE.lastIndex = offset;
    offset += SPACE.exec(source)![0].length;
    if (offset >= source.length) return [...tokens, { kind: 'end', text: '', offset: source.length }];
    const token = tokenAt(source, offset);
    tokens.push(token);
    offset += token.text.length;
  }
}

function tokenAt(source: string, offset: number): Token {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = offset;
    const found = pattern.exec(source);
    if (found) return { kind, text: found[0], offset };
  }
  const sign = JSON.stringify(String.fromCodePoint(source.codePointAt(offset)!));
  throw new RuleTextError({ zh: `无法识别 ${sign}`, en: `cannot read ${sign}` }, offset, source);
}
