import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import type { Bilingual } from '#contracts';
import type { FieldError } from '#problems';
import type { EligibilityRule, ItemContent } from './item-content.js';

/** What is known of a student where conditions ask; what is not known is undefined, and a condition that asks for it does not hold. */
export interface EligibleStudent {
  number: string;
  /** Year of entry. */
  grade: number | undefined;
  /** Codes of units. */
  college: string | undefined;
  major: string | undefined;
  class: string | undefined;
  /** Has a bed on campus. */
  resident: boolean;
}

export interface Eligibility {
  /** Index of the rule in the item. */
  rule: number;
  ok: boolean;
  /** What is said when it does not hold. */
  reason: Bilingual;
}

/** A school year begins in August: who enters then belongs to the new one. */
const FIRST_MONTH = 8;

/** Without what takes longer than its text: no loops, and no regular expressions. */
const CALLS = new Set(['startsWith', 'endsWith', 'contains', 'size', 'int', 'string']);

const environment = new Environment({
  limits: { maxAstNodes: 200, maxDepth: 30, maxListElements: 100, maxMapEntries: 1, maxCallArguments: 3 },
})
  .registerVariable({
    name: 'student',
    schema: { number: 'string', grade: 'int', college: 'string', major: 'string', class: 'string', resident: 'bool' },
  })
  .registerVariable({
    name: 'today',
    schema: { date: 'string', year: 'int', month: 'int', day: 'int', schoolYear: 'int' },
  });

/** What speaks against an expression: it must be short, of known variables and plain functions, and be true or false. */
export function expressionFinding(expression: string, pointer: string): FieldError | undefined {
  try {
    const { ast } = environment.parse(expression);
    const call = forbiddenCall(ast);
    if (call) return { pointer, zh: `不能使用 ${call}`, en: `must not use ${call}` };
    const { valid, type, error } = environment.check(expression);
    if (!valid) return wrong(pointer, error);
    return type === 'bool' ? undefined : { pointer, zh: '结果必须为真或假', en: 'must be true or false' };
  } catch (error) {
    return wrong(pointer, error);
  }
}

/** Which rules of the item hold for a student on a date (YYYY-MM-DD). An expression that fails does not hold, and says so. */
export function eligibilityOf(
  { eligibility }: Pick<ItemContent, 'eligibility'>,
  student: EligibleStudent,
  today: string,
): Eligibility[] {
  if (eligibility.length === 0) return [];
  const context = { student: known(student), today: dayOf(today) };
  return eligibility.map((one, rule) => ({ rule, ...outcome(one, context) }));
}

function outcome({ when, reason }: EligibilityRule, context: object): { ok: boolean; reason: Bilingual } {
  try {
    return { ok: environment.evaluate(when, context as Record<string, unknown>) === true, reason };
  } catch {
    const unsaid = { zh: `${reason.zh}（所需信息不全，无法判断）`, en: `${reason.en} (too little is known to tell)` };
    return { ok: false, reason: unsaid };
  }
}

/** CEL has whole numbers of their own. */
function known({ grade, ...rest }: EligibleStudent): Record<string, unknown> {
  const all = { ...rest, grade: grade === undefined ? undefined : BigInt(grade) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function dayOf(date: string): Record<string, unknown> {
  const [year = 0, month = 0, day = 0] = date.split('-').map(Number);
  const schoolYear = month >= FIRST_MONTH ? year : year - 1;
  return { date, year: BigInt(year), month: BigInt(month), day: BigInt(day), schoolYear: BigInt(schoolYear) };
}

function forbiddenCall(node: ASTNode): string | undefined {
  const { op, args } = node as { op: string; args: unknown };
  if ((op === 'call' || op === 'rcall') && Array.isArray(args) && !CALLS.has(String(args[0]))) return String(args[0]);
  for (const one of [args].flat(3)) {
    const found = typeof one === 'object' && one !== null && 'op' in one ? forbiddenCall(one as ASTNode) : undefined;
    if (found) return found;
  }
  return undefined;
}

function wrong(pointer: string, error: unknown): FieldError {
  const [line = ''] = String((error as Error | undefined)?.message ?? '').split('\n');
  return {
    pointer,
    zh: `不是可用的 CEL 表达式：${line.slice(0, 120)}`,
    en: `is no CEL expression that can be used: ${line.slice(0, 120)}`,
  };
}
