import { type Expression, ladderOf, type Predicate, type Rule, TERM_WEEKS } from './rule.js';

/** The predicates that make a level, where they are written. */
export function stepsOf(rule: Rule): { when: Predicate; pointer: string }[] {
  if (Array.isArray(rule.level)) return ladderOf(rule);
  const first = { when: rule.when as Predicate, pointer: '/when' };
  return rule.escalate ? [first, { when: rule.escalate.when, pointer: '/escalate/when' }] : [first];
}

/** Names of the features that a predicate reads. */
export function featuresOf(node: Predicate): string[] {
  const [key, inner] = Object.entries(node)[0] as [string, unknown];
  if (key === 'all' || key === 'any') return (inner as Predicate[]).flatMap(featuresOf);
  if (key === 'not') return featuresOf(inner as Predicate);
  if (key === 'held') return featuresOf((inner as { when: Predicate }).when);
  return key === 'calendar' || Object.hasOwn(TERM_WEEKS, key) ? [] : (inner as Expression[]).flatMap(featuresIn);
}

/** Names of the features in an expression. */
export function featuresIn(node: Expression): string[] {
  if (typeof node === 'number' || '$p' in node) return [];
  if ('f' in node) return [node.f];
  return ('mul' in node ? node.mul : 'add' in node ? node.add : node.sub).flatMap(featuresIn);
}

/** `{late}` → late: what a sentence names. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
}
