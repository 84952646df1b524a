import { Liquid } from 'liquidjs';
import { ALL_KINDS } from '../kinds.js';
import type { Words } from '../shipped-templates.js';

const TITLE = 64;
const BODY = 600;
/** Tags a template may have: none that reads a file, loops, or calls another template. */
const TAGS = new Set(['if', 'unless', 'case', 'comment', 'raw']);
const MILLISECONDS = 50;

const engine = new Liquid({
  ...{ strictVariables: true, strictFilters: true, ownPropertyOnly: true },
  ...{ parseLimit: 4_000, renderLimit: MILLISECONDS, memoryLimit: 20_000 },
  // It never looks for a file.
  templates: {},
});
for (const tag of Object.keys(engine.tags)) if (!TAGS.has(tag)) delete engine.tags[tag];

/** What every message may say, with an example. */
const ALWAYS = { name: '王芳', count: 3, at: '2026-12-01 08:07' };

/** What templates of a kind may say, with an example. */
export function variablesOf(kind: string): Record<string, string | number> {
  return { ...ALWAYS, ...ALL_KINDS[kind]?.says };
}

/** The words of a template. Throws RefusedWords where they cannot be made, or are empty or too long. */
export function render({ title, body }: Words, variables: Record<string, string | number>): Words {
  return { title: one(title, variables, TITLE, 'title'), body: one(body, variables, BODY, 'body') };
}

/** A template cannot be made into words; `part` of it is wrong. */
export class RefusedWords extends Error {
  constructor(
    readonly part: 'title' | 'body',
    readonly zh: string,
    readonly en: string,
  ) {
    super(en);
  }
}

/** Tries a template on the example. Throws RefusedWords. */
export function check(kind: string, words: Words): Words {
  const variables = variablesOf(kind);
  for (const part of ['title', 'body'] as const) {
    const unknown = namesIn(words[part], part).filter((name) => !Object.hasOwn(variables, name));
    if (unknown.length > 0) {
      const may = Object.keys(variables).join('、');
      throw new RefusedWords(part, `只能使用：${may}`, `may only say ${Object.keys(variables).join(', ')}`);
    }
  }
  return render(words, variables);
}

function namesIn(text: string, part: 'title' | 'body'): string[] {
  try {
    return engine.globalVariablesSync(engine.parse(text));
  } catch (error) {
    throw refused(error, part);
  }
}

function one(text: string, variables: object, most: number, part: 'title' | 'body'): string {
  let said: string;
  try {
    said = String(engine.parseAndRenderSync(text, variables)).replace(/\s+/g, ' ').trim();
  } catch (error) {
    throw refused(error, part);
  }
  if (said === '') throw new RefusedWords(part, '结果为空', 'comes to nothing');
  if ([...said].length > most)
    throw new RefusedWords(part, `结果超过 ${most} 字`, `comes to more than ${most} characters`);
  return said;
}

function refused(error: unknown, part: 'title' | 'body'): RefusedWords {
  const { message } = error as Error;
  const [what = ''] = message.split(/, (?:line|file)/);
  return new RefusedWords(
    part,
    `不是可用的 Liquid 模板：${what}`,
    `is no template in Liquid that can be used: ${what}`,
  );
}
