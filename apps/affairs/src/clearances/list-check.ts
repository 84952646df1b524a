import type { Bilingual } from '#contracts';
import type { ListContent } from './clearance-list.entity.js';

/** What is wrong with a list, and where in it. */
export interface Finding extends Bilingual {
  pointer: string;
}

/** What speaks against a list whatever the school is like; what names units that there are not, the service adds. */
export function findingsOf({ from, to, entries }: ListContent): Finding[] {
  const findings: Finding[] = [];
  const find = (pointer: string, zh: string, en: string): void => void findings.push({ pointer, zh, en });
  if (to < from) find('#/to', '不能早于首日', 'must not be before the first day');
  if (!entries.some(({ blocking }) => blocking))
    find('#/entries', '至少有一项必须办结', 'at least one entry must be blocking');
  const codes = entries.map(({ code }) => code);
  const first = new Map(entries.map(({ code, after }) => [code, after]));
  entries.forEach(({ code, after }, i) => {
    if (codes.indexOf(code) < i) find(`#/entries/${i}/code`, '代码重复', 'is the code of another entry');
    after.forEach((before, j) => {
      const pointer = `#/entries/${i}/after/${j}`;
      if (!first.has(before)) find(pointer, '没有此代码的事项', 'is the code of no entry');
      else if (reaches(before, code, first)) find(pointer, '先后次序成环', 'the order goes round in a circle');
    });
  });
  return findings;
}

/** Does `from` come after `to`, directly or not, or is it the same? */
function reaches(from: string, to: string, after: ReadonlyMap<string, readonly string[]>): boolean {
  const seen = new Set<string>();
  const next = [from];
  for (let code = next.pop(); code !== undefined; code = next.pop()) {
    if (code === to) return true;
    if (seen.has(code)) continue;
    seen.add(code);
    next.push(...(after.get(code) ?? []));
  }
  return false;
}
